"""An answer as its borders make it of tokens that are given."""

from __future__ import annotations

from qna_widget.core.borders import Borders
from qna_widget.core.tokenizer import Tokenizer
from qna_widget.core.types import DecodingOptions


def answer(
    tokenizer: Tokenizer, text: str, chosen: str, *, aligned: bool = False, neat: bool = True
) -> str | None:
    """Return the answer whose tokens are those that touch `chosen`; None for what is none."""
    passage = tokenizer.encode_passage(text)
    start = text.index(chosen)
    end = start + len(chosen)
    tokens = [t for t in range(len(passage)) if passage.starts[t] < end and passage.ends[t] > start]
    options = DecodingOptions(align_to_words=aligned, neat=neat)
    found = Borders(text, passage, tokenizer).range(tokens[0], tokens[-1], options)
    return found and text[slice(*found)]
