"""Whether a text holds anything to read, before a model's tokenizer is there to tell."""

from __future__ import annotations

import unicodedata
from typing import Final

# White space, controls and other characters without a shape, halves of surrogate pairs, private
# use, and marks with no letter to stand on: what BERT's normaliser drops or makes a space of.
_NOTHING: Final = {"Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Co", "Mn"}


def is_blank(text: str) -> bool:
    """Tell whether nothing would be left of the text as tokens."""
    return all(unicodedata.category(c) in _NOTHING or c == "\ufffd" for c in text)
