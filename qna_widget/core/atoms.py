"""Versions, addresses, paths, numbers with signs and units: what a reader takes as one.

Twin: js/src/core/atoms.ts. Both work on a spelling of the text in few signs (`spelled`), so that
their regular expressions mean the same.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from .characters import DIGIT, EXTENDS, LETTER_OR_DIGIT, SPACE, has

# Signs beyond ASCII that numbers have; all others are spelled as a letter, a digit or "¤".
_KEPT: Final = frozenset("−±≈€£¥°‰µμΩ²³")
_LETTER: Final = "ª"
_OTHER: Final = "¤"

# What stands without spaces, but for what opens, closes or separates. ASCII alone.
_RUN: Final = re.compile(r"(?:[^\s,;()\[\]{}<>\"'`|*¤]|(?<=[0-9]),(?=[0-9]))+", re.ASCII)
# A capitalised word behind a full stop that lacks its space is another sentence's.
_GLUED: Final = re.compile(r"\.(?=[A-Z][a-zª])")
_LEADING: Final = re.compile(
    r"^(?:[.:!?_#=&%](?![\w/\\]))+|^(?:[:!?=&%]|\.(?![0-9/\\.a-zª]))+", re.ASCII
)
_TRAILING: Final = re.compile(r"[.:!?_#=&~+−-]+$")
_YEARS: Final = re.compile(r"^[0-9]+-[0-9]+$")
_ACRONYM: Final = re.compile(r"^(?:[A-Za-zª]\.)+[A-Za-zª]$")
_DOMAIN: Final = re.compile(r"^[\wª-]+(?:\.[\wª-]+)*\.[a-z]{2,6}$", re.ASCII)
_PATH: Final = re.compile(
    r"^(?:~?/|\.{1,2}/|[A-Za-z]:\\|\\\\)[\wª.]|[/\\].*[/\\]|[/\\][\wª-]+\.[a-z]", re.ASCII
)
_ADDRESS: Final = re.compile(r"[\wª]@[\wª]|://", re.ASCII)
_CURRENCY: Final = re.compile(r"[$€£¥] $")
_NUMBER: Final = re.compile(r"^[-+−±≈]?[$€£¥]?[0-9][0-9.,]*$")
_UNIT: Final = re.compile(
    r"^ ?(?:[%‰€£¥$]|°[CF]?|[kKMG]?Hz|[kMGT]?i?B|[kMG]?W(?:h)?|[km]?V|mA|[kmcdnµμ]?m[²³]?(?:/[sh])?"
    r"|km/h|mph|[kmµμ]?g|[mcd]?l|[nmµμ]?s|min|h|[kM]?Pa|[kM]?J|kcal|ft|lb|oz|dB|K|Ω)(?![\wª])",
    re.ASCII,
)  # fmt: skip


def spelled(near: Sequence[str]) -> str:
    """Return one sign for each code point: ASCII and a few more as they are, or "0", "ª", "¤"."""
    return "".join(map(_spelled, near))


def _spelled(character: str) -> str:
    if character in _KEPT:
        return character
    if has(character, SPACE):
        return "\n" if character in "\n\r\x0b\x0c\x85\u2028\u2029" else " "
    if " " < character < "\x7f":
        return character
    if has(character, DIGIT):
        return "0"
    return _LETTER if has(character, LETTER_OR_DIGIT | EXTENDS) else _OTHER


def whole_atoms(text: str, start: int, end: int) -> tuple[int, int]:
    """Return start..end of a spelled text, widened where it cuts an atom at either end."""
    first = _atom_around(text, start)
    last = _atom_around(text, end - 1)
    if first is not None:
        start = min(start, first[0])
    if last is not None:
        end = max(end, last[1])
    return start, end


def _atom_around(text: str, at: int) -> tuple[int, int] | None:
    """Return the atom that holds the character at `at`; None where there is none."""
    for run in _RUN.finditer(text):
        if run.start() <= at < run.end():
            break
        if run.start() > at:
            return None
    else:
        return None
    for start, end in _parts(text, run.start(), run.end()):
        if start <= at < end:
            return _trimmed(text, start, end, at)
    return None


def _parts(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Take a run apart where two sentences touch; not an address or a path."""
    run = text[start:end]
    if _ADDRESS.search(run) or _PATH.search(run):
        return [(start, end)]
    cuts = [start + cut.end() for cut in _GLUED.finditer(run)]
    return list(zip([start, *cuts], [*cuts, end], strict=True))


def _trimmed(text: str, start: int, end: int, at: int) -> tuple[int, int] | None:
    if found := _LEADING.search(text[start:end]):
        start += found.end()
    if found := _TRAILING.search(text[start:end]):
        end = start + found.start()
    atom = text[start:end]
    if not start <= at < end:
        return None
    if _ACRONYM.search(atom):
        return start, end + (text[end : end + 1] == ".")
    if _NUMBER.search(atom):
        return _with_unit(text, start, end)
    has_digit = any("0" <= sign <= "9" for sign in atom)
    if (has_digit and not _YEARS.search(atom)) or any(
        pattern.search(atom) for pattern in (_ADDRESS, _PATH, _DOMAIN)
    ):
        return start, end
    return None


def _with_unit(text: str, start: int, end: int) -> tuple[int, int]:
    """Add the currency before a number, and the unit after it."""
    if _CURRENCY.search(text[max(0, start - 2) : start]):
        start -= 2
    if found := _UNIT.search(text[end : end + 8]):
        end += found.end()
    return start, end
