"""Where one character ends and the next begins, as a reader sees them.

Unicode's extended grapheme clusters (UAX #29, with Indic conjuncts), as far as answers need them.
Twin: js/src/core/graphemes.ts.
"""

from __future__ import annotations

from collections.abc import Sequence

from .characters import EXTENDS, LETTER_OR_DIGIT, LINKS, SPACE, has

_JOINER = "\u200d"


def is_border(near: Sequence[str], at: int) -> bool:
    """Tell whether a character begins at `at`: not within one, nor a pair of line ends.

    `near` holds code points; its ends count as borders.
    """
    if at <= 0 or at >= len(near):
        return True
    before, after = near[at - 1], near[at]
    if before == "\r" and after == "\n":
        return False
    if before in "\r\n\t " or (before < "\x7f" and after < "\x7f"):
        return not has(after, EXTENDS)
    if has(after, EXTENDS):
        return False
    if _is_region(before) and _is_region(after):
        first = at - 1
        while first > 0 and _is_region(near[first - 1]):
            first -= 1
        return (at - first) % 2 == 0
    if _is_hangul(before) and _is_hangul(after):
        return not _joins_syllable(ord(before), ord(after))
    return not _is_linked(near, at)


def whole(near: Sequence[str], start: int, end: int) -> tuple[int, int]:
    """Return start..end, moved outwards to borders of characters."""
    while not is_border(near, start):
        start -= 1
    while not is_border(near, end):
        end += 1
    return start, end


def _is_region(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"


def _is_hangul(character: str) -> bool:
    return (
        "\u1100" <= character <= "\u11ff"
        or "\ua960" <= character <= "\ua97c"
        or "\uac00" <= character <= "\ud7fb"
    )


def _joins_syllable(before: int, after: int) -> bool:
    """Tell whether two parts of Korean syllables are one: L, then V, then T, or whole ones."""
    leads = 0x1100 <= before <= 0x115F or 0xA960 <= before <= 0xA97C
    if leads:
        is_tail = 0x11A8 <= after <= 0x11FF or 0xD7CB <= after <= 0xD7FB
        return not is_tail
    vowel = 0x1160 <= after <= 0x11A7 or 0xD7B0 <= after <= 0xD7C6
    tail = 0x11A8 <= after <= 0x11FF or 0xD7CB <= after <= 0xD7FB
    open_syllable = (
        0x1160 <= before <= 0x11A7
        or 0xD7B0 <= before <= 0xD7C6
        or (0xAC00 <= before <= 0xD7A3 and (before - 0xAC00) % 28 == 0)
    )
    return tail or (vowel and open_syllable)


def _is_linked(near: Sequence[str], at: int) -> bool:
    """Tell whether the signs before it join a consonant to a consonant, a picture to a picture."""
    base = at - 1
    while base >= 0 and has(near[base], EXTENDS):
        base -= 1
    if base < 0:
        return False
    both = near[base] + near[at]
    if near[at - 1] == _JOINER and all(map(_is_picture, both)):
        return True
    links = any(has(sign, LINKS) for sign in near[base + 1 : at])
    return links and all(has(letter, LETTER_OR_DIGIT) for letter in both)


def _is_picture(character: str) -> bool:
    """Tell whether it is a symbol; emoji are among them."""
    return character >= "\u2190" and not has(character, LETTER_OR_DIGIT | SPACE)
