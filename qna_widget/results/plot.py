"""Pictures of scores, drawn by matplotlib: it needs no network, not even to be looked at.

(Altair's pictures fetch their script from a CDN in most notebooks.)
"""

from __future__ import annotations

import io
import re
import textwrap
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from qna_widget.core.contract import Spec, check_value
from qna_widget.core.layout import as_sign
from qna_widget.errors import needs_extra

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from qna_widget.core.types import AnswerDict

    from .scores import Scores

# Colour-blind readers see these as different (Okabe and Ito).
START, END, ANSWER = "#0072B2", "#D55E00", "#F0E442"
_TOKENS: Final[Spec] = {"type": "integer", "minimum": 1, "maximum": 1_000_000, "unit": "tokens"}
_LONGEST = 24
"""Characters of a token below its bars: an address would leave them no room."""
_SIGNS_PER_INCH = 10
"""Of the title."""


class Picture:
    """A drawn figure, which notebooks show by themselves."""

    def __init__(self, figure: Figure) -> None:
        self.figure = figure
        """The matplotlib figure, to be changed at will."""

    def save(self, path: str | Path) -> None:
        """Write a file; its ending chooses the format: .png, .svg, .pdf."""
        self._write(path)

    def _repr_png_(self) -> bytes:
        file = io.BytesIO()
        self._write(file, format="png", dpi=96)
        return file.getvalue()

    def _write(self, to: str | Path | io.BytesIO, **options: Any) -> None:
        """Draw the figure, without a word about signs that the font lacks.

        The filter stays: taking it back would take back, too, what other threads set meanwhile. It
        hears only what is drawn from here.
        """
        warnings.filterwarnings("ignore", "Glyph .* missing", module=re.escape(__name__))
        self.figure.savefig(to, **options)


def plot(scores: Scores, answers: Sequence[AnswerDict], *, tokens: int) -> Picture:
    """Draw the logits of the `tokens` around the best answer, with the answers that lie there.

    `answers` are those of the same question, best first. Without any the picture shows the place
    of the highest start logit. Raises InputError for less than one token, MissingExtraError
    without matplotlib.
    """
    tokens = check_value("tokens", tokens, _TOKENS)
    with needs_extra("A picture of the scores", "plot"):
        from matplotlib.figure import Figure
    texts, start_logits, end_logits = scores.tokens, scores.start_logits, scores.end_logits
    spans = _spans(scores, answers)
    peak = int(start_logits.argmax())
    first, last = spans[0][1:] if spans else (peak, peak)
    size = min(tokens, len(texts))
    begin = max(0, min((first + last + 1 - size) // 2, len(texts) - size))
    shown = np.arange(begin, begin + size)

    width = max(6.0, 0.28 * size + 1)
    figure = Figure(figsize=(width, 4), layout="constrained")
    axes = figure.add_subplot()
    for rank, first, last in reversed(spans):
        if last < begin or first >= begin + size:
            continue
        axes.axvspan(first - 0.5, last + 0.5, color=ANSWER, alpha=0.6 if rank == 1 else 0.25, lw=0)
        axes.text(max(first, begin) - 0.4, 1.01, str(rank), transform=axes.get_xaxis_transform())
    axes.bar(shown - 0.2, start_logits[shown], 0.4, color=START, label="start logit")
    axes.bar(shown + 0.2, end_logits[shown], 0.4, color=END, label="end logit")
    axes.axhline(0, color="black", lw=0.5)
    axes.set_xlim(begin - 0.5, begin + size - 0.5)
    # A dollar sign in the passage begins no formula.
    words = [_shorten(as_sign(texts[i])) for i in shown]
    axes.set_xticks(shown, words, rotation=90, parse_math=False)
    axes.set_ylabel("logit")
    axes.legend(loc="best")
    best = next((a["score"] for a in answers if a["text"]), None)
    against = "" if best is None else f"best span {best:.2f}, "
    question = textwrap.fill(scores.question, int(_SIGNS_PER_INCH * width))
    title = f"{question}\n{against}null score {scores.null_score:.2f} ({scores.source})"
    axes.set_title(title, parse_math=False, loc="left", pad=18, fontsize="medium")
    return Picture(figure)


def _shorten(token: str) -> str:
    """Return a token as it stands below its bars."""
    return token if len(token) <= _LONGEST else token[: _LONGEST - 1] + "…"


def _spans(scores: Scores, answers: Sequence[AnswerDict]) -> list[tuple[int, int, int]]:
    """Return (rank, first token, last token) of the answers that are spans."""
    starts, ends = scores.starts, scores.ends
    spans = []
    for rank, answer in enumerate(answers, 1):
        inside = np.flatnonzero((starts >= answer["start"]) & (ends <= answer["end"]))
        if answer["text"] and len(inside):
            spans.append((rank, int(inside[0]), int(inside[-1])))
    return spans
