"""Both languages read the windows in the same order: js/src/core/relevance.ts and its twin."""

from __future__ import annotations

import random
from typing import Any

from qna_widget.core.pipeline import prepare
from qna_widget.core.relevance import reading_order, token_relevance
from qna_widget.core.tokenizer import Tokenizer
from qna_widget.core.types import FeatureOptions

from . import strings
from .core import Core


def long_texts(rng: random.Random) -> list[str]:
    """Return real texts of many windows: those of each file, joined."""
    texts = []
    for found in strings.real_texts().values():
        many = rng.sample(found, min(60, len(found)))
        texts += ["\n\n".join(many[first : first + 20]) for first in range(0, len(many), 20)]
    return texts


def test_orders_are_equal(core: Core, vocab: list[str]) -> None:
    rng = random.Random(5)
    tokenizer = Tokenizer(vocab)
    cases: list[dict[str, Any]] = []
    expected = []
    for passage in long_texts(rng):
        for _ in range(2):
            at = rng.randrange(max(1, len(passage) - 200))
            question = f"What is {passage[at : at + rng.randint(5, 200)]}?"
            features = {"max_seq_len": rng.choice((96, 384)), "doc_stride": rng.choice((24, 128)),
                        "max_question_tokens": 64}  # fmt: skip
            prepared = prepare(question, passage, tokenizer, FeatureOptions(**features))
            ids = prepared.question.input_ids
            cases.append({"question": question, "passage": passage, "features": features})
            expected.append(
                {
                    "relevance": token_relevance(prepared.index, ids).tolist(),
                    "order": list(reading_order(prepared.index, ids, prepared.features)),
                }
            )
    assert core.order(vocab, cases) == expected
    assert sum(one["order"] != sorted(one["order"]) for one in expected) > 20
