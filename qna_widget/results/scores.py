"""What the model said, token by token and window by window: the numbers behind the answers.

They come from the browser that answered, or from the kernel's own engine; `Scores.source` says
which.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from qna_widget.core.features import max_context_windows
from qna_widget.core.pipeline import Prepared
from qna_widget.core.types import Feature, Logits

from .tables import data_frame

if TYPE_CHECKING:
    from qna_widget.core.types import Floats, Ids

    from .tables import DataFrame

Source = Literal["browser", "kernel"]


@dataclass(frozen=True, eq=False)
class Window:
    """One window over the passage; every array has one entry per passage token in it."""

    index: int
    first_token: int
    """Which passage token the window begins with."""
    tokens: tuple[str, ...] = field(repr=False)
    """The original text of each token."""
    starts: Ids = field(repr=False)
    """Code points of the original passage."""
    ends: Ids = field(repr=False)
    start_logits: Floats = field(repr=False)
    end_logits: Floats = field(repr=False)
    counts: NDArray[np.bool_] = field(repr=False)
    """Whether spans that begin at the token count in this window: it gives the token most
    context."""
    null_score: float
    """start + end logit of [CLS]."""

    def __len__(self) -> int:
        """Return the number of passage tokens."""
        return len(self.tokens)


@dataclass(frozen=True, eq=False)
class Scores:
    """Start and end logits of one question about one passage."""

    question: str
    passage: str = field(repr=False)
    windows: tuple[Window, ...] = field(repr=False)
    max_answer_len: int
    """The longest answer, in tokens."""
    source: Source
    """Who ran the model."""

    @property
    def null_score(self) -> float:
        """The score of "no answer": the lowest of all windows (logits)."""
        return min(window.null_score for window in self.windows)

    @property
    def tokens(self) -> tuple[str, ...]:
        """The original text of each passage token, each once."""
        return tuple(window.tokens[at] for window, at in self._owned())

    @property
    def start_logits(self) -> Floats:
        """Of each passage token, in the window that gives it most context."""
        return np.array([window.start_logits[at] for window, at in self._owned()], np.float32)

    @property
    def end_logits(self) -> Floats:
        """Of each passage token, in the window that gives it most context.

        A span's end counts in the window of its start; see `matrix`.
        """
        return np.array([window.end_logits[at] for window, at in self._owned()], np.float32)

    @property
    def starts(self) -> Ids:
        """First code point of each passage token."""
        return np.array([window.starts[at] for window, at in self._owned()], np.int32)

    @property
    def ends(self) -> Ids:
        """One past the last code point of each passage token."""
        return np.array([window.ends[at] for window, at in self._owned()], np.int32)

    def matrix(self, window: int = 0) -> NDArray[np.float64]:
        """Return the scores of all spans of a window: [i, j] is start_logits[i] + end_logits[j].

        Of shape [tokens, tokens]; NaN where j < i or the span is longer than `max_answer_len`.
        Rows whose `counts` is False are scored by another window. Raises IndexError for a window
        that there is not.
        """
        part = self.windows[window]
        scores = part.start_logits.astype(np.float64)[:, None] + part.end_logits[None, :]
        length = np.arange(len(part))[None, :] - np.arange(len(part))[:, None]
        scores[(length < 0) | (length >= self.max_answer_len)] = np.nan
        return scores

    def to_frame(self) -> DataFrame:
        """Return one row per window and token; a token in two windows has two rows.

        Columns: window, token (index in the passage), text, start, end (code points), start_logit,
        end_logit, counts. Raises MissingExtraError without pandas.
        """
        parts = self.windows

        def column(values: Sequence[NDArray[np.generic]]) -> NDArray[np.generic]:
            return np.concatenate(values)

        return data_frame(
            {
                "window": column([np.full(len(p), p.index) for p in parts]),
                "token": column([p.first_token + np.arange(len(p)) for p in parts]),
                "text": [token for p in parts for token in p.tokens],
                "start": column([p.starts for p in parts]),
                "end": column([p.ends for p in parts]),
                "start_logit": column([p.start_logits for p in parts]),
                "end_logit": column([p.end_logits for p in parts]),
                "counts": column([p.counts for p in parts]),
            }
        )

    def _owned(self) -> Iterator[tuple[Window, int]]:
        """Yield each passage token's window of most context and its place there, in order."""
        owners = [
            (int(window.first_token + at), window, int(at))
            for window in self.windows
            for at in np.flatnonzero(window.counts)
        ]
        for _, window, at in sorted(owners, key=lambda owner: owner[0]):
            yield window, at


def of_kernel(prepared: Prepared, logits: Sequence[Logits], *, max_answer_len: int) -> Scores:
    """Return the scores of what the kernel's engine ran."""
    windows = windows_of(
        prepared.passage_text,
        prepared.passage.starts,
        prepared.passage.ends,
        prepared.features,
        logits,
    )
    return Scores(prepared.question_text, prepared.passage_text, windows, max_answer_len, "kernel")


def windows_of(
    passage: str, starts: Ids, ends: Ids, features: Sequence[Feature], logits: Sequence[Logits]
) -> tuple[Window, ...]:
    owner = max_context_windows(features)
    texts = [passage[a:b] for a, b in zip(starts.tolist(), ends.tolist(), strict=True)]
    windows = []
    for index, (feature, given) in enumerate(zip(features, logits, strict=True)):
        first, length = feature.window_start, feature.window_length
        inside = slice(feature.passage_position, feature.passage_position + length)
        tokens = slice(first, first + length)
        windows.append(
            Window(
                index=index,
                first_token=first,
                tokens=tuple(texts[tokens]),
                starts=starts[tokens],
                ends=ends[tokens],
                # The kernel keeps its own, which nobody can write to.
                start_logits=given.start_logits[inside].copy(),
                end_logits=given.end_logits[inside].copy(),
                counts=owner[tokens] == index,
                null_score=float(given.start_logits[0]) + float(given.end_logits[0]),
            )
        )
    return tuple(windows)
