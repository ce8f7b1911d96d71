"""Writes the oracle of the SQuAD scores: made-up predictions and what transformers says of them.

transformers 4 carried the official script of SQuAD 2.0 (data/metrics/squad_metrics.py); run this
in an environment of its own, `pip install transformers==4.57.6`, no torch needed:

    python tests/parity/make_squad_fixture.py [FILE.json PREDICTIONS.json NULL_MARGINS.json]

Without arguments it makes predictions for tests/texts/questions.json and writes the fixture; with
them it prints the figures of a prediction file, to hold against `qna-widget eval`.
"""

import json
import random
import sys
from pathlib import Path
from types import SimpleNamespace

from transformers.data.metrics.squad_metrics import get_raw_scores, squad_evaluate

TESTS = Path(__file__).parents[1]
QUESTIONS = TESTS / "texts" / "questions.json"
TARGET = TESTS / "parity" / "fixtures" / "squad_scores.json"


def read(file: Path) -> list[SimpleNamespace]:
    data = json.loads(file.read_text(encoding="utf-8"))["data"]
    return [
        SimpleNamespace(
            qas_id=qa["id"], question=qa["question"], answers=qa["answers"], context=p["context"]
        )
        for article in data
        for p in article["paragraphs"]
        for qa in p["qas"]
    ]


def invent(example: SimpleNamespace, rng: random.Random) -> str:
    """A span or a variation of a gold answer: right, nearly right, or wrong."""
    words = example.context.split()
    start = rng.randrange(len(words))
    wrong = " ".join(words[start : start + rng.randint(1, 4)])
    if not example.answers:
        return rng.choice([wrong, "the", wrong])
    gold = rng.choice(example.answers)["text"]
    return rng.choice(
        [gold, f"The {gold.upper()}!", f"{gold}, {wrong}", " ".join(gold.split()[:1]), wrong, "a"]
    )


def main() -> None:
    if len(sys.argv) > 1:
        file, predictions, margins = map(Path, sys.argv[1:])
        examples = read(file)
        answers = json.loads(predictions.read_text(encoding="utf-8"))
        print(json.dumps(squad_evaluate(examples, answers), indent=2))
        print(len(json.loads(margins.read_text(encoding="utf-8"))), "null margins")
        return
    rng = random.Random(7)
    examples = read(QUESTIONS)
    predictions = {example.qas_id: invent(example, rng) for example in examples}
    margins = {example.qas_id: rng.gauss(-4 if example.answers else 1, 4) for example in examples}
    exact, f1 = get_raw_scores(examples, predictions)
    fixture = {
        "predictions": predictions,
        "null_margins": margins,
        "exact": exact,
        "f1": f1,
        # A prediction counts as "no answer" where its margin is above the threshold.
        "evaluation": squad_evaluate(examples, predictions, margins, 0.0),
        "evaluation_without_no_answer": squad_evaluate(examples, predictions),
    }
    TARGET.write_text(json.dumps(fixture, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


main()
