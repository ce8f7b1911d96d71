"""Leaves out questions whose own words give away whether their passage answers them.

Who writes questions with and without an answer falls into habits: "in what year" mostly where the
passage does not say, "besides" only where it does. A model that learns the habits need not read.
(Too large a share would teach the opposite habit: `python -m training.sources` says what is left.)
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise

from training.data import Example, fingerprint

FOLDS = 4
# Counted beside each word, so that a word that was met once decides little.
PRIOR = 0.2


def without_telltale(examples: Sequence[Example], share: float) -> list[Example]:
    """Leave out that share of the answered, and of the unanswered, that is told most easily.

    A question is told by naive Bayes over its words and pairs of words, learnt from the
    questions about other passages.
    """
    if not share:
        return list(examples)
    leans = _leans(examples)
    kept: set[int] = set()
    for sign in (1, -1):
        places = [n for n, example in enumerate(examples) if bool(example.golds) == (sign > 0)]
        places.sort(key=lambda place: sign * leans[place])
        kept.update(places[: len(places) - round(len(places) * share)])
    return [example for place, example in enumerate(examples) if place in kept]


def told_apart(examples: Sequence[Example]) -> float:
    """How well words alone tell: how often the answered one of two questions has the higher lean.

    0.5 is chance (the area under the curve of true and false alarms); equal leans count as half.
    """
    kinds: dict[float, list[int]] = {}
    for example, lean in zip(examples, _leans(examples), strict=True):
        kinds.setdefault(lean, [0, 0])[bool(example.golds)] += 1
    higher, unanswered, answered = 0.0, 0, 0
    # The same question about two passages mostly has one lean: it tells nothing.
    for without, having in (kinds[lean] for lean in sorted(kinds)):
        higher += having * (unanswered + without / 2)
        unanswered += without
        answered += having
    return higher / (unanswered * answered)


def _leans(examples: Sequence[Example]) -> list[float]:
    """How much each question's words speak for an answer, by questions about other passages."""
    folds = [fingerprint(example.passage)[0] % FOLDS for example in examples]
    habits = [
        _Habits(e for e, own in zip(examples, folds, strict=True) if own != fold)
        for fold in range(FOLDS)
    ]
    return [habits[fold].lean(e.question) for e, fold in zip(examples, folds, strict=True)]


class _Habits:
    """How often words stand in questions with and without an answer."""

    def __init__(self, examples: Iterable[Example]) -> None:
        self._counts = {True: Counter[str](), False: Counter[str]()}
        self._totals = {True: 0, False: 0}
        for example in examples:
            answered = bool(example.golds)
            self._totals[answered] += 1
            self._counts[answered].update(_words(example.question))

    def lean(self, question: str) -> float:
        """How much the words speak for an answer: the logarithm of the odds."""
        # Exact: a set has another order in each process, and the same questions are to be left out.
        return math.fsum(self._of(word) for word in _words(question))

    def _of(self, word: str) -> float:
        shares = [
            (self._counts[answered][word] + PRIOR) / (self._totals[answered] + 2 * PRIOR)
            for answered in (True, False)
        ]
        return math.log(shares[0] / shares[1])


def _words(question: str) -> set[str]:
    words = ["", *re.findall(r"\w+|[^\w\s]", question.lower()), ""]
    return {*words, *(f"{one} {other}" for one, other in pairwise(words))}
