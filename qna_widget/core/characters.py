"""Classes of characters, the same in both languages. Twin: js/src/core/characters.ts."""

from __future__ import annotations

import json
import re
from functools import cache
from importlib import resources
from typing import Final

EXTENDS: Final = 1
"""Belongs to the character before it: marks, joiners, variation selectors, skin tones."""
LINKS: Final = 2
"""Joins the consonants on both sides."""
LETTER_OR_DIGIT: Final = 4
DIGIT: Final = 8
UNSPACED: Final = 16
"""Of a script without spaces between words."""
CAPITAL: Final = 32
SMALL: Final = 64
SPACE: Final = 128
"""White space, and what parts words without being seen (U+200B, U+2060, U+FEFF)."""
_NAMES: Final = (
    "extends", "links", "letter_or_digit", "digit", "unspaced", "capital", "small", "space"
)  # fmt: skip
_ALPHABET: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+-"


@cache
def classes() -> bytes:
    """Return one byte of flags for every code point."""
    file = resources.files(__package__) / "characters.json"
    tables = json.loads(file.read_text(encoding="utf-8"))
    flags = bytearray(0x110000)
    for bit, name in enumerate(_NAMES):
        at, numbers = 0, _numbers(tables[name])
        for distance, length in zip(numbers[::2], numbers[1::2], strict=True):
            start = at + distance
            at = start + length + 1
            for code in range(start, at):
                flags[code] |= 1 << bit
    return bytes(flags)


def has(character: str, flag: int) -> bool:
    """Tell whether a character is of a class."""
    return bool(classes()[ord(character)] & flag)


def digit_value(character: str) -> int:
    """Return the value of a digit: a script's stand in a row, from 0 on."""
    zero = ord(character)
    while has(chr(zero - 1), DIGIT):
        zero -= 1
    return (ord(character) - zero) % 10


def _numbers(table: str) -> list[int]:
    """Read numbers in base 32, least digit first; 32 is added to all digits but the last.

    "." and a digit stand for so many times "AB", as alternating capitals and small letters make it.
    """
    numbers: list[int] = []
    number = shift = 0
    for digit in re.sub(r"\.(.)", lambda found: "AB" * _ALPHABET.index(found[1]), table):
        value = _ALPHABET.index(digit)
        number |= (value & 31) << shift
        shift += 5
        if value < 32:
            numbers.append(number)
            number = shift = 0
    return numbers
