"""Signs for lines and columns; tests/parity holds both languages against the library."""

from __future__ import annotations

import pickle
from collections.abc import Sequence

import pytest
from bordered import answer

from qna_widget.core.borders import Borders
from qna_widget.core.layout import as_sign, in_signs
from qna_widget.core.tokenizer import Tokenizer
from qna_widget.core.types import TokenizerOptions
from qna_widget.errors import ModelFileError
from qna_widget.models import files, registry


@pytest.fixture(scope="module")
def vocab() -> Sequence[str]:
    return files.read_vocab(registry.resolve("bundled").vocab)


@pytest.fixture(scope="module")
def tokenizer(vocab: Sequence[str]) -> Tokenizer:
    return Tokenizer(vocab, TokenizerOptions(layout_signs=True))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("one line of words", "one line of words"),
        ("Soup\nFish", "Soup¶Fish"),
        ("Soup \n  Fish", "Soup ¶  Fish"),
        ("Soup\n\nFish", "Soup¶¶Fish"),
        ("Soup\n\n\n\nFish", "Soup¶¶\n\nFish"),
        ("Soup\r\nFish\r\n\r\nTea", "Soup¶\nFish¶\n¶\nTea"),
        ("Soup\rFish\u2028Tea\fCake", "Soup¶Fish¶Tea¶Cake"),
        ("Soup\t5.50", "Soup|5.50"),
        ("Soup   5.50", "Soup|  5.50"),
        ("Soup\xa0\u30005.50", "Soup|\u30005.50"),
        ("12\xa0000 km", "12\xa0000 km"),
        ("| Soup  | 5.50 |  Tea|", "| Soup  | 5.50 |  Tea|"),
        ("", ""),
    ],
)
def test_white_space_that_lays_a_text_out_becomes_signs(text: str, expected: str) -> None:
    assert in_signs(text) == expected
    assert len(expected) == len(text)


def test_offsets_are_those_of_the_white_space(tokenizer: Tokenizer) -> None:
    text = "Soup  5.50\r\nFish"
    passage = tokenizer.encode_passage(text)
    tokens = zip(passage.input_ids, passage.starts, passage.ends, strict=True)
    assert [(tokenizer.vocab[i], text[start:end]) for i, start, end in tokens] == [
        ("soup", "Soup"), ("|", " "), ("5", "5"), (".", "."), ("50", "50"), ("¶", "\r"),
        ("fish", "Fish"),
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["Soup", "\n\nSoup\n", "\t \u200b\nSoup  \xad\n"])
def test_no_sign_stands_before_or_behind_all_words(tokenizer: Tokenizer, text: str) -> None:
    assert [tokenizer.vocab[i] for i in tokenizer.encode_passage(text).input_ids] == ["soup"]


@pytest.mark.parametrize("text", ["", "\n", " \n\n\t ", "\u200b\n\xad\n\ufeff"])
def test_a_blank_passage_has_no_tokens(tokenizer: Tokenizer, text: str) -> None:
    assert len(tokenizer.encode_passage(text)) == 0


def test_a_question_has_no_signs(tokenizer: Tokenizer, vocab: Sequence[str]) -> None:
    question, plain = "who\nis  Bert\t?", Tokenizer(vocab)
    wanted = plain.encode(question).input_ids.tolist()
    assert tokenizer.encode(question).input_ids.tolist() == wanted
    # Nor has a passage for a model that was not trained so.
    assert plain.encode_passage(question).input_ids.tolist() == wanted


def test_a_copy_reads_alike(tokenizer: Tokenizer) -> None:
    copy = pickle.loads(pickle.dumps(tokenizer))
    text = "Soup\nFish  7.20"
    assert copy.encode_passage(text).input_ids.tolist() == (
        tokenizer.encode_passage(text).input_ids.tolist()
    )


def test_a_vocabulary_without_the_signs_is_refused(vocab: Sequence[str]) -> None:
    lacking = [token for token in vocab if token != "¶"]
    with pytest.raises(ModelFileError, match=f"vocabulary of {len(lacking)} tokens lacks ¶;"):
        Tokenizer(lacking, TokenizerOptions(layout_signs=True))


@pytest.mark.parametrize("aligned", [True, False])
@pytest.mark.parametrize("neat", [True, False])
@pytest.mark.parametrize("chosen", ["\nFish chowder", "Fish chowder   ", "\n\nFish chowder   "])
def test_no_answer_begins_or_ends_with_a_sign(
    tokenizer: Tokenizer, chosen: str, neat: bool, aligned: bool
) -> None:
    text = "Soup\n\nFish chowder   7.20"
    assert answer(tokenizer, text, chosen, neat=neat, aligned=aligned) == "Fish chowder"
    assert answer(tokenizer, text, "\n\n", neat=neat, aligned=aligned) is None


def test_sentences_are_those_without_signs(tokenizer: Tokenizer, vocab: Sequence[str]) -> None:
    text = "# Menu\nSoup is\nserved. Tea  too\n\n- Fish\n- Cake\tand more.\nDr.\nPike cooks"
    laid_out, plain = tokenizer.encode_passage(text), Tokenizer(vocab).encode(text)
    wanted = Borders(text, plain, Tokenizer(vocab)).sentence.tolist()
    found = Borders(text, laid_out, tokenizer).sentence
    words = [token for token, start in enumerate(laid_out.starts) if not text[start].isspace()]
    assert len(laid_out) > len(words) == len(plain)
    assert found[words].tolist() == wanted
    assert max(wanted) > 5


def test_a_token_of_white_space_is_shown_as_its_sign() -> None:
    assert [as_sign(text) for text in ("\n", "\r", "\u2028", " ", "\t", "Soup", "¶", "|")] == [
        "¶", "¶", "¶", "|", "|", "Soup", "¶", "|",
    ]  # fmt: skip
