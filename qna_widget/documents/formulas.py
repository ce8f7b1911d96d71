"""Fractions of formulas on one line: "1/2", "(a+b)/c"."""

from __future__ import annotations

import re
from typing import Final

_SIMPLE: Final = re.compile(r"[\w.,]*|.")


def numerator(text: str, before: str) -> str:
    """Return what stands above a fraction's line, apart from a number before it ("1 1/2")."""
    core = text.strip()
    apart = " " if before.isalnum() and core and not text[0].isspace() else ""
    return apart + text.replace(core, _grouped(core))


def denominator(text: str, before: str) -> str:
    """Return what stands below a fraction's line."""
    return f"/{_grouped(text.strip())}"


def below(text: str, before: str) -> str:
    """Return what stands below where there is no line, as in a binomial coefficient."""
    return f" {text.strip()}"


def _grouped(core: str) -> str:
    return core if _SIMPLE.fullmatch(core) else f"({core})"
