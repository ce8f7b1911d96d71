"""Which windows to read first: those that cover most of where the question's words stand together.

Twin: js/src/core/relevance.ts. The order changes when an answer is found, never which. All numbers
are whole ones, so that both languages agree on every tie.
"""

from __future__ import annotations

import heapq
import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np

from .types import Feature

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .types import Ids

    Places = NDArray[np.intp]

REACH: Final = 32
"""Tokens over which a word of the question makes its surroundings relevant, less with each."""
BLOCK: Final = 64
"""Tokens; the more blocks of a passage hold a word, the less it says."""
UNIT: Final = 1000
"""Weights are rounded to this part of a natural logarithm."""
LEVELS: Final = 100
"""Relevance is told from 0 to this, the most of the passage, before it is sharpened."""
SHARPNESS: Final = 3
"""Power of it by which tokens count: one that is half as relevant counts an eighth."""
FINENESS: Final = 16
"""Parts of one in which context is counted."""


class PassageIndex:
    """Where each word piece of a passage stands; made once, and used for every question."""

    def __init__(self, input_ids: Ids) -> None:
        """Take the passage's ids; work begins with the first question that needs it."""
        self._ids = input_ids

    def __len__(self) -> int:
        """Return the number of tokens."""
        return len(self._ids)

    @cached_property
    def _sorted(self) -> tuple[Places, Ids]:
        """All places, ordered by the piece that stands there, and the pieces in that order."""
        places = np.argsort(self._ids, kind="stable")
        return places, self._ids[places]

    def places(self, piece: int) -> Places:
        """Return where `piece` stands, in order."""
        places, pieces = self._sorted
        first, stop = np.searchsorted(pieces, [piece, piece + 1])
        return places[first:stop]

    def pair_places(self, piece: int, following: int) -> Places:
        """Return where `piece` stands with `following` behind it."""
        places = self.places(piece)
        places = places[places + 1 < len(self._ids)]
        found: Places = places[self._ids[places + 1] == following]
        return found


def reading_order(index: PassageIndex, question: Ids, features: Sequence[Feature]) -> Iterator[int]:
    """Yield the numbers of all windows, in the order in which to read them.

    Next comes always the window that adds most: the sum over its tokens of how much more context it
    gives them than those before it, times their weight. So what lies apart is read before the same
    words are read again with more around them. Windows that add as much keep the order of the
    passage. Each is found when it is asked for: where windows overlap much, all take long. `index`
    is that of the passage that `features` were cut from, `question` the ids of the question's
    tokens.
    """
    if len(features) < 2:
        yield from range(len(features))
        return
    weights = _weights(token_relevance(index, question))
    contexts = _contexts(features)
    places = [slice(x.window_start, x.window_start + x.window_length) for x in features]
    starts, stops = [x.start for x in places], [x.stop for x in places]
    had = np.zeros(len(weights), np.int64)

    def added(window: int) -> int:
        place = places[window]
        return int((np.maximum(contexts[window] - had[place], 0) * weights[place]).sum())

    # What a window adds only shrinks as others are read that overlap it: one for which that was
    # counted since adds more than all that are below it.
    heap = [(-int(contexts[w] @ weights[place]), w) for w, place in enumerate(places)]
    heapq.heapify(heap)
    stale = np.zeros(len(features), np.bool_)
    while heap:
        _, window = heap[0]
        if stale[window]:
            stale[window] = False
            heapq.heapreplace(heap, (-added(window), window))
            continue
        heapq.heappop(heap)
        yield window
        read = had[places[window]]
        np.maximum(read, contexts[window], out=read)
        stale[bisect_right(stops, starts[window]) : bisect_left(starts, stops[window])] = True


def _weights(relevance: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return for each token what it counts: 1 where nothing of the question stands near."""
    most = max(1, int(relevance.max()))
    levels: NDArray[np.int64] = LEVELS * relevance // most
    return levels**SHARPNESS + 1


def _contexts(features: Sequence[Feature]) -> list[NDArray[np.int64]]:
    """Return for each window what context it gives to each of its tokens.

    That is the root of the number of tokens up to the nearer border of the window, in parts of
    FINENESS: the first tokens of context say most. Where the passage itself ends there is no
    border, and half a window is the most that counts.
    """
    whole = features[0].window_length
    stop = features[-1].window_start + features[-1].window_length
    most = (whole + 1) // 2
    known: dict[tuple[int, bool, bool], NDArray[np.int64]] = {}
    contexts = []
    for feature in features:
        length = feature.window_length
        begins, ends = feature.window_start == 0, feature.window_start + length == stop
        if (length, begins, ends) not in known:
            position = np.arange(length)
            before = most if begins else position + 1
            behind = most if ends else length - position
            near = np.minimum(np.minimum(before, behind), most)
            roots = np.sqrt(FINENESS**2 * near) * np.ones(length)
            known[length, begins, ends] = np.floor(roots).astype(np.int64)
        contexts.append(known[length, begins, ends])
    return contexts


def token_relevance(index: PassageIndex, question: Ids) -> NDArray[np.int64]:
    """Return for each token of the passage how much of the question stands near it.

    Each different piece of the question adds its weight, in full where it stands and less by one
    part in REACH with each token of distance; pairs of neighbours that are neighbours in the
    passage, too, add half of theirs besides. The weight is the logarithm of how rare the piece or
    pair is among the blocks of the passage.
    """
    pieces = question.tolist()
    found = [(index.places(piece), 2) for piece in dict.fromkeys(pieces)]
    pairs = dict.fromkeys(pairwise(pieces))
    found += [(index.pair_places(*pair), 1) for pair in pairs]
    blocks = max(1, len(index) // BLOCK)
    sums = np.zeros(len(index), np.int64)
    for places, share in found:
        held = len(np.unique(places // BLOCK))
        weight = math.floor(UNIT * math.log((blocks + 1) / (held + 0.5)) + 0.5)
        if held and weight > 0:
            sums += share * weight * _nearness(places, len(index))
    return sums


def _nearness(places: Places, length: int) -> NDArray[np.int64]:
    """Return for each token REACH less the distance to the nearest place; 0 from there on."""
    padded = np.zeros(length + 2 * REACH, np.int64)
    # The nearer ones are written last, over those from other places.
    for distance in range(REACH - 1, -1, -1):
        padded[places + REACH - distance] = REACH - distance
        padded[places + REACH + distance] = REACH - distance
    return padded[REACH : REACH + length]
