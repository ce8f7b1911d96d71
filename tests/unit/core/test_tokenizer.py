"""The tokenizer's own part; tests/parity holds the browser's against the Rust library."""

from __future__ import annotations

import pickle

import pytest

from qna_widget.core.blank import is_blank
from qna_widget.core.tokenizer import Tokenizer
from qna_widget.core.types import TokenizerOptions
from qna_widget.errors import ModelFileError
from qna_widget.models import files, registry


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    manifest = registry.resolve("bundled")
    return Tokenizer(files.read_vocab(manifest.vocab), manifest.tokenizer)


def pieces(tokenizer: Tokenizer, text: str) -> list[tuple[str, str]]:
    """Each token with the slice of the original text that it came from."""
    encoded = tokenizer.encode(text)
    return [
        (tokenizer.vocab[i], text[start:end])
        for i, start, end in zip(encoded.input_ids, encoded.starts, encoded.ends, strict=True)
    ]


def test_what_is_blank_is_known_without_the_tokenizer(tokenizer: Tokenizer) -> None:
    later = {0x07FD}  # a mark that the library's tables are too old for
    odd = [0x180E, 0x200B, 0x2028, 0x2060, 0x3000, 0xD800, 0xE000, 0xFE0F, 0xFEFF, 0xFFFD, 0x1F600]
    for code in {*range(0x800), *odd} - later:
        assert is_blank(chr(code)) == (len(tokenizer.encode(chr(code))) == 0), hex(code)
    assert is_blank("")
    assert is_blank(" \u200b\n\u0301")
    assert not is_blank(" \u200bx")


# By hand from BERT's rules, with bert-base-uncased's vocabulary.
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hello, World!", [("hello", "Hello"), (",", ","), ("world", "World"), ("!", "!")]),
        ("Café", [("cafe", "Café")]),
        # The library leaves a combining mark at a word's end out of its range.
        ("Cafe\u0301 x", [("cafe", "Cafe"), ("x", "x")]),
        # What the library would drop parts words (PARTING); U+FFFD does not.
        ("a\x00b\ufffdc", [("a", "a"), ("bc", "b\ufffdc")]),
        ("東京", [("東", "東"), ("京", "京")]),
        ("😀 cat", [("[UNK]", "😀"), ("cat", "cat")]),
        ("playing", [("playing", "playing")]),
        ("embeddings", [("em", "em"), ("##bed", "bed"), ("##ding", "ding"), ("##s", "s")]),
        ("x" * 100 + " y", None),
        ("x" * 101 + " y", [("[UNK]", "x" * 101), ("y", "y")]),
        ("[SEP]", [("[", "["), ("sep", "SEP"), ("]", "]")]),
        ("\ud83d cat", [("cat", "cat")]),
        (" \t\n\u00a0", []),
        ("", []),
    ],
)
def test_tokens_and_slices(
    tokenizer: Tokenizer, text: str, expected: list[tuple[str, str]] | None
) -> None:
    found = pieces(tokenizer, text)
    if expected is None:  # 100 characters are still cut into pieces
        assert "[UNK]" not in [token for token, _ in found]
    else:
        assert found == expected


def test_accents_and_case_stay_in_a_cased_vocabulary() -> None:
    vocab = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "Café", "café"]
    cased = Tokenizer(vocab, TokenizerOptions(lowercase=False))
    assert pieces(cased, "Café café CAFÉ") == [
        ("Café", "Café"),
        ("café", "café"),
        ("[UNK]", "CAFÉ"),
    ]


def test_pickles(tokenizer: Tokenizer) -> None:
    copy = pickle.loads(pickle.dumps(tokenizer))
    assert copy.options == tokenizer.options
    text = "İstanbul, 𠮷野家 and Zoë"
    assert copy.encode(text).input_ids.tolist() == tokenizer.encode(text).input_ids.tolist()


def test_refuses_a_vocabulary_without_special_tokens() -> None:
    with pytest.raises(ModelFileError, match=r"2 tokens lacks \[UNK\], \[SEP\], \[PAD\]"):
        Tokenizer(["[CLS]", "cat"])
