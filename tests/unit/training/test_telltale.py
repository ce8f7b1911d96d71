"""Questions that give themselves away by their words are left out."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from training.data import Example, Gold
from training.sources import main
from training.telltale import told_apart, without_telltale

HABIT = "In what year did {} open?"
PLAIN = ("Who built {}?", "Where does {} lie?", "How large is {}?", "Which river is near {}?")


def asked(number: int, question: str, *, answered: bool) -> Example:
    golds = (Gold(((0, 1),)),) if answered else ()
    return Example(f"q{number}", question, f"Passage {number % 60}.", golds, "")


@pytest.fixture
def questions() -> list[Example]:
    """Half of those without an answer ask for a year, as one in twenty of the others does."""
    draw = random.Random(4)
    rows = []
    for number in range(800):
        answered = number % 2 == 0
        form = HABIT if draw.random() < (0.05 if answered else 0.5) else draw.choice(PLAIN)
        rows.append(asked(number, form.format(f"hall {draw.randrange(90)}"), answered=answered))
    return rows


def years(rows: list[Example], *, answered: bool) -> float:
    own = [row for row in rows if bool(row.golds) == answered]
    return sum("year" in row.question for row in own) / len(own)


def test_a_habit_is_mostly_gone_and_both_kinds_stay(questions: list[Example]) -> None:
    left = without_telltale(questions, 0.4)
    assert [row for row in questions if row in left] == left, "in their order"
    assert sum(bool(row.golds) for row in left) == sum(not row.golds for row in left) == 240
    assert years(questions, answered=False) > 0.45
    assert years(left, answered=False) < 0.25
    assert years(left, answered=True) > years(questions, answered=True)


def test_how_well_words_tell_is_how_often_the_answered_one_looks_more_like_it(
    questions: list[Example],
) -> None:
    assert 0.65 < told_apart(questions) < 0.8
    assert 0.4 < told_apart(without_telltale(questions, 0.15)) < told_apart(questions) - 0.1
    clear = [
        asked(n, f"{'who' if n % 2 else 'when'} is it", answered=bool(n % 2)) for n in range(99)
    ]
    assert told_apart(clear) == 1.0


def test_what_is_asked_alike_with_and_without_an_answer_tells_nothing() -> None:
    """A question of a pair of passages, one of which answers it: equal leans are chance."""
    pairs = [asked(n, "Who is it?", answered=bool(n // 60 % 2)) for n in range(240)]
    assert told_apart(pairs) == 0.5


def test_the_command_counts_what_a_recipe_leaves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked_of = "".join(f"Q: who is {n}\nA: Bo\nQ: when is {n}\nN: -\n" for n in range(8))
    for folder in ("own", "chosen-by"):
        (tmp_path / folder).mkdir()
        texts = ("a", f"Bo is in {folder}."), ("b", "Bo came.")
        text = "".join(f"=== mail: {name}\n{text}\n---\n{asked_of}" for name, text in texts)
        (tmp_path / folder / "a.txt").write_text(text, encoding="utf-8")
    recipe = tmp_path / "recipe.toml"
    recipe.write_text(
        'validation = ["chosen-by"]\n[[source]]\nname = "own"\npath = "own"\n'
        '[[stage]]\nname = "s"\nsteps = 1\nlearning_rate = 1e-4\nshares = { own = 1 }\n',
        encoding="utf-8",
    )
    given = ["sources", "--data", str(tmp_path), "--config", str(recipe)]
    monkeypatch.setattr("sys.argv", given)
    assert main() == 0
    # Of the text that both have nothing is left.
    assert capsys.readouterr().out.startswith("own: 16 questions, 8 without an answer")


def test_without_a_share_all_stay(questions: list[Example]) -> None:
    assert without_telltale(questions, 0.0) == questions
    assert without_telltale([], 0.4) == []


def test_a_question_is_not_judged_by_itself(questions: list[Example]) -> None:
    """Words that one passage's questions alone have say nothing of them."""
    own = [asked(7, f"Zyx {n} alone?", answered=False) for n in range(5)]
    left = without_telltale([*questions, *own], 0.4)
    assert sum(row in left for row in own) == 5
