"""Text to WordPiece tokens that know where they came from. Twin: js/src/core/tokenizer.ts.

The Rust `tokenizers` library, built from a vocabulary as BERT builds it: drop U+0000, U+FFFD and
controls, isolate CJK, lower-case and strip accents (uncased), split on punctuation, greedy
WordPiece; words of more than 100 characters become [UNK]. One divergence from it: see PARTING.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import tokenizers
from tokenizers.models import WordPiece
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer

from qna_widget.errors import ModelFileError

from .characters import LETTER_OR_DIGIT, SPACE, has
from .layout import COLUMN, LINE, in_signs
from .types import MAX_WORD_CHARS, UNCASED, Encoding, TokenizerOptions

if TYPE_CHECKING:
    from numpy.typing import NDArray

CONTINUES = 1
"""A token that goes on with the word of the one before it."""
HAS_LETTER = 2
"""A token with a letter or digit."""
UNKNOWN = "[UNK]"
# Python strings may hold halves of surrogate pairs; UTF-8 cannot. U+FFFD is dropped like them.
LONE_SURROGATE = re.compile("[\ud800-\udfff]")
# BERT's normaliser drops these, which makes one word of the two on their sides. Here they part
# words, as white space does: controls, zero width space, word joiner, byte order mark.
PARTING = dict.fromkeys([*range(0x20), *range(0x7F, 0xA0), 0x200B, 0x2060, 0xFEFF], " ")
CONTINUATION = "##"
SPECIAL = (UNKNOWN, "[CLS]", "[SEP]", "[PAD]", "[MASK]")


class Tokenizer:
    """BERT's tokenizer for one vocabulary. Thread-safe and picklable.

    Special tokens are never read out of text: "[SEP]" in a passage is three ordinary tokens.
    """

    def __init__(self, vocab: Sequence[str], options: TokenizerOptions = UNCASED) -> None:
        """`vocab` holds one token per id.

        Raises ModelFileError when a token that is needed is missing.
        """
        self.vocab = tuple(vocab)
        self.options = options
        ids = {token: i for i, token in enumerate(self.vocab)}
        signs = (LINE, COLUMN) if options.layout_signs else ()
        needed = (UNKNOWN, "[CLS]", "[SEP]", "[PAD]", *signs)
        missing = [token for token in needed if token not in ids]
        if missing:
            raise ModelFileError(
                f"The vocabulary of {len(ids)} tokens lacks {', '.join(missing)}; "
                "it is not a BERT vocabulary."
            )
        self.unk_id = ids[UNKNOWN]
        self.cls_id = ids["[CLS]"]
        self.sep_id = ids["[SEP]"]
        self.pad_id = ids["[PAD]"]
        self._tokenizer = tokenizers.Tokenizer(
            WordPiece(ids, unk_token=UNKNOWN, max_input_chars_per_word=MAX_WORD_CHARS)
        )
        # strip_accents None: follow lowercase, as BERT does.
        self._tokenizer.normalizer = BertNormalizer(
            clean_text=True,
            handle_chinese_chars=True,
            strip_accents=None,
            lowercase=options.lowercase,
        )
        self._tokenizer.pre_tokenizer = BertPreTokenizer()

    def encode(self, text: str) -> Encoding:
        """Return the tokens of `text`, without special tokens, with code point offsets into it."""
        clean = LONE_SURROGATE.sub("\ufffd", text).translate(PARTING)
        encoded = self._tokenizer.encode(clean, add_special_tokens=False)
        offsets = np.array(encoded.offsets, np.int32).reshape(-1, 2)
        return Encoding(
            input_ids=np.array(encoded.ids, np.int32), starts=offsets[:, 0], ends=offsets[:, 1]
        )

    def encode_passage(self, text: str) -> Encoding:
        """`encode`, with the passage's layout in signs if the model was trained so.

        None stands before the first word or behind the last.
        """
        if not self.options.layout_signs:
            return self.encode(text)
        passage = self.encode(in_signs(text))
        first, last = 0, len(passage)
        while first < last and has(text[passage.starts[first]], SPACE):
            first += 1
        while first < last and has(text[passage.starts[last - 1]], SPACE):
            last -= 1
        return passage.cut(first, last)

    def length_of(self, word: str) -> int:
        """Return how many characters of a word the model counts.

        It takes the word apart first and drops some.
        """
        clean = LONE_SURROGATE.sub("\ufffd", word)
        return len(self._tokenizer.normalizer.normalize_str(clean))

    @cached_property
    def traits(self) -> NDArray[np.uint8]:
        """CONTINUES and HAS_LETTER of each token, by id."""
        return np.array([_traits(token) for token in self.vocab], np.uint8)

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle the vocabulary; the other process builds its own library object."""
        return Tokenizer, (self.vocab, self.options)


def _traits(token: str) -> int:
    continues = token.startswith(CONTINUATION)
    letter = any(has(c, LETTER_OR_DIGIT) for c in token) and token not in SPECIAL
    return CONTINUES * continues | HAS_LETTER * letter
