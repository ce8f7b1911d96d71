"""Raised and lowered signs as Unicode has them: "10³", not "103"; "19th" stays."""

from __future__ import annotations

from typing import Final

_RAISED: Final = dict(zip("0123456789+-−=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿ", strict=True))
_LOWERED: Final = dict(zip("0123456789+-−=()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎", strict=True))
# Notes and powers; Unicode has no raised "q".
_LETTERS: Final = dict(zip("abcdefghijklmoprstuvwxyz", "ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐᵒᵖʳˢᵗᵘᵛʷˣʸᶻ", strict=True))


def raised(text: str, before: str) -> str:
    """Return `text`, which stands raised after `before`, so that the two do not become one word.

    Digits and signs become raised ones, and so does a single letter ("x" raised to "n"). Longer
    words ("19th", "Mme") are written like that in plain text too, and stay; so does what stands in
    square brackets, or after a space.
    """
    return _moved(text, before, _RAISED, _LETTERS | _RAISED)


def lowered(text: str, before: str) -> str:
    """Do the same for what stands lowered: "H₂O", "log₁₀"."""
    return _moved(text, before, _LOWERED, _LOWERED)


def _moved(text: str, before: str, signs: dict[str, str], single: dict[str, str]) -> str:
    core = text.strip()
    if not core or not before or before[-1].isspace() or text[0].isspace() or core[0] == "[":
        return text
    if len(core) == 1:
        return text.replace(core, single.get(core, core))
    is_number = any(character.isdecimal() for character in core)
    if not is_number and any(character not in signs for character in core):
        return text
    return "".join(signs.get(character, character) for character in text)
