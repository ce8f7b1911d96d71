"""Tokens, windows and borders: what holds of every text. Twins: js/tests/fuzz."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("hypothesis", reason="a package of the test group")

from fuzzing import TEXTS, cases
from hypothesis import given
from hypothesis import strategies as st

from qna_widget.core.borders import Borders
from qna_widget.core.characters import LETTER_OR_DIGIT, has
from qna_widget.core.features import create_features, max_context_windows
from qna_widget.core.tokenizer import Tokenizer
from qna_widget.core.types import DecodingOptions, Encoding, TokenizerOptions
from qna_widget.models import files, registry

VOCAB = files.read_vocab(registry.resolve("bundled").vocab)
TOKENIZERS = [Tokenizer(VOCAB, TokenizerOptions(lowercase=case)) for case in (True, False)]
WAYS = [
    DecodingOptions(align_to_words=aligned, neat=neat)
    for aligned in (True, False)
    for neat in (True, False)
]


@cases()
@given(TEXTS | st.text("aé\u0301\u200d🙂東\ud800 \t-1", max_size=200))
def test_tokens_lie_in_order_within_the_text(text: str) -> None:
    for tokenizer in TOKENIZERS:
        found = tokenizer.encode(text)
        assert (found.starts >= 0).all()
        assert (found.ends <= len(text)).all()
        assert (found.starts < found.ends).all()
        assert (found.starts[1:] >= found.starts[:-1]).all()
        assert ((found.input_ids >= 0) & (found.input_ids < len(VOCAB))).all()


@cases()
@given(TEXTS, TEXTS)
def test_two_texts_with_a_space_between_have_the_tokens_of_both(left: str, right: str) -> None:
    for tokenizer in TOKENIZERS:
        a, b = tokenizer.encode(left), tokenizer.encode(right)
        both = tokenizer.encode(f"{left} {right}")
        assert both.input_ids.tolist() == [*a.input_ids, *b.input_ids]
        assert both.starts.tolist() == [*a.starts, *(b.starts + len(left) + 1)]
        assert both.ends.tolist() == [*a.ends, *(b.ends + len(left) + 1)]


def readable(text: str) -> bool:
    return any(has(character, LETTER_OR_DIGIT) for character in text)


@cases()
@given(TEXTS, st.lists(st.tuples(st.floats(0, 1), st.integers(0, 12)), min_size=1, max_size=6))
def test_an_answer_lies_in_the_text_and_says_something(
    text: str, spans: list[tuple[float, int]]
) -> None:
    passage = TOKENIZERS[0].encode(text)
    if len(passage) == 0:
        return
    borders = Borders(text, passage, TOKENIZERS[0])
    steps = np.diff(borders.sentence, prepend=0)
    assert borders.sentence[0] == 0
    assert ((steps == 0) | (steps == 1)).all()
    for share, more in spans:
        first = min(len(passage) - 1, int(share * len(passage)))
        last = min(len(passage) - 1, first + more)
        for way in WAYS:
            found, place = borders.range(first, last, way), borders.place(first, last, way)
            assert (found is None) == (place is None)
            if found is None or place is None:
                continue
            start, end = found
            assert 0 <= start < end <= len(text)
            assert start <= place[0] <= place[1] < end
            assert borders.stop[first] > last
            if way.neat:
                assert readable(text[start:end])
                assert not readable(text[start : place[0]] + text[place[1] + 1 : end])
            other = borders.place(last, min(len(passage) - 1, last + more), way)
            if other is not None and borders.meet_in(last, last):
                assert other[0] <= place[1]


@cases()
@given(st.integers(0, 9), *[st.integers(1, 60)] * 3)
def test_windows_cover_the_passage_each_token_best_by_one_of_them(
    asked: int, length: int, room: int, step: int
) -> None:
    def encoding(count: int, first: int) -> Encoding:
        none = np.zeros(count, np.int32)
        return Encoding(np.arange(first, first + count, dtype=np.int32), none, none)

    question, passage = encoding(asked, 100), encoding(length, 1000)
    features = create_features(
        question, passage, cls_id=1, sep_id=2, max_seq_len=asked + 3 + room, doc_stride=step
    )
    for n, feature in enumerate(features):
        begin = n * min(step, room)
        tokens = passage.input_ids[begin : begin + room].tolist()
        assert feature.input_ids.tolist() == [1, *question.input_ids, 2, *tokens, 2]
        assert feature.token_type_ids.tolist() == [0] * (asked + 2) + [1] * (len(tokens) + 1)
        assert (feature.passage_position, feature.window_start) == (asked + 2, begin)
        assert feature.window_length == len(tokens)
        assert (begin + len(tokens) == length) == (n == len(features) - 1)

    def context(window: int, at: int) -> float:
        feature = features[window]
        left = at - feature.window_start
        right = feature.window_start + feature.window_length - 1 - at
        return -1 if min(left, right) < 0 else min(left, right) + 0.01 * feature.window_length

    for at, window in enumerate(max_context_windows(features).tolist()):
        best = max(context(n, at) for n in range(len(features)))
        first = next(n for n in range(len(features)) if context(n, at) >= best - 1e-9)
        assert window == first
