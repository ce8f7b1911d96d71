"""Question answering data: what an example is, and the reader of SQuAD 1.1 / 2.0 JSON.

An `Example` is a question, a passage and the spans that answer it, as code
point ranges ``(start, end)`` of the passage, end exclusive.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

Span = tuple[int, int]
Row = TypeVar("Row")

# A text that occurs more often than this in a passage says too little about
# which occurrence is meant.
MAX_OCCURRENCES = 4
# Articles of these names hold passages that do not belong together.
UNTITLED = {"", "untitled"}


class DataError(ValueError):
    """A data file that is not what its reader expects."""


@dataclass(frozen=True)
class Gold:
    """One gold answer: every place where it stands, and how many people gave it."""

    spans: tuple[Span, ...]
    votes: int = 1


@dataclass(frozen=True)
class Example:
    """A question about a passage. No golds: the passage does not answer it."""

    id: str
    question: str
    passage: str
    golds: tuple[Gold, ...]
    # Passages of one group (an article) are neighbours; "": it has none.
    group: str
    answer_texts: tuple[str, ...] = field(default=())


def occurrences(text: str, passage: str) -> tuple[Span, ...]:
    """All places where `text` stands in `passage` as whole words, in order."""
    found: list[Span] = []
    at = passage.find(text)
    while at >= 0:
        end = at + len(text)
        inside_left = at > 0 and passage[at - 1].isalnum() and text[0].isalnum()
        inside_right = end < len(passage) and passage[end].isalnum() and text[-1].isalnum()
        if not (inside_left or inside_right):
            found.append((at, end))
        at = passage.find(text, at + 1)
    return tuple(found)


def spread(rows: Sequence[Row], limit: int | None) -> list[Row]:
    """At most `limit` of the rows, from the whole of them."""
    if limit is None or limit >= len(rows):
        return list(rows)
    return [rows[number * len(rows) // limit] for number in range(limit)]


def read_text(path: Path) -> str:
    """Read a UTF-8 file; raises DataError when it is not there or not one."""
    try:
        return Path(path).read_text(encoding="utf-8")
    except FileNotFoundError:
        raise DataError(f"{path}: no such file.") from None
    except IsADirectoryError:
        raise DataError(f"{path}: a folder; give a file.") from None
    except UnicodeDecodeError as error:
        raise DataError(f"{path}: not UTF-8 ({error}).") from None


def letters(text: str) -> str:
    """The letters and digits alone, in lower case: copies with other blanks have the same."""
    return "".join(filter(str.isalnum, text.lower()))


@cache
def fingerprint(passage: str) -> bytes:
    """A hash of the letters and digits alone."""
    return hashlib.sha256(letters(passage).encode()).digest()


def held_out(passage: str) -> bool:
    """Whether the passage belongs to the tenth that is kept back for evaluation."""
    return int.from_bytes(fingerprint(passage)[:4], "big") % 10 == 0


def _want(value: Any, kind: type, where: str) -> Any:
    if not isinstance(value, kind):
        raise DataError(
            f"{where}: expected {kind.__name__}, found {type(value).__name__}. "
            "Give a file in SQuAD 1.1 or 2.0 format."
        )
    return value


def _member(record: dict[str, Any], name: str, kind: type, where: str) -> Any:
    if name not in record:
        raise DataError(
            f"{where}: no '{name}' (found: {', '.join(sorted(record)) or 'nothing'}). "
            "Give a file in SQuAD 1.1 or 2.0 format."
        )
    return _want(record[name], kind, f"{where}.{name}")


def _squad_golds(answers: list[Any], passage: str, where: str) -> tuple[Gold, ...]:
    votes: Counter[str] = Counter()
    given: dict[str, int] = {}
    for k, answer in enumerate(answers):
        here = f"{where}.answers[{k}]"
        text = _member(_want(answer, dict, here), "text", str, here)
        start = _member(answer, "answer_start", int, here)
        if not text.strip():
            raise DataError(f"{here}: blank answer text; leave the answer out instead.")
        if passage[start : start + len(text)] != text:
            raise DataError(
                f"{here}: the passage has {passage[start : start + len(text)]!r} at "
                f"{start}, not the answer {text!r}. answer_start counts code points."
            )
        votes[text] += 1
        given.setdefault(text, start)
    golds = []
    for text, count in votes.items():
        spans = occurrences(text, passage)
        first = (given[text], given[text] + len(text))
        if not 0 < len(spans) <= MAX_OCCURRENCES or first not in spans:
            spans = (first,)
        golds.append(Gold(spans, count))
    return tuple(golds)


def read_squad(path: Path) -> list[Example]:
    """Read a SQuAD 1.1 or 2.0 file; unanswerable questions have no golds.

    Files may give the first occurrence of an answer's text as its place, so
    all occurrences are kept, and training lets the model tell which is meant.
    """
    try:
        raw = json.loads(read_text(path))
    except json.JSONDecodeError as error:
        raise DataError(f"{path}: not JSON ({error}).") from None
    articles = _member(_want(raw, dict, str(path)), "data", list, str(path))
    examples: list[Example] = []
    for i, article in enumerate(articles):
        at_article = f"{path}: data[{i}]"
        paragraphs = _member(_want(article, dict, at_article), "paragraphs", list, at_article)
        title = str(article.get("title", ""))
        group = "" if title in UNTITLED else title
        for j, paragraph in enumerate(paragraphs):
            where = f"{at_article}.paragraphs[{j}]"
            passage = _member(_want(paragraph, dict, where), "context", str, where)
            if not passage.strip():
                raise DataError(f"{where}.context: blank passage; leave the paragraph out.")
            for k, qa in enumerate(_member(paragraph, "qas", list, where)):
                here = f"{where}.qas[{k}]"
                question = _member(_want(qa, dict, here), "question", str, here)
                if not question.strip():
                    continue  # SQuAD 2.0 has a handful of blank questions
                answers = _member(qa, "answers", list, here)
                if qa.get("is_impossible", False):
                    answers = []
                golds = _squad_golds(answers, passage, here)
                texts = tuple({passage[s:e] for gold in golds for s, e in gold.spans})
                examples.append(
                    Example(str(qa.get("id", here)), question, passage, golds, group, texts)
                )
    if not examples:
        raise DataError(f"{path}: no questions in it. Give a file with at least one.")
    return examples
