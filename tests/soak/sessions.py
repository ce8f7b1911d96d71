"""Many readers of one Streamlit server at a time: what do they cost it?

They speak Streamlit's protocol without a browser: a script's run on arrival and one for each
question, which in a browser is answered there.
"""

from __future__ import annotations

import asyncio
import os
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from figures import Series, resident
from servers import demo
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from tornado.httpclient import HTTPRequest
from tornado.websocket import WebSocketClientConnection, websocket_connect

PAUSE = 6.0
"""Seconds between two questions of one reader."""
LOOKS = 10
FINISHED = ForwardMsg.ScriptFinishedStatus.FINISHED_SUCCESSFULLY


async def _run(line: WebSocketClientConnection) -> int:
    """Let the script run; return how many parts of the page came."""
    asked = BackMsg()
    asked.rerun_script.query_string = ""
    await line.write_message(asked.SerializeToString(), binary=True)
    parts = 0
    while True:
        data = await line.read_message()
        if not isinstance(data, bytes):
            raise ConnectionError("The server hung up.")
        message = ForwardMsg.FromString(data)
        parts += message.WhichOneof("type") in ("delta", "ref_hash")
        if message.WhichOneof("type") == "script_finished":
            if message.script_finished != FINISHED:
                raise RuntimeError(f"The script ended with {message.script_finished}.")
            return parts


async def _reader(address: str, ends: float, delay: float) -> int:
    """Come, ask until the end, and go; return the number of runs."""
    await asyncio.sleep(delay)
    url = address.replace("http", "ws") + "/_stcore/stream"
    request = HTTPRequest(url, headers={"Origin": address})
    line = await websocket_connect(request, subprotocols=["streamlit"])
    runs = 0
    while True:
        if await _run(line) == 0:
            raise RuntimeError("A run drew nothing.")
        runs += 1
        if time.monotonic() + PAUSE > ends:
            break
        await asyncio.sleep(PAUSE)
    line.close()
    return runs


async def _soak(address: str, server: int, sessions: int, seconds: float) -> Series:
    # One reader first: modules are imported, the model's description is read.
    await _reader(address, 0.0, 0.0)
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
    """Serve the demo and let that many readers come to it."""
    with TemporaryDirectory() as folder, demo(Path(folder, "log")) as address:
        return asyncio.run(_soak(address, _server(address), sessions, seconds))


def _server(address: str) -> int:
    """Return the process that listens there: a child of this one."""
    port = address.rpartition(":")[2]
    for child in Path("/proc").glob("[0-9]*/cmdline"):
        words = child.read_bytes().split(b"\0")
        if b"demo" in words and port.encode() in words:
            return int(child.parent.name)
    raise ProcessLookupError(address)
