"""Figures of the test suite: thresholds, reweighting, calibration. Needs no PyTorch."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from qna_widget.evaluation.squad import Example
from training.diagram import draw
from training.errors import kind_of_question, main
from training.measure import (
    Scored,
    Told,
    calibration_error,
    compare,
    default_threshold,
    figures,
    log_loss,
    reliability,
)
from training.suite import all_sets, everyday, held_out_part, spread, table

RIGHT = Told("the pier", -4.0, 0.9)
WRONG = Told("a boat", -1.0, 0.5)
NONE = Told("a boat", 2.0, 0.1)


def example(*answers: str) -> Example:
    return Example("id", "Where?", "A boat at the pier.", answers)


def scored(*rows: tuple[bool, float, float, float]) -> Scored:
    """Rows of answerable, exact (f1 is the same), margin, probability."""
    answerable, exact, margin, probability = zip(*rows, strict=True)
    values = np.array(exact, float)
    return Scored(
        np.array(answerable), values, values, np.array(margin, float), np.array(probability, float)
    )


def test_figures_by_hand() -> None:
    examples = [example("pier"), example("pier"), example(), example()]
    made = compare(examples, [RIGHT, WRONG, WRONG, NONE])
    found = figures(made, 0.0)
    assert found["f1_answerable"] == found["exact_answerable"] == 50.0
    # Right, wrong, wrongly answered, refused.
    assert found["f1"] == found["exact"] == 50.0
    assert (found["refused"], found["lost"]) == (50.0, 0.0)
    assert (found["questions"], found["unanswerable"]) == (4, 2)
    # Refusing all but the first is right three times.
    assert (found["best_f1"], found["best_threshold"]) == (75.0, -4.0)
    assert figures(made, -2.0)["f1"] == 75.0


def test_one_question_in_four_counts_as_unanswerable() -> None:
    made = scored((True, 1, -3, 0.9), *[(False, 0, -1, 0.5)] * 9)
    assert made.weights()[0] == pytest.approx(0.75)
    assert made.weights()[1:].sum() == pytest.approx(0.25)
    alone = scored((True, 1, -3, 0.9), (True, 0, -3, 0.9))
    assert alone.weights().tolist() == [0.5, 0.5]


def test_reliability_counts_only_what_is_shown() -> None:
    made = scored((True, 1, -3, 0.95), (True, 0, -3, 0.55), (True, 1, 5, 0.15))
    bins = reliability(made, 0.0)
    assert [(one.probability, one.right) for one in bins] == [(0.55, 0.0), (0.95, 1.0)]
    assert [one.weight for one in bins] == pytest.approx([1 / 3, 1 / 3])
    assert calibration_error(bins) == pytest.approx(100 * (0.55 + 0.05) / 2)
    assert len(reliability(made, 6.0)) == 3
    assert calibration_error([]) == 0.0


def test_a_probability_of_one_falls_into_the_last_tenth() -> None:
    (only,) = reliability(scored((True, 1, -9, 1.0), (True, 1, -9, 0.93)), 0.0)
    assert only.weight == pytest.approx(1.0)


def test_the_default_threshold_parts_what_can_be_parted() -> None:
    answered = [(True, 1.0, m, 0.9) for m in np.linspace(-9, -2, 40)]
    refused = [(False, 0.0, m, 0.5) for m in np.linspace(-1, 6, 15)]
    assert -2 <= default_threshold([scored(*answered, *refused)]) <= -1


def test_log_loss_is_least_at_the_true_share() -> None:
    def loss(p: float) -> float:
        return log_loss(scored(*[(True, 1, 0, p)] * 8, *[(True, 0, 0, p)] * 2), 0.0)

    assert loss(0.8) < min(loss(0.7), loss(0.9))


def test_held_out_sources_and_what_is_there_make_the_sets(tmp_path: Path) -> None:
    recipe = tmp_path / "recipe.toml"
    recipe.write_text(
        '[[source]]\nname = "web"\npath = "web.json"\nheld_out = true\n'
        '[[source]]\nname = "all"\npath = "web.json"\n'
        '[[stage]]\nname = "s"\nsteps = 1\nlearning_rate = 1e-4\nshares = { web = 1 }\n',
        encoding="utf-8",
    )
    paragraphs = [
        f'{{"context": "Passage {n}.", "qas": [{{"id": "{n}", "question": "?", "answers": []}}]}}'
        for n in range(200)
    ]
    web = tmp_path / "web.json"
    web.write_text(f'{{"data": [{{"paragraphs": [{", ".join(paragraphs)}]}}]}}', encoding="utf-8")
    assert list(all_sets(tmp_path, recipe)) == ["web, held out"]
    assert all_sets(tmp_path, recipe)["web, held out"]() == held_out_part(web)
    assert 8 < len(held_out_part(web)) < 35


def test_a_limit_takes_questions_from_the_whole_set() -> None:
    examples = [Example(str(n), "?", "x", ()) for n in range(10)]
    assert [one.id for one in spread(examples, 4)] == ["0", "2", "5", "7"]
    assert spread(examples, None) == spread(examples, 99) == examples


def test_the_table_leaves_out_what_is_not_defined() -> None:
    made = compare([example("pier")], [RIGHT])
    lines = table({"own": figures(made, 0.0)}).splitlines()
    assert len(lines) == 3
    assert lines[2] == "| own | 1 | 0 | 100.0 | 100.0 | 100.0 | 100.0 | – | 0.0 | 10.0 |"


def test_the_diagram_is_the_same_twice(tmp_path: Path) -> None:
    bins = reliability(scored((True, 1, -3, 0.95), (True, 0, -3, 0.55)), 0.0)
    for name in ("a.svg", "b.svg"):
        draw({"own": bins}, tmp_path / name)
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()
    assert "own (error 30.0 points)" in (tmp_path / "a.svg").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("Who keeps the key?", "who"),
        ("By whom was it kept", "who"),
        ("At which pier?", "what, which"),
        ("how long is the pier", "how many, how long"),
        ("How does one get there?", "how"),
        ("length of the pier", "keywords"),
        ("Is the pier open?", "yes or no in form"),
        ("?", "keywords"),
    ],
)
def test_questions_are_sorted_by_their_asking_word(question: str, kind: str) -> None:
    assert kind_of_question(Example("1", question, "x", ())) == kind


def test_errors_are_told_by_kind(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "note-a.txt").write_text(
        "=== note: pier\nThe boat leaves at six.\n---\n"
        "Q: When does it leave?\nA: six\nQ: What leaves?\nA: boat | The boat\n"
        "Q: Who steers?\nN: -\nQ: Who pays?\nN: -\n",
        encoding="utf-8",
    )
    ids = [example.id for example in everyday(tmp_path)]
    answers = tmp_path / "answers.jsonl"
    rows = zip(ids, ["six", "six", "boat", "boat"], [-3.0, -3.0, 3.0, -3.0], strict=True)
    answers.write_text(
        "".join(
            f'{{"id": "{name}", "text": "{text}", "margin": {margin}, "probability": 0.5}}\n'
            for name, text, margin in rows
        ),
        encoding="utf-8",
    )
    arguments = ["errors", "--everyday", str(tmp_path), str(answers)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.argv", arguments)
        assert main() == 0
        lines = capsys.readouterr().out.splitlines()
        assert "| note | 4 | 50.0 | 50% |" in lines
        assert "| when | 1 | 100.0 | –% |" in lines
        # As `training.suite` writes them, answers hold what separates lines elsewhere.
        told = answers.read_text(encoding="utf-8").replace("boat", "a\u2028\x85boat")
        answers.write_text(told, encoding="utf-8")
        assert main() == 0
        assert "| note | 4 | 50.0 | 50% |" in capsys.readouterr().out.splitlines()
        patch.setattr("sys.argv", [*arguments, str(answers), "--threshold", "1"])
        assert main() == 2
        assert "1 --threshold for 2 files" in capsys.readouterr().err
        patch.setattr("sys.argv", arguments)
        answers.write_text("", encoding="utf-8")
        assert main() == 2
    assert "lacks 4 of the questions" in capsys.readouterr().err
