"""The call of transformers 4's `pipeline("question-answering")`, as far as its form goes.

Names, defaults and shapes are those of transformers 4.57.6, the answers those of this package:
docs/migrating.md has the differences.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from typing import Final, TypedDict

from qna_widget.core.contract import refuse_unknown
from qna_widget.core.types import Result
from qna_widget.errors import InputError

from .options import ASK_OPTIONS, CallOptions

# What the pipeline did by default; overlap could not be chosen.
DEFAULTS: Final = {
    "top_k": 1,
    "handle_impossible_answer": False,
    "align_to_words": True,
    "overlap": "allow",
}
# How the pipeline shared out its work. Nothing here depends on it.
WITHOUT_EFFECT: Final = ("batch_size", "num_workers", "padding")


class PipelineOptions(CallOptions, total=False):
    """What the pipeline's call took besides; the last three have no effect."""

    topk: int | None
    """The old name of top_k."""
    batch_size: int | None
    num_workers: int | None
    padding: str | bool | None


class PipelineAnswer(TypedDict):
    """An answer as the pipeline gave it; the empty text at 0, 0 says that there is none."""

    score: float
    """The probability among all candidates, 0 to 1."""
    start: int
    """Code points of the passage."""
    end: int
    answer: str


PipelineAnswers = PipelineAnswer | list[PipelineAnswer]
"""What the pipeline gave for one question: a list only when there is more than one answer."""


def pipeline_options(given: Mapping[str, object]) -> dict[str, object]:
    """Return the options of `ask` for what the pipeline would have been given.

    Raises TypeError for a name that neither knows.
    """
    refuse_unknown(given, (*ASK_OPTIONS, "topk", *WITHOUT_EFFECT))
    options = {
        name: value
        for name, value in given.items()
        if value is not None and name not in WITHOUT_EFFECT
    }
    if "topk" in options:
        warnings.warn("topk is the old name of top_k.", DeprecationWarning, stacklevel=3)
        old = options.pop("topk")
        if options.setdefault("top_k", old) != old:
            raise InputError(f"top_k={options['top_k']!r} and topk={old!r}; give one of them.")
    defaults = dict(DEFAULTS)
    if "no_answer_threshold" in options:
        del defaults["handle_impossible_answer"]
    return defaults | options


def pipeline_answer(result: Result, top_k: int, *, impossible: bool) -> PipelineAnswers:
    """Return a result as the pipeline did: a dict, a list only when there is more than one.

    With `impossible`, "no answer" has its place in the list also where it does not win.
    """
    found = [
        PipelineAnswer(score=a.probability, start=a.start, end=a.end, answer=a.text)
        for a in result.answers
    ]
    if impossible and not result.no_answer:
        null = PipelineAnswer(score=result.null_probability, start=0, end=0, answer="")
        # Never first: it did not win.
        above = sum(answer["score"] >= null["score"] for answer in found)
        found.insert(max(1, above), null)
    found = found[:top_k]
    return found[0] if len(found) == 1 else found


def pipeline_answers(
    results: Sequence[Result], top_k: int, *, impossible: bool
) -> PipelineAnswers | list[PipelineAnswers]:
    """Return what the pipeline did for a list of questions: a list, unless it holds one."""
    answers = [pipeline_answer(result, top_k, impossible=impossible) for result in results]
    return answers[0] if len(answers) == 1 else answers
