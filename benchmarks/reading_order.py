"""After what share of a text's windows the best answer of all windows is found.

    python benchmarks/reading_order.py COVID_QA.json [--alone 90] [--joined 12] [--keep FOLDER]

Every window of every question is run once, then windows come in the order of their relevance. "No
answer" is switched off: every question has a best answer, right or wrong. `--alone` questions are
asked about their own article, `--joined` ones about ten articles in one text. `--keep` keeps the
logits, so that a run may be ended and continued. The first half of the questions is for choosing
between orders, the second for reporting; both are printed.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from qna_widget.answering import engine
from qna_widget.core.decoding import Decoder
from qna_widget.core.pipeline import Prepared, conclude, prepare
from qna_widget.core.relevance import reading_order
from qna_widget.core.types import DecodingOptions, Logits

SHARES = (0.1, 0.2)
TOGETHER = 10
FEWEST = 10
"""Of fewer windows, a tenth is none."""
OPTIONS = DecodingOptions(no_answer_threshold=float("inf"), sentence_margin=3.0)


@dataclass(frozen=True)
class Asked:
    name: str
    question: str
    text: str
    joined: bool


def sample(file: Path, alone: int, joined: int) -> list[Asked]:
    """Draw questions, as many of each article; those about joined articles last."""
    documents = json.loads(file.read_text(encoding="utf-8"))["data"]
    articles = [paragraph for one in documents for paragraph in one["paragraphs"]]
    rng = random.Random(13)
    asked = [
        Asked(f"alone-{qa['id']}", qa["question"], article["context"], joined=False)
        for article in articles
        for qa in rng.sample(article["qas"], min(3, len(article["qas"])))
    ]
    order = list(range(len(articles)))
    rng.shuffle(order)
    long = []
    for at in range(0, len(order) - TOGETHER + 1, TOGETHER):
        group = [articles[number] for number in order[at : at + TOGETHER]]
        text = "\n\n".join(article["context"] for article in group)
        for article in rng.sample(group, TOGETHER):
            qa = rng.choice(article["qas"])
            long.append(Asked(f"joined-{qa['id']}", qa["question"], text, joined=True))
    rng.shuffle(asked)
    rng.shuffle(long)
    return asked[:alone] + long[len(long) - joined :]


def run(loaded: engine.Engine, prepared: Prepared, kept: Path | None) -> list[Logits]:
    """Return the logits of all windows, from `kept` where they are there."""
    ends = np.cumsum([len(feature.input_ids) for feature in prepared.features])
    if kept is None or not kept.exists():
        found = list(loaded.session.run(prepared.features))
        both = [
            np.concatenate([getattr(x, n) for x in found]) for n in ("start_logits", "end_logits")
        ]
        if kept is not None:
            np.save(kept, np.stack(both))
    else:
        both = list(np.load(kept))
    parts = (np.split(values, ends[:-1]) for values in both)
    return [Logits(start, end) for start, end in zip(*parts, strict=True)]


def best(prepared: Prepared, logits: list[Logits], windows: list[int]) -> list[tuple[int, int]]:
    """Return the places of the answers listed once these windows were read."""
    decoder = Decoder(prepared.features)
    for window in windows:
        decoder.add(window, logits[window])
    return [(answer.start, answer.end) for answer in conclude(prepared, decoder, OPTIONS).answers]


def found(prepared: Prepared, logits: list[Logits]) -> Iterator[tuple[bool, bool]]:
    """Yield for each share whether the best answer of all windows stands first, or in the list."""
    windows = len(prepared.features)
    order = reading_order(prepared.index, prepared.question.input_ids, prepared.features)
    wanted = best(prepared, logits, order)[0]
    for share in SHARES:
        listed = best(prepared, logits, order[: int(share * windows)])
        yield listed[0] == wanted, wanted in listed


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("file", type=Path, help="COVID-QA, or another file in SQuAD's format")
    parser.add_argument("--alone", type=int, default=90)
    parser.add_argument("--joined", type=int, default=12)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--model", default="bundled")
    given = parser.parse_args()
    loaded = engine.load(given.model, None)
    options = loaded.options({})
    rows: dict[bool, list[list[tuple[bool, bool]]]] = {False: [], True: []}
    for asked in sample(given.file, given.alone, given.joined):
        prepared = prepare(asked.question, asked.text, loaded.tokenizer, options.features)
        if len(prepared.features) < FEWEST:
            continue
        kept = given.keep / f"{asked.name}.npy" if given.keep else None
        rows[asked.joined].append(list(found(prepared, run(loaded, prepared, kept))))
    for joined, all_rows in rows.items():
        halves = {"all": all_rows, "first half": all_rows[::2], "second half": all_rows[1::2]}
        for name, part in halves.items():
            what = "ten articles joined" if joined else "one article"
            print(f"{what}, {name}: {len(part)} questions")
            for at, share in enumerate(SHARES):
                first, listed = 100 * np.mean([row[at] for row in part], axis=0)
                print(
                    f"  {share:.0%} of the windows: first {first:.0f}%, in the list {listed:.0f}%"
                )


if __name__ == "__main__":
    main()
