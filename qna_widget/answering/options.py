"""What can be chosen per question: names, defaults, bounds; those of transformers 4 among them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from numbers import Real
from typing import Any, Final, TypedDict

from qna_widget.core.contract import (
    CONTRACT,
    INPUTS,
    Spec,
    check_input,
    check_value,
    refuse_unknown,
)
from qna_widget.core.types import DecodingOptions, FeatureOptions, Overlap, ReadingOptions
from qna_widget.errors import InputError

MAX_QUESTION_TOKENS: Final[int] = CONTRACT["limits"]["max_question_tokens"]
SENTENCE_MARGIN: Final[float] = CONTRACT["limits"]["sentence_margin"]
MIN_SEQ_LEN: Final = 8
TRUTH: Final[Spec] = {"type": "boolean"}
MAX_WINDOWS: Final[Spec] = {
    "type": "integer",
    "null": "all",
    "minimum": 1,
    "maximum": 1_000_000,
    "unit": "windows",
}
CACHE: Final[Spec] = {
    "type": "integer",
    "minimum": 0,
    "maximum": 2**40,
    "unit": "bytes",
}
BUDGET: Final[Spec] = {
    "type": "number",
    "null": "no end",
    "minimum": 0,
    "maximum": 1_000_000,
    "unit": "seconds",
}
WINDOW_UNIT: Final = "tokens; more with a model that `qna-widget export --max-seq-len` wrote"
THRESHOLD: Final[Spec] = {
    **INPUTS["no_answer_threshold"],
    "unit": 'logits; infinity turns "no answer" off',
}


class CallOptions(TypedDict, total=False):
    """The options of a question but top_k, which a call takes by itself; None: the default."""

    max_answer_len: int | None
    """Tokens."""
    doc_stride: int | None
    """Step from one window to the next, in tokens."""
    max_seq_len: int | None
    """Of a whole window, in tokens."""
    max_question_len: int | None
    """Tokens kept of a question; the rest is cut off with a warning."""
    no_answer_threshold: float | None
    """Logits; infinity turns "no answer" off."""
    handle_impossible_answer: bool | None
    """False turns "no answer" off."""
    overlap: Overlap | None
    align_to_words: bool | None
    max_windows: int | None
    """Most windows to read, the most relevant ones first; None: the whole passage."""


class AskOptionsDict(CallOptions, total=False):
    """The options of `QuestionAnswerer.ask`, as a caller gives them."""

    top_k: int | None
    """Most answers to return."""


ASK_OPTIONS: Final = ("top_k", *CallOptions.__annotations__)


@dataclass(frozen=True)
class AskOptions:
    """Everything that can be chosen per question, checked."""

    features: FeatureOptions
    decoding: DecodingOptions
    reading: ReadingOptions


def ask_options(
    given: Mapping[str, object],
    longest: int,
    threshold: float = 0.0,
    cut_share: float = 0.0,
    *,
    neat: bool = True,
    budget_s: float | None = None,
) -> AskOptions:
    """Check the options by name and fill in the defaults; None stands for the default.

    `longest` is the most tokens that the model takes in one window, `threshold` its own of "no
    answer" (logits), `cut_share` its own of other cuts; without `neat`, answers and probabilities
    are the pipeline's. `budget_s` is for one question alone. Raises TypeError for a name that is
    not known, InputError for a value that is not allowed.
    """
    _refuse_budget(given)
    refuse_unknown(given, ASK_OPTIONS)
    values = {name: value for name, value in given.items() if value is not None}

    def choose(name: str) -> Any:
        return check_input(name, values.get(name, INPUTS[name]["default"]))

    def whole(name: str, default: int, minimum: int, unit: str = "tokens") -> int:
        # A question may be cut at more tokens than fit: prepare says so where it happens.
        maximum = max(longest, default)
        spec: Spec = {"type": "integer", "minimum": minimum, "maximum": maximum, "unit": unit}
        checked: int = check_value(name, values.get(name, default), spec)
        return checked

    return AskOptions(
        FeatureOptions(
            max_seq_len=whole("max_seq_len", longest, MIN_SEQ_LEN, WINDOW_UNIT),
            doc_stride=choose("doc_stride"),
            max_question_tokens=whole("max_question_len", MAX_QUESTION_TOKENS, 1),
        ),
        DecodingOptions(
            top_k=choose("top_k"),
            max_answer_len=choose("max_answer_len"),
            no_answer_threshold=_threshold(values, threshold),
            overlap=choose("overlap"),
            align_to_words=check_value(
                "align_to_words", values.get("align_to_words", False), TRUTH
            ),
            neat=neat,
            sentence_margin=SENTENCE_MARGIN if neat else 0.0,
            cut_share=cut_share if neat else 0.0,
        ),
        ReadingOptions(
            max_windows=check_value("max_windows", values.get("max_windows"), MAX_WINDOWS),
            budget_s=check_value("budget_s", budget_s, BUDGET),
        ),
    )


def _refuse_budget(given: Mapping[str, object]) -> None:
    if "budget_s" in given:
        raise TypeError(
            "budget_s is an argument of QuestionAnswerer.ask alone, whose result says how far it "
            "went: the windows of many questions run together. Give max_windows, which limits each "
            "question."
        )


def _threshold(values: Mapping[str, object], default: float) -> float:
    """Return the margin in logits above which "no answer" wins; infinity: never."""
    possible = check_value(
        "handle_impossible_answer", values.get("handle_impossible_answer", True), TRUTH
    )
    if not possible:
        if "no_answer_threshold" in values:
            raise InputError(
                'handle_impossible_answer=False turns "no answer" off, no_answer_threshold='
                f"{values['no_answer_threshold']!r} says when it wins. Give one of them."
            )
        return float("inf")
    threshold = values.get("no_answer_threshold", default)
    if isinstance(threshold, Real) and threshold == float("inf"):
        return float("inf")
    checked: float = check_value("no_answer_threshold", threshold, THRESHOLD)
    return checked
