"""Windows over a long passage, as in the SQuAD reference code. Twin: js/src/core/features.ts."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

import numpy as np

from qna_widget.errors import InputError

from .types import Encoding, Feature

if TYPE_CHECKING:
    from .types import Ids


def create_features(
    question: Encoding,
    passage: Encoding,
    *,
    cls_id: int,
    sep_id: int,
    max_seq_len: int,
    doc_stride: int,
) -> list[Feature]:
    """Cut `passage` into windows [CLS] question [SEP] passage tokens [SEP].

    A window holds at most C = max_seq_len - |question| - 3 passage tokens; windows begin every
    `doc_stride` tokens (clamped to 1..C), the last one ends at the passage's end. Nothing is
    padded. A passage without tokens gives no window. Raises InputError when the question leaves
    no room for a passage token.
    """
    capacity = max_seq_len - len(question) - 3
    if capacity < 1:
        raise InputError(
            f"A question of {len(question)} tokens leaves no room for the passage in a window of "
            f"{max_seq_len} tokens. Shorten the question to {max(0, max_seq_len - 4)} tokens at "
            "most."
        )
    step = min(max(1, doc_stride), capacity)
    head = np.array([cls_id, *question.input_ids, sep_id], np.int32)
    tail = np.array([sep_id], np.int32)
    features = []
    for start in range(0, len(passage), step):
        tokens = passage.input_ids[start : start + capacity]
        input_ids = np.concatenate([head, tokens, tail])
        token_type_ids = (np.arange(len(input_ids)) >= len(head)).astype(np.int32)
        features.append(Feature(input_ids, token_type_ids, len(head), start, len(tokens)))
        if start + len(tokens) == len(passage):
            break
    return features


def max_context_windows(features: Sequence[Feature], among: Collection[int] | None = None) -> Ids:
    """Return for each passage token the index of the window that gives it maximal context.

    That is the most tokens on its poorer side, plus a hundredth of the window's length; the
    earlier window on a tie. Windows must be in order and cover the passage. With `among`, only
    these windows are looked at, and a token that none of them holds has -1. Counted in hundredths,
    hence exact.
    """
    total = features[-1].window_start + features[-1].window_length if features else 0
    windows = np.full(total, -1, np.int32)
    best = np.full(total, -1, np.int32)
    for window in range(len(features)) if among is None else sorted(among):
        feature = features[window]
        length = feature.window_length
        place = slice(feature.window_start, feature.window_start + length)
        position = np.arange(length, dtype=np.int32)
        context = 100 * np.minimum(position, length - 1 - position) + length
        better = context > best[place]
        best[place][better] = context[better]
        windows[place][better] = window
    return windows
