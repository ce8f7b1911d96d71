"""The numbers that a browser puts before the items of a numbered list. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

_ROMAN: Final = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"),
    (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
)  # fmt: skip

Attributes = Mapping[str, str | None]


def list_numbers(ordered: Attributes, items: Iterable[Attributes]) -> list[str]:
    """Return "1.", "b.", "IV." … for each item; attributes are those of <ol> and of each <li>."""
    items = list(items)
    reverse = "reversed" in ordered
    number = _whole(ordered.get("start"), len(items) if reverse else 1)
    kind = ordered.get("type") or "1"
    numbers = []
    for item in items:
        number = _whole(item.get("value"), number)
        numbers.append(f"{_written(number, item.get('type') or kind)}.")
        number += -1 if reverse else 1
    return numbers


def _whole(value: str | None, otherwise: int) -> int:
    """Read a number as browsers do: what begins like one, if it is of a usual size."""
    text = (value or "").strip()
    sign, digits = text[:1], text.lstrip("+-")
    digits = digits[: len(digits) - len(digits.lstrip("0123456789"))]
    if not digits or not digits.isascii() or len(digits) > 9:
        return otherwise
    return -int(digits) if sign == "-" else int(digits)


def _written(number: int, kind: str) -> str:
    if kind in ("a", "A") and number > 0:
        letters = ""
        while number:
            number, rest = divmod(number - 1, 26)
            letters = chr(ord(kind) + rest) + letters
        return letters
    if kind in ("i", "I") and 0 < number < 4000:
        text = ""
        for value, sign in _ROMAN:
            text += sign * (number // value)
            number %= value
        return text if kind == "i" else text.upper()
    return str(number)
