"""Answers for tables of questions: the function that Dask, Spark and Ray call on each piece.

A piece of the data goes in (a pandas DataFrame, a pyarrow RecordBatch or Table), the same piece
comes out with the answers beside it. docs/scaling.md shows it in the three engines.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, Literal, TypeVar, Unpack, cast

from qna_widget.answering.options import AskOptionsDict, CallOptions, ask_options
from qna_widget.core.blank import is_blank
from qna_widget.core.contract import check_input, quoted
from qna_widget.core.types import Result
from qna_widget.errors import BlankPassageError, BlankQuestionError, InputError, needs_extra
from qna_widget.models import names
from qna_widget.models.names import ModelLike

from .frames import Frame, Kind, frame_of, spark_types

Batch = TypeVar("Batch")
Pair = tuple[str, str]

__all__ = ["BATCH_COLUMNS", "answer_batch", "answer_batches", "answer_meta", "answer_schema"]

BATCH_COLUMNS: Final[Mapping[str, Kind]] = {
    "answer": "text",
    "rank": "whole",
    "start": "whole",
    "end": "whole",
    "score": "real",
    "probability": "real",
    "null_score": "real",
    "null_margin": "real",
    "no_answer": "flag",
    "warning": "text",
    "error": "text",
}
"""The new columns and what they hold, in order.

answer: passage[start:end], empty when "no answer" wins. rank: 1 is the best. start, end: code
points of the passage. score, null_score: logits, the latter the same for all answers to a question.
null_margin: null_score minus the best span's score. warning: what the answerer says, such as that
the question was cut. error: why this row has no answer; its other new columns are missing then.
"""
ANY_LENGTH: Final = 10**6
"""Tokens; more than any model reads."""


class BatchOptions(CallOptions, total=False):
    """The options of `answer_batch`."""

    model: ModelLike
    question: str
    passage: str
    top_k: int | None
    prefix: str
    errors: Literal["column", "raise"]
    threads: int | None


def answer_batch(
    batch: Batch,
    *,
    model: ModelLike = "auto",
    question: str = "question",
    passage: str = "passage",
    top_k: int | None = 1,
    prefix: str = "",
    errors: Literal["column", "raise"] = "column",
    threads: int | None = 1,
    **options: Unpack[CallOptions],
) -> Batch:
    """Return `batch` with the columns BATCH_COLUMNS beside its own, in the same order of rows.

    `batch`: a pandas DataFrame (its index is kept), a pyarrow RecordBatch or Table, with the texts
    in the columns `question` and `passage`. Each row comes out once; with `top_k` above 1, once per
    ranked answer. A process loads `model` once, whatever number of batches it is given. A row that
    cannot be answered (blank, missing, not a text) has the reason in the column `error`, or with
    `errors="raise"` ends the batch with InputError. `prefix` goes before the new columns' names.
    `threads` windows run at the same time: leave it at 1 where an engine fills the processors, be
    it with processes or with threads, each of which then computes by itself.
    `options` are those of `QuestionAnswerer.ask`, but for `budget_s`.

    Raises InputError for columns that are missing or there already and for options that are not
    allowed, TypeError for an option that there is not, ModelError, and MissingExtraError without
    the extras `batch` and `kernel`.
    """
    if errors not in ("column", "raise"):
        raise InputError(f"errors is {errors!r}; it must be 'column' or 'raise'.")
    frame = frame_of(batch)
    new = _new_names(prefix)
    _check_columns(frame, (question, passage), list(new.values()))
    texts = [_pair(*row) for row in zip(frame.values(question), frame.values(passage), strict=True)]

    rows: list[int] = []
    columns: dict[str, list[object]] = {name: [] for name in BATCH_COLUMNS}
    chosen: AskOptionsDict = {**options, "top_k": 1 if top_k is None else top_k}
    for row, outcome in enumerate(_outcomes(texts, names.parse(model), threads, chosen)):
        if isinstance(outcome, InputError) and errors == "raise":
            raise InputError(f"Row {row} of the batch (the first is 0): {outcome}") from outcome
        for line in _lines(outcome):
            rows.append(row)
            for name, column in columns.items():
                column.append(line.get(name))
    extended = frame.extended(
        rows,
        {new[name]: column for name, column in columns.items()},
        {new[name]: kind for name, kind in BATCH_COLUMNS.items()},
    )
    return cast(Batch, extended)


def answer_batches(batches: Iterable[Batch], **options: Unpack[BatchOptions]) -> Iterator[Batch]:
    """Yield `answer_batch(batch, **options)` for each: Spark's mapInPandas and mapInArrow."""
    for batch in batches:
        yield answer_batch(batch, **options)


def answer_meta(frame: Any, **options: Unpack[BatchOptions]) -> Any:
    """Return what `answer_batch` would, with no row in it: Dask's `meta`. Loads no model.

    `frame` is a Dask or a pandas DataFrame; `options` are those given to `answer_batch`.
    """
    meta = getattr(frame, "_meta", frame)
    if not hasattr(meta, "iloc"):
        raise InputError(f"frame must be a DataFrame of Dask or pandas; got {quoted(frame)}.")
    return answer_batch(meta.iloc[:0], **options)


def answer_schema(prefix: str = "") -> str:
    """Return the new columns as Spark's schema strings name them, in order."""
    new = _new_names(prefix)
    return spark_types({new[name]: kind for name, kind in BATCH_COLUMNS.items()})


def _new_names(prefix: object) -> dict[str, str]:
    """Return what each new column is called. Raises InputError for a prefix that is no string."""
    if not isinstance(prefix, str):
        raise InputError(f"prefix must be a string; got {quoted(prefix)}.")
    return {name: prefix + name for name in BATCH_COLUMNS}


def _check_columns(frame: Frame, needed: Sequence[str], new: Sequence[str]) -> None:
    """Raise InputError unless the texts are there, once each, and no new name is taken."""
    there = frame.names()
    for name in needed:
        if there.count(name) != 1:
            number = "no column" if name not in there else f"{there.count(name)} columns"
            raise InputError(
                f"The batch has {number} {name!r}; there are {there}. Name the columns that hold "
                "the texts: question=..., passage=..."
            )
    taken = [name for name in new if name in there]
    if taken:
        raise InputError(
            f"The batch has columns {taken} already, which the answers would hide. Rename them, "
            "or choose what the new columns begin with, such as prefix='qna_'."
        )


def _pair(question: object, passage: object) -> Pair | InputError:
    """Return the two texts, or why they cannot be asked."""
    for name, value in (("question", question), ("passage", passage)):
        if value is None:
            return InputError(f"The {name} is missing in this row.")
    try:
        pair = check_input("question", question), check_input("passage", passage)
    except InputError as error:
        return error
    if is_blank(pair[1]):
        return BlankPassageError()
    return BlankQuestionError() if is_blank(pair[0]) else pair


def _outcomes(
    pairs: list[Pair | InputError],
    model: names.ModelName,
    threads: int | None,
    options: AskOptionsDict,
) -> Iterator[Result | InputError]:
    """Yield a result or a reason for each of `pairs`, in order."""
    if not pairs:  # loads no model, and so does not know how much it reads at once
        ask_options(options, ANY_LENGTH)
        return
    with needs_extra("Answering tables", "kernel"):
        from qna_widget.answering.answerer import QuestionAnswerer

        answerer = QuestionAnswerer(model, threads=threads)
    # Options that are not allowed belong to no row: they end the batch here.
    answerer.options(**options)
    done = 0
    while done < len(pairs):
        rest = pairs[done:]
        results = answerer.ask_many((p for p in rest if not isinstance(p, InputError)), **options)
        try:
            for pair in rest:
                outcome = pair if isinstance(pair, InputError) else next(results)
                yield outcome
                done += 1
        except InputError as error:
            # It belongs to this pair. The stream has ended with it; the next turn begins another
            # one behind the pair.
            yield error
            done += 1


def _lines(outcome: Result | InputError) -> Iterator[dict[str, object]]:
    """Yield the new columns' values, one line per answer; what a line lacks is missing."""
    if isinstance(outcome, InputError):
        yield {"error": str(outcome)}
        return
    for rank, answer in enumerate(outcome.answers, 1):
        yield {
            "answer": answer.text,
            "rank": rank,
            "start": answer.start,
            "end": answer.end,
            "score": answer.score,
            "probability": answer.probability,
            "null_score": outcome.null_score,
            "null_margin": outcome.null_margin,
            "no_answer": outcome.no_answer,
            "warning": " ".join(outcome.warnings) or None,
        }
