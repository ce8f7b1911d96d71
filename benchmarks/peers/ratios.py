"""Samples to figures: medians with their spread, and ratios of them. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from statistics import median

from .samples import Kind, Sample

Rounds = Mapping[int, float]
"""A value for each round in which it was measured."""


@dataclass(frozen=True)
class Figure:
    """A median, the smallest and largest value, and of how many."""

    value: float
    low: float
    high: float
    count: int


def waited(sample: Sample) -> float:
    return sample.ms


def by_round(
    samples: Iterable[Sample],
    kind: Kind,
    case: str,
    contender: str,
    take: Callable[[Sample], float] = waited,
) -> Rounds:
    """Return what `take` says of a contender's samples; of several in a round the last."""
    wanted = (kind, case, contender)
    return {s.round: take(s) for s in samples if (s.kind, s.case, s.contender) == wanted}


def figure(rounds: Rounds) -> Figure | None:
    """Return the median of all rounds; None when there was none."""
    values = rounds.values()
    if not values:
        return None
    return Figure(median(values), min(values), max(values), len(values))


def ratio(theirs: Rounds, ours: Rounds) -> Figure | None:
    """Return how many times as much `theirs` is as `ours`: the quotient of the medians.

    Both medians are of the rounds in which both were measured, since a machine is slower at one
    time than at another; the spread is that of these rounds' quotients. None without such a round,
    or where ours is nothing.
    """
    common = theirs.keys() & ours.keys()
    if not common or not all(ours[number] for number in common):
        return None
    quotients = [theirs[number] / ours[number] for number in common]
    value = median(theirs[n] for n in common) / median(ours[n] for n in common)
    return Figure(value, min(quotients), max(quotients), len(common))
