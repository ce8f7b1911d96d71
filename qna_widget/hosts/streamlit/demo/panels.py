"""What the page shows around the component. Draws, and decides nothing."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import streamlit as st

from qna_widget.core.contract import INPUTS
from qna_widget.core.types import AnswerDict
from qna_widget.documents import MAX_BYTES, SUFFIXES
from qna_widget.results.history import History
from qna_widget.streamlit import QnAResult

from . import link, session
from .session import plain, shelf
from .shelf import OWN

_PERCENT = st.column_config.NumberColumn(format="percent")
_AT_MOST = f"a link takes up to {link.MAX_CHARACTERS:,} characters of it"
WAITING = "The answers appear here once the browser has read the whole text."
NOTHING = "Nothing is answered yet."


def texts(result: QnAResult) -> None:
    """Draw the menu of texts and the field for a file."""
    menu = session.show_in_menu(shelf().key_of(result.passage))
    left, right = st.columns(2)
    left.selectbox(
        "Text",
        [*shelf().texts, OWN],
        key=f"text-{menu}",
        format_func=shelf().title,
        on_change=session.pick_example,
        args=(menu,),
    )
    right.file_uploader(
        "Or open a file",
        [suffix.removeprefix(".") for suffix in SUFFIXES],
        key=f"file-{session.current().uploads}",
        on_change=session.open_file,
        max_upload_size=MAX_BYTES // 1_000_000,
    )


def troubles() -> None:
    """Say what was wrong with a link or a file, and what was guessed of a file."""
    visit = session.current()
    if visit.text_missing:
        st.info("A link does not carry your own text. Paste it, or open its file again.")
    if visit.link_troubles:
        lines = "".join(f"\n- {plain(trouble)}" for trouble in visit.link_troubles)
        st.warning("Not all that the link asks for is possible; the rest was done." + lines)
    if visit.file_error:
        st.error(plain(visit.file_error))
    if visit.file_notices:
        st.info(plain(" ".join(visit.file_notices)))


def answers(result: QnAResult) -> None:
    """Draw the answers as a table, for download too."""
    if not result.answers:
        waits = result.status == "loading" and result.passage.strip() and result.question.strip()
        st.text(result.error or (WAITING if waits else NOTHING))
        return
    st.dataframe([_shown(answer) for answer in result.answers], hide_index=True)
    ms = result.timing["total_ms"]
    score = f"null score {result.null_score:.2f}"
    st.caption(plain(f"{result.model} · {result.backend} · {ms:.0f} ms · {score}"))
    only = History()
    session.add(only, result)
    _downloads(only, "answers")


def history() -> None:
    """Draw what was asked in this visit, newest first, with a way back to each question."""
    asked = list(session.current().history)[::-1]
    if not asked:
        st.text("Each question is listed here once it is answered.")
        return
    numbers = range(len(asked), 0, -1)
    st.selectbox(
        "Go back to",
        numbers,
        index=None,
        placeholder="Choose an earlier question",
        format_func=lambda number: f"{number}. {asked[len(asked) - number].question}",
        key="earlier",
        on_change=session.go_back,
    )
    rows = [
        {
            "": number,
            "question": one.question,
            "best answer": one.answers[0]["text"] or "no answer",
            "probability": one.answers[0]["probability"],
            "text": shelf().title(shelf().key_of(one.passage)),
            "model": one.model,
        }
        for number, one in zip(numbers, asked, strict=True)
    ]
    st.dataframe(rows, hide_index=True, column_config={"probability": _PERCENT})
    _downloads(session.current().history, "history")


def link_to(result: QnAResult) -> None:
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
            "Put the text into the link", on_change=session.acted
        )
        (carried if with_passage else left_out).append("text")
    said = f"In the link: {', '.join(carried)}."
    if left_out:
        said += f" Not in it: {', '.join(left_out)} ({_AT_MOST})."
    st.caption(said)
    address = link.write(inputs, shelf(), with_passage=with_passage)
    st.code(link.url(st.context.url or "", address), None, wrap_lines=True)


def python(result: QnAResult) -> None:
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
        f"    top_k={result.options['top_k']},\n)",
    ]
    st.code("\n".join(lines), "python", wrap_lines=True)


def _shown(answer: AnswerDict) -> AnswerDict:
    return {**answer, "text": answer["text"] or "no answer"}


def _downloads(of: History, name: str) -> None:
    kinds = (("CSV", "text/csv", of.to_csv), ("JSON", "application/json", of.to_json))
    with st.container(horizontal=True):
        for kind, mime, write in kinds:
            st.download_button(
                f"{name.capitalize()} as {kind}",
                partial(_content, write),
                f"{name}.{kind.lower()}",
                mime,
                on_click="ignore",
            )


def _content(write: Callable[[Path], None]) -> bytes:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "file"
        write(file)
        return file.read_bytes()
