"""Notebooks that cannot be run here: real widgets in Python, behind frames that stand for theirs.

What is known of VS Code and Colab is in docs/hosts.md; each test says which part it plays.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import comm
import pytest
from comm.base_comm import BaseComm
from playwright.sync_api import Frame, Page, Route

from qna_widget import QnA

FILES = Path(__file__).parents[1] / "simulated"
NOTEBOOK, OUTPUT = "http://localhost:9", "http://127.0.0.1:9"  # two origins; nobody listens there
SANDBOX = "allow-scripts allow-same-origin allow-forms allow-downloads allow-popups"


class Wire(BaseComm):
    """Keeps what Python sends until it is fetched."""

    sent: list[dict[str, Any]]

    def publish_msg(self, msg_type, data=None, metadata=None, buffers=None, **keys) -> None:
        written = [base64.b64encode(buffer).decode() for buffer in buffers or []]
        self.__dict__.setdefault("sent", []).append({"data": data, "buffers": written})


@pytest.fixture
def wired(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give widgets a comm without a Jupyter kernel."""
    monkeypatch.setattr(comm, "create_comm", Wire)


@dataclass
class Notebook:
    """A page with an output frame per cell."""

    page: Page
    policy: str = ""
    """Content security policy of the outputs' frames."""
    limit: int = 10_000_000
    """Bytes of a message that the way to the kernel refuses, as Jupyter's server does."""
    largest: int = 0
    """Bytes of the largest message so far, either way."""
    widgets: dict[str, QnA] = field(default_factory=dict)

    def open(self, *widgets: QnA, **given: Any) -> list[Frame]:
        """Show each widget in an output of its own; `given` goes to the frame's model."""
        self.page.route(f"{NOTEBOOK}/**", self._serve)
        self.page.route(f"{OUTPUT}/**", self._serve)
        self.page.expose_binding("kernel", self._receive)
        self.page.goto(f"{NOTEBOOK}/?{len(widgets)}")
        frames = self.page.frames[1:]
        for frame, widget in zip(frames, widgets, strict=True):
            self.widgets[frame.name] = widget
            widget.comm.sent.clear()
            state = widget.get_state()
            frame.evaluate("window.show", {"state": state, "live": True, "whole": False, **given})
        return frames

    def flush(self) -> None:
        """Bring what Python has said by itself to the frames."""
        for frame in self.page.frames[1:]:
            for message in self._sent(self.widgets[frame.name]):
                frame.evaluate("message => window.model.receive(message)", message)

    def _serve(self, route: Route) -> None:
        path = route.request.url.split("/", 3)[3].split("?")[0]
        if route.request.url.startswith(NOTEBOOK):
            count = int(route.request.url.rpartition("?")[2] or 0)
            frame = f'<iframe sandbox="{SANDBOX}" src="{OUTPUT}/frame.html" name="{{}}"></iframe>'
            body = "".join(frame.format(number) for number in range(count))
            style = "<style>iframe { width: 100%; height: 600px }</style>"
            route.fulfill(body=f"<!doctype html>{style}{body}", content_type="text/html")
        elif (FILES / path).is_file():
            headers = {"Content-Security-Policy": self.policy} if self.policy else {}
            kind = "text/html" if path.endswith(".html") else "text/javascript"
            body = (FILES / path).read_text("utf-8")
            route.fulfill(body=body, headers={**headers, "Content-Type": kind})
        else:
            route.fulfill(status=404)

    def _receive(self, source: dict[str, Any], text: str) -> list[dict[str, Any]]:
        self.largest = max(self.largest, len(text))
        if len(text) > self.limit:
            return []  # lost, and nobody says so
        message = json.loads(text)
        widget = self.widgets[source["frame"].name]
        buffers = [base64.b64decode(one) for one in message["buffers"]]
        widget._handle_msg({"content": {"data": message["data"]}, "buffers": buffers})
        return self._sent(widget)

    def _sent(self, widget: QnA) -> list[dict[str, Any]]:
        sent, widget.comm.__dict__["sent"] = widget.comm.sent, []
        for message in sent:
            self.largest = max(self.largest, len(json.dumps(message)))
        return sent
