"""After what share of a text's windows the best answer of all windows is found.

    python benchmarks/reading_order.py COVID_QA.json [--alone 90] [--joined 12] [--keep FOLDER]

Every window of every question is run once, then windows come in the order of their relevance. "No
answer" is switched off: every question has a best answer, right or wrong. `--alone` questions are
asked about their own article, `--joined` ones about ten articles in one text. `--keep` keeps the
logits, so that a run may be ended and continued. Printed for each share of the windows: how often
the best answer of all stands first, or in the list of five; how often the place of the right answer
was read, with CONTEXT tokens on either side in the window; and F1 of the first answer.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from qna_widget.answering import engine
from qna_widget.core.decoding import Decoder
from qna_widget.core.pipeline import Prepared, conclude, prepare
from qna_widget.core.relevance import reading_order
from qna_widget.core.types import Answer, DecodingOptions, Feature, Logits
from qna_widget.evaluation.squad import f1

SHARES = (0.1, 0.2, 1.0)
CONTEXT = 20
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
    answers: list[str]
    place: int
    """Code point at which the first of the right answers begins."""


def sample(file: Path, alone: int, joined: int) -> list[Asked]:
    """Draw questions, as many of each article; those about joined articles last."""
    documents = json.loads(file.read_text(encoding="utf-8"))["data"]
    articles = [paragraph for one in documents for paragraph in one["paragraphs"]]
    rng = random.Random(13)
    asked = [
        _asked(qa, article["context"], 0, joined=False)
        for article in articles
        for qa in rng.sample(article["qas"], min(3, len(article["qas"])))
    ]
    order = list(range(len(articles)))
    rng.shuffle(order)
    long = []
    for at in range(0, len(order) - TOGETHER + 1, TOGETHER):
        texts = [articles[number]["context"] for number in order[at : at + TOGETHER]]
        for place in rng.sample(range(TOGETHER), TOGETHER):
            qa = rng.choice(articles[order[at + place]]["qas"])
            before = len("".join(f"{text}\n\n" for text in texts[:place]))
            long.append(_asked(qa, "\n\n".join(texts), before, joined=True))
    rng.shuffle(asked)
    rng.shuffle(long)
    return asked[:alone] + long[len(long) - joined :]


def _asked(qa: dict[str, Any], text: str, before: int, *, joined: bool) -> Asked:
    """Make a question about `text`, in which its article begins at `before`."""
    name = f"{'joined' if joined else 'alone'}-{qa['id']}"
    answers = [answer["text"] for answer in qa["answers"]]
    place = before + qa["answers"][0]["answer_start"]
    return Asked(name, qa["question"], text, joined, answers, place)


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


def listed(prepared: Prepared, logits: list[Logits], windows: list[int]) -> list[Answer]:
    """Return the answers listed once these windows were read."""
    decoder = Decoder(prepared.features)
    for window in windows:
        decoder.add(window, logits[window])
    return list(conclude(prepared, decoder, OPTIONS).answers)


def figures(asked: Asked, prepared: Prepared, logits: list[Logits]) -> Iterator[list[float]]:
    """Yield for each share: best of all first, in the list, right place read, F1."""
    windows = len(prepared.features)
    order = list(reading_order(prepared.index, prepared.question.input_ids, prepared.features))
    wanted = place_of(listed(prepared, logits, order)[0])
    token = int(np.searchsorted(prepared.passage.ends, asked.place, side="right"))
    for share in SHARES:
        part = order[: int(share * windows)]
        answers = listed(prepared, logits, part)
        places = [place_of(answer) for answer in answers]
        tokens = len(prepared.passage)
        reached = any(_inside(prepared.features[window], token, tokens) for window in part)
        right = max(f1(gold, answers[0].text) for gold in asked.answers)
        yield [places[0] == wanted, wanted in places, reached, right]


def place_of(answer: Answer) -> tuple[int, int]:
    return answer.start, answer.end


def _inside(feature: Feature, token: int, tokens: int) -> bool:
    """Tell whether the window shows the token of a text of `tokens` with enough around it."""
    first, stop = feature.window_start, feature.window_start + feature.window_length
    from_left = first == 0 or first + CONTEXT <= token
    return from_left and (stop == tokens or token < stop - CONTEXT)


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
    rows: dict[bool, list[list[list[float]]]] = {False: [], True: []}
    for asked in sample(given.file, given.alone, given.joined):
        prepared = prepare(asked.question, asked.text, loaded.tokenizer, options.features)
        if len(prepared.features) < FEWEST:
            continue
        kept = given.keep / f"{asked.name}.npy" if given.keep else None
        logits = run(loaded, prepared, kept)
        rows[asked.joined].append(list(figures(asked, prepared, logits)))
    for joined, found in rows.items():
        if not found:
            continue
        what = "ten articles joined" if joined else "one article"
        print(f"{what}: {len(found)} questions")
        for share, means in zip(SHARES, 100 * np.mean(found, axis=0), strict=True):
            first, held, reached, right = means
            print(
                f"  {share:4.0%} of the windows: best of all first {first:.0f}%, listed "
                f"{held:.0f}%; right place read {reached:.0f}%; F1 {right:.1f}"
            )


if __name__ == "__main__":
    main()
