"""Which words a language model knows: evidence about broken words and about nonsense."""

from __future__ import annotations

import gzip
from functools import cache
from importlib import resources
from typing import Final

COMMON: Final = 16_000
"""Ranks in BERT's vocabulary, the most frequent words first; rarer ones prove little."""


@cache
def ranks() -> dict[str, int]:
    """Return the lower-case words that the bundled model has as a whole, and how common each is.

    0 is the most common. English mostly; the short words of many other languages are there, too.
    """
    file = resources.files("qna_widget") / "models" / "bundled" / "vocab.txt.gz"
    try:
        lines = gzip.decompress(file.read_bytes()).decode("utf-8").split("\n")
    except OSError:  # a package without its model
        return {}
    words = [line for line in lines if line.isalpha()]
    return {word: rank for rank, word in enumerate(words)}


def is_word(text: str, rank: int = 1 << 30) -> bool:
    """Tell whether `text` is among the most common words, in lower or upper case."""
    return ranks().get(text.lower(), 1 << 30) < rank
