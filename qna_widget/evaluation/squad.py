"""SQuAD's files and its official scores, versions 1.1 and 2.0.

The definitions follow the official evaluation script of SQuAD 2.0 (rajpurkar/SQuAD-explorer);
on a file without unanswerable questions they equal those of 1.1.
"""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from qna_widget.core.blank import is_blank
from qna_widget.documents.reading import read_bounded
from qna_widget.errors import DatasetError, InputError

from .dataset import SHAPES, Example, parse

__all__ = [
    "Example",
    "best_threshold",
    "exact_match",
    "f1",
    "normalize_answer",
    "read_examples",
    "score",
    "summarize",
]

ARTICLES = re.compile(r"\b(a|an|the)\b")
MAX_BYTES = 500_000_000
"""Of a file of questions. SQuAD's largest has 42 million."""
PUNCTUATION = str.maketrans("", "", string.punctuation)


def read_examples(file: Path | None, *, limit: int | None = None) -> list[Example]:
    """Read the first `limit` questions of a file (all by default) in one of dataset.py's shapes.

    None: of standard input.
    Raises DatasetError when it has none of them, is larger than MAX_BYTES, an id occurs twice or a
    text to be asked is blank; InputError when `limit` is less than 1.
    """
    if limit is not None and limit < 1:
        raise InputError(f"limit is {limit}; it must be 1 or more, or left out for all questions.")
    name = "standard input" if file is None else str(file)
    try:
        text = read_bounded(file, MAX_BYTES).decode("utf-8-sig")
        examples = parse(text)
        counts = Counter(example.id for example in examples)
    except InputError as error:
        raise DatasetError(str(error)) from error
    except (ValueError, RecursionError) as error:
        raise DatasetError(f"{name} is not in {SHAPES}: {error}.") from error
    if not examples:
        raise DatasetError(f"{name} holds no question.")
    twice = next((name for name, count in counts.items() if count > 1), None)
    if twice is not None:
        raise DatasetError(
            f"{name} holds the id {twice!r} {counts[twice]} times. Answers are kept and scored by "
            "id, so give each question one of its own."
        )
    asked = examples[:limit]
    for example in asked:
        for what in ("question", "passage"):
            if is_blank(getattr(example, what)):
                raise DatasetError(
                    f"{name} has a blank {what} for the id {example.id!r}, which nobody can "
                    "answer. Give it a text, or take the question out."
                )
    return asked


def normalize_answer(text: str) -> str:
    """Lower-case, drop ASCII punctuation, drop a/an/the, collapse white space."""
    return " ".join(ARTICLES.sub(" ", text.lower().translate(PUNCTUATION)).split())


def exact_match(gold: str, predicted: str) -> float:
    """Return 1 when the normalised texts are equal, else 0."""
    return float(normalize_answer(gold) == normalize_answer(predicted))


def f1(gold: str, predicted: str) -> float:
    """Return the harmonic mean of precision and recall over the words of the normalised texts."""
    wanted, given = normalize_answer(gold).split(), normalize_answer(predicted).split()
    if not wanted or not given:
        return float(wanted == given)
    common = sum((Counter(wanted) & Counter(given)).values())
    # Written as the official script does, so that the last bits agree too.
    if common == 0:
        return 0.0
    precision, recall = common / len(given), common / len(wanted)
    return (2 * precision * recall) / (precision + recall)


def score(example: Example, predicted: str) -> tuple[float, float]:
    """Return (exact match, F1): the maximum over the gold answers, each 0 to 1."""
    golds = [answer for answer in example.answers if normalize_answer(answer)] or [""]
    return (
        max(exact_match(gold, predicted) for gold in golds),
        max(f1(gold, predicted) for gold in golds),
    )


def summarize(
    examples: Iterable[Example], predictions: Mapping[str, str]
) -> dict[str, float | int]:
    """Return exact, f1 (percent) and total; the same with HasAns_ and NoAns_ where there are any.

    `predictions` maps each question's id to its answer, "" for "no answer".
    """
    scored = [(bool(e.answers), *score(e, predictions[e.id])) for e in examples]
    groups = {
        "": scored,
        "HasAns_": [row for row in scored if row[0]],
        "NoAns_": [row for row in scored if not row[0]],
    }
    summary: dict[str, float | int] = {}
    for name, rows in groups.items():
        if rows:
            summary[f"{name}exact"] = 100.0 * sum(row[1] for row in rows) / len(rows)
            summary[f"{name}f1"] = 100.0 * sum(row[2] for row in rows) / len(rows)
            summary[f"{name}total"] = len(rows)
    return summary


def best_threshold(
    scores: Sequence[float], answerable: Sequence[bool], margins: Sequence[float]
) -> tuple[float, float]:
    """Return (mean score in percent, threshold) of the best "no answer" threshold.

    `scores` are those of the best spans, `margins` the null margins: a question is answered when
    its margin is at most the threshold. As in the official script: starting from no question
    answered, questions are answered in the order of their margins, and the first best is taken.
    Where answering none is best, the script says 0; margins may be negative, so here it is a
    threshold below all of them.
    """
    current = best = float(sum(not has_answer for has_answer in answerable))
    threshold = min(margins, default=0.0) - 1.0
    for index in sorted(range(len(scores)), key=lambda i: margins[i]):
        current += scores[index] if answerable[index] else -1.0
        if current > best:
            best, threshold = current, margins[index]
    return 100.0 * best / len(scores), threshold
