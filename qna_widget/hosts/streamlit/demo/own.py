"""The reader's own text, kept while other texts are looked at and while the page is loaded anew.

A visit keeps it here; the browser's tab keeps it for the next visit. No server keeps it longer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path

import streamlit as st

from qna_widget.core.contract import check_input
from qna_widget.errors import InputError

_KEY = "own-text"
_SCRIPT = Path(__file__).with_name("tab.js")


@dataclass(frozen=True)
class OwnText:
    """What the reader typed, pasted or opened."""

    passage: str
    question: str = ""
    file_name: str = ""
    """"" for one that was typed or pasted."""


@dataclass(frozen=True)
class Found:
    """What the tab says to a visit that knows of no own text."""

    text: OwnText | None
    ours: bool
    """Whether the page was loaded anew or come back to, so that the text belongs there."""


def tab(text: OwnText | None, visit: str, *, wanted: bool, on_found: Callable[[], None]) -> None:
    """Let the tab keep a text; without one, let it say what it has kept.

    It speaks once in a visit: at once if it has a text, else when one is `wanted`. Then the app
    reruns, after a call of `on_found`.
    """
    _component(st.runtime.get_instance())(
        key=_KEY,
        data={"text": asdict(text) if text else None, "visit": visit, "wanted": wanted},
        default={"found": None},
        on_found_change=on_found,
    )


def found() -> Found | None:
    """Return what the tab has said, if it has; what is no text of ours counts as none."""
    said = (st.session_state.get(_KEY) or {}).get("found")
    if said is None:
        return None
    given = said if isinstance(said, dict) else {}
    return Found(_checked(given.get("text")), given.get("ours") is True)


def _checked(text: object) -> OwnText | None:
    if not isinstance(text, dict):
        return None
    file_name = text.get("file_name")
    try:
        passage = check_input("passage", text.get("passage"))
        question = check_input("question", text.get("question"))
    except InputError:
        return None
    return OwnText(passage, question, file_name[:255] if isinstance(file_name, str) else "")


@lru_cache(maxsize=1)
def _component(_runtime: object) -> Callable[..., object]:
    """Register once per runtime, as `serving.component` does."""
    script = _SCRIPT.read_text("utf-8")
    mount: Callable[..., object] = st.components.v2.component("qna_widget_demo_tab", js=script)
    return mount
