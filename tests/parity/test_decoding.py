"""The same logits rank alike in js/src/core/decoding.ts and qna_widget/core/decoding.py."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest

from qna_widget.core.decoding import Decoder
from qna_widget.core.features import create_features
from qna_widget.core.types import DecodingOptions, Feature, Logits

from .core import Core
from .test_features import encoding


def features_of(case: dict[str, Any]) -> list[Feature]:
    return create_features(
        encoding([1] * case["question_length"]), encoding([1] * case["passage_length"]),
        cls_id=2, sep_id=3, **case["features"],
    )  # fmt: skip


def random_options(rng: random.Random) -> dict[str, Any]:
    return {
        "top_k": rng.choice((1, 3, 20)),
        "max_answer_len": rng.choice((1, 2, 30, 384)),
        "no_answer_threshold": rng.choice((-5.0, 0.0, 2.5, 100.0)),
        "overlap": rng.choice(("none", "nested", "allow")),
        "cut_share": rng.choice((0.0, 0.4)),
    }


def random_case(seed: int) -> dict[str, Any]:
    """Return a case of js/tests/core/driver.ts: windows, logits, an order, some options."""
    rng, noise = random.Random(seed), np.random.default_rng(seed)
    question_length = rng.randint(1, 8)
    case: dict[str, Any] = {
        "question_length": question_length,
        "passage_length": rng.choice((1, 2, 5, 40, 90)),
        "features": {
            "max_seq_len": question_length + 3 + rng.choice((1, 5, 20, 100)),
            "doc_stride": rng.choice((1, 3, 8, 100)),
        },
        "options": [random_options(rng) for _ in range(3)],
    }
    # Ties, real-looking logits, large ones, and sums that float32 could not hold.
    draw = rng.choice(
        (
            lambda n: noise.integers(-2, 3, n),
            lambda n: noise.normal(0, 4, n),
            lambda n: noise.normal(0, 300, n),
            lambda n: noise.normal(0, 1, n) * 10.0 ** noise.integers(-9, 9, n),
        )
    )
    lengths = [len(feature.input_ids) for feature in features_of(case)]
    case["logits"] = [
        [draw(n).astype(np.float32).astype(float).tolist() for _ in ("start", "end")]
        for n in lengths
    ]
    case["order"] = rng.sample(range(len(lengths)), len(lengths))[: rng.choice((1, 4, 100))]
    return case


def test_rankings_are_equal(core: Core) -> None:
    cases = [random_case(seed) for seed in range(150)]
    spans = no_answers = 0
    for case, answers in zip(cases, core.decode(cases), strict=True):
        decoder = Decoder(features_of(case))
        actual = iter(answers)
        for window in case["order"]:
            start, end = (np.array(given, np.float32) for given in case["logits"][window])
            decoder.add(window, Logits(start, end))
            for options in case["options"]:
                expected, got = decoder.decode(DecodingOptions(**options)), next(actual)
                # Scores are exact: one float64 sum of two float32 numbers on either side.
                assert got["null_score"] == expected.null_score
                assert got["null_margin"] == expected.null_margin
                assert got["no_answer"] == expected.no_answer
                assert [
                    (s["start_token"], s["end_token"], s["score"], s["window"])
                    for s in got["spans"]
                ] == [(s.start_token, s.end_token, s.score, s.window) for s in expected.spans]
                assert [got["null_probability"], *(s["probability"] for s in got["spans"])] == (
                    pytest.approx(
                        [expected.null_probability, *(s.probability for s in expected.spans)],
                        rel=1e-9, abs=1e-300,
                    )
                )  # fmt: skip
                spans += len(expected.spans)
                no_answers += expected.no_answer
        assert next(actual, None) is None
    assert spans > 2000
    assert no_answers > 40
