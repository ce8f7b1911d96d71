"""What one reader's visit remembers, and what the widgets do to it. Widgets act in callbacks."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from functools import cache

import streamlit as st

from qna_widget.core.crc32 import crc32
from qna_widget.errors import QnaError
from qna_widget.models import menu, names
from qna_widget.results.history import History
from qna_widget.streamlit import QnAResult, reset

from . import link, own
from .examples import EXAMPLES
from .opening import Opening, begin
from .shelf import OWN, Shelf, of_environment

KEY = "demo"
"""The component's."""


@cache
def shelf() -> Shelf:
    """Return what this server offers. Raises InputError or DocumentError for its own texts."""
    return of_environment(EXAMPLES)


@dataclass
class Session:
    """A reader's visit."""

    inputs: link.Inputs = field(default_factory=lambda: link.start(shelf()))
    """The arguments; the reader's changes to them are in the result."""
    link_troubles: list[str] = field(default_factory=list)
    kept: tuple[own.OwnText, ...] = ()
    """The own texts, the one that was shown last first."""
    name: str = field(default_factory=lambda: secrets.token_hex(8))
    """Tells the browser's tab one visit from another."""
    tab_spoke: bool = False
    """Whether the tab has said which own texts it keeps."""
    text_missing: bool = False
    """Whether the address asks a question about an own text that is not known."""
    linked: str = ""
    """The own text that the address carried when it was opened."""
    file_name: str = ""
    """Of the own text that is shown; "" for one that was typed or pasted."""
    opening: Opening | None = None
    """The file that is being read."""
    file_error: str = ""
    file_notices: list[str] = field(default_factory=list)
    menus: int = 0
    """Numbers the menu of texts: each new one begins with what is shown."""
    uploads: int = 0
    """Numbers the field for files, so that it is empty after each."""
    address: dict[str, str] | None = None
    """What the page's address said at first, or was last made to say; None before the first run."""
    seen: link.Inputs = field(default_factory=lambda: link.start(shelf()))
    """What the reader saw after the last run, with their changes."""
    acted: bool = False
    """Whether a widget or new answers made this run."""


def current() -> Session:
    """Return this visit's memory."""
    if "session" not in st.session_state:
        st.session_state["session"] = Session()
    session: Session = st.session_state["session"]
    return session


def follow_address() -> None:
    """Take over what the page's address says, if the reader opened it or went back to it.

    A run that a widget or the component caused may still come with the address before last.
    """
    session, address = current(), st.query_params.to_dict()
    opened = session.address is None
    if opened:
        session.address = address  # a widget may end this run before the page is whole
    if opened or (address != session.address and not session.acted):
        session.inputs, session.link_troubles = link.read(address, shelf(), ["auto", *models()])
        if "passage" in address:
            session.linked = session.inputs.passage
        elif not session.inputs.passage and session.kept:
            text = own.asked(session.kept, session.inputs.question)
            session.inputs = replace(session.inputs, passage=text.passage)
            session.file_name = text.file_name
        session.text_missing = bool(session.inputs.question and not session.inputs.passage)
        if not opened:
            reset(key=KEY)
        session.seen = session.inputs
    session.acted = False


def write_address(inputs: link.Inputs) -> None:
    """Let the page's address lead back to here.

    An own text is not put there unasked; one that the address brought along stays.
    """
    session = current()
    if inputs.model != names.AUTO and inputs.model not in models():  # may yet fail to come
        inputs = replace(inputs, model=shelf().model)
    start = inputs == link.start(shelf())
    session.address = {} if start else link.write(inputs, shelf(), with_passage=is_linked(inputs))
    if st.query_params.to_dict() != session.address:
        st.query_params.from_dict(session.address)


def is_linked(inputs: link.Inputs) -> bool:
    """Whether this own text is one that the address brought along."""
    return inputs.passage == current().linked


def inputs_of(result: QnAResult) -> link.Inputs:
    """Return what the reader sees now, with their changes."""
    chosen: Mapping[str, object] = result.options
    options = {name: chosen[name] for name in link.OPTIONS}
    return link.Inputs(result.passage, result.question, result.options["model"], options)


def models() -> dict[str, str]:
    """Return the models that answer at once, name to title."""
    return {model.name: model.title for model in menu.available() if model.cached}


def answered() -> None:
    """Take note that new answers, or the tab's texts, make this run."""
    current().acted = True


def acted() -> None:
    """Every other callback's first step: what this run does is the reader's wish."""
    session = current()
    session.acted = True
    session.link_troubles = []


def show_in_menu(text: str) -> int:
    """Return the number of the menu of texts, which says `text`.

    It is a new one wherever it would say something else. What the page still says of the former
    one is then nobody's choice; setting that one's value would make it look like the reader's.
    """
    session = current()
    if st.session_state.get(f"text-{session.menus}") != text:
        session.menus += 1
        st.session_state[f"text-{session.menus}"] = text
    return session.menus


def own_texts() -> dict[str, own.OwnText]:
    """Return the own texts by their keys in the menu; the one that was shown last is OWN."""
    return {
        f"{OWN}-{crc32(text.passage):08x}" if older else OWN: text
        for older, text in enumerate(current().kept)
    }


def titles() -> dict[str, str]:
    """Return what the menu offers, key to title as Markdown; a file may be called anything."""
    session = current()
    is_shown = shelf().key_of(session.seen.passage) == OWN
    kept = session.kept[0].file_name if session.kept else ""
    newest = (session.file_name if is_shown else kept) or "Your own text"
    found = {key: text.title for key, text in shelf().texts.items()}
    found |= {key: text.title for key, text in own_texts().items()} | {OWN: newest}
    return {key: plain(title) for key, title in found.items()}


def questions() -> tuple[str, ...]:
    """Return what is offered to be asked of the text that the reader sees."""
    return shelf().questions_of(current().seen.passage)


def pick_text(menu: int) -> None:
    """Show the text that the menu of this number now says, an own text as it was left."""
    acted()
    session = current()
    text = st.session_state[f"text-{menu}"]
    if menu != session.menus or text is None:  # None: the chosen one was clicked again
        return
    mine = own_texts().get(text)
    session.file_name, session.file_error, session.file_notices = "", "", []
    if mine:
        session.file_name = mine.file_name
    session.opening = None
    chosen = shelf().texts.get(text) or mine
    passage, question = (chosen.passage, chosen.question) if chosen else ("", "")
    _show(replace(session.inputs, passage=passage, question=question), "passage", "question")


def take_over(say: Callable[[str], AbstractContextManager[None]]) -> None:
    """Take over a file that the reader opened.

    `say` shows a sentence while the file is read. Streamlit ends a run anywhere for a newer one,
    its callbacks, too, and starts the newer one before; so neither is left to a callback, and what
    this run does not come to is done by the next.
    """
    session = current()
    file = st.session_state.get(f"file-{session.uploads}")
    if file is not None:
        session.file_error, session.file_notices = "", []
        session.opening = begin(file.getvalue(), file.name)
        session.uploads += 1
    if session.opening is not None:
        with say(f"Reading {plain(session.opening.name)} …"):
            session.opening.wait()
        _show_file(session.opening)
        session.opening = None


def _show_file(file: Opening) -> None:
    """Show the text of a file; what is shown stays when it has none."""
    session = current()
    try:
        document = file.document()
    except QnaError as error:
        session.file_error = str(error)
        return
    new, names = replace(session.inputs, passage=document.text), ["passage"]
    if session.seen.question in questions():  # it was about the example
        new, names = replace(new, question=""), ["passage", "question"]
    _show(new, *names)
    session.file_name, session.file_notices = file.name, list(document.notices)


def restore(result: QnAResult) -> bool:
    """Keep the texts that the browser's tab has kept; tell whether one is to be shown again.

    What the reader typed comes first, and a page that outlived a server may not have said it yet.
    """
    session, found = current(), own.found()
    if session.tab_spoke or found is None:
        return False
    if found.alive and not result.passage and result.status == "loading":
        return False
    session.tab_spoke, session.kept = True, own.join(session.kept, found.texts)
    if not (found.texts and found.ours) or result.passage:
        return False
    text = own.asked(found.texts, result.question)
    shown, names = replace(session.inputs, passage=text.passage), ["passage"]
    if not result.question:
        shown, names = replace(shown, question=text.question), ["passage", "question"]
    _show(shown, *names)
    session.text_missing, session.file_name = False, text.file_name
    return True


def _show(inputs: link.Inputs, *names: str) -> None:
    """Let these of the inputs override what the reader changed."""
    reset(*names, key=KEY)
    session = current()
    session.inputs = inputs
    session.seen = replace(session.seen, **{name: getattr(inputs, name) for name in names})


def add(history: History, result: QnAResult) -> bool:
    """Add an answered question; tell whether this is one."""
    if not result.answers or result.null_score is None:
        return False
    history.add(
        question=result.question,
        passage=result.passage,
        model=result.model,
        options=result.options,
        null_score=result.null_score,
        answers=result.answers,
    )
    return True


def remember(result: QnAResult) -> bool:
    """Take note of what the reader sees; tell whether other questions are to be offered."""
    session = current()
    offered = questions()
    session.seen = inputs_of(result)
    session.text_missing &= not result.passage
    if shelf().key_of(result.passage) != OWN:
        session.file_name = ""
    elif result.passage.strip():
        is_typed = result.passage != session.inputs.passage
        if is_typed and session.kept and not own.is_edit(result.passage, session.kept[0].passage):
            session.file_name = ""  # another text was pasted over the file's
        text = own.OwnText(result.passage, result.question, session.file_name)
        session.kept = own.keep(session.kept, text)
    if result.answers and result.question != session.inputs.question:
        session.link_troubles = []  # of a link that the reader has left behind
    return questions() != offered


def plain(text: str) -> str:
    """Return Markdown that shows a text as it is: it may be a link's or a file's."""
    return re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", text)
