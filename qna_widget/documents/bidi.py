"""Arabic and Hebrew lines as a page shows them, left to right, put into the order of reading.

The inverse of Unicode's bidirectional algorithm (UAX #9) for lines without explicit marks, which is
what a printed page amounts to. Pure.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

RIGHT_TO_LEFT: Final = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff\U00010800-\U00010fff]")
# Hebrew's and Arabic's letters as fonts have them: ligatures, and forms by place in the word.
_FORMS: Final = re.compile("[\ufb1d-\ufdff\ufe70-\ufefc]+")
# What Unicode shows mirrored from right to left, and texts hold unmirrored.
_MIRRORED: Final = str.maketrans("()[]{}<>«»‹›", ")(][}{><»«›‹")
# One letter a character: L, R, A(rabic letter), N(umber), a(rabic number), t(erminator of a number,
# such as %), p(lus, minus), c(omma and the like), o(ther).
_CLASSES: Final = {
    "L": "L", "R": "R", "AL": "A", "EN": "N", "AN": "a", "ET": "t", "ES": "p", "CS": "c"
}  # fmt: skip
_HEBREW_NUMBER: Final = "(?:(?<!t)t+)?N+(?:[pc]N+)*t*|a+(?:ca+)*"
_ARABIC_NUMBER: Final = "N+(?:cN+)*|a+(?:ca+)*"


def in_reading_order(line: str, *, mostly_right_to_left: bool) -> str:
    """Return a line of a page, given as its signs stand from left to right, as it is read.

    Letters of the presentation blocks become the letters themselves. A line that begins and
    ends in different directions has that of its closing sign, and else that of its page.
    """
    if not RIGHT_TO_LEFT.search(line):
        return line
    classes = _classes(line)
    if _is_right_to_left(line, classes, mostly_right_to_left):
        text = _reversed(line, classes)
    else:
        # From the first such letter to the last, with no Latin letter between.
        parts, at = [], 0
        for run in re.finditer("[RA](?:[^L]*[RA])?", classes):
            parts += [line[at : run.start()], _reversed(line[run.start() : run.end()], run[0])]
            at = run.end()
        text = "".join(parts) + line[at:]
    return _FORMS.sub(lambda forms: unicodedata.normalize("NFKC", forms[0]), text)


def _classes(line: str) -> str:
    classes = []
    for character in line:
        kind = unicodedata.bidirectional(character)
        if kind == "NSM":  # shown before its letter, which stands to its right
            classes.append("R" if RIGHT_TO_LEFT.match(character) else "L")
        else:
            classes.append(_CLASSES.get(kind, "o"))
    return "".join(classes)


def _is_right_to_left(line: str, classes: str, mostly: bool) -> bool:
    strong = re.sub("[^LRA]", "", classes).replace("A", "R")
    if not strong:
        return mostly
    if strong[0] == strong[-1]:
        return strong[0] == "R"
    stripped = line.strip()
    if stripped[0] in ".!?:;،؛؟" or stripped[-1] in ".!?:;":
        return stripped[0] in ".!?:;،؛؟"
    return mostly


def _reversed(line: str, classes: str) -> str:
    """Read from the right; numbers and other scripts within keep their order."""
    number = _ARABIC_NUMBER if "A" in classes else _HEBREW_NUMBER
    # Latin words with what stands between them ("3D" is one); a number belongs to those before.
    kept = re.compile(f"(?:{number})?L(?:[^RA]*(?:L|{number}))?|{number}")
    parts: list[str] = []
    at = 0
    for run in kept.finditer(classes):
        parts += [line[at : run.start()][::-1].translate(_MIRRORED), line[run.start() : run.end()]]
        at = run.end()
    parts.append(line[at:][::-1].translate(_MIRRORED))
    return "".join(reversed(parts))
