"""The order of windows: nearness of the question's pieces, what covers most of it first."""

from __future__ import annotations

import math
from itertools import islice, pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest

from qna_widget.core.features import create_features
from qna_widget.core.relevance import BLOCK, REACH, PassageIndex, reading_order, token_relevance
from qna_widget.core.types import Encoding, Feature

if TYPE_CHECKING:
    from qna_widget.core.types import Ids


def ids(*values: int) -> Ids:
    return np.array(values, np.int32)


def cut(passage: Ids, question: Ids, max_seq_len: int = 40, stride: int = 10) -> list[Feature]:
    places = np.zeros(len(passage), np.int32), np.zeros(len(passage), np.int32)
    blank = np.zeros(len(question), np.int32)
    return create_features(
        Encoding(question, blank, blank), Encoding(passage, *places),
        cls_id=1, sep_id=2, max_seq_len=max_seq_len, doc_stride=stride,
    )  # fmt: skip


def slowly(passage: list[int], question: list[int]) -> list[int]:
    """The docstring of `token_relevance`, token by token."""
    blocks = max(1, len(passage) // BLOCK)
    terms: dict[tuple[int, ...], int] = {(piece,): 2 for piece in question}
    terms |= dict.fromkeys(pairwise(question), 1)
    sums = [0] * len(passage)
    for term, share in terms.items():
        places = [at for at in range(len(passage)) if tuple(passage[at : at + len(term)]) == term]
        if not places:
            continue
        held = len({at // BLOCK for at in places})
        weight = max(0, math.floor(1000 * math.log((blocks + 1) / (held + 0.5)) + 0.5))
        for token in range(len(passage)):
            near = max(REACH - abs(at - token) for at in places)
            sums[token] += share * weight * max(0, near)
    return sums


def covering(relevance: list[int], features: list[Feature]) -> list[int]:
    """The docstring of `reading_order`, each window counted anew at each step."""
    most, half = max(1, *relevance), (features[0].window_length + 1) // 2
    weights = [(100 * value // most) ** 3 + 1 for value in relevance]

    def contexts(feature: Feature) -> dict[int, int]:
        tokens = range(feature.window_start, feature.window_start + feature.window_length)
        found = {}
        for token in tokens:
            before = half if tokens[0] == 0 else token - tokens[0] + 1
            behind = half if tokens[-1] == len(weights) - 1 else tokens[-1] - token + 1
            found[token] = math.isqrt(256 * min(before, behind, half))
        return found

    left = {window: contexts(feature) for window, feature in enumerate(features)}
    had = [0] * len(weights)

    def added(window: int) -> int:
        return sum(max(0, c - had[token]) * weights[token] for token, c in left[window].items())

    order = []
    while left:
        order.append(max(left, key=added))
        for token, context in left.pop(order[-1]).items():
            had[token] = max(had[token], context)
    return order


@pytest.mark.parametrize("seed", range(20))
def test_relevance_is_what_it_says(seed: int) -> None:
    rng = np.random.default_rng(seed)
    passage = rng.zipf(1.3, rng.integers(1, 700)).clip(0, 200).astype(np.int32)
    question = rng.choice(passage, rng.integers(1, 12))
    if seed % 2:
        question = np.concatenate([question, passage[:3], ids(300, 5, 5)])
    found = token_relevance(PassageIndex(passage), question)
    assert found.tolist() == slowly(passage.tolist(), question.tolist())
    for features in cut(passage, question), cut(passage, question, max_seq_len=25, stride=3):
        assert list(reading_order(PassageIndex(passage), question, features)) == covering(
            found.tolist(), features
        )


def test_an_index_serves_every_question() -> None:
    passage = np.random.default_rng(1).integers(0, 50, 500).astype(np.int32)
    index = PassageIndex(passage)
    for question in (ids(3, 4), ids(49, 7, 7), ids(60), passage[100:140]):
        features = cut(passage, question, max_seq_len=90)
        order = list(reading_order(PassageIndex(passage), question, features))
        assert list(reading_order(index, question, features)) == order
        assert list(islice(reading_order(index, question, features), 3)) == order[:3]


def test_what_lies_apart_is_read_before_neighbours() -> None:
    passage = np.full(2000, 7, np.int32)
    passage[::40] = 8
    passage[[303, 1503]] = 9
    question = ids(7, 8, 9)
    features = cut(passage, question, max_seq_len=100, stride=30)
    order = list(reading_order(PassageIndex(passage), question, features))
    for window, token in zip(order[:2], (303, 1503), strict=True):
        first = features[window].window_start
        assert token in range(first, first + features[window].window_length)
    assert sorted(order) == list(range(len(features)))


def test_a_question_of_other_words_is_read_from_front_to_back_each_place_once_at_first() -> None:
    passage = np.arange(400, dtype=np.int32)
    features = cut(passage, ids(900, 901), max_seq_len=45)
    order = list(reading_order(PassageIndex(passage), ids(900, 901), features))
    tokens = [features[window].window_start for window in order]
    # A window holds 40 tokens; those at the ends of the passage miss no context there.
    assert tokens[:11] == [0, 360, *range(40, 360, 40), 20]
    assert sorted(order) == list(range(len(features)))


def test_one_window_needs_no_index() -> None:
    features = cut(ids(5, 6), ids(5))
    index = PassageIndex(ids(5, 6))
    assert list(reading_order(index, ids(5), features)) == [0]
    assert "_sorted" not in vars(index)
