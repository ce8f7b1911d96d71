"""The questions that got an answer, in order; its files have the shape named in contract.json.

The view exports the same shape (js/src/component/history.ts).
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final, overload

from qna_widget.core.contract import CONTRACT
from qna_widget.core.crc32 import crc32
from qna_widget.core.types import AnswerDict
from qna_widget.core.whole_file import write_whole

from .tables import data_frame

if TYPE_CHECKING:
    from .tables import DataFrame

SHAPE: Final = CONTRACT["history"]


@dataclass(frozen=True)
class Asked:
    """One question about one passage, with the first answers that it got."""

    question: str
    passage: str = field(repr=False)
    model: str
    """The model's title."""
    options: Mapping[str, object]
    """By name: top_k, max_answer_len, doc_stride, no_answer_threshold, overlap."""
    null_score: float
    """Logits."""
    answers: tuple[AnswerDict, ...]
    """Best first: text, start, end (code points), score (logits), probability."""
    asked_at: str
    """UTC, as 2026-01-31T12:00:00.000Z."""

    @property
    def passage_crc32(self) -> int:
        """CRC-32 of the passage's UTF-8."""
        return crc32(self.passage)

    @property
    def passage_length(self) -> int:
        """Code points of the passage."""
        return len(self.passage)

    def as_dict(self) -> dict[str, object]:
        """Return plain data, the passage by its sum and length only."""
        values = {name: getattr(self, name) for name in SHAPE["questions"]}
        values["options"] = dict(self.options)
        values["answers"] = [dict(answer) for answer in self.answers]
        return values


class History(Sequence[Asked]):
    """What was asked of one widget, by the reader or from Python, oldest first.

    Each (question, passage, options, model) stands once, with its first answers. What is typed
    counts when the browser has answered it and Python knows the passage that it was about. The
    newest are kept: at most 1,000, about passages of 16 million characters together.
    """

    def __init__(self) -> None:
        self._asked: dict[tuple[object, ...], Asked] = {}
        # Each known passage, held once however often it was set, and its CRC-32.
        self._passages: dict[str, tuple[str, int]] = {}
        self._length = 0

    def __len__(self) -> int:
        """Return the number of questions."""
        return len(self._asked)

    def __iter__(self) -> Iterator[Asked]:
        """Yield the questions, oldest first."""
        return iter(self[:])

    @overload
    def __getitem__(self, index: int) -> Asked: ...
    @overload
    def __getitem__(self, index: slice) -> list[Asked]: ...
    def __getitem__(self, index: int | slice) -> Asked | list[Asked]:
        """Return one question, or several: copies, so that what was asked stays as it was."""
        # In one step: another thread may add a question while these are copied.
        asked = list(self._asked.values())
        return deepcopy(asked[index])

    def __repr__(self) -> str:
        """Show the questions with their best answers."""
        lines = [f"  {one.question!r} → {one.answers[0]['text'] or 'no answer'!r}" for one in self]
        plural = "" if len(self) == 1 else "s"
        return "\n".join([f"History of {len(self)} question{plural}", *lines])

    def add(
        self,
        *,
        question: str,
        passage: str,
        model: str,
        options: Mapping[str, object],
        null_score: float,
        answers: Sequence[AnswerDict],
    ) -> None:
        """Keep a question with its answers, unless the same was asked before."""
        kept = {name: options[name] for name in SHAPE["options"]}
        key = (question, passage, model, *kept.values())
        if key in self._asked:
            return
        if passage not in self._passages:
            self._passages[passage] = passage, crc32(passage)
            self._length += len(passage)
        passage, _ = self._passages[passage]
        now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        self._asked[key] = Asked(
            question, passage, model, kept, null_score, tuple(deepcopy([*answers])), now
        )
        most, most_text = SHAPE["most_questions"], SHAPE["most_text"]
        while len(self) > 1 and (len(self) > most or self._length > most_text):
            self._drop_oldest()

    def passage(self, crc: int) -> str | None:
        """Return the passage with this CRC-32, if a question was about it."""
        passages = list(self._passages.values())  # another thread may add one meanwhile
        return next((text for text, known in passages if known == crc), None)

    def to_frame(self) -> DataFrame:
        """Return one row per answer, in the columns of the CSV file.

        Raises MissingExtraError without pandas.
        """
        rows = self._rows()
        names = SHAPE["csv_columns"]
        return data_frame({name: [row[name] for row in rows] for name in names})

    def to_json(self, path: str | Path) -> None:
        """Write {"passages": [...], "questions": [...]}, each passage's text once."""
        # Questions first: one that comes meanwhile adds a passage too many, and none is missing.
        questions = [one.as_dict() for one in self]
        passages = [
            {"crc32": crc, "length": len(text), "text": text}
            for text, crc in list(self._passages.values())
        ]
        whole = {"passages": passages, "questions": questions}
        text = json.dumps(whole, ensure_ascii=False, indent=1, allow_nan=False)
        write_whole(path, f"{text}\n".encode())

    def to_csv(self, path: str | Path) -> None:
        """Write one row per answer, for spreadsheets: UTF-8 with BOM.

        A text that a spreadsheet would take for a formula gets an apostrophe before it; for texts
        as they are, take `to_json`.
        """
        table = io.StringIO(newline="")
        writer = csv.DictWriter(
            table, SHAPE["csv_columns"], quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n"
        )
        writer.writeheader()
        for row in self._rows():
            writer.writerow({name: _harmless(value) for name, value in row.items()})
        write_whole(path, table.getvalue().encode("utf-8-sig"))

    def _drop_oldest(self) -> None:
        oldest = self._asked.pop(next(iter(self._asked)))
        if all(other.passage is not oldest.passage for other in list(self._asked.values())):
            del self._passages[oldest.passage]
            self._length -= len(oldest.passage)

    def _rows(self) -> list[dict[str, object]]:
        return [
            {
                "question": one.question,
                "rank": rank,
                **answer,
                "null_score": one.null_score,
                "model": one.model,
                **one.options,
                "passage_crc32": one.passage_crc32,
                "passage_length": one.passage_length,
                "asked_at": one.asked_at,
            }
            for one in self
            for rank, answer in enumerate(one.answers, 1)
        ]


def _harmless(value: object) -> object:
    if isinstance(value, str) and value.startswith(tuple(SHAPE["formula_starts"])):
        return SHAPE["formula_prefix"] + value
    return value
