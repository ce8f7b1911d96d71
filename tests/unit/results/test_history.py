"""The history and its files, read back by pandas and by the standard library."""

from __future__ import annotations

import csv
import json
import pickle
from copy import deepcopy
from dataclasses import FrozenInstanceError, asdict, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas
import pytest

from qna_widget.core import contract
from qna_widget.core.crc32 import crc32
from qna_widget.results.history import SHAPE, History

PASSAGE = '🙂 Bert said: "=1+1".\nErnie, too.'
FOUND = [
    {"text": "=1+1", "start": 14, "end": 18, "score": -1.25, "probability": 0.5},
    {"text": "Ernie,\r\ntoo", "start": 21, "end": 31, "score": -2.5, "probability": 0.25},
]
NONE = [{"text": "", "start": 0, "end": 0, "score": 3.0, "probability": 0.9}]


def add(history: History, **changes: Any) -> None:
    given = {
        "question": "What?",
        "passage": PASSAGE,
        "model": "A model",
        "options": contract.default_inputs(),
        "null_score": -4.5,
        "answers": FOUND,
    }
    history.add(**{**given, **changes})


@pytest.fixture
def history() -> History:
    history = History()
    add(history)
    add(history, question="@SUM(A1)", answers=NONE, null_score=3.0)
    add(history, passage="Another.", answers=NONE)
    return history


def test_the_same_is_kept_once_and_as_it_was_first(history: History) -> None:
    add(history, answers=NONE, null_score=9.0)
    assert len(history) == 3
    assert history[0].answers[0]["text"] == "=1+1"
    assert history[0].null_score == -4.5


@pytest.mark.parametrize(
    "changes",
    [
        {"question": "Who?"},
        {"passage": PASSAGE + " "},
        {"model": "Another"},
        {"options": {**contract.default_inputs(), "doc_stride": 7}},
    ],
)
def test_whatever_differs_makes_another_entry(history: History, changes: dict[str, Any]) -> None:
    add(history, **changes)
    assert len(history) == 4


def test_the_oldest_go_beyond_the_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on the page: so many questions, and so much text, in which each passage counts once."""
    history = History()
    for i in range(1003):
        add(history, question=f"{i}")
    assert len(history) == SHAPE["most_questions"] == 1000
    assert history[0].question == "3"
    add(history, question="0")
    assert history[-1].question == "0", "what went can be asked anew"

    monkeypatch.setitem(SHAPE, "most_text", 100)
    history = History()
    for i in range(6):
        passage = f"passage {i} " * 3
        add(history, passage=passage, question=f"{i}a")
        add(history, passage="".join(list(passage)), question=f"{i}b")
    assert [one.question for one in history] == ["3a", "3b", "4a", "4b", "5a", "5b"]
    assert history[0].passage is history[1].passage, "a text is held once"
    assert history.passage(crc32("passage 2 " * 3)) is None
    assert history.passage(crc32("passage 3 " * 3)) == "passage 3 " * 3
    add(history, passage="x" * 1000, question="book")
    assert [one.question for one in history] == ["book"], "the newest stays"


def test_one_question_is_not_called_questions(history: History) -> None:
    one = History()
    add(one)
    assert repr(one) == "History of 1 question\n  'What?' → '=1+1'"
    assert repr(history).startswith("History of 3 questions\n")


def test_what_was_asked_stays_as_it_was(history: History) -> None:
    with pytest.raises(FrozenInstanceError):
        history[0].question = "Else?"  # type: ignore[misc]
    for one in (history[0], next(iter(history)), *history[:1]):
        one.answers[0]["score"] = -1.0
        one.options["top_k"] = 77  # type: ignore[index]
    assert history[0].answers[0]["score"] == FOUND[0]["score"]
    assert history[0].options["top_k"] != 77


def test_it_can_be_kept_by_the_usual_means(history: History) -> None:
    assert json.loads(json.dumps(history[0].answers)) == FOUND
    for again in (pickle.loads(pickle.dumps(history)), deepcopy(history)):
        assert list(again) == list(history)
    assert asdict(history[0])["answers"] == tuple(FOUND)


def test_json_has_the_contracts_shape_and_each_passage_once(
    history: History, tmp_path: Path
) -> None:
    history.to_json(tmp_path / "h.json")
    whole = json.loads((tmp_path / "h.json").read_text(encoding="utf-8"))
    assert list(whole) == ["passages", "questions"]
    assert whole["passages"] == [
        {"crc32": crc32(text), "length": len(text), "text": text} for text in (PASSAGE, "Another.")
    ]
    first = whole["questions"][0]
    assert list(first) == SHAPE["questions"]
    assert list(first["options"]) == SHAPE["options"]
    assert [list(answer) for answer in first["answers"]] == [SHAPE["answers"]] * 2
    assert first["answers"] == FOUND
    assert (first["passage_crc32"], first["passage_length"]) == (crc32(PASSAGE), len(PASSAGE))
    assert first["asked_at"].endswith("Z")
    assert len(first["asked_at"]) == len("2026-01-31T12:00:00.000Z")
    assert datetime.fromisoformat(first["asked_at"]).utcoffset() is not None


def test_csv_is_read_back_and_holds_no_formula(history: History, tmp_path: Path) -> None:
    path = tmp_path / "h.csv"
    history.to_csv(path)
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    table = pandas.read_csv(path, keep_default_na=False)
    assert list(table.columns) == SHAPE["csv_columns"]
    assert table["text"].tolist() == ["'=1+1", "Ernie,\r\ntoo", "", ""]
    assert table["question"].tolist() == ["What?", "What?", "'@SUM(A1)", "What?"]
    assert table["rank"].tolist() == [1, 2, 1, 1]
    # Numbers stay numbers, negative ones too.
    assert table["score"].tolist() == [-1.25, -2.5, 3.0, 3.0]
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    numbers = {"score", "null_score"}
    for row in rows[1:]:
        for name, cell in zip(rows[0], row, strict=True):
            assert name in numbers or not cell.startswith(tuple("=+-@\t\r\n"))


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_each_beginning_of_a_formula_is_made_harmless(begin: str, tmp_path: Path) -> None:
    history = History()
    add(history, question=f"{begin}cmd|' /C calc'!A0")
    history.to_csv(tmp_path / "h.csv")
    with (tmp_path / "h.csv").open(encoding="utf-8-sig", newline="") as file:
        (row, _) = csv.DictReader(file)
    assert row["question"] == f"'{begin}cmd|' /C calc'!A0"


def test_a_frame_has_the_texts_as_they_are(history: History) -> None:
    frame = history.to_frame()
    assert list(frame.columns) == SHAPE["csv_columns"]
    assert frame["text"].tolist() == ["=1+1", "Ernie,\r\ntoo", "", ""]
    assert list(History().to_frame().columns) == SHAPE["csv_columns"]


def test_it_is_a_sequence(history: History) -> None:
    assert [one.question for one in history[1:]] == ["@SUM(A1)", "What?"]
    assert history.passage(crc32("Another.")) == "Another."
    assert history.passage(1) is None
    assert "'=1+1'" in repr(history)
    assert "'no answer'" in repr(history)


def test_it_can_be_read_while_the_reader_asks_on(history: History, tmp_path: Path) -> None:
    """In Jupyter a page's messages come in a thread of their own."""

    class AsksOn(int):
        """A number that is looked at, or copied, just as a question comes."""

        __hash__ = int.__hash__

        def __eq__(self, other: object) -> bool:
            add(history, passage=f"Passage {len(history)}.")
            return int(self) == other

        def __deepcopy__(self, memo: object) -> int:
            add(history, question=f"{len(history)}?")
            return int(self)

    options = {**contract.default_inputs(), "top_k": AsksOn(3)}
    for question in "abc":
        history._asked[(question,)] = replace(history[0], question=question, options=options)
    assert [one.question for one in history][:3] == ["What?", "@SUM(A1)", "What?"]
    assert repr(history).startswith("History of ")
    history.to_json(tmp_path / "h.json")
    assert history.passage(AsksOn(crc32("Another."))) == "Another."
