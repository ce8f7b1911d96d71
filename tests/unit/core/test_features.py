"""Windows: their exact tokens, their coverage, and their limits."""

from __future__ import annotations

import numpy as np
import pytest

from qna_widget.core.features import create_features, max_context_windows
from qna_widget.core.types import Encoding, Feature
from qna_widget.errors import InputError


def encoding(*ids: int) -> Encoding:
    values = np.array(ids, np.int32)
    return Encoding(values, values, values)


def cut(question: int, passage: int, size: int, stride: int) -> list[Feature]:
    return create_features(
        encoding(*range(10, 10 + question)), encoding(*range(1000, 1000 + passage)),
        cls_id=1, sep_id=2, max_seq_len=size, doc_stride=stride,
    )  # fmt: skip


def test_worked_example() -> None:
    # Capacity 10 - 2 - 3 = 5 tokens, step 3: 0-4, 3-7, 6-8.
    features = cut(2, 9, 10, 3)
    assert [f.input_ids.tolist() for f in features] == [
        [1, 10, 11, 2, 1000, 1001, 1002, 1003, 1004, 2],
        [1, 10, 11, 2, 1003, 1004, 1005, 1006, 1007, 2],
        [1, 10, 11, 2, 1006, 1007, 1008, 2],
    ]
    assert features[2].token_type_ids.tolist() == [0, 0, 0, 0, 1, 1, 1, 1]
    assert [(f.passage_position, f.window_start, f.window_length) for f in features] == [
        (4, 0, 5),
        (4, 3, 5),
        (4, 6, 3),
    ]


@pytest.mark.parametrize("stride", [1, 4, 7, 1000])
@pytest.mark.parametrize("passage", [1, 7, 8, 9, 40])
def test_windows_cover_the_passage_and_end_with_it(passage: int, stride: int) -> None:
    features = cut(2, passage, 12, stride)  # capacity 7
    covered = {t for f in features for t in range(f.window_start, f.window_start + f.window_length)}
    assert covered == set(range(passage))
    ends = [f.window_start + f.window_length for f in features]
    assert ends.index(passage) == len(ends) - 1
    assert all(len(f.input_ids) <= 12 for f in features)


def test_an_exact_fit_is_one_window() -> None:
    assert len(cut(2, 7, 12, 1)) == 1


def test_no_passage_no_window() -> None:
    assert cut(2, 0, 12, 4) == []
    assert max_context_windows([]).tolist() == []


def test_a_question_that_fills_the_window_is_refused() -> None:
    assert len(cut(8, 3, 12, 4)) == 3
    with pytest.raises(InputError, match=r"9 tokens leaves no room .* 12 tokens.*to 8 tokens"):
        cut(9, 3, 12, 4)


def test_maximal_context_by_hand() -> None:
    # Windows 0-4, 3-7, 6-8: token 3 has one neighbour to its right in the first window and none
    # to its left in the second; token 4 the other way round. Ties go to the earlier window, but
    # the shorter last window loses to a full one.
    assert max_context_windows(cut(2, 9, 10, 3)).tolist() == [0, 0, 0, 0, 1, 1, 1, 2, 2]


def test_maximal_context_among_some_windows() -> None:
    features = cut(2, 9, 10, 3)
    assert max_context_windows(features, ()).tolist() == [-1] * 9
    assert max_context_windows(features, {0, 2}).tolist() == [0, 0, 0, 0, 0, -1, 2, 2, 2]
    assert max_context_windows(features, [2, 1]).tolist() == [-1] * 3 + [1, 1, 1, 1, 2, 2]
