"""Tables of what was found, as pandas DataFrames; pandas is imported when one is asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from qna_widget.core.contract import OUTPUTS
from qna_widget.errors import needs_extra

if TYPE_CHECKING:
    from pandas import DataFrame as DataFrame

    from qna_widget.core.types import AnswerDict

ANSWER_COLUMNS: Final = OUTPUTS["answers"]["items"]


def data_frame(columns: Mapping[str, object], index: object = None) -> DataFrame:
    """Return a table of equally long columns.

    Raises MissingExtraError without pandas.
    """
    with needs_extra("A table", "frames"):
        import pandas
    return pandas.DataFrame(columns, index=index)


def answers_frame(answers: Sequence[AnswerDict]) -> DataFrame:
    """Return ranked answers, one row each: text, start, end (code points), score, probability.

    The index counts ranks from 1. For reading, scores are rounded to three places and
    probabilities to four, so that pandas writes no 8.76e-01. Raises MissingExtraError without
    pandas.
    """
    rows = [_rounded(answer) for answer in answers]
    columns = {name: [row[name] for row in rows] for name in ANSWER_COLUMNS}
    table = data_frame(columns, index=range(1, len(answers) + 1))
    table.index.name = "rank"
    return table


def side_by_side(tables: Iterable[DataFrame], labels: Sequence[str]) -> DataFrame:
    """Join tables by rank, one block of columns per label."""
    with needs_extra("A table", "frames"):
        import pandas
    return pandas.concat(list(tables), axis=1, keys=labels)


def _rounded(answer: AnswerDict) -> Mapping[str, object]:
    score, probability = round(answer["score"], 3), round(answer["probability"], 4)
    return {**answer, "score": score, "probability": probability}
