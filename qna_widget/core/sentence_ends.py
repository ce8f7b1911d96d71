"""Behind which tokens a sentence ends. Twin: js/src/core/sentence-ends.ts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import numpy as np

from .characters import CAPITAL, EXTENDS, LETTER_OR_DIGIT, SMALL, SPACE, has

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .types import Ids

_ENDS: Final = frozenset(".!?…‽؟۔।。！？｡")
_UNSPACED: Final = frozenset("。！？｡")
"""No space follows."""
_CLOSES: Final = frozenset("\"'”’»)]」』）")
# Words before a full stop that go on. Small letters.
_WORDS: Final = (
    "mr mrs ms dr prof st jr sr rev hon gen col capt lt sgt no nos vol vols ed eds fig figs eq sec "
    "ch art pp p approx dept est inc ltd co corp bros vs cf e.g i.e al etc ca jan feb mar apr jun "
    "jul aug sep sept oct nov dec mon tue wed thu fri sat sun a.m p.m u.s u.k tel fax ext"
)
_SHORT: Final = frozenset(_WORDS.split())
_LONGEST: Final = 12
"""Code points of such a word, and more than that of a number."""
# How a line begins that does not go on with the one before: a table's row; what goes no further
# than its line (headings, fences of code); a list's line.
_LINE: Final = re.compile(
    r"(?P<row>\|)|(?P<whole>#|```|~~~)|[-*+•‣◦·–][ \t\xa0]"
    r"|\(?(?:[0-9]{1,3}[.)]|[a-z]\))[ \t\xa0]"
)
_LONE_RETURN: Final = re.compile(r"\r(?!\n)")
"""Ends a line in some old texts."""


def ends_sentence(text: str, starts: Ids, ends: Ids) -> NDArray[np.bool_]:
    """Return for each token of a text whether its sentence ends with it.

    It does with a mark that ends one and is followed by white space (or is one of a script without
    spaces), and with what closes behind it: unless a small letter follows, or the mark is the full
    stop of a short word, an initial, or a number that begins a line. And it does before an empty
    line, a form feed or a list's line, and at the end of a heading, a fence, and a table's cell.
    """
    text = _LONE_RETURN.sub("\n", text)
    found = np.zeros(len(starts), np.bool_)
    begin, end = starts.tolist(), ends.tolist()
    line = _line_at(text, begin[0]) if begin else ""
    for token in range(len(begin) - 1):
        gap = text[end[token] : begin[token + 1]]
        former = line
        if "\n" in gap:
            line = _line_at(text, begin[token + 1])
        elif "\t" in gap:
            line = "whole"  # of a table
        is_cells_end = line == "row" and text[begin[token]] == "|"
        if is_cells_end or _is_break(gap, former, line):
            found[token] = True
        elif text[begin[token]] in _ENDS and end[token] - begin[token] == 1:
            last = token
            while (
                last + 1 < len(begin)
                and begin[last + 1] == end[last]
                and end[last + 1] - begin[last + 1] == 1
                and text[begin[last + 1]] in _CLOSES
            ):
                last += 1
            if last + 1 < len(begin) and _ends_with(text, begin[token], end[last], begin[last + 1]):
                found[last] = True
    return found


def _line_at(text: str, at: int) -> str:
    """Tell how a line begins: "row", "whole", "item", or "" for any other."""
    found = _LINE.match(text, at)
    return "" if found is None else found.lastgroup or "item"


def _is_break(gap: str, line: str, following: str) -> bool:
    """Tell whether a sentence ends in what stands between two tokens, in lines that begin so."""
    if "\f" in gap or gap.count("\n") > 1:
        return True
    if "\n" not in gap:
        return "\t" in gap
    return following != "" or line in ("row", "whole")


def _ends_with(text: str, mark: int, end: int, following: int) -> bool:
    if text[mark] in _UNSPACED:
        return True
    if end == following or not has(text[end], SPACE) or has(text[following], SMALL):
        return False
    return text[mark] != "." or not _goes_on(text, mark)


def _goes_on(text: str, mark: int) -> bool:
    """Tell whether the full stop at `mark` belongs to what stands before it."""
    start = mark
    while start > 0 and mark - start <= _LONGEST and _is_word(text[start - 1]):
        start -= 1
    word = text[start:mark]
    if len(word) == 1 and has(word, CAPITAL):
        return True
    if word.lower() in _SHORT or word[1:].lower().endswith("str"):  # Lindenstr. 14
        return True
    at = start
    while at > 0 and text[at - 1] in " \t":
        at -= 1
    return (
        word.isascii() and word.isdigit() and len(word) <= 3 and (at == 0 or text[at - 1] == "\n")
    )


def _is_word(character: str) -> bool:
    return character == "." or has(character, LETTER_OR_DIGIT | EXTENDS)
