"""How much of a file is read."""

from __future__ import annotations

from typing import Final

MAX_BYTES: Final = 50_000_000
"""Of a file."""
MAX_CHARACTERS: Final = 1_000_000
"""Code points of text; more is cut off, and a notice says so. A thousand windows or so."""
