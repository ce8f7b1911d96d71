"""Which windows to read first: those where the question's words stand closest together.

Twin: js/src/core/relevance.ts. The order changes when an answer is found, never which. All numbers
are whole ones, so that both languages agree on every tie.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np

from .features import max_context_windows
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


def reading_order(index: PassageIndex, question: Ids, features: Sequence[Feature]) -> list[int]:
    """Return the numbers of all windows, the most relevant one to the question first.

    A window is as relevant as the best of the tokens whose spans count in it (see
    `max_context_windows`); windows alike keep the order of the passage. `index` is that of the
    passage that `features` were cut from, `question` the ids of the question's tokens.
    """
    if len(features) < 2:
        return list(range(len(features)))
    relevance = token_relevance(index, question)
    windows = np.full(len(features), -1, np.int64)
    np.maximum.at(windows, max_context_windows(features), relevance)
    order: list[int] = np.argsort(-windows, kind="stable").tolist()
    return order


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
