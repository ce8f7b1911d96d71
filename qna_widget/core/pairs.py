"""Brackets, quotes and markup at the borders of an answer: trimmed alone, kept in pairs.

Twin: js/src/core/pairs.ts. `near` holds code points around the answer start..end.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from .characters import EXTENDS, LETTER_OR_DIGIT, SPACE, has

_PAIRS: Final = {
    **dict(zip("([{<«“‘「『（［【《〈", ")]}>»”’」』）］】》〉", strict=True)),
    "„": "”“",  # as in Polish, and as in German
    "‚": "’‘",
}
_CLOSING: Final = frozenset("".join(_PAIRS.values()))
_ALIKE: Final = frozenset("\"'*_`~|")
"""Open and close with the same sign."""
_NEVER_FIRST: Final = frozenset(",;:!?…)]}>»”」』）］】》〉、。，；：！？")
_NEVER_LAST: Final = frozenset(",;:([{<«“„‚「『（［【《〈、，；：¿¡")
_BULLETS: Final = frozenset("-–—•·*#>=+|/\\&")
"""At a border only as part of what they touch."""
_REACH: Final = 40
"""Code points within which a pair's other half is looked for."""


def paired(near: Sequence[str], start: int, end: int) -> tuple[int, int]:
    """Return start..end without lone signs at its borders, and with the other half of pairs within.

    Empty (start == end) when nothing but signs was there.
    """
    start, end = _without_tags(near, start, end)
    start, end = _trimmed(near, start, end)
    if start == end:
        return start, end
    return _completed(near, start, end)


def _trimmed(near: Sequence[str], start: int, end: int) -> tuple[int, int]:
    while start < end:
        if _is_lone_first(near, start, end):
            start += 1
        elif _is_lone_last(near, start, end):
            end -= 1
        else:
            break
    return start, end


def _is_lone_first(near: Sequence[str], start: int, end: int) -> bool:
    sign = near[start]
    if has(sign, LETTER_OR_DIGIT | EXTENDS):
        return False
    following = near[start + 1] if start + 1 < end else " "
    if has(sign, SPACE) or sign in _NEVER_FIRST:
        return True
    if sign in _PAIRS:
        return _closer_of(near, start, end) is None
    if sign in _BULLETS and has(following, SPACE):
        return True
    if sign == ".":
        return not has(following, LETTER_OR_DIGIT) and following not in "./\\"
    if sign == "'" and "0" <= following <= "9":
        return False  # '90s
    if sign == "~" and (following == "/" or "0" <= following <= "9"):
        return False  # ~/notes, ~5 km
    return sign in _ALIKE and _run_is_lone(near, start, start, end)


def _is_lone_last(near: Sequence[str], start: int, end: int) -> bool:
    sign = near[end - 1]
    if has(sign, LETTER_OR_DIGIT | EXTENDS):
        return False
    if sign in _CLOSING and _opener_of(near, end - 1, start) is not None:
        return False
    if has(sign, SPACE) or sign in _NEVER_LAST or sign in _CLOSING:
        return True
    if sign in _BULLETS and end - 2 >= start and has(near[end - 2], SPACE):
        return True
    if sign == "'" and end - 2 >= start and near[end - 2] in "sS":
        return False  # the boys'
    return sign in _ALIKE and _run_is_lone(near, end - 1, start, end)


def _run_is_lone(near: Sequence[str], at: int, start: int, end: int) -> bool:
    """Tell whether start..end holds but one run of the sign at `at`."""
    sign = near[at]
    first = last = at
    while first > start and near[first - 1] == sign:
        first -= 1
    while last + 1 < end and near[last + 1] == sign:
        last += 1
    return sign not in near[start:first] and sign not in near[last + 1 : end]


def _closer_of(near: Sequence[str], at: int, end: int) -> int | None:
    """Return where the bracket at `at` closes before `end`, and on its line; else None."""
    opening, closing = near[at], _PAIRS[near[at]]
    depth = 0
    for place in range(at, end):
        if near[place] == "\n":
            return None
        if near[place] == opening:
            depth += 1
        elif near[place] in closing:
            depth -= 1
            if depth == 0:
                return place
    return None


def _opener_of(near: Sequence[str], at: int, start: int) -> int | None:
    """Return where what closes at `at` opens, from `start` on and on its line; else None."""
    closing = near[at]
    depth = 0
    for place in range(at, start - 1, -1):
        sign = near[place]
        if sign == "\n":
            return None
        if sign == closing:
            depth += 1
        elif closing in _PAIRS.get(sign, ""):
            depth -= 1
            if depth == 0:
                return place
    return None


def _completed(near: Sequence[str], start: int, end: int) -> tuple[int, int]:
    """Add the other halves, near by, of brackets and markup within start..end."""
    first, last = start, end
    for at in range(start, end):
        sign = near[at]
        opener = None
        if sign in _CLOSING and sign not in ">’":
            opener = _opener_of(near, at, max(0, start - _REACH))
        if opener is not None:
            first = min(first, opener)
        elif sign in _PAIRS and sign != "<" and _closer_of(near, at, end) is None:
            closer = _closer_of(near, at, min(len(near), end + _REACH))
            last = last if closer is None else max(last, closer + 1)
        elif sign in "*_`~" and (at == start or near[at - 1] != sign):
            size = 1
            while at + size < end and near[at + size] == sign:
                size += 1
            if _closes(near, at, size) and _is_run(near, start - size, size, sign):
                first = min(first, start - size)
            if _opens(near, at, size) and _is_run(near, end, size, sign):
                last = max(last, end + size)
    return first, last


def _is_run(near: Sequence[str], at: int, size: int, sign: str) -> bool:
    if at < 0 or at + size > len(near):
        return False
    return all(other == sign for other in near[at : at + size])


def _closes(near: Sequence[str], at: int, size: int) -> bool:
    """Tell whether a run of markup stands behind a word, not within one."""
    before = near[at - 1] if at > 0 else " "
    after = near[at + size] if at + size < len(near) else " "
    return not has(before, SPACE) and not has(after, LETTER_OR_DIGIT)


def _opens(near: Sequence[str], at: int, size: int) -> bool:
    """Tell whether a run of markup stands before a word, not within one."""
    before = near[at - 1] if at > 0 else " "
    after = near[at + size] if at + size < len(near) else " "
    return not has(before, LETTER_OR_DIGIT) and not has(after, SPACE)


def _without_tags(near: Sequence[str], start: int, end: int) -> tuple[int, int]:
    """Leave out the halves of HTML tags that the borders cut."""
    before = start
    while before > 0 and (near[before - 1] == "/" or _is_name(near[before - 1])):
        before -= 1
    if before > 0 and near[before - 1] == "<":
        closing = _first(near, ">", start, end)
        if closing is not None and _first(near, "<", start, closing) is None:
            start = closing + 1
    opening = end - 1
    while opening >= start and near[opening] not in ("<", ">", "\n"):
        opening -= 1
    if opening > start and near[opening] == "<" and opening + 1 < len(near):
        name = near[opening + 1]
        if name == "/" or (_is_name(name) and _first(near, ">", end, end + _REACH) is not None):
            end = opening
    return start, end


def _is_name(sign: str) -> bool:
    return "a" <= sign <= "z" or "A" <= sign <= "Z"


def _first(near: Sequence[str], sign: str, start: int, end: int) -> int | None:
    for place in range(start, min(end, len(near))):
        if near[place] == sign:
            return place
    return None
