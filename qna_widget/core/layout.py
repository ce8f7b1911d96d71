"""A passage's lines and columns as signs that a model can read. Twin: js/src/core/layout.ts.

BERT's tokenizer takes all white space alike: of a menu, a timetable, a chat, nothing is left of
what stands on which line. For a model that was trained so (`layout_signs` in model.json) white
space that lays a text out becomes signs of BERT's vocabulary, one for one, so that offsets stay: a
line break is LINE, and one that makes an empty line another; within a line a tab or several spaces
are one COLUMN.
"""

from __future__ import annotations

import re
from typing import Final

LINE: Final = "¶"
COLUMN: Final = "|"
_MOST: Final = 2
"""Line breaks of a run of white space that are shown."""
_RUN: Final = re.compile(
    "[\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]{2,}|[\t-\r\x85\u2028\u2029]"
)
_BREAK: Final = re.compile("\r\n|[\n-\r\x85\u2028\u2029]")


def in_signs(text: str) -> str:
    """Return the text, as long as it was, with signs where white space lays it out."""
    return _RUN.sub(_signs, text)


def as_sign(text: str) -> str:
    """Return a token's text as the model reads it: white space, which nobody sees, as its sign."""
    if not text.isspace():
        return text
    return LINE if _BREAK.search(text) else COLUMN


def _signs(run: re.Match[str]) -> str:
    start, end = run.span()
    breaks = [found.start() for found in _BREAK.finditer(run[0])]
    if not breaks:
        # A table's own bars need no more of them.
        beside = run.string[max(0, start - 1) : start] + run.string[end : end + 1]
        return run[0] if COLUMN in beside else COLUMN + run[0][1:]
    signs = list(run[0])
    for at in breaks[:_MOST]:
        signs[at] = LINE
    return "".join(signs)
