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

    Raises ValueError for what has none of the shapes, or no text where one is wanted; it names the
    line, from 1, and the place as a program would, from 0.
    """
    found = (row for where, document in _documents(text) for row in _found(document, where))
    return [_row(row, str(place), where) for place, (where, row) in enumerate(found)]


def _documents(text: str) -> list[tuple[str, object]]:
    """Return what a JSON file holds, and where: one document, or one a line."""
    try:
        return [("", json.loads(text))]
    except ValueError:
        # Not splitlines: a text within a line may hold U+2028 and its like as they are.
        lines = [(n, line) for n, line in enumerate(text.split("\n"), 1) if line.strip()]
        if len(lines) < 2:
            raise
        try:
            first = json.loads(lines[0][1])
        except ValueError:
            first = None
        if not isinstance(first, dict):
            raise  # a broken document, and the place in it
        return [(f"line {n}", _line(line, n)) for n, line in lines]


def _line(line: str, number: int) -> object:
    try:
        return json.loads(line)
    except json.JSONDecodeError as error:
        raise ValueError(f"line {number}, column {error.colno}: {error.msg}") from error


def _found(document: object, where: str) -> Iterator[tuple[str, Mapping[str, object]]]:
    """Yield the questions, each with its passage, and where they stand."""
    if isinstance(document, list):
        for index, part in enumerate(document):
            yield from _found(part, f"{where}[{index}]")
        return
    entry = _mapping(document, where)
    for name in ("data", "paragraphs"):
        if name in entry:
            yield from _found(_list(entry[name], _in(where, name)), _in(where, name))
            return
    if "qas" not in entry:
        yield where, entry
        return
    # A question without a passage of its own has the paragraph's.
    shared = {name: entry[name] for name in _PASSAGES if name in entry}
    for index, question in enumerate(_list(entry["qas"], _in(where, "qas"))):
        place = f"{_in(where, 'qas')}[{index}]"
        yield place, {**shared, **_mapping(question, place)}


def _in(where: str, name: str) -> str:
    """Name an entry: "line 3 data[0].qas[1].question"."""
    return f"{where}{'.' if where.endswith(']') else ' '}{name}".strip()


def _row(found: Mapping[str, object], place: str, where: str) -> Example:
    given = next((name for name in _ANSWERS if name in found), _ANSWERS[0])
    answers: list[str] = []
    if not _is_true(found.get("is_impossible")):
        answers = _answers(found.get(given), _in(where, given))
    return Example(
        id=_id(found.get("id", place), _in(where, "id")),
        question=_wanted(found, ("question",), where),
        passage=_wanted(found, _PASSAGES, where),
        answers=tuple(answer for answer in answers if answer.strip()),
    )


def _wanted(found: Mapping[str, object], names: tuple[str, ...], where: str) -> str:
    """Return the text that goes by one of the names."""
    for name in names:
        if name in found:
            return _text(found[name], _in(where, name))
    keys = ", ".join(map(str, found)) or "nothing"
    lacks = " or ".join(map(repr, names))
    raise ValueError(f"{where or 'the document'} lacks {lacks}; it holds {keys:.200}")


def _answers(value: object, where: str) -> list[str]:
    if value is None:
        return []
    if isinstance(value, str):
        return [_text(value, where)]
    if isinstance(value, Mapping):  # {"text": […], "answer_start": […]}, or one answer
        if "text" in value:
            return _answers(value["text"], _in(where, "text"))
        return [_wanted(value, ("text",), where)]
    texts: list[str] = []
    for index, answer in enumerate(_list(value, where)):
        place = f"{where}[{index}]"
        if isinstance(answer, str):
            texts.append(_text(answer, place))
        else:
            texts.append(_wanted(_mapping(answer, place), ("text",), place))
    return texts


def _id(value: object, where: str) -> str:
    """Return an id as prediction files have it, whose names are texts."""
    return str(value) if isinstance(value, int) else _text(value, where)


def _is_true(value: object) -> bool:
    return value is True or value == 1 or (isinstance(value, str) and value.lower() == "true")


def _text(value: object, where: str) -> str:
    """Return a text that can be written as UTF-8, which half an emoji cannot."""
    if not isinstance(value, str):
        raise ValueError(f"{where} is {value!r:.60}, which is no text")
    try:
        value.encode()
    except UnicodeEncodeError as error:
        broken = f"U+{ord(value[error.start]):04X}"
        raise ValueError(
            f"{where} holds a lone surrogate, {broken}, at character {error.start}, which is half "
            "of a character"
        ) from None
    return value


def _list(value: object, where: str) -> list[object]:
    if not isinstance(value, list):
        raise ValueError(f"{where} is {value!r:.60}, which is no list")
    return value


def _mapping(value: object, where: str) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise ValueError(f"{where or 'it'} is {value!r:.60}, which is no question with its passage")
    return value
