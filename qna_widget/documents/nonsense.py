"""Text that is no language: what a PDF's font gives that does not say which letters it shows."""

from __future__ import annotations

import math
import re
import unicodedata
from typing import Final

from .words import is_word

_ENOUGH: Final = 20_000
"""Code points that are looked at."""
_WORD: Final = re.compile(r"[^\W\d_]{4,}")
_SHIFTS: Final = tuple(shift for shift in range(-40, 41) if shift)
# How often English has each letter, in percent. Other languages in Latin letters are like it: the
# cosine of their frequencies with these is over 0.7, that of letters exchanged at random about 0.5.
_FREQUENCY: Final = {
    "e": 12.7, "t": 9.1, "a": 8.2, "o": 7.5, "i": 7.0, "n": 6.7, "s": 6.3, "h": 6.1, "r": 6.0,
    "d": 4.3, "l": 4.0, "c": 2.8, "u": 2.8, "m": 2.4, "w": 2.4, "f": 2.2, "g": 2.0, "y": 2.0,
    "p": 1.9, "b": 1.5, "v": 1.0, "k": 0.8, "j": 0.15, "x": 0.15, "q": 0.1, "z": 0.07,
}  # fmt: skip


def is_nonsense(text: str, *, suspect: bool = False) -> bool:
    """Tell whether `text` is letters of which none knows what they stand for.

    It is when much of it is no character at all; when its words become known ones once all of its
    characters are moved by the same number; or when hardly any word in Latin letters is known and
    the letters are as frequent as in no language. `suspect`: its fonts have no map to Unicode, so
    that less is enough.
    """
    text = text[:_ENOUGH]
    signs = [character for character in text if not character.isspace()]
    if not signs:
        return False
    if sum(map(_is_none, signs)) > 0.2 * len(signs):
        return True
    words = _WORD.findall(text)
    known = _known(words)
    if known > 0.25:
        return False
    latin = sum("a" <= sign.lower() <= "z" for sign in signs)
    likeness = _likeness(text.lower())
    enough = latin > 0.4 * len(signs) and latin >= (10 if suspect else 60)
    if enough and known < 0.15 and likeness < (0.72 if suspect else 0.62):
        return True
    if likeness > 0.78 or sum(sign < "\u0100" for sign in signs) < 0.5 * len(signs):
        return False
    return any(_is_shifted(text[:2000], shift) for shift in _SHIFTS)


def _is_none(character: str) -> bool:
    return character == "\ufffd" or unicodedata.category(character) in ("Cc", "Co", "Cn")


def _known(words: list[str]) -> float:
    """Return the share of `words` that are known ones, 0 to 1."""
    return sum(map(is_word, words)) / max(len(words), 1)


def _likeness(text: str) -> float:
    """Return the cosine of the frequencies of letters with those of English, 0 to 1."""
    plain = unicodedata.normalize("NFD", text)
    counts = {letter: plain.count(letter) for letter in _FREQUENCY}
    product = sum(counts[letter] * share for letter, share in _FREQUENCY.items())
    length = math.hypot(*counts.values()) * math.hypot(*_FREQUENCY.values())
    return product / length if length else 0.0


def _is_shifted(text: str, shift: int) -> bool:
    moved = "".join(
        chr(code) if 32 <= (code := ord(character) + shift) < 127 else " " for character in text
    )
    words = _WORD.findall(moved)
    letters = sum(map(len, words))
    return len(words) > 2 and letters > 0.4 * len("".join(text.split())) and _known(words) > 0.6
