"""Streamlit's component as an app calls it, and a stand-in for the browser that shows it."""

import json
from typing import Any

import pytest
import streamlit as st

from qna_widget.hosts.streamlit import serving
from qna_widget.streamlit import QnAResult
from qna_widget.streamlit import qna as keyless
from qna_widget.streamlit import reset as reset_keyless

PASSAGE = "🙂 Bert lives at 123 Sesame Street."
ANSWER = {"text": "123 Sesame Street", "start": 16, "end": 33, "score": 9.5, "probability": 0.9}
OUTPUTS = {
    "status": "ready",
    "error": "",
    "backend": "wasm, 1 thread",
    "answers": [ANSWER],
    "null_score": -4.5,
    "timing": {"tokens": 20, "windows": 1, "run_ms": 5, "total_ms": 6},
}


def qna(*texts: str, key: str = "qna", **more: Any) -> QnAResult:
    """Call one component from many lines."""
    return keyless(*texts, key=key, **more)


def reset(*names: str, key: str = "qna") -> None:
    reset_keyless(*names, key=key)


class Browser:
    """Stands where Streamlit mounts the component: keeps what it gets, says what it is told."""

    def __init__(self) -> None:
        self.session: dict[str, Any] = {}
        self.data: dict[str, Any] = {}
        self.calls: list[dict[str, Any]] = []

    def mount(self, **call: Any) -> None:
        self.calls.append(call)
        self.data = json.loads(json.dumps(call["data"]))

    def says(self, outputs: dict[str, Any] | None = None, **changes: object) -> None:
        report = {
            "revision": self.data["revision"],
            "number": self.data["heard"] + 1,
            "changes": changes,
            "outputs": outputs or OUTPUTS,
        }
        self.session[self.data["key"]] = {"report": report}

    def hides(self) -> None:
        """What Streamlit does with the state of a component that a run did not mount."""
        del self.session[self.data["key"]]


def stand_in(monkeypatch: pytest.MonkeyPatch) -> Browser:
    """Put a stand-in where Streamlit's component would be."""
    browser = Browser()
    monkeypatch.setattr(st, "session_state", browser.session)
    monkeypatch.setattr(serving, "component", lambda _runtime: browser.mount)
    monkeypatch.setattr(st.runtime, "get_instance", object)
    monkeypatch.setattr(serving, "served", lambda model: {"model": model.name})
    monkeypatch.setattr(st.runtime, "exists", lambda: True)
    return browser
