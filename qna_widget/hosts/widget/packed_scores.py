"""Unpacks the scores that a page sends; "scores" in contract.json says how they are packed.

Twin: js/src/hosts/widget/packed-scores.ts.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

from qna_widget.core.types import Feature, Logits
from qna_widget.results.scores import Scores, windows_of

_NONE: Final = np.zeros(0, np.int32)


def of_browser(
    question: str,
    passage: str,
    counts: Mapping[str, int],
    blob: bytes,
    *,
    max_answer_len: int,
) -> Scores:
    """Unpack what a page sent. Raises ValueError when it is not what the contract says."""
    tokens = counts["passage"]
    if min(counts.values()) < 0 or len(blob) % 4:
        raise ValueError(f"{len(blob)} bytes cannot hold the scores of {dict(counts)}.")
    words = np.frombuffer(blob, "<i4")
    head = 3 * tokens + counts["question"] + 3 * counts["windows"]
    if len(words) < head:
        raise ValueError(f"{len(words)} numbers cannot hold the scores of {dict(counts)}.")
    starts, ends = words[tokens : 2 * tokens], words[2 * tokens : 3 * tokens]
    if tokens and not (starts.min() >= 0 and ends.max() <= len(passage) and (starts < ends).all()):
        raise ValueError("The page's tokens lie outside of the passage.")
    places = words[head - 3 * counts["windows"] : head].reshape(-1, 3)
    floats = words[head:].view("<f4")
    features, logits, at = [], [], 0
    for position, first, length in places.tolist():
        size = position + length + 1
        both = floats[at : at + 2 * size]
        if min(position, first, length) < 0 or first + length > tokens or len(both) < 2 * size:
            raise ValueError("The page's windows are not those of the passage.")
        features.append(Feature(_NONE, _NONE, position, first, length))
        logits.append(Logits(both[:size], both[size:]))
        at += 2 * size
    if at != len(floats):
        raise ValueError(f"{len(floats)} logits came where the windows have {at}.")
    windows = windows_of(passage, starts, ends, features, logits)
    return Scores(question, passage, windows, max_answer_len, "browser")
