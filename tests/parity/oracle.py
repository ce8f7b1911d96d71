"""The oracle: the Rust library `tokenizers`, set up as BERT is, special tokens not recognised.

One divergence is declared: controls, zero width space, word joiner and byte order mark part words.
The library drops them, so it is given spaces in their place.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer

from .core import Tokens

PARTING = re.compile("[\0-\x1f\x7f-\x9f\u200b\u2060\ufeff]")
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]


def normalizer(*, lowercase: bool) -> BertNormalizer:
    return BertNormalizer(
        clean_text=True, handle_chinese_chars=True, strip_accents=None, lowercase=lowercase
    )


def encode(vocab: Sequence[str], texts: Iterable[str], *, lowercase: bool = True) -> list[Tokens]:
    """Return ids, starts and ends (code points) of each text's tokens."""
    ids = {token: i for i, token in enumerate(vocab)}
    tokenizer = Tokenizer(WordPiece(ids, unk_token="[UNK]", max_input_chars_per_word=100))
    tokenizer.normalizer = normalizer(lowercase=lowercase)
    tokenizer.pre_tokenizer = BertPreTokenizer()
    found = []
    for text in texts:
        encoded = tokenizer.encode(PARTING.sub(" ", text), add_special_tokens=False)
        starts = [start for start, _ in encoded.offsets]
        ends = [end for _, end in encoded.offsets]
        found.append((encoded.ids, starts, ends))
    return found


def letters_vocab(texts: Iterable[str], *, lowercase: bool = True) -> list[str]:
    """Return a vocabulary in which each character of the normalised texts is a piece.

    With it nothing hides in [UNK]: each character's identity and offsets show.
    """
    normalize = normalizer(lowercase=lowercase).normalize_str
    letters = sorted({c for text in texts for c in normalize(text)} - {" "})
    return [*SPECIAL, *letters, *(f"##{c}" for c in letters)]
