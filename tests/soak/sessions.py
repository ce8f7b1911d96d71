"""Many readers of one Streamlit server at a time: what do they cost it?

They speak Streamlit's protocol without a browser: a script's run on arrival, and one with each
answer, which in a browser is found there.
"""

from __future__ import annotations

import asyncio
import json
import os
import time
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from figures import Series, resident
from servers import demo, streamlit
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.BidiComponent_pb2 import BidiComponent
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from tornado.httpclient import HTTPRequest
from tornado.websocket import WebSocketClientConnection, websocket_connect

PAUSE = 6.0
"""Seconds between two questions of one reader."""
ALONE = 50
LOOKS = 10
OUTPUTS = {
    "status": "ready",
    "error": "",
    "backend": "wasm, 1 thread",
    "answers": [{"text": "no", "start": 0, "end": 2, "score": 9.5, "probability": 0.9}],
    "null_score": -4.5,
    "timing": {"tokens": 20, "windows": 1, "run_ms": 5, "total_ms": 6},
}
NAME = "qna-widget.qna"
FINISHED = ForwardMsg.ScriptFinishedStatus.FINISHED_SUCCESSFULLY


class Reader:
    """A browser's side of one session, as far as the server knows it."""

    def __init__(self, line: WebSocketClientConnection) -> None:
        self._line = line
        self._component = BidiComponent()
        self._asked = 0

    @classmethod
    async def comes(cls, address: str) -> Reader:
        """Open the page."""
        url = address.replace("http", "ws") + "/_stcore/stream"
        request = HTTPRequest(url, headers={"Origin": address})
        reader = cls(await websocket_connect(request, subprotocols=["streamlit"]))
        await reader.run()
        return reader

    def goes(self) -> None:
        self._line.close()

    async def run(self) -> None:
        """Let the script run, with the answer to a new question once the component is there."""
        wish = BackMsg()
        wish.rerun_script.query_string = ""
        if self._component.id:
            state = wish.rerun_script.widget_states.widgets.add()
            state.id, state.json_value = self._component.id, json.dumps({"report": self._report()})
        await self._line.write_message(wish.SerializeToString(), binary=True)
        parts = 0
        while True:
            data = await self._line.read_message()
            if not isinstance(data, bytes):
                raise ConnectionError("The server hung up.")
            message = ForwardMsg.FromString(data)
            parts += message.WhichOneof("type") in ("delta", "ref_hash")
            component = message.delta.new_element.bidi_component
            if component.component_name == NAME:  # not that of the tab's memory
                self._component = component
            if message.WhichOneof("type") == "script_finished":
                if message.script_finished != FINISHED or parts == 0:
                    raise RuntimeError(f"The script ended with {message.script_finished}.")
                return

    def _report(self) -> dict[str, object]:
        """Return what the component says of a question that its page has answered."""
        data = json.loads(self._component.mixed.json or self._component.json)
        self._asked += 1
        # Had the server not heard the last report, its answer would be of no use.
        if data["heard"] != (self._asked - 1):
            raise RuntimeError(f"Report {data['heard']} was heard of {self._asked - 1}.")
        return {
            "revision": data["revision"],
            "number": self._asked,
            "changes": {"question": f"Where is number {self._asked}?"},
            "outputs": OUTPUTS,
        }


async def _reader(address: str, ends: float, delay: float) -> int:
    """Come, ask until the end, and go; return the number of runs."""
    await asyncio.sleep(delay)
    reader = await Reader.comes(address)
    runs = 1
    while time.monotonic() + PAUSE < ends:
        await asyncio.sleep(PAUSE)
        await reader.run()
        runs += 1
    reader.goes()
    return runs


async def _alone(address: str, server: int) -> float:
    """Return the processor's milliseconds for each run where one reader asks ALONE questions."""
    reader = await Reader.comes(address)
    await reader.run()
    spent = processor(server)
    for _ in range(ALONE):
        await reader.run()
        await asyncio.sleep(0.02)  # what comes after a run is a part of it
    reader.goes()
    return 1000 * (processor(server) - spent) / ALONE


async def _soak(address: str, server: int, sessions: int, seconds: float) -> Series:
    alone = await _alone(address, server)
    begun, spent = time.monotonic(), processor(server)
    readers = asyncio.gather(
        *(_reader(address, begun + seconds, PAUSE * n / sessions) for n in range(sessions))
    )
    looks = []
    for n in range(1, LOOKS + 1):
        await asyncio.sleep(max(0.0, begun + n * seconds / LOOKS - time.monotonic()))
        used = processor(server) - spent
        looks.append({"server MB": resident(server), "processor s so far": used})
    runs = sum(await readers)
    used = processor(server) - spent
    figures = {
        "seconds": time.monotonic() - begun,
        "runs": runs,
        "processor ms per run, one reader": alone,
        "processor ms per run": 1000 * used / runs,
        "processor ms per session and minute": 1000 * used / sessions / (seconds / 60),
    }
    await asyncio.sleep(2)
    looks.append({"server MB": resident(server), "processor s so far": used})
    return Series("Streamlit sessions", sessions, looks, figures)


def processor(process: int) -> float:
    """Seconds of processor that a process has used."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def soak(sessions: int, seconds: float) -> Series:
    """Serve the demo and let that many readers come to it; an empty app before, to compare."""
    with TemporaryDirectory() as folder:
        script, log = Path(folder, "empty.py"), Path(folder, "log")
        script.write_text("import streamlit as st\nst.write('Nothing.')\n", encoding="utf-8")
        with streamlit(script, log) as address:
            empty = asyncio.run(_alone(address, _server(address)))
        with demo(log) as address:
            series = asyncio.run(_soak(address, _server(address), sessions, seconds))
    series.figures["processor ms per run, an empty app"] = empty
    return series


def _server(address: str) -> int:
    """Return the process that listens there: a child of this one."""
    port = address.rpartition(":")[2].encode()
    for child in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # one that has just ended
            parent = child.read_text().rpartition(")")[2].split()[1]
            if int(parent) == os.getpid() and port in (child.parent / "cmdline").read_bytes():
                return int(child.parent.name)
    raise ProcessLookupError(address)
