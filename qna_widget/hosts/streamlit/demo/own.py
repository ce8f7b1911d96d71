"""The reader's own texts, kept while others are looked at and while the page is loaded anew.

A visit keeps them here, the browser's tab for the next visit. No server keeps them longer.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path

import streamlit as st

from qna_widget.core.contract import check_input
from qna_widget.errors import InputError

_KEY = "own-text"
_SCRIPT = Path(__file__).with_name("tab.js")
_MOST = 5
_MOST_CHARACTERS = 1_000_000
"""Of all but the newest together: each run sends them to the tab."""
_TITLE = 30


@dataclass(frozen=True)
class OwnText:
    """What the reader typed, pasted or opened."""

    passage: str
    question: str = ""
    file_name: str = ""
    """"" for one that was typed or pasted."""

    @property
    def title(self) -> str:
        """The file's name, else the first words."""
        words = " ".join(self.passage[: 4 * _TITLE].split())
        return self.file_name or (words if len(words) <= _TITLE else f"{words[: _TITLE - 1]}…")


@dataclass(frozen=True)
class Found:
    """What the tab says to a visit that knows of no own text."""

    texts: tuple[OwnText, ...]
    ours: bool
    """Whether the page was loaded anew or come back to, so that the newest belongs there."""
    alive: bool
    """Whether the page stood there before the visit, and its component with what was typed: the
    server was restarted."""


def is_edit(passage: str, of: str) -> bool:
    """Whether a text is what an edit made of another: they begin, or end, alike."""
    some = min(len(passage), len(of)) // 3
    return passage[:some] == of[:some] or passage[-some:] == of[-some:]


def keep(kept: Sequence[OwnText], text: OwnText) -> tuple[OwnText, ...]:
    """Return the own texts, the newest first, with this one before the others.

    It takes the place of the newest where it is an edit of that, and of one that a menu would show
    by the same title.
    """
    others = [one for one in kept if one.passage != text.passage]
    is_new = len(others) == len(kept) > 0
    if is_new and text.file_name == kept[0].file_name and is_edit(text.passage, kept[0].passage):
        del others[0]
    texts, characters = [text], 0
    for other in others:
        characters += len(other.passage)
        if other.title != text.title and characters <= _MOST_CHARACTERS:
            texts.append(other)
    return tuple(texts[:_MOST])


def join(newer: Sequence[OwnText], older: Sequence[OwnText]) -> tuple[OwnText, ...]:
    """Return all of them, as if the newer ones had been kept after the older ones."""
    kept = tuple(older)
    for text in reversed(newer):
        kept = keep(kept, text)
    return kept


def asked(kept: Sequence[OwnText], question: str) -> OwnText:
    """Return the text that this was last asked about, else the newest."""
    return next((text for text in kept if text.question == question), kept[0])


def tab(
    texts: Sequence[OwnText], visit: str, *, wanted: bool, on_found: Callable[[], None]
) -> None:
    """Let the tab keep texts; without any, let it say what it has kept.

    It speaks once in a visit: at once if it has a text, else when one is `wanted`. Then the app
    reruns, after a call of `on_found`.
    """
    _component(st.runtime.get_instance())(
        key=_KEY,
        data={"texts": [asdict(text) for text in texts], "visit": visit, "wanted": wanted},
        default={"found": None},
        on_found_change=on_found,
    )


def found() -> Found | None:
    """Return what the tab has said, if it has; what is no text of ours is left out."""
    said = (st.session_state.get(_KEY) or {}).get("found")
    if said is None:
        return None
    given = said if isinstance(said, dict) else {}
    texts = given.get("texts")
    checked = map(_checked, texts[:_MOST] if isinstance(texts, list) else ())
    ours, alive = given.get("ours") is True, given.get("alive") is True
    return Found(tuple(text for text in checked if text), ours, alive)


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
