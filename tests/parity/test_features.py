"""The windows of js/src/core/features.ts are those of qna_widget/core/features.py, exactly."""

from __future__ import annotations

import random
from typing import Any

import numpy as np

from qna_widget.core.features import create_features, max_context_windows
from qna_widget.core.types import Encoding

from .core import Core


def encoding(ids: list[int]) -> Encoding:
    nothing = np.zeros(len(ids), np.int32)
    return Encoding(input_ids=np.array(ids, np.int32), starts=nothing, ends=nothing)


def random_case(rng: random.Random) -> dict[str, Any]:
    question = [rng.randrange(30_000) for _ in range(rng.choice((1, 2, 12, 64)))]
    max_seq_len = len(question) + 3 + rng.choice((1, 2, 7, 60, 317))
    passage_length = rng.choice((0, 1, 2, 59, 60, 61, 317, 318, 900, rng.randint(1, 2000)))
    return {
        "question": question,
        "passage": [rng.randrange(30_000) for _ in range(passage_length)],
        "cls_id": 101,
        "sep_id": 102,
        "options": {
            "max_seq_len": max_seq_len,
            "doc_stride": rng.choice((1, 3, 50, 128, 384)) if passage_length < 1000 else 128,
        },
    }


def test_windows_and_maximal_context(core: Core) -> None:
    rng = random.Random(7)
    cases = [random_case(rng) for _ in range(300)]
    windows = 0
    for case, actual in zip(cases, core.features(cases), strict=True):
        features = create_features(
            encoding(case["question"]), encoding(case["passage"]),
            cls_id=case["cls_id"], sep_id=case["sep_id"], **case["options"],
        )  # fmt: skip
        expected = [
            {
                "input_ids": feature.input_ids.tolist(),
                "token_type_ids": feature.token_type_ids.tolist(),
                "passage_position": feature.passage_position,
                "window_start": feature.window_start,
                "window_length": feature.window_length,
            }
            for feature in features
        ]
        assert actual["features"] == expected
        assert actual["max_context_windows"] == max_context_windows(features).tolist()
        windows += len(features)
    assert windows > 1000
