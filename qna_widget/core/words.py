"""Which tokens are one word, for answers that shall not begin or end within one.

The browser leaves answers at the tokens that were scored; transformers 4's pipeline widened them.
Twin: js/src/core/words.ts shows them.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .ranking import Words
from .types import Encoding

CONTINUATION = "##"


def continuations(vocab: tuple[str, ...]) -> NDArray[np.bool_]:
    """Return for each token id whether the token continues the word of the one before it."""
    return np.array([token.startswith(CONTINUATION) for token in vocab])


def words_of(passage: Encoding, continues: NDArray[np.bool_]) -> Words:
    """Return the words of a passage; `continues` is that of `continuations`."""
    begins = ~continues[passage.input_ids]
    begins[:1] = True
    word = np.cumsum(begins) - 1
    firsts = np.flatnonzero(begins)
    lasts = np.append(firsts[1:], len(begins)) - 1
    return Words(first=firsts[word], last=lasts[word])
