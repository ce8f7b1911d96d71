"""The best spans in order, without sorting all candidates. Twin: js/src/core/ranking.ts."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .types import Overlap, Span


@dataclass(frozen=True)
class Rows:
    """All candidates, one row per start token: its best end, and the scores on demand."""

    # Best score of each row; -inf where the row's window is still to come.
    best_score: NDArray[np.float64]
    # The end token of that score, the earliest on a tie.
    best_end: NDArray[np.int64]
    # scores(i)[m] is the score of the span i..i+m; as long as the row.
    scores: Callable[[int], NDArray[np.float64]]


def rank_spans(rows: Rows, count: int, overlap: Overlap) -> list[Span]:
    """Return the best `count` spans: higher score first, then shorter (tokens), then earlier.

    `overlap` says which spans may stand beside a better one that is already kept. "none": those
    that share no token with it. "nested": also those that contain it or lie within it, while
    partial overlaps are dropped. "allow": all.

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
    kept: list[Span] = []
    while heap and len(kept) < count:
        negative, length, start = heap[0]
        if admits(kept, overlap, start, start + length):
            kept.append(Span(start, start + length, -negative))
        following = _next_end(rows.scores(start), -negative, length, kept, overlap, start)
        if following is None:
            heapq.heappop(heap)
        else:
            heapq.heapreplace(heap, (-following[0], following[1], start))
    return kept


def _next_end(
    scores: NDArray[np.float64],
    score: float,
    length: int,
    kept: list[Span],
    overlap: Overlap,
    start: int,
) -> tuple[float, int] | None:
    """Return (score, length) of the row's best admissible span after (score, length)."""
    lengths = np.arange(len(scores))
    after = (scores < score) | ((scores == score) & (lengths > length))
    ordered = np.lexsort((lengths, -scores))
    for candidate in ordered[after[ordered]].tolist():
        if admits(kept, overlap, start, start + candidate):
            return float(scores[candidate]), candidate
    return None


def admits(kept: list[Span], overlap: Overlap, start: int, end: int) -> bool:
    """Whether the span start..end may stand beside all kept ones."""
    if overlap == "allow":
        return True
    for span in kept:
        if end < span.start_token or start > span.end_token:
            continue
        inside = start >= span.start_token and end <= span.end_token
        around = start <= span.start_token and end >= span.end_token
        if overlap == "none" or not (inside or around):
            return False
    return True
