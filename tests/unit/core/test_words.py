"""Answers widened to whole words."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
import tokenizers

from qna_widget import QuestionAnswerer
from qna_widget.core.atoms import spelled, whole_atoms
from qna_widget.core.decoding import Decoder
from qna_widget.core.pipeline import Prepared, conclude, prepare
from qna_widget.core.tokenizer import Tokenizer
from qna_widget.core.types import DecodingOptions, FeatureOptions, Logits, Overlap
from qna_widget.evaluation.squad import read_examples


@pytest.fixture(scope="module")
def qa() -> QuestionAnswerer:
    return QuestionAnswerer("bundled", threads=2)


@dataclass(frozen=True)
class Case:
    """A question's logits, and the oracle's words."""

    passage: str
    prepared: Prepared
    decoder: Decoder
    words: list[tuple[int, int, float]]
    """All candidates, best first: each widened to the words that the library says it is of."""


ALL = DecodingOptions(top_k=10**6, overlap="allow", no_answer_threshold=float("inf"), neat=False)


@pytest.fixture(scope="module")
def cases(qa: QuestionAnswerer, questions_file: Path) -> list[Case]:
    library = tokenizers.BertWordPieceTokenizer(
        {token: i for i, token in enumerate(qa.tokenizer.vocab)}, lowercase=True
    )
    every_one = read_examples(questions_file)
    examples = every_one[:: max(1, len(every_one) // 8)] + every_one[1:3]
    widened = 0
    cases = []
    for example in examples:
        prepared = prepare(example.question, example.passage, qa.tokenizer, FeatureOptions())
        decoder = Decoder(prepared.features)
        for window, logits in enumerate(qa.session.run(prepared.features)):
            decoder.add(window, logits)
        tokens = library.encode(example.passage, add_special_tokens=False)
        words = [tokens.word_to_chars(tokens.token_to_word(i)) for i in range(len(tokens))]
        first = {start: i for i, (start, _) in reversed([*enumerate(tokens.offsets)])}
        last = {end: i for i, (_, end) in enumerate(tokens.offsets)}
        letters = spelled(example.passage)
        found: list[tuple[int, int, float]] = []
        for answer in conclude(prepared, decoder, ALL).answers:
            start, end = words[first[answer.start]][0], words[last[answer.end]][1]
            # What a reader takes as one is whole, too: test_borders.py has those.
            start, end = whole_atoms(letters, start, end)
            widened += (start, end) != (answer.start, answer.end)
            found.append((start, end, answer.score))
        cases.append(Case(example.passage, prepared, decoder, found))
    assert widened > 10
    return cases


@pytest.mark.parametrize("overlap", ["none", "nested", "allow"])
def test_words_are_the_tokenizer_librarys(cases: list[Case], overlap: Overlap) -> None:
    """The oracle: which word the library says a token belongs to, and where that word is."""
    options = replace(ALL, top_k=60, overlap=overlap, align_to_words=True)
    for case in cases:
        expected: list[tuple[int, int, float]] = []
        for start, end, score in case.words:
            if len(expected) == 60:
                break
            if all(stands_beside(start, end, *kept, overlap) for *kept, _ in expected):
                expected.append((start, end, score))
        found = conclude(case.prepared, case.decoder, options).answers
        assert [(a.start, a.end, a.score) for a in found] == expected
        assert all(case.passage[a.start : a.end] == a.text for a in found)


def stands_beside(start: int, end: int, first: int, last: int, overlap: Overlap) -> bool:
    if (start, end) == (first, last):
        return False
    if overlap == "allow" or end <= first or start >= last:
        return True
    nested = (first <= start and end <= last) or (start <= first and last <= end)
    return overlap == "nested" and nested


def test_what_was_suppressed_by_a_piece_comes_back_beside_the_word() -> None:
    """in | ice | ##land: "in ice" is no answer of its own, so it must not cost "in" its place."""
    vocab = ["[PAD]", "[CLS]", "[SEP]", "[UNK]", "who", "in", "ice", "##land"]
    tokenizer = Tokenizer(vocab)
    options = FeatureOptions(max_seq_len=9, doc_stride=3)
    prepared = prepare("who", "in Iceland", tokenizer, options)
    decoder = Decoder(prepared.features)
    start, end = ([-9, 0, 0, 5, 0, 6, 0], [-9, 0, 0, 3, 4, 4, 0])
    decoder.add(0, Logits(*(np.array(v, np.float32) for v in (start, end))))
    for overlap, expected in (
        ("none", [("Iceland", 10.0), ("in", 8.0)]),
        ("nested", [("Iceland", 10.0), ("in Iceland", 9.0), ("in", 8.0)]),
    ):
        wanted = DecodingOptions(overlap=overlap, align_to_words=True)
        found = conclude(prepared, decoder, wanted).answers
        assert [(a.text, a.score) for a in found] == expected


def test_a_piece_of_a_word_becomes_the_word_and_stays_apart(qa: QuestionAnswerer) -> None:
    passage = "He was unaffable, the Reykjanesskagi was unaffable, nobody was affable."
    question = "What was he?"
    pieces = qa(question, passage, top_k=100, overlap="allow", handle_impossible_answer=False)
    assert any(a.text in ("una", "unaff") for a in pieces)
    for overlap in ("none", "nested", "allow"):
        words = qa(question, passage, top_k=100, overlap=overlap, align_to_words=True,
                   handle_impossible_answer=False)  # fmt: skip
        places = [(a.start, a.end) for a in words]
        assert len(set(places)) == len(places)
        for start, end in places:
            for edge in (start, end):
                around = passage[max(edge - 1, 0) : edge + 1]
                assert len(around) < 2 or not around.isalpha()
        if overlap == "none":
            ordered = sorted(places)
            assert all(a[1] <= b[0] for a, b in itertools.pairwise(ordered))
    nothing = qa(question, passage, no_answer_threshold=-100, align_to_words=True, top_k=3)
    assert [bool(a.text) for a in nothing] == [False, True, True]
