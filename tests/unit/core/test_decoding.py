"""Decoding against a simple, independent implementation: every window, every pair, sorted."""

from __future__ import annotations

import math

import numpy as np
import pytest

from qna_widget.core.decoding import Decoder
from qna_widget.core.features import create_features
from qna_widget.core.types import DecodingOptions, Encoding, Feature, Logits, Ranking
from qna_widget.errors import ModelFileError


def encoding(length: int) -> Encoding:
    ids = np.arange(1000, 1000 + length, dtype=np.int32)
    return Encoding(ids, ids * 2, ids * 2 + 1)


def windows(passage: int, question: int = 3, max_seq_len: int = 20, stride: int = 5):
    return create_features(
        encoding(question), encoding(passage), cls_id=1, sep_id=2,
        max_seq_len=max_seq_len, doc_stride=stride,
    )  # fmt: skip


def is_max_context(features: list[Feature], window: int, token: int) -> bool:
    """The SQuAD reference code's _check_is_max_context, in its own words."""
    best_score, best_window = None, None
    for index, feature in enumerate(features):
        start, length = feature.window_start, feature.window_length
        if not start <= token <= start + length - 1:
            continue
        left, right = token - start, start + length - 1 - token
        score = min(left, right) + 0.01 * length
        if best_score is None or score > best_score:
            best_score, best_window = score, index
    return window == best_window


def brute_force(
    features: list[Feature], logits: list[Logits], options: DecodingOptions
) -> tuple[list[tuple[int, int, float, float]], float, float, bool]:
    """Return (first, last, score, probability) of each span, the null's score and probability."""
    merged: dict[tuple[int, int], float] = {}
    null_score = math.inf
    for window, (feature, out) in enumerate(zip(features, logits, strict=True)):
        start, end = out.start_logits.tolist(), out.end_logits.tolist()
        null_score = min(null_score, start[0] + end[0])
        first, length = feature.window_start, feature.window_length
        for i in range(first, first + length):
            if not is_max_context(features, window, i):
                continue
            for j in range(i, min(i + options.max_answer_len, first + length)):
                a = start[feature.passage_position + i - first]
                b = end[feature.passage_position + j - first]
                merged[i, j] = max(merged.get((i, j), -math.inf), a + b)
    top = max([null_score, *merged.values()])
    total = math.fsum(math.exp(s - top) for s in [null_score, *merged.values()])
    ordered = sorted(merged.items(), key=lambda item: (-item[1], item[0][1] - item[0][0], item[0]))
    no_answer = null_score - ordered[0][1] > options.no_answer_threshold
    kept: list[tuple[int, int, float, float]] = []
    for (i, j), score in ordered:
        if len(kept) == options.top_k - no_answer:
            break
        shared = [(a, b) for a, b, *_ in kept if set(range(a, b + 1)) & set(range(i, j + 1))]
        if options.overlap == "none" and shared:
            continue
        if options.overlap == "nested" and any(
            not (a <= i <= j <= b or i <= a <= b <= j) for a, b in shared
        ):
            continue
        kept.append((i, j, score, math.exp(score - top) / total))
    return kept, null_score, math.exp(null_score - top) / total, no_answer


def random_logits(features: list[Feature], seed: int, *, ties: bool) -> list[Logits]:
    rng = np.random.default_rng(seed)
    found = []
    for feature in features:
        pair = rng.normal(0, 3, (2, len(feature.input_ids)))
        found.append(Logits(*(pair.round() if ties else pair).astype(np.float32)))
    return found


def decode(features: list[Feature], logits: list[Logits], options: DecodingOptions) -> Ranking:
    decoder = Decoder(features)
    for window, output in enumerate(logits):
        decoder.add(window, output)
    return decoder.decode(options)


@pytest.mark.parametrize("overlap", ["none", "nested", "allow"])
@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("seed", range(12))
def test_equals_brute_force(overlap: str, ties: bool, seed: int) -> None:
    rng = np.random.default_rng(seed)
    features = windows(int(rng.integers(1, 60)), stride=int(rng.integers(1, 16)))
    logits = random_logits(features, seed, ties=ties)
    options = DecodingOptions(
        top_k=int(rng.integers(1, 9)), max_answer_len=int(rng.integers(1, 12)),
        no_answer_threshold=float(rng.choice([-20.0, 0.0, 3.0])), overlap=overlap,
    )  # fmt: skip
    spans, null_score, null_probability, no_answer = brute_force(features, logits, options)
    ranking = decode(features, logits, options)
    assert [(s.start_token, s.end_token, s.score) for s in ranking.spans] == [
        (i, j, score) for i, j, score, _ in spans
    ]
    assert [s.probability for s in ranking.spans] == pytest.approx(
        [p for *_, p in spans], rel=1e-12
    )
    assert ranking.null_score == null_score
    assert ranking.null_probability == pytest.approx(null_probability, rel=1e-12)
    assert ranking.no_answer == no_answer
    assert all(is_max_context(features, s.window, s.start_token) for s in ranking.spans)


@pytest.mark.parametrize("seed", range(30))
def test_the_order_of_windows_changes_nothing(seed: int) -> None:
    """Whatever was given so far, and in whatever order: the same to the last bit."""
    rng = np.random.default_rng(seed)
    features = windows(int(rng.integers(20, 90)), stride=int(rng.integers(1, 9)))
    logits = random_logits(features, seed, ties=seed % 3 == 0)
    options = DecodingOptions(
        top_k=6, max_answer_len=int(rng.integers(1, 12)),
        overlap=("none", "nested", "allow")[seed % 3],
    )  # fmt: skip
    straight = decode(features, logits, options)
    for _ in range(4):
        order = rng.permutation(len(features)).tolist()
        decoder, part = Decoder(features), int(rng.integers(1, len(order) + 1))
        for window in order[:part]:
            decoder.add(window, logits[window])
        sorted_part = Decoder(features)
        for window in sorted(order[:part]):
            sorted_part.add(window, logits[window])
        assert decoder.decode(options) == sorted_part.decode(options)
        for window in order[part:]:
            decoder.add(window, logits[window])
        assert decoder.decode(options) == straight


@pytest.mark.parametrize("seed", range(12))
def test_windows_to_come_are_as_if_there_were_none(seed: int) -> None:
    features = windows(70, stride=4)
    logits = random_logits(features, seed, ties=seed % 2 == 0)
    options = DecodingOptions(top_k=9, max_answer_len=5, no_answer_threshold=-3.0)
    decoder, given = Decoder(features), []
    for window in np.random.default_rng(seed).permutation(len(features)).tolist():
        decoder.add(window, logits[window])
        given = sorted([*given, window])
        found = decoder.decode(options)
        spans, null_score, null_probability, no_answer = brute_force(
            [features[w] for w in given], [logits[w] for w in given], options
        )
        assert [(s.start_token, s.end_token, s.score) for s in found.spans] == [
            (i, j, score) for i, j, score, _ in spans
        ]
        assert (found.null_score, found.no_answer) == (null_score, no_answer)
        assert found.null_probability == pytest.approx(null_probability, rel=1e-12)
        assert {s.window for s in found.spans} <= set(given)


def test_probabilities_of_all_candidates_and_the_null_sum_to_one() -> None:
    features = windows(12, stride=5)
    logits = random_logits(features, 5, ties=False)
    everything = DecodingOptions(top_k=1000, overlap="allow", no_answer_threshold=math.inf)
    ranking = decode(features, logits, everything)
    total = ranking.null_probability + sum(span.probability for span in ranking.spans)
    assert total == pytest.approx(1.0, rel=1e-12)
    best = decode(features, logits, DecodingOptions(top_k=1, no_answer_threshold=math.inf))
    assert best.spans[0].probability == ranking.spans[0].probability


def test_huge_logits_overflow_nothing() -> None:
    features = windows(30)
    logits = [
        Logits(out.start_logits * np.float32(1e30), out.end_logits * np.float32(1e30))
        for out in random_logits(features, 1, ties=False)
    ]
    ranking = decode(features, logits, DecodingOptions())
    assert all(0.0 <= span.probability <= 1.0 for span in ranking.spans)
    assert math.isfinite(ranking.null_probability)


def flat(features: list[Feature], **peaks: dict[int, float]) -> list[Logits]:
    """Zero logits but for `start` and `end` peaks, by passage token, in every window."""
    found = []
    for feature in features:
        pair = np.zeros((2, len(feature.input_ids)), np.float32)
        for row, name in enumerate(("start", "end")):
            for token, value in peaks[name].items():
                position = token - feature.window_start
                if 0 <= position < feature.window_length:
                    pair[row, feature.passage_position + position] = value
        found.append(Logits(*pair))
    return found


def test_first_word_of_the_passage_can_be_the_answer() -> None:
    features = windows(40)
    best = decode(features, flat(features, start={0: 5}, end={0: 5}), DecodingOptions()).spans[0]
    assert (best.start_token, best.end_token, best.score) == (0, 0, 10.0)


def test_an_answer_across_a_window_border_is_found_whole() -> None:
    features = windows(40, stride=5)
    border = features[0].window_start + features[0].window_length
    logits = flat(features, start={border - 1: 5}, end={border: 5})
    best = decode(features, logits, DecodingOptions()).spans[0]
    assert (best.start_token, best.end_token) == (border - 1, border)


def test_the_same_answer_in_two_windows_counts_once() -> None:
    features = windows(16, stride=1)
    assert len(features) == 3
    logits = flat(features, start={7: 9}, end={8: 9})
    ranking = decode(features, logits, DecodingOptions(top_k=100, overlap="allow"))
    pairs = [(span.start_token, span.end_token) for span in ranking.spans]
    assert pairs[0] == (7, 8)
    assert len(set(pairs)) == len(pairs)
    assert ranking.spans[0].probability <= 1.0


def test_no_answer_wins_only_above_the_threshold_and_takes_a_place() -> None:
    features = windows(10)
    logits = flat(features, start={3: 2}, end={3: 2})
    for out in logits:
        out.start_logits[0] = out.end_logits[0] = 3
    ranking = decode(features, logits, DecodingOptions(top_k=3))
    assert (ranking.null_score, ranking.null_margin, ranking.no_answer) == (6.0, 2.0, True)
    assert len(ranking.spans) == 2
    assert not decode(features, logits, DecodingOptions(no_answer_threshold=2.0)).no_answer


def test_nothing_given_yet() -> None:
    assert Decoder(windows(5)).decode(DecodingOptions()) == Ranking((), None, 0.0, None, False)


def test_some_windows_given_rank_by_themselves() -> None:
    features = windows(60)
    logits = random_logits(features, 3, ties=False)
    decoder = Decoder(features)
    decoder.add(2, logits[2])
    spans = decoder.decode(DecodingOptions(top_k=100, no_answer_threshold=math.inf)).spans
    assert spans
    assert {span.window for span in spans} == {2}


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_refuses_numbers_that_are_none(value: float) -> None:
    features = windows(10)
    logits = flat(features, start={4: value}, end={})
    with pytest.raises(ModelFileError, match="not finite among the start_logits of window 0"):
        Decoder(features).add(0, logits[0])


def test_refuses_too_few_logits_and_a_window_given_twice() -> None:
    features = windows(10)
    decoder = Decoder(features)
    short = np.zeros(4, np.float32)
    with pytest.raises(ModelFileError, match="gave 4 start_logits for the"):
        decoder.add(0, Logits(short, short))
    decoder.add(0, flat(features, start={}, end={})[0])
    with pytest.raises(ValueError, match="given twice"):
        decoder.add(0, flat(features, start={}, end={})[0])


def test_a_whole_book_stays_in_bounds() -> None:
    """110,000 tokens: bands instead of matrices, which would take 97 GB."""
    import tracemalloc

    features = windows(110_000, question=20, max_seq_len=384, stride=128)
    rng = np.random.default_rng(0)
    decoder = Decoder(features)
    tracemalloc.start()
    for window, feature in enumerate(features):
        pair = rng.normal(0, 3, (2, len(feature.input_ids))).astype(np.float32)
        decoder.add(window, Logits(*pair))
    ranking = decoder.decode(DecodingOptions(no_answer_threshold=math.inf))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(ranking.spans) == 5
    assert peak < 64 * 2**20
