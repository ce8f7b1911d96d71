"""The shapes in which question-answering data come: SQuAD's own, rows, JSON lines. Pure.

Answers are a list of texts or of {"text": …}, or one dict of lists as the `datasets` library has
it. What `is_impossible` marks has no answer, whatever stands there; a blank answer is none.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

SHAPES: Final = (
    "SQuAD's format (data > paragraphs > context, qas > id, question, answers > text), nor rows of "
    "a JSON list or JSON lines (id, question, context, answers)"
)
_PASSAGES: Final = ("context", "passage")
_ANSWERS: Final = ("answers", "answer", "answer_text")


@dataclass(frozen=True)
class Example:
    """A question about a passage with its gold answers; none: the passage does not answer it."""

    id: str
    question: str
    passage: str
    answers: tuple[str, ...]


def parse(text: str) -> list[Example]:
    """Return the questions of a file's text. A row without an id is named by its place, from 0.

    Raises ValueError, KeyError or TypeError for what has none of the shapes.
    """
    return [_row(found, str(place)) for place, found in enumerate(_found(_documents(text)))]


def _documents(text: str) -> list[object]:
    """Return what a JSON file holds: one document, or one a line."""
    try:
        return [json.loads(text)]
    except ValueError:
        # Not splitlines: a text within a line may hold U+2028 and its like as they are.
        lines = [line for line in text.split("\n") if line.strip()]
        if len(lines) < 2:
            raise
        try:
            first = json.loads(lines[0])
        except ValueError:
            first = None
        if not isinstance(first, dict):
            raise  # a broken document, and the place in it
        return [json.loads(line) for line in lines]


def _found(documents: list[object]) -> Iterator[Mapping[str, object]]:
    """Yield the questions, each with its passage."""
    for document in documents:
        if isinstance(document, Mapping) and "data" in document:
            yield from _found(_list(document["data"], "data"))
        elif isinstance(document, Mapping) and "paragraphs" in document:
            yield from _found(_list(document["paragraphs"], "paragraphs"))
        elif isinstance(document, Mapping) and "qas" in document:
            for question in _list(document["qas"], "qas"):
                yield {"context": document["context"], **_mapping(question)}
        elif isinstance(document, list):
            yield from _found(document)
        else:
            yield _mapping(document)


def _row(found: Mapping[str, object], place: str) -> Example:
    passage = next((name for name in _PASSAGES if name in found), _PASSAGES[0])
    given = next((found[name] for name in _ANSWERS if name in found), None)
    answers = () if _is_true(found.get("is_impossible")) else _answers(given)
    return Example(
        id=_id(found.get("id", place)),
        question=_text(found["question"]),
        passage=_text(found[passage]),
        answers=tuple(answer for answer in answers if answer.strip()),
    )


def _answers(value: object) -> list[str]:
    if value is None:
        return []
    if isinstance(value, str):
        return [value]
    if isinstance(value, Mapping):  # {"text": […], "answer_start": […]}, or one answer
        return _answers(value["text"])
    texts: list[str] = []
    for answer in _list(value, "answers"):
        texts += [answer] if isinstance(answer, str) else [_text(_mapping(answer)["text"])]
    return texts


def _id(value: object) -> str:
    """Return an id as prediction files have it, whose names are texts."""
    return str(value) if isinstance(value, int) else _text(value)


def _is_true(value: object) -> bool:
    return value is True or value == 1 or (isinstance(value, str) and value.lower() == "true")


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r:.60} is no text")
    return value


def _list(value: object, name: str) -> list[object]:
    if not isinstance(value, list):
        raise TypeError(f"{name} is {value!r:.60}, which is no list")
    return value


def _mapping(value: object) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise TypeError(f"{value!r:.60} is no question with its passage")
    return value
