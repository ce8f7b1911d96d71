"""What one reader's visit remembers, and what the widgets do to it. Widgets act in callbacks."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache

import streamlit as st

from qna_widget.documents import read_document
from qna_widget.errors import QnaError
from qna_widget.models import menu, names
from qna_widget.results.history import History
from qna_widget.streamlit import QnAResult, reset

from . import link
from .examples import EXAMPLES
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
    text_missing: bool = False
    """Whether the link asks a question about an own text that is not in it."""
    file_name: str = ""
    """Of the own text; "" for one that was typed or pasted."""
    file_error: str = ""
    file_notices: list[str] = field(default_factory=list)
    menus: int = 0
    """Numbers the menu of texts: each new one begins with what is shown."""
    uploads: int = 0
    """Numbers the field for files, so that it is empty after each."""
    address: dict[str, str] | None = None
    """What the page's address was last made to say; None before the first run."""
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
    if opened or (address != session.address and not session.acted):
        session.inputs, session.link_troubles = link.read(address, shelf(), ["auto", *models()])
        session.text_missing = bool(session.inputs.question and not session.inputs.passage)
        if not opened:
            reset(key=KEY)
        session.seen = session.inputs
    session.acted = False


def write_address(inputs: link.Inputs) -> None:
    """Let the page's address lead back to here. An own text is not put there unasked."""
    session = current()
    if inputs.model != names.AUTO and inputs.model not in models():  # may yet fail to come
        inputs = replace(inputs, model=shelf().model)
    session.address = {} if inputs == link.start(shelf()) else link.write(inputs, shelf())
    if st.query_params.to_dict() != session.address:
        st.query_params.from_dict(session.address)


def inputs_of(result: QnAResult) -> link.Inputs:
    """Return what the reader sees now, with their changes."""
    chosen: Mapping[str, object] = result.options
    options = {name: chosen[name] for name in link.OPTIONS}
    return link.Inputs(result.passage, result.question, result.options["model"], options)


def models() -> dict[str, str]:
    """Return the models that answer at once, name to title."""
    return {model.name: model.title for model in menu.available() if model.cached}


def answered() -> None:
    """Take note that new answers make this run."""
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


def title(key: str) -> str:
    """Return what the menu says for a text, as Markdown; a file may be called anything."""
    if key == OWN:
        return plain(current().file_name or "Your own text")
    return plain(shelf().texts[key].title)


def questions() -> tuple[str, ...]:
    """Return what is offered to be asked of the text that the reader sees."""
    return shelf().questions_of(current().seen.passage)


def pick_text(menu: int) -> None:
    """Show the text that the menu of this number now says; an own text begins empty."""
    acted()
    session = current()
    text = st.session_state[f"text-{menu}"]
    if menu != session.menus or text is None:  # None: the chosen one was clicked again
        return
    session.file_name, session.file_error, session.file_notices = "", "", []
    example = shelf().texts.get(text)
    passage, question = ("", "") if example is None else (example.passage, example.question)
    _show(replace(session.inputs, passage=passage, question=question), "passage", "question")


def open_file() -> None:
    """Show the text of the chosen file; what is shown stays when there is none."""
    acted()
    session = current()
    file = st.session_state[f"file-{session.uploads}"]
    if file is None:
        return
    session.uploads += 1
    session.file_error, session.file_notices = "", []
    try:
        document = read_document(file.getvalue(), file.name)
    except QnaError as error:
        session.file_error = str(error)
        return
    session.file_name, session.file_notices = file.name, list(document.notices)
    new, names = replace(session.inputs, passage=document.text), ["passage"]
    if session.seen.question in questions():  # it was about the example
        new, names = replace(new, question=""), ["passage", "question"]
    _show(new, *names)


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
    if result.answers and result.question != session.inputs.question:
        session.link_troubles = []  # of a link that the reader has left behind
    return questions() != offered


def plain(text: str) -> str:
    """Return Markdown that shows a text as it is: it may be a link's or a file's."""
    return re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", text)
