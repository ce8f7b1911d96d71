"""The demo's page in Streamlit's own test harness; a stand-in says what a browser would."""

import json
from typing import Any

import pytest
import streamlit as st
from mounted import OUTPUTS
from streamlit.testing.v1 import AppTest

from qna_widget.core.crc32 import crc32
from qna_widget.core.manifest import PACKAGE
from qna_widget.hosts.streamlit import serving
from qna_widget.hosts.streamlit.demo import link, own, session, shelf
from qna_widget.hosts.streamlit.demo.examples import EXAMPLES

START = link.start(shelf.Shelf(EXAMPLES))
ANSWER = {"text": "123 Sesame Street", "start": 100, "end": 117, "score": 9.5, "probability": 0.9}


class Page:
    """The demo, and a reader who looks at it."""

    def __init__(self, **address: str) -> None:
        self.data: dict[str, Any] = {}
        self.tab_data: dict[str, Any] = {}
        self.tab_says: object = None
        self.app = AppTest.from_file(str(PACKAGE.parent / "streamlit_app.py"), default_timeout=60)
        self.app.query_params.update(address)

    def mount(self, **call: Any) -> None:
        """What Streamlit's component would be told."""
        self.data = json.loads(json.dumps(call["data"]))
        self.answered = call["on_report_change"]

    def tab(self, **call: Any) -> None:
        """What the browser's tab would be told; with something to say, it says it."""
        self.tab_data = json.loads(json.dumps(call["data"]))
        if self.tab_says is not None:
            st.session_state["own-text"] = {"found": self.tab_says}
            self.tab_says = None
            call["on_found_change"]()

    def run(self) -> "Page":
        self.app.run()
        assert not self.app.exception
        return self

    def inputs(self) -> dict[str, Any]:
        return {**self.data["arguments"], **self.data["changes"]}

    def says(self, **changes: object) -> "Page":
        """The browser has answered what the reader typed."""
        report = {
            "revision": self.data["revision"],
            "number": self.data["heard"] + 1,
            "changes": {**self.data["changes"], **changes},
            "outputs": {**OUTPUTS, "answers": [ANSWER]},
        }
        self.app.session_state[session.KEY] = {"report": report}
        self.visit().acted = True  # what Streamlit does by calling `on_change`
        return self.run()

    def back_to(self, address: dict[str, str]) -> "Page":
        self.app.query_params.clear()
        self.app.query_params.update(address)
        return self.run()

    def visit(self) -> session.Session:
        found: session.Session = self.app.session_state["session"]
        return found

    def address(self) -> dict[str, str]:
        found = self.app.query_params.items()
        return {name: value if isinstance(value, str) else value[-1] for name, value in found}

    def link(self) -> str:
        return self.app.code[0].value

    def menu(self) -> Any:
        return self.app.pills(key=f"text-{self.visit().menus}")

    def own_texts(self) -> list[str]:
        """Keys of own texts in the menu."""
        kept = self.visit().kept
        return ["own", *(f"own-{crc32(text.passage):08x}" for text in kept[1:])]

    def pick(self, text: str | None) -> "Page":
        self.menu().set_value(text)
        return self.run()

    def examples(self) -> list[str]:
        """What is offered to be clicked."""
        found: list[str] = self.data["examples"]
        return found

    def upload(self, name: str, content: bytes) -> "Page":
        self.app.file_uploader(key=f"file-{self.visit().uploads}").set_value(
            (name, content, "application/octet-stream")
        )
        return self.run()


def shown(monkeypatch: pytest.MonkeyPatch, tab: object = None, **address: str) -> Page:
    """Open the page; `tab` is what the browser's tab has to say."""
    page = Page(**address)
    page.tab_says = tab
    monkeypatch.setattr(serving, "component", lambda _runtime: page.mount)
    monkeypatch.setattr(own, "_component", lambda _runtime: page.tab)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    return page.run()
