"""What stands for a widget where none can be shown: on GitHub, in mails, in a saved notebook."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from qna_widget.core.messages import Inputs
from qna_widget.core.types import AnswerDict

EXCERPT = 600
"""Code points of the passage that are shown."""
_MOST_ANSWERS = 5
_WORTH_SHOWING = 0.01
"""Less likely answers than this are left out, but for the best one."""
_ASK_MORE = "Run the notebook to ask more."


def as_html(inputs: Inputs, answers: Sequence[AnswerDict]) -> str:
    """Return question, best answers and an excerpt of the passage around the best one.

    All text is escaped. Without answers it says so.
    """
    worth = [
        answer
        for rank, answer in enumerate(answers[:_MOST_ANSWERS])
        if rank == 0 or answer["probability"] >= _WORTH_SHOWING
    ]
    items = "".join(_item(answer) for answer in worth)
    found = f"<ol>{items}</ol>" if items else "<p>Not answered yet.</p>"
    return (
        '<div class="qna-saved" dir="auto" translate="no">'
        f"<p><strong>{escape(inputs['question']) or 'No question yet.'}</strong></p>"
        f"{found}"
        f'<blockquote dir="auto">{_excerpt(inputs["passage"], answers)}</blockquote>'
        f"<p><small>{_ASK_MORE}</small></p>"
        "</div>"
    )


def _item(answer: AnswerDict) -> str:
    text = escape(answer["text"]) or "The text does not say"
    return f"<li>{text} <small>({answer['probability']:.1%})</small></li>"


def _excerpt(passage: str, answers: Sequence[AnswerDict]) -> str:
    """Return the text around the best answer, which is marked; else the text's beginning."""
    best = answers[0] if answers else None
    start, end = (best["start"], best["end"]) if best is not None else (0, 0)
    first = max(0, min(start - EXCERPT // 2, len(passage) - EXCERPT))
    last = max(end, min(len(passage), first + EXCERPT))
    before, within, after = passage[first:start], passage[start:end], passage[end:last]
    marked = f"<mark>{escape(within)}</mark>" if within else ""
    cut = ("… " if first > 0 else "", " …" if last < len(passage) else "")
    text = f"{cut[0]}{escape(before)}{marked}{escape(after)}{cut[1]}"
    return text.replace("\n", "<br>")
