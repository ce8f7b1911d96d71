"""What the page shows around the component. Draws, and decides nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from qna_widget.core.blank import is_blank
from qna_widget.core.contract import INPUTS
from qna_widget.documents import MAX_BYTES
from qna_widget.results.history import History
from qna_widget.streamlit import QnAResult

from . import link, report, session
from .session import plain, shelf
from .shelf import OWN

_HERE = Path(__file__).parent
_AT_MOST = f"a link takes up to {link.MAX_CHARACTERS:,} characters of it"
TAKE_ALONG = "Link, downloads and Python code"


def head() -> DeltaGenerator:
    """Say what this page is; return a place for what is under way."""
    st.html(_HERE / "look.css")
    st.html(f"<script>{_script()}</script>", unsafe_allow_javascript=True)
    with st.container(gap=None, key="head"):
        st.title("Ask a question about a text", anchor=False)
        st.caption(
            "Your own browser finds the answer and shows where it stands. The text goes nowhere "
            "but to this app."
        )
        return st.empty()


@contextmanager
def say(place: DeltaGenerator, sentence: str) -> Iterator[None]:
    """Show a sentence there for a while."""
    with place, st.spinner(sentence):
        yield


def texts(result: QnAResult) -> None:
    """Draw the menu of texts and the field for a file."""
    menu = session.show_in_menu(shelf().key_of(result.passage))
    titles = session.titles()
    with st.container(horizontal=True, vertical_alignment="center", key="texts"):
        st.pills(
            "Text",
            list(titles),
            key=f"text-{menu}",
            format_func=titles.__getitem__,
            on_change=session.pick_text,
            args=(menu,),
            label_visibility="collapsed",
        )
        # Of any kind: Streamlit would refuse others by their media type, we say what to do instead.
        st.file_uploader(
            "Open a file",
            key=f"file-{session.current().uploads}",
            on_change=session.acted,
            max_upload_size=MAX_BYTES // 1_000_000,
            label_visibility="collapsed",
        )


def troubles() -> None:
    """Say what was wrong with a link or a file, and what was guessed of a file."""
    visit = session.current()
    if visit.text_missing and visit.tab_spoke:  # else the text may be on its way
        st.info("The text of this question is not in the link. Paste it, or open its file.")
    if visit.link_troubles:
        lines = "".join(f"\n- {plain(trouble)}" for trouble in visit.link_troubles)
        st.warning("Not all that the link asks for is possible; the rest was done." + lines)
    if visit.file_error:
        st.error(plain(visit.file_error))
    if visit.file_notices:
        st.info(plain(" ".join(visit.file_notices)))


def take_along(result: QnAResult) -> None:
    """Draw what a reader takes home, folded: all of it is about the question that stands there."""
    if is_blank(result.passage) or is_blank(result.question):
        return
    with st.expander(TAKE_ALONG):
        left, right = st.columns(2, gap="large")
        with left:
            _link(result)
            _downloads(result)
        with right:
            _python(result)


def _link(result: QnAResult) -> None:
    """Draw the link that leads back here, and say what it does not carry."""
    inputs = session.inputs_of(result)
    with_passage = False
    carried, left_out = ["settings"], list[str]()
    if inputs.question:
        (carried if link.fits(inputs.question) else left_out).append("question")
    if shelf().key_of(inputs.passage) != OWN:
        carried.append("name of the example")
    elif inputs.passage:
        with_passage = link.fits(inputs.passage) and st.checkbox(
            "Put the text into the link", session.is_linked(inputs), on_change=session.acted
        )
        (carried if with_passage else left_out).append("text")
    said = f"In the link: {', '.join(carried)}."
    if left_out:
        said += f" Not in it: {', '.join(left_out)} ({_AT_MOST})."
    address = link.write(inputs, shelf(), with_passage=with_passage)
    st.code(link.url(st.context.url or "", address), None, wrap_lines=True)
    st.caption(said)


def _downloads(result: QnAResult) -> None:
    """Draw buttons for the answers as files, and for the PDF that the report is the text of."""
    files: list[tuple[str, str, str, Callable[[], bytes]]] = []
    only = History()
    if session.add(only, result):
        files += [
            ("Answers as CSV", "answers.csv", "text/csv", partial(_content, only.to_csv)),
            (
                "Answers as JSON",
                "answers.json",
                "application/json",
                partial(_content, only.to_json),
            ),
        ]
    if result.passage == report.text():
        files.append(("The report as PDF", "report.pdf", "application/pdf", report.pdf))
    with st.container(horizontal=True):
        for label, name, mime, content in files:
            st.download_button(label, content, name, mime, on_click="ignore")


def _python(result: QnAResult) -> None:
    """Draw the lines that ask the same in Python."""
    passage = repr(result.passage) if link.fits(result.passage) else "...  # the text above"
    changed = {
        name: value
        for name, value in result.options.items()
        if name not in ("model", "workers") and value != INPUTS[name]["default"]
    }
    model = result.options["model"]
    lines = [
        "from qna_widget import QuestionAnswerer",
        "",
        f"passage = {passage}",
        f"qa = QuestionAnswerer({'' if model == 'auto' else f'model={model!r}'})",
        f"answers = qa(\n    question={result.question!r},\n    passage=passage,",
        *(f"    {name}={value!r}," for name, value in changed.items() if name != "top_k"),
        # As the page does.
        f"    top_k={result.options['top_k']},\n    align_to_words=True,\n)",
    ]
    st.code("\n".join(lines), "python", wrap_lines=True)


def _content(write: Callable[[Path], None]) -> bytes:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "file"
        write(file)
        return file.read_bytes()


@cache
def _script() -> str:
    return (_HERE / "drop.js").read_text("utf-8")
