"""Same texts, same logits: the same windows and answers in both languages, in code points."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest

from qna_widget.core.decoding import Decoder
from qna_widget.core.pipeline import conclude, prepare
from qna_widget.core.tokenizer import Tokenizer
from qna_widget.core.types import DecodingOptions, FeatureOptions, Logits

from . import strings
from .core import Core


def pairs(rng: random.Random) -> list[tuple[str, str]]:
    """Return questions and passages: real ones of every file, and generated ones."""
    texts = []
    for found in strings.real_texts().values():
        long = [text for text in found if len(text) > 200] or found
        texts += rng.sample(long, min(20, len(long)))
    texts += ["x" + text for text in strings.generated(100, seed=5)]
    questions = [text[:300] for text in texts]
    rng.shuffle(questions)
    asked = zip([f"Who? {question}" for question in questions], texts, strict=True)
    return [*asked, ("why " * 700, "An emoji 😀 before the answer")]


def test_answers_are_equal(core: Core, vocab: list[str]) -> None:
    rng, noise = random.Random(11), np.random.default_rng(11)
    tokenizer = Tokenizer(vocab)
    cases: list[dict[str, Any]] = []
    expected = []
    for question, passage in pairs(rng):
        features = {"max_seq_len": rng.choice((96, 384)), "doc_stride": rng.choice((24, 128)),
                    "max_question_tokens": 64}  # fmt: skip
        decoding = {"top_k": 5, "max_answer_len": 30, "no_answer_threshold": rng.choice((-9, 0)),
                    "overlap": rng.choice(("none", "nested", "allow")),
                    "align_to_words": rng.random() < 0.5, "neat": rng.random() < 0.7,
                    "sentence_margin": rng.choice((0, 0, 2.5)),
                    "cut_share": rng.choice((0, 0.4))}  # fmt: skip
        prepared = prepare(question, passage, tokenizer, FeatureOptions(**features))
        decoder = Decoder(prepared.features)
        logits = []
        for window, feature in enumerate(prepared.features):
            pair = noise.normal(0, 4, (2, len(feature.input_ids))).astype(np.float32)
            decoder.add(window, Logits(*pair))
            logits.append(pair.astype(float).tolist())
        expected.append((prepared, conclude(prepared, decoder, DecodingOptions(**decoding))))
        cases.append({"question": question, "passage": passage, "features": features,
                      "decoding": decoding, "logits": logits})  # fmt: skip
    beyond_bmp = 0
    for case, got, (prepared, result) in zip(
        cases, core.answer(vocab, cases), expected, strict=True
    ):
        assert got["input_ids"] == [f.input_ids.tolist() for f in prepared.features]
        assert got["warnings"] == list(prepared.warnings)
        assert got["null_score"] == result.null_score
        assert got["null_margin"] == result.null_margin
        assert got["no_answer"] == result.no_answer
        places = [(a["text"], a["start"], a["end"], a["score"]) for a in got["answers"]]
        assert places == [(a.text, a.start, a.end, a.score) for a in result.answers]
        assert [a["probability"] for a in got["answers"]] == pytest.approx(
            [a.probability for a in result.answers], rel=1e-9
        )
        for text, start, end, _ in places:
            assert case["passage"][start:end] == text
            beyond_bmp += any(ord(c) > 0xFFFF for c in case["passage"][:start])
    assert beyond_bmp > 50
