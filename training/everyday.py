"""Everyday texts with questions, in a plain format that people can write and read.

    === kind: title
    the text, any number of lines, as a person would paste it
    ---
    Q: a question
    A: span of the text | another span that is right, too
    Q: a question that the text does not answer
    N: the span that tempts, or a dash
    === the next text ...

`Monday@2` is the second occurrence of "Monday". `python -m training.everyday FILE...` checks
files and counts; with `--json OUT` it writes them as SQuAD 2.0, for `qna-widget eval`.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from training.command import command
from training.data import DataError, Example, Gold, Span, read_text

MAX_WORDS = 14
MIN_QUESTIONS = 4
NO_SPAN = {"", "-", "–", "—"}


@dataclass(frozen=True)
class Question:
    """A question; answers in order of preference, none: the text does not answer it."""

    text: str
    answers: tuple[Span, ...]
    tempting: tuple[Span, ...]


@dataclass(frozen=True)
class Text:
    """A text and what is asked of it."""

    kind: str
    title: str
    passage: str
    questions: tuple[Question, ...]


def find_span(written: str, passage: str) -> Span:
    """Where the span stands; ValueError when it does not, or cuts a word."""
    counted = re.fullmatch(r"(.+)@(\d)", written)
    wanted, number = (counted[1].strip(), int(counted[2])) if counted else (written, 1)
    if not wanted:
        raise ValueError("a span is empty")
    if len(wanted.split()) > MAX_WORDS:
        raise ValueError(f"{wanted!r} is longer than {MAX_WORDS} words")
    start = -1
    for _ in range(number):
        start = passage.find(wanted, start + 1)
        if start < 0:
            raise ValueError(f"the text does not have {written!r}")
    end = start + len(wanted)
    before, after = passage[start - 1 : start] if start else "", passage[end : end + 1]
    if (before.isalnum() and wanted[0].isalnum()) or (after.isalnum() and wanted[-1].isalnum()):
        raise ValueError(f"{written!r} begins or ends inside a word; choose the place with @2, @3")
    return start, end


def read_questions(asked: str, passage: str, where: str, faults: list[str]) -> list[Question]:
    """Read pairs of lines, 'Q: ...' and what is told; what is wrong with them goes to `faults`."""
    lines = [one for one in asked.split("\n") if one.strip()]
    questions = []
    for number in range(0, len(lines), 2):
        try:
            pair = lines[number], lines[number + 1] if number + 1 < len(lines) else ""
            questions.append(_question(*pair, passage))
        except ValueError as error:
            faults.append(f"{where}, {lines[number]!r}: {error}")
    return questions


def _question(asked: str, told: str, passage: str) -> Question:
    if not asked.startswith("Q:") or told[:2] not in {"A:", "N:"}:
        raise ValueError(f"expected 'Q: ...' and 'A: ...' or 'N: ...', found {asked!r}, {told!r}")
    text, rest = asked[2:].strip(), told[2:].strip()
    if not text:
        raise ValueError("a question is empty")
    if told.startswith("N:"):
        tempting = () if rest in NO_SPAN else tuple(_spans(rest, passage))
        return Question(text, (), tempting)
    return Question(text, tuple(_spans(rest, passage)), ())


def _spans(written: str, passage: str) -> list[Span]:
    return [find_span(part.strip(), passage) for part in written.split(" | ")]


def _text(block: str, where: str, faults: list[str]) -> Text | None:
    """Read one text; what is wrong with it is added to `faults`."""
    head, _, rest = block.partition("\n")
    kind, colon, title = (part.strip() for part in head.partition(":"))
    body, line, asked = rest.partition("\n---\n")
    passage = body.strip("\n")
    where = f"{where} ({head.strip()})"
    if not (colon and kind and title and line and passage.strip()):
        faults.append(f"{where}: expected '=== kind: title', a text, and a line '---'")
        return None
    questions = read_questions(asked, passage, where, faults)
    if len(questions) < MIN_QUESTIONS:
        faults.append(f"{where}: {len(questions)} questions, at least {MIN_QUESTIONS} are expected")
    return Text(kind, title, passage, tuple(questions))


def read_texts(files: Sequence[Path]) -> list[Text]:
    """Read files; raises DataError with every fault found in them."""
    texts: list[Text] = []
    faults: list[str] = []
    seen: dict[str, str] = {}
    for file in files:
        blocks = re.split(r"(?m)^=== ", read_text(file))
        if len(blocks) == 1:
            faults.append(f"{file}: no text in it, which begins with '=== kind: title'")
        for number, block in enumerate(blocks[1:], 1):
            where = f"{file}, text {number}"
            text = _text(block, where, faults)
            if text is not None:
                if text.passage in seen:
                    faults.append(f"{where}: the same text as {seen[text.passage]}")
                seen[text.passage] = where
                texts.append(text)
    if faults:
        raise DataError("\n".join(faults))
    return texts


def identity(text: Text) -> str:
    """A name for the text that outlives reordering."""
    words = re.sub(r"[^a-z0-9]+", "-", f"{text.kind} {text.title}".lower()).strip("-")
    return f"everyday/{words}-{hashlib.sha256(text.passage.encode()).hexdigest()[:6]}"


def read_everyday(folder: Path) -> list[Example]:
    """Read the .txt files of a folder as training examples."""
    files = sorted(Path(folder).glob("*.txt"))
    if not files:
        raise DataError(f"{folder}: no .txt files in it. Give a folder of everyday texts.")
    examples = []
    for text in read_texts(files):
        name = identity(text)
        # A text of its own has no neighbours.
        examples += [
            as_example(question, f"{name}/{number}", text.passage, "")
            for number, question in enumerate(text.questions)
        ]
    return examples


def as_example(question: Question, identifier: str, passage: str, group: str) -> Example:
    """Make a training example of a question; its first answer has most votes."""
    golds = tuple(Gold((span,), 1 if place else 3) for place, span in enumerate(question.answers))
    texts = tuple(passage[start:end] for start, end in question.answers)
    return Example(identifier, question.text, passage, golds, group, texts)


def squad_document(texts: Sequence[Text]) -> dict[str, object]:
    """Return texts as a SQuAD 2.0 document."""
    data = []
    for text in texts:
        asked = []
        for number, question in enumerate(text.questions):
            spans = {
                name: [{"text": text.passage[a:b], "answer_start": a} for a, b in places]
                for name, places in (
                    ("answers", question.answers),
                    ("plausible_answers", question.tempting),
                )
            }
            asked.append(
                {"id": f"{identity(text)}/{number}", "question": question.text}
                | {"is_impossible": not question.answers, **spans}
            )
        title = f"{text.kind}: {text.title}"
        data.append({"title": title, "paragraphs": [{"context": text.passage, "qas": asked}]})
    return {"version": "everyday", "data": data}


@command
def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m training.everyday", description=__doc__)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--json", type=Path, help="write the texts there as SQuAD 2.0")
    args = parser.parse_args()
    texts = read_texts(args.files)
    questions = [question for text in texts for question in text.questions]
    without = sum(not question.answers for question in questions)
    print(f"{len(texts)} texts, {len(questions)} questions, {without} without an answer")
    if args.json:
        document = json.dumps(squad_document(texts), ensure_ascii=False)
        args.json.write_text(document + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
