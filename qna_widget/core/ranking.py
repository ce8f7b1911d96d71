"""The best spans in order, without sorting all candidates. Twin: js/src/core/ranking.ts."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from .types import Overlap, Span


@dataclass(frozen=True)
class Rows:
    """All candidates, one row per start token: its best end, and the scores on demand."""

    best_score: NDArray[np.float64]
    """Best score of each row; -inf where the row's window is still to come."""
    best_end: NDArray[np.int64]
    """The end token of that score, the earliest on a tie."""
    scores: Callable[[int], NDArray[np.float64]]
    """scores(i)[m] is the score of the span i..i+m; as long as the row."""


Place = Callable[[int, int], "tuple[int, int] | None"]
"""What a span of tokens takes: first and last, both included; None for what is no answer."""


def tokens_themselves(start: int, end: int) -> tuple[int, int]:
    """Return the place of a span where only tokens are known."""
    return start, end


def any_tokens(first: int, last: int) -> bool:
    """Return True: spans of tokens that share any of them overlap."""
    return True


def rank_spans(
    rows: Rows,
    count: int,
    overlap: Overlap,
    place: Place = tokens_themselves,
    meet_in: Callable[[int, int], bool] = any_tokens,
) -> list[Span]:
    """Return the best `count` spans: higher score first, then shorter (tokens), then earlier.

    `overlap` says which spans may stand beside a better one that is already kept. "none": those
    that share nothing with it. "nested": also those that contain it or lie within it, while
    partial overlaps are dropped. "allow": all. Spans are compared by their places; of those that
    take the same place only the best is kept, and what takes none is left out. `meet_in` says
    whether spans that share the tokens first..last overlap for certain: most overlap a better one,
    and finding out their places would cost more than all the rest.

    A heap holds each start token with its best remaining end. What is popped is the best of all
    remaining candidates; its row then goes back with the next best end that `overlap` admits.
    Rows only shrink as spans are kept, so this equals filtering the full sorted list.
    """
    given = np.flatnonzero(rows.best_score > -np.inf)
    ends = rows.best_end[given]
    heap = list(
        zip(
            (-rows.best_score[given]).tolist(),
            (ends - given).tolist(),
            given.tolist(),
            strict=True,
        )
    )
    heapq.heapify(heap)
    found: list[Span] = []
    kept: list[tuple[int, int]] = []

    def overlaps(start: int, end: int) -> bool:
        return any(
            max(start, first) <= min(end, last) and meet_in(max(start, first), min(end, last))
            for first, last in (span.tokens for span in found)
        )

    def admitted(start: int, length: int) -> tuple[int, int] | None:
        end = start + length
        if overlap == "none" and overlaps(start, end):
            return None
        taken = place(start, end)
        return taken if taken is not None and admits(kept, overlap, *taken) else None

    while heap and len(kept) < count:
        negative, length, start = heap[0]
        taken = admitted(start, length)
        if taken is not None:
            found.append(Span(start, start + length, -negative))
            kept.append(taken)
        following = _next_end(rows.scores(start), -negative, length, partial(admitted, start))
        if following is None:
            heapq.heappop(heap)
        else:
            heapq.heapreplace(heap, (-following[0], following[1], start))
    return found


def _next_end(
    scores: NDArray[np.float64], score: float, length: int, admitted: Callable[[int], object]
) -> tuple[float, int] | None:
    """Return (score, length) of the row's best admitted span after (score, length)."""
    lengths = np.arange(len(scores))
    after = (scores < score) | ((scores == score) & (lengths > length))
    ordered = np.lexsort((lengths, -scores))
    after &= scores > -np.inf
    for candidate in ordered[after[ordered]].tolist():
        if admitted(candidate):
            return float(scores[candidate]), candidate
    return None


def admits(kept: Collection[tuple[int, int]], overlap: Overlap, start: int, end: int) -> bool:
    """Whether the span start..end may stand beside all kept ones; a second time it may not."""
    if (start, end) in kept:
        return False
    if overlap == "allow":
        return True
    for first, last in kept:
        if end < first or start > last:
            continue
        inside = start >= first and end <= last
        around = start <= first and end >= last
        if overlap == "none" or not (inside or around):
            return False
    return True
