"""Which passages look as if they answered a question: those that share its rare words (BM25)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

# The usual values: how soon a repeated word counts no more, and how much long passages are held
# against.
K1, B = 1.2, 0.75


class Alike:
    """Ranks passages by a question, both given as token ids."""

    def __init__(self, passages: Sequence[Sequence[int]]) -> None:
        lengths = np.array([len(ids) for ids in passages], dtype=np.float32)
        norm = K1 * (1 - B + B * lengths / lengths.mean())
        found = [np.unique(np.asarray(ids), return_counts=True) for ids in passages]
        tokens = np.concatenate([ids for ids, _ in found])
        counts = np.concatenate([count for _, count in found]).astype(np.float32)
        rows = np.repeat(np.arange(len(passages)), [len(ids) for ids, _ in found])
        order = np.argsort(tokens, kind="stable")
        self._rows = rows[order]
        self._weights = (counts * (K1 + 1) / (counts + norm[rows]))[order]
        # The passages with token t lie from _begins[t] to _begins[t + 1].
        self._begins = np.searchsorted(tokens[order], np.arange(tokens.max() + 2))
        self._count = len(passages)

    def best(self, question_ids: Sequence[int], count: int) -> list[int]:
        """The numbers of the `count` passages nearest to the question, best first."""
        scores = np.zeros(self._count, dtype=np.float32)
        for token in set(question_ids):
            if token + 1 >= len(self._begins):
                continue
            begin, end = self._begins[token], self._begins[token + 1]
            within = end - begin
            rarity = np.log1p((self._count - within + 0.5) / (within + 0.5))
            scores[self._rows[begin:end]] += rarity * self._weights[begin:end]
        count = min(count, self._count)
        top = np.argpartition(-scores, count - 1)[:count]
        return top[np.lexsort((top, -scores[top]))].tolist()
