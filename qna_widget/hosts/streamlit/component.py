"""The Streamlit component: ``qna(passage, question)`` returns what the reader's browser found."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from qna_widget.core.contract import (
    INPUTS,
    all_inputs,
    check_examples,
    default_outputs,
    refuse_unknown,
)
from qna_widget.core.messages import Options, Outputs, Progress, Status, Timing
from qna_widget.core.types import AnswerDict, Overlap
from qna_widget.errors import InputError, needs_extra
from qna_widget.hosts.page import menu_lines

from . import serving
from .chosen_model import progress_of
from .memory import Memory

with needs_extra("The Streamlit component", "streamlit"):
    import streamlit as st
    from streamlit.errors import DuplicateWidgetID

    from . import place

_TWICE = (
    "qna() is called twice from one place, as in a loop. Give each call a key of its own: "
    "qna(…, key='first')."
)


@dataclass(frozen=True)
class QnAResult:
    """What the reader asked, and what the browser answered to exactly that."""

    passage: str
    question: str
    answers: list[AnswerDict]
    """Best first: text, start, end (code points), score (logits), probability."""
    null_score: float | None
    """Score of "no answer" (logits); None while there is no result."""
    status: Status
    """"loading" until the browser has answered these inputs."""
    error: str
    backend: str
    timing: Timing
    """tokens, windows, run_ms, total_ms."""
    options: Options
    """top_k, overlap and the other inputs, as the reader may have changed them."""
    model: str = ""
    """Title of the model that answers."""
    progress: Progress = field(default_factory=Progress)
    """How many windows were read of a question that the reader stopped: loaded, total."""


def qna(
    passage: str = "",
    question: str = "",
    *,
    key: str | None = None,
    top_k: int = 5,
    max_answer_len: int = 30,
    doc_stride: int = 128,
    no_answer_threshold: float | None = None,
    overlap: Overlap = "none",
    model: str | Path = "auto",
    workers: int | None = None,
    examples: Sequence[str] = (),
    on_change: Callable[[], None] | None = None,
) -> QnAResult:
    """Show the component; the app reruns when the answers change, after a call of `on_change`.

    The reader may change passage, question and options; an argument overrides this when it differs
    from the last run's, or after `reset`. `examples` are questions to click. Calls at two places of
    the code, or of one place on two pages, are two components; calls of one place in a loop need a
    `key` each, and calls with one key are one component, wherever they stand. In a form, the app
    hears of the reader by Submit.

    Raises InputError for a value that is not allowed or a second call without a key at one place,
    ModelError for a model that is not there, AssetError when one of its files cannot be read or
    the front end was not built.
    """
    arguments = all_inputs(
        {
            "passage": passage,
            "question": question,
            "top_k": top_k,
            "max_answer_len": max_answer_len,
            "doc_stride": doc_stride,
            "no_answer_threshold": no_answer_threshold,
            "overlap": overlap,
            "model": model,
            "workers": workers,
        }
    )
    offered = check_examples(examples)
    if key is None:
        key = place.key_of_call(1)
    memory = st.session_state.setdefault(_memory_key(key), Memory())
    state = st.session_state.get(key)
    # Run as plain Python, the script has no page that shows how far a fetch is.
    alone = not st.runtime.exists()
    # Under this key another element may have left something else.
    report = state.get("report") if isinstance(state, Mapping) else None
    memory.meet(report, arguments, alone=alone)
    if not alone:
        if memory.chosen.wanted and not place.can_rerun():
            _fetch(memory, arguments["model"])
            memory.meet(report, arguments, alone=alone)
        _mount(key, memory, offered, on_change or _nothing)
        if memory.chosen.wanted:
            # The former model answers on in the page, where another choice ends this by a rerun.
            _fetch(memory, arguments["model"])
            place.rerun()
    return _result(memory)


def reset(*names: str, key: str | None = None) -> None:
    """Let the next call's arguments override what the reader changed, even if they are the same.

    `names` are inputs such as "question"; without any, all of them. Without a key it is about the
    calls on this page that have none. Raises TypeError for other names.
    """
    refuse_unknown(names, INPUTS)
    wanted = _memory_key(place.keys_of_page() if key is None else key)
    for name in list(st.session_state):
        if name == wanted or (key is None and str(name).startswith(wanted)):
            st.session_state[name].forget(names or tuple(INPUTS))


def _memory_key(key: str) -> str:
    return f"qna_widget:{key}"


def _mount(key: str, memory: Memory, examples: list[str], on_change: Callable[[], None]) -> None:
    """Show the component with all that its page needs to know."""
    chosen, resolved = memory.chosen, memory.chosen.resolved
    data = {
        "key": key,
        "memory": memory.name,
        "revision": memory.revision,
        "since": memory.since,
        "arguments": memory.arguments,
        "changes": memory.changes,
        "heard": memory.report,
        "manifest": {"asked": chosen.asked, **serving.served(resolved)} if resolved else None,
        "models": menu_lines(),
        "fetching": chosen.fetching,
        "examples": examples,
    }
    try:
        serving.component(st.runtime.get_instance())(
            key=key,
            data=data,
            default={"report": None},
            # Streamlit keeps only state that has a callback.
            on_report_change=on_change,
        )
    except DuplicateWidgetID:
        if not key.startswith(place.keys_of_page()):
            raise
        raise InputError(_TWICE) from None


def _fetch(memory: Memory, argument: str) -> None:
    """Bring the model that is wanted; whatever ends the script's run ends this."""
    bar = st.empty()
    memory.chosen.fetch(argument, memory.report, progress_of(bar.progress))
    bar.empty()


def _result(memory: Memory) -> QnAResult:
    inputs, resolved = memory.inputs(), memory.chosen.resolved
    nothing_yet: Outputs = {**default_outputs(), "status": "loading"}
    outputs = deepcopy(memory.outputs or nothing_yet)
    others = {k: value for k, value in inputs.items() if k not in ("passage", "question")}
    return QnAResult(
        passage=inputs["passage"],
        question=inputs["question"],
        answers=outputs["answers"],
        null_score=outputs["null_score"],
        status=outputs["status"],
        error=outputs["error"],
        backend=outputs["backend"],
        timing=outputs["timing"],
        options=cast(Options, others),
        model=resolved.title if resolved else "",
        progress=outputs.get("progress", {}),
    )


def _nothing() -> None:
    pass
