"""The decoder's oracle: slow, with nothing of its search in it. Twin: js/tests/core/brute-force.ts.

The specification word for word: list all candidates, weigh, sort, filter, normalise.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from qna_widget.core.features import max_context_windows
from qna_widget.core.types import DecodingOptions, Feature, Logits

Place = Callable[[int, int], "tuple[int, int] | None"]


@dataclass(frozen=True)
class Rules:
    """What a text says of its tokens."""

    unread: Sequence[bool]
    letter: Sequence[bool]
    """Whether a token holds a letter or digit."""
    sentence: Sequence[int]
    place: Place
    """What an answer takes; None for what is none."""


@dataclass(frozen=True)
class Expected:
    kept: list[tuple[int, int, float, int]]
    """First and last token, score, window."""
    null_score: float
    null_margin: float
    no_answer: bool
    null_probability: float
    probabilities: list[float]
    """Of `kept`, in the same order."""


def brute_force(
    features: list[Feature],
    logits: dict[int, Logits],
    options: DecodingOptions,
    rules: Rules | None = None,
) -> Expected:
    """Rank what the windows in `logits` hold, as if there were no others."""
    candidates = _candidates(features, logits, options.max_answer_len, rules)
    null_score = min(float(x.start_logits[0]) + float(x.end_logits[0]) for x in logits.values())
    best = max((score for _, _, score, _ in candidates), default=-math.inf)
    refused = null_score - best > options.no_answer_threshold
    count = options.top_k - refused
    kept = _filtered(candidates, count, options, rules)
    top = max(best, null_score)
    total = sum(math.exp(score - top) for _, _, score, _ in candidates) + math.exp(null_score - top)

    def share(score: float) -> float:
        return math.exp(score - top) / total

    def probability(rank: int, score: float) -> float:
        def meets(first: int, last: int, other: tuple[int, int, float, int]) -> bool:
            return first <= other[1] and last >= other[0]

        cuts = [
            share(other)
            for i, j, other, _ in candidates
            if meets(i, j, kept[rank])
            and (i, j) != kept[rank][:2]
            and not any(meets(i, j, better) for better in kept[:rank])
        ]
        return share(score) + options.cut_share * math.fsum(cuts)

    return Expected(
        kept, null_score, null_score - best, refused or (not kept and count > 0),
        share(null_score), [probability(rank, one[2]) for rank, one in enumerate(kept)],
    )  # fmt: skip


def _candidates(
    features: list[Feature], logits: dict[int, Logits], longest: int, rules: Rules | None
) -> list[tuple[int, int, float, int]]:
    owner = max_context_windows(features, logits)
    found = []
    for window, given in logits.items():
        feature = features[window]
        at, begin = feature.passage_position, feature.window_start
        for i in range(feature.window_length):
            if owner[begin + i] != window:
                continue
            for j in range(i, min(feature.window_length, i + longest)):
                if j > i and rules and any(rules.unread[begin + i : begin + j + 1]):
                    continue
                score = float(given.start_logits[at + i]) + float(given.end_logits[at + j])
                found.append((begin + i, begin + j, score, window))
    return found


def _filtered(
    candidates: list[tuple[int, int, float, int]],
    count: int,
    options: DecodingOptions,
    rules: Rules | None,
) -> list[tuple[int, int, float, int]]:
    def weight(first: int, last: int, score: float) -> float:
        crosses = rules is not None and rules.sentence[first] != rules.sentence[last]
        return score - options.sentence_margin * crosses

    kept: list[tuple[int, int, float, int]] = []
    places: list[tuple[int, int]] = []
    for one in sorted(candidates, key=lambda c: (-weight(*c[:3]), c[1] - c[0], c[0])):
        first, last = one[:2]
        if len(kept) >= count:
            break
        if rules and options.neat and not any(rules.letter[first : last + 1]):
            continue
        place = rules.place(first, last) if rules else (first, last)
        if place is None or any(_clash(place, other, options) for other in places):
            continue
        kept.append(one)
        places.append(place)
    return kept


def _clash(place: tuple[int, int], other: tuple[int, int], options: DecodingOptions) -> bool:
    if place == other:
        return True
    if place[1] < other[0] or place[0] > other[1] or options.overlap == "allow":
        return False
    inside = other[0] <= place[0] and place[1] <= other[1]
    around = place[0] <= other[0] and other[1] <= place[1]
    return options.overlap == "none" or not (inside or around)
