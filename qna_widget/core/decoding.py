"""From logits to ranked spans, exactly: no n-best cut, no full matrix.

Twin: js/src/core/decoding.ts. Logits are float32; scores, sums and probabilities are float64, on
both sides. A start counts only in the window that gives it maximal context, with any end of that
window; so each (start, end) pair belongs to one window, and merging windows by pair needs no
further step.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from qna_widget.errors import ModelFileError

from .features import max_context_windows
from .ranking import Rows, Words, rank_spans
from .types import DecodingOptions, Feature, Logits, RankedSpan, Ranking

if TYPE_CHECKING:
    from .types import Floats


class Decoder:
    """Collects the logits of `features`, in any order, and ranks the candidates of those given.

    Memory grows with the passage's tokens, never with their square: scores are formed one window
    at a time, in a band of max_answer_len.
    """

    def __init__(self, features: Sequence[Feature]) -> None:
        self._features = features
        self._owner = max_context_windows(features)
        # By window: the passage part of its start and end logits.
        self._given: dict[int, tuple[Floats, Floats]] = {}
        self._null_score = np.inf

    @property
    def windows_done(self) -> int:
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
        self._null_score = min(self._null_score, null)

    def decode(self, options: DecodingOptions, words: Words | None = None) -> Ranking:
        """Rank the candidates of all windows given so far; options may change between calls.

        Candidates are all i <= j < i + max_answer_len. null_score is the minimum over windows of
        start[0] + end[0]; "no answer" ranks first iff null_score - best > no_answer_threshold.
        Probabilities are a softmax over all candidates and the null. `words` widens the spans.
        """
        if self.windows_done == 0:
            return Ranking((), None, 0.0, None, no_answer=False)
        rows, peak, mass = self._rows(options.max_answer_len)
        null = float(self._null_score)
        top = max(peak, null)
        total = mass * np.exp(peak - top) + np.exp(null - top)

        def probability(score: float) -> float:
            return float(np.exp(score - top) / total)

        null_margin = null - peak
        no_answer = null_margin > options.no_answer_threshold
        spans = tuple(
            RankedSpan(
                *(words.around(*span.tokens) if words else span.tokens), span.score,
                probability=probability(span.score), window=int(self._owner[span.start_token]),
            )
            for span in rank_spans(rows, options.top_k - no_answer, options.overlap, words)
        )  # fmt: skip
        return Ranking(spans, null, probability(null), null_margin, no_answer)

    def _rows(self, max_answer_len: int) -> tuple[Rows, float, float]:
        """Return the rows, the best score, and the sum of exp(score - best) over all candidates."""
        best_score = np.full(len(self._owner), -np.inf)
        best_end = np.zeros(len(self._owner), np.int64)
        peak, mass = -np.inf, 0.0
        for window in sorted(self._given):
            feature = self._features[window]
            starts, scores = self._band(window, max_answer_len)
            if len(starts) == 0:
                continue  # no start has its maximal context here
            ends = scores.argmax(axis=1)
            best = scores[np.arange(len(starts)), ends]
            best_score[feature.window_start + starts] = best
            best_end[feature.window_start + starts] = feature.window_start + starts + ends
            window_peak = float(best.max())
            higher = max(peak, window_peak)
            window_mass = float(np.exp(scores - window_peak).sum())
            mass = mass * np.exp(peak - higher) + window_mass * np.exp(window_peak - higher)
            peak = higher

        def scores_of(start_token: int) -> NDArray[np.float64]:
            window = int(self._owner[start_token])
            feature = self._features[window]
            start, end = self._given[window]
            at = start_token - feature.window_start
            return np.float64(start[at]) + end[at : at + max_answer_len].astype(np.float64)

        return Rows(best_score, best_end, scores_of), peak, mass

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
