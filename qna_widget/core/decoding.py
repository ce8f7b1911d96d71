"""From logits to ranked spans, exactly: no n-best cut, no full matrix.

Twin: js/src/core/decoding.ts. Probabilities are float64, on both sides. While windows are to come,
those that are there are taken for all of them: what is found depends on which these are, never on
their order.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from .candidates import Candidates
from .ranking import any_tokens, rank_spans, tokens_themselves
from .types import DecodingOptions, Feature, Logits, RankedSpan, Ranking

if TYPE_CHECKING:
    from .borders import Borders


class Decoder:
    """Collects the logits of `features`, in any order, and ranks the candidates of those given."""

    def __init__(self, features: Sequence[Feature]) -> None:
        self._candidates = Candidates(features)

    @property
    def windows_done(self) -> int:
        """Number of windows given so far."""
        return self._candidates.windows

    def add(self, window: int, logits: Logits) -> None:
        """Take the model's output for feature number `window`; copies what it needs.

        Raises ModelFileError when the logits are too short for the feature or not finite.
        """
        self._candidates.add(window, logits)

    def decode(self, options: DecodingOptions, borders: Borders | None = None) -> Ranking:
        """Rank the candidates of all windows given so far; options may change between calls.

        Candidates are all i <= j < i + max_answer_len; with `borders`, those of several tokens
        hold none that was not read. null_score is the minimum over windows of start[0] + end[0];
        "no answer" ranks first iff null_score - best > no_answer_threshold, or when no candidate
        is an answer. Shares are a softmax over all candidates and the null; the probability of an
        answer is its share and `cut_share` of the shares of its other cuts: the candidates that
        have a token in common with it, and none with a better answer. `borders` say which
        candidates are answers, what they take, and which cross a sentence's end: those rank as if
        they had sentence_margin less.
        """
        candidates = self._candidates
        if candidates.windows == 0:
            return Ranking((), None, 0.0, None, no_answer=False)
        rows, peak, mass = candidates.rows(options, borders)
        null = float(candidates.null_score)
        top = max(peak, null)
        total = mass * np.exp(peak - top) + np.exp(null - top)

        def share(score: float) -> float:
            return float(np.exp(score - top) / total)

        def probability(rank: int, score: float) -> float:
            if options.cut_share == 0:
                return share(score)
            cuts = candidates.cuts(found[rank], found[:rank], options, borders, top) / total
            return float(min(1.0, share(score) + options.cut_share * cuts))

        null_margin = null - peak
        no_answer = null_margin > options.no_answer_threshold
        place = partial(borders.place, options=options) if borders else tokens_themselves
        found = rank_spans(
            rows,
            options.top_k - no_answer,
            options.overlap,
            place,
            borders.meet_in if borders else any_tokens,
        )
        spans = tuple(
            RankedSpan(
                *span.tokens, score := candidates.score(*span.tokens),
                probability=probability(rank, score),
                window=candidates.window(span.start_token),
            )
            for rank, span in enumerate(found)
        )  # fmt: skip
        nothing = not found and options.top_k > no_answer
        return Ranking(spans, null, share(null), null_margin, no_answer or nothing)
