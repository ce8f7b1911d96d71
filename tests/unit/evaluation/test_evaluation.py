"""Scores against the official definition as transformers 4 carried it, and cases worked by hand."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from qna_widget.errors import DatasetError
from qna_widget.evaluation import Prediction, browser, evaluate, kernel_predictor, report
from qna_widget.evaluation.squad import (
    Example,
    best_threshold,
    exact_match,
    f1,
    normalize_answer,
    read_examples,
    score,
    summarize,
)
from qna_widget.runtime.progress import progress_bar

ORACLE = Path(__file__).parents[2] / "parity" / "fixtures" / "squad_scores.json"
# The texts that measure models; tests/texts/README.md tells of them.
OLDER = ("news", "recipe", "contract", "readme", "poem")
NEWER = (
    *("minutes", "email", "menu", "leaflet", "advert", "release", "timetable", "sheet"),
    *("abstract", "story", "instructions", "chat"),
)
# So many of the sixty questions the bundled model answers right.
RIGHT = 49


@pytest.fixture(scope="module")
def oracle() -> dict[str, Any]:
    return json.loads(ORACLE.read_text(encoding="utf-8"))


def test_single_scores_equal_the_oracles(oracle: dict[str, Any], own_texts: Path) -> None:
    examples = read_examples(own_texts)
    assert len(examples) == len(oracle["exact"]) > 40
    for example in examples:
        found = score(example, oracle["predictions"][example.id])
        assert found == (oracle["exact"][example.id], oracle["f1"][example.id]), example


def test_report_equals_the_oracle(oracle: dict[str, Any], own_texts: Path) -> None:
    examples = read_examples(own_texts)
    predictions = [
        Prediction(oracle["predictions"][e.id], oracle["null_margins"][e.id]) for e in examples
    ]
    found = report(examples, predictions, 0.0, seconds=2.0)
    wanted = oracle["evaluation"]
    assert {name: found.figures[name] for name in wanted} == wanted
    without = oracle["evaluation_without_no_answer"]
    assert found.figures["f1_answerable"] == without["HasAns_f1"]
    assert found.figures["exact_answerable"] == without["HasAns_exact"]
    assert found.figures["questions_per_second"] == len(examples) / 2
    assert summarize(examples, oracle["predictions"]) == {
        name: value for name, value in without.items() if not name.startswith("best")
    }


# Worked by hand from the definition.
@pytest.mark.parametrize(
    ("gold", "predicted", "exact", "overlap"),
    [
        ("The Nordlys II", "nordlys ii.", 1.0, 1.0),
        ("Zoë Müller", "Zoe Müller", 0.0, 0.5),  # accents count
        ("four", "at four", 0.0, 2 / 3),  # precision 1/2, recall 1
        ("to to be", "to be be", 0.0, 2 / 3),  # 2 common words of 3 and 3
        ("", "", 1.0, 1.0),
        ("", "x", 0.0, 0.0),
        ("an", "", 1.0, 1.0),  # nothing is left of either
        ("60 days", "sixty", 0.0, 0.0),
    ],
)
def test_worked_scores(gold: str, predicted: str, exact: float, overlap: float) -> None:
    assert exact_match(gold, predicted) == exact
    assert f1(gold, predicted) == pytest.approx(overlap)


def test_normalisation() -> None:
    assert normalize_answer("  The U.S.A.,\ta  (an) theatre…\n") == "usa theatre…"


def test_best_gold_answer_counts_and_unanswerable_wants_nothing() -> None:
    assert score(Example("1", "q", "p", ("red", "dark red")), "dark red") == (1.0, 1.0)
    assert score(Example("1", "q", "p", ()), "") == (1.0, 1.0)
    assert score(Example("1", "q", "p", ()), "red") == (0.0, 0.0)


def test_best_threshold_by_hand() -> None:
    # From "answer nothing" (1 of 4 right): +1 at -3, +0 at -1, -1 at 0, +1 at 2. The first best
    # is 2 of 4 at -3.
    found = best_threshold([1.0, 0.0, 0.0, 1.0], [True, True, False, True], [-3.0, -1.0, 0.0, 2.0])
    assert found == (50.0, -3.0)
    # Nothing is worth answering: a threshold below all margins.
    assert best_threshold([0.0], [False], [-3.0]) == (100.0, -4.0)


def test_a_file_without_unanswerable_questions_has_no_such_figures() -> None:
    examples = [Example("1", "q", "p", ("red",))]
    figures = report(examples, [Prediction("red", -1.0)], 0.0, 1.0).figures
    assert figures["exact"] == figures["HasAns_exact"] == figures["exact_answerable"] == 100.0
    assert not [name for name in figures if name.startswith("NoAns")]


def test_evaluates_the_bundled_model_on_the_repositorys_texts(own_texts: Path) -> None:
    """Twenty questions on five kinds of text: a person's answers, at least fifteen reached."""
    examples = [e for e in read_examples(own_texts) if e.id.split("-")[0] in OLDER]
    assert len(examples) == 20
    found = evaluate(examples, kernel_predictor("bundled"), threshold=float("inf"))
    right = [e.id for e in examples if score(e, found.predictions[e.id])[1] >= 0.5]
    wrong = {e.id: found.predictions[e.id] for e in examples if e.id not in right}
    assert len(right) >= 15, wrong
    assert set(found.null_margins) == {e.id for e in examples}


def test_the_repositorys_answers_stand_where_the_file_says(own_texts: Path) -> None:
    for article in json.loads(own_texts.read_text(encoding="utf-8"))["data"]:
        for paragraph in article["paragraphs"]:
            for qa in paragraph["qas"]:
                assert qa["id"].split("-")[0] == article["title"]
                assert qa["is_impossible"] == (not qa["answers"])
                for answer in qa["answers"]:
                    start = answer["answer_start"]
                    found = paragraph["context"][start : start + len(answer["text"])]
                    assert found == answer["text"], qa["id"]


def test_the_bundled_model_on_sixty_questions(own_texts: Path) -> None:
    """As a reader sees the answers: "no answer" wins above the model's own threshold.

    Right is an F1 of at least a half with a text that a careful person accepts, and saying nothing
    where the passage does not tell.
    """
    examples = [e for e in read_examples(own_texts) if e.id.split("-")[0] in (*OLDER, *NEWER)]
    assert (len(examples), sum(not e.answers for e in examples)) == (60, 8)
    found = evaluate(examples, kernel_predictor("bundled"))
    right = [e.id for e in examples if score(e, found.predictions[e.id])[1] >= 0.5]
    wrong = {e.id: found.predictions[e.id] for e in examples if e.id not in right}
    assert len(right) >= RIGHT, wrong


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "not in SQuAD's format"),
        ('{"data": [{"paragraphs": [{"qas": [{"id": "1", "question": "?"}]}]}]}', "'context'"),
        (
            '{"data": [{"paragraphs": [{"context": 5, "qas": [{"id": "1", "question": "?"}]}]}]}',
            r"data\[0\].paragraphs\[0\].qas\[0\].context is 5, which is no text",
        ),
        ('{"data": []}', "holds no question"),
        (
            '{"data": [{"paragraphs": [{"context": "p", "qas": [{"id": "7", "question": "?"}, '
            '{"id": "7", "question": "!"}]}]}]}',
            "holds the id '7' 2 times",
        ),
        ("[1]", "not in SQuAD's format"),
        (
            '{"data": [{"paragraphs": [{"context": "p", "qas": [{"id": "7", "question": " "}]}]}]}',
            "a blank question for the id '7'",
        ),
        (
            '{"data": [{"paragraphs": [{"context": "", "qas": [{"id": "7", "question": "?"}]}]}]}',
            "a blank passage for the id '7'",
        ),
    ],
)
def test_other_files_are_refused(tmp_path: Path, content: str, message: str) -> None:
    file = tmp_path / "x.json"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(DatasetError, match=message):
        read_examples(file)
    with pytest.raises(DatasetError, match="cannot be read"):
        read_examples(tmp_path / "none.json")


def test_no_answer_wins_above_the_threshold_not_at_it() -> None:
    assert [Prediction("red", 2.0).answer(threshold) for threshold in (1.5, 2.0)] == ["", "red"]


def test_a_byte_order_mark_is_no_trouble(tmp_path: Path, own_texts: Path) -> None:
    file = tmp_path / "marked.json"
    file.write_bytes(b"\xef\xbb\xbf" + own_texts.read_bytes())
    assert read_examples(file) == read_examples(own_texts)


class Page:
    """Answers as js/src/hosts/headless.ts does, with another span first than the best of all."""

    def evaluate(self, _script: str, _given: object) -> dict[str, object]:
        return {"answers": [{"text": "red", "score": 1.0}], "null_score": 2.0, "null_margin": -0.5}


def test_the_page_refuses_by_the_margin_that_it_decides_by() -> None:
    """The same as in Python, where a span that ends in another sentence has the best score."""
    (found,) = browser._ask(Page(), [Example("1", "q", "p", ("red",))])
    assert found == Prediction("red", -0.5)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_the_progress_bar_shows_on_terminals_only() -> None:
    terminal, pipe = Terminal(), io.StringIO()
    assert list(progress_bar(range(5), 5, "questions", stream=terminal)) == [0, 1, 2, 3, 4]
    assert "5/5 questions" in terminal.getvalue()
    assert list(progress_bar(range(5), 5, "questions", stream=pipe)) == [0, 1, 2, 3, 4]
    assert pipe.getvalue() == ""
