"""The tokenizer's own part; tests/parity holds the browser's against the Rust library."""

from __future__ import annotations

import pickle

import pytest

from qna_widget.core.tokenizer import Tokenizer
from qna_widget.errors import ModelFileError
from qna_widget.models import files, registry


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    manifest = registry.resolve("bundled")
    return Tokenizer(files.read_vocab(manifest.vocab), lowercase=manifest.lowercase)


def pieces(tokenizer: Tokenizer, text: str) -> list[tuple[str, str]]:
    """Each token with the slice of the original text that it came from."""
    encoded = tokenizer.encode(text)
    return [
        (tokenizer.vocab[i], text[start:end])
        for i, start, end in zip(encoded.input_ids, encoded.starts, encoded.ends, strict=True)
    ]


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
    cased = Tokenizer(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "Café", "café"], lowercase=False)
    assert pieces(cased, "Café café CAFÉ") == [
        ("Café", "Café"),
        ("café", "café"),
        ("[UNK]", "CAFÉ"),
    ]


def test_pickles(tokenizer: Tokenizer) -> None:
    copy = pickle.loads(pickle.dumps(tokenizer))
    text = "İstanbul, 𠮷野家 and Zoë"
    assert copy.encode(text).input_ids.tolist() == tokenizer.encode(text).input_ids.tolist()


def test_refuses_a_vocabulary_without_special_tokens() -> None:
    with pytest.raises(ModelFileError, match=r"2 tokens lacks \[UNK\], \[SEP\], \[PAD\]"):
        Tokenizer(["[CLS]", "cat"])
