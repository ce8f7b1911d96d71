"""All candidates of the windows given so far: their scores, the best of each start, their sums.

Twin: js/src/core/candidates.ts. A candidate is a span i <= j < i + max_answer_len. A start counts
only in the window that gives it maximal context, with any end of that window; so each (start, end)
pair belongs to one window, and merging windows by pair needs no further step. Logits are float32;
scores and sums are float64, on both sides.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from qna_widget.errors import ModelFileError

from .features import max_context_windows
from .ranking import Rows
from .types import DecodingOptions, Feature, Logits, Span

if TYPE_CHECKING:
    from .borders import Borders
    from .types import Floats


class Candidates:
    """The candidates of `features`, whose logits come in any order.

    Memory grows with the passage's tokens, never with their square: scores are formed one window
    at a time, in a band of max_answer_len.
    """

    def __init__(self, features: Sequence[Feature]) -> None:
        self._features = features
        # For each token the window of its maximal context among those given.
        self._owner = max_context_windows(features, ())
        # By window: the passage part of its start and end logits.
        self._given: dict[int, tuple[Floats, Floats]] = {}
        self.null_score = np.inf
        """Minimum over the windows given."""

    @property
    def windows(self) -> int:
        """Number of windows given so far."""
        return len(self._given)

    def add(self, window: int, logits: Logits) -> None:
        """Take the model's output for feature number `window`; copies what it needs.

        Raises ModelFileError when the logits are too short for the feature or not finite.
        """
        feature = self._features[window]
        if window in self._given:
            raise ValueError(f"Window {window} was given twice.")
        begin, stop = feature.passage_position, feature.passage_position + feature.window_length
        for name in ("start_logits", "end_logits"):
            values = getattr(logits, name)
            if len(values) < len(feature.input_ids):
                raise ModelFileError(
                    f"The model gave {len(values)} {name} for the {len(feature.input_ids)} tokens "
                    f"of window {window}. It must give one per token."
                )
            if not np.isfinite(values[:stop]).all():
                raise ModelFileError(
                    f"The model gave a number that is not finite among the {name} of window "
                    f"{window}. Try another model file."
                )
        self._given[window] = (
            np.array(logits.start_logits[begin:stop], np.float32),
            np.array(logits.end_logits[begin:stop], np.float32),
        )
        null = float(logits.start_logits[0]) + float(logits.end_logits[0])
        self.null_score = min(self.null_score, null)

    def score(self, start_token: int, end_token: int) -> float:
        """Return the score of a candidate."""
        window = int(self._owner[start_token])
        first = self._features[window].window_start
        start, end = self._given[window]
        return float(start[start_token - first]) + float(end[end_token - first])

    def window(self, start_token: int) -> int:
        """Return the window in which a start counts."""
        return int(self._owner[start_token])

    def rows(self, options: DecodingOptions, borders: Borders | None) -> tuple[Rows, float, float]:
        """Return the rows, the best score, and the sum of exp(score - best) over all candidates.

        Windows that came since are counted in from here on. Rows are weighed: they hold what spans
        are ranked by.
        """
        self._owner = max_context_windows(self._features, self._given)
        best_score = np.full(len(self._owner), -np.inf)
        best_end = np.zeros(len(self._owner), np.int64)
        peak, mass = -np.inf, 0.0
        for window in sorted(self._given):
            feature = self._features[window]
            starts, scores = self._band(window, options.max_answer_len)
            if len(starts) == 0:
                continue  # no start has its maximal context here
            tokens = feature.window_start + starts
            if borders is not None:
                _stop(scores, tokens, borders)
            window_peak = float(scores.max())
            higher = max(peak, window_peak)
            window_mass = float(np.exp(scores - window_peak).sum())
            mass = mass * np.exp(peak - higher) + window_mass * np.exp(window_peak - higher)
            peak = higher
            if borders is not None:
                _weigh(scores, tokens, borders, options)
            ends = scores.argmax(axis=1)
            best_score[tokens] = scores[np.arange(len(starts)), ends]
            best_end[tokens] = tokens + ends

        def scores_of(start_token: int) -> NDArray[np.float64]:
            window = int(self._owner[start_token])
            feature = self._features[window]
            start, end = self._given[window]
            at = start_token - feature.window_start
            stop = at + options.max_answer_len
            scores = np.float64(start[at]) + end[at:stop].astype(np.float64)
            if borders is not None:
                token, row = np.array([start_token]), scores[None, :]
                _stop(row, token, borders)
                _weigh(row, token, borders, options)
            return scores

        return Rows(best_score, best_end, scores_of), peak, mass

    def cuts(
        self,
        span: Span,
        better: Sequence[Span],
        options: DecodingOptions,
        borders: Borders | None,
        top: float,
    ) -> float:
        """Return the sum of exp(score - top) over the other cuts of a span.

        These are the candidates that have a token in common with it, and none with a better one.
        """
        first = max(0, span.start_token - options.max_answer_len + 1)
        owners = self._owner[first : span.end_token + 1]
        mass = 0.0
        for window in np.unique(owners[owners >= 0]).tolist():
            starts, scores = self._band(window, options.max_answer_len)
            tokens = self._features[window].window_start + starts
            near = (tokens >= first) & (tokens <= span.end_token)
            tokens, scores = tokens[near], scores[near]
            if borders is not None:
                _stop(scores, tokens, borders)
            ends = tokens[:, None] + np.arange(scores.shape[1])
            counted = (ends >= span.start_token) & ~(
                (tokens[:, None] == span.start_token) & (ends == span.end_token)
            )
            for other in better:
                counted &= (tokens[:, None] > other.end_token) | (ends < other.start_token)
            mass += float(np.exp(scores[counted] - top).sum())
        return mass

    def _band(
        self, window: int, max_answer_len: int
    ) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
        """Return the window's own starts (positions in the window) and their scores.

        scores[n, m] belongs to the span from starts[n] to starts[n] + m; -inf beyond the window.
        """
        start, end = self._given[window]
        first, length = self._features[window].window_start, self._features[window].window_length
        starts = np.flatnonzero(self._owner[first : first + length] == window)
        width = min(max_answer_len, length)
        padded = np.concatenate([end.astype(np.float64), np.full(width - 1, -np.inf)])
        ends = sliding_window_view(padded, width)[starts]
        return starts, start[starts].astype(np.float64)[:, None] + ends


def _stop(scores: NDArray[np.float64], tokens: NDArray[np.intp], borders: Borders) -> None:
    """Take out, in place, the spans of several tokens that hold one that was not read.

    scores[n, m] belongs to the span from tokens[n] to tokens[n] + m.
    """
    if borders.unread:
        room = np.maximum(borders.stop[tokens] - tokens, 1)
        scores[np.arange(scores.shape[1]) >= room[:, None]] = -np.inf


def _weigh(
    scores: NDArray[np.float64],
    tokens: NDArray[np.intp],
    borders: Borders,
    options: DecodingOptions,
) -> None:
    """Make of scores, in place, what spans are ranked by."""
    lengths = np.arange(scores.shape[1])
    if options.neat:
        scores[lengths < (borders.letter[tokens] - tokens)[:, None]] = -np.inf
    if options.sentence_margin > 0:
        last = np.minimum(tokens[:, None] + lengths, len(borders.sentence) - 1)
        crossing = borders.sentence[last] != borders.sentence[tokens][:, None]
        scores -= options.sentence_margin * crossing
