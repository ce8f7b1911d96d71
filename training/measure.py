"""How good answers are and how far their probabilities can be trusted. Needs no PyTorch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from qna_widget.evaluation.squad import Example, best_threshold, score

Floats = NDArray[np.float64]

BINS = 10
# The share of questions without an answer that the default threshold and the probabilities are
# made for.
UNANSWERABLE_SHARE = 0.25
PLATEAU = 0.01


@dataclass(frozen=True)
class Told:
    """What a model said of one question: its best span, whether or not "no answer" wins over it."""

    text: str
    # null_score minus the span's score, logits.
    margin: float
    # Of the span, 0 to 1.
    probability: float


@dataclass(frozen=True)
class Scored:
    """What was said, compared with what is right; arrays of one number a question.

    exact, f1: of the best span, 0 to 1 (0 where there is no answer to give).
    """

    answerable: NDArray[np.bool_]
    exact: Floats
    f1: Floats
    margin: Floats
    probability: Floats

    def __len__(self) -> int:
        return len(self.answerable)

    def weights(self, share: float = UNANSWERABLE_SHARE) -> Floats:
        """Weights under which `share` of the questions has no answer; they sum to 1.

        Where all questions have an answer, or none has, all weigh the same.
        """
        weights = np.ones(len(self))
        without = ~self.answerable
        if without.any() and self.answerable.any():
            weights[without] = share / without.sum()
            weights[self.answerable] = (1 - share) / self.answerable.sum()
        return weights / weights.sum()


def compare(examples: Sequence[Example], told: Sequence[Told]) -> Scored:
    """Score what was said by SQuAD's definitions."""
    answerable = np.array([bool(example.answers) for example in examples])
    # SQuAD gives a refusal of an unanswerable question full marks; a span of it has none.
    pairs = [
        score(example, one.text) if example.answers else (0.0, 0.0)
        for example, one in zip(examples, told, strict=True)
    ]
    exact, f1 = np.array(pairs, np.float64).reshape(-1, 2).T
    margin, probability = np.array([(t.margin, t.probability) for t in told], np.float64).T
    return Scored(answerable, exact, f1, margin, probability)


@dataclass(frozen=True)
class Bin:
    """Answers of similar probability: their weight, mean probability and share of right ones."""

    weight: float
    probability: float
    right: float


def reliability(scored: Scored, threshold: float) -> list[Bin]:
    """Answers shown at `threshold`, in tenths of probability; empty tenths are left out.

    Right is an exact match. Weighed so that UNANSWERABLE_SHARE of the questions asked has no
    answer; the weights of the bins are shares of all questions.
    """
    shown = scored.margin <= threshold
    weights = scored.weights() * shown
    place = np.minimum((scored.probability * BINS).astype(int), BINS - 1)
    bins = []
    for number in range(BINS):
        weight = weights * (place == number)
        if weight.sum() > 0:
            total = float(weight.sum())
            probability = float(weight @ scored.probability) / total
            bins.append(Bin(total, probability, float(weight @ scored.exact) / total))
    return bins


def calibration_error(bins: Sequence[Bin]) -> float:
    """Expected calibration error, percent: how far probability and share of right ones part."""
    total = sum(one.weight for one in bins)
    gaps = sum(one.weight * abs(one.probability - one.right) for one in bins)
    return 100 * gaps / total if total else 0.0


def figures(scored: Scored, threshold: float) -> dict[str, float]:
    """Return percent, but for counts and the thresholds (logits).

    f1_answerable, exact_answerable: answerable questions with "no answer" switched off. f1, exact:
    all questions at `threshold`; best_f1: at the threshold that suits these very questions best.
    refused: of the questions without an answer; lost: of those with one, wrongly refused.
    """
    answerable, refused = scored.answerable, scored.margin > threshold
    best, at = best_threshold(list(scored.f1), list(answerable), list(scored.margin))
    result = {"questions": float(len(scored)), "unanswerable": float((~answerable).sum())}
    for name, values in (("f1", scored.f1), ("exact", scored.exact)):
        result[f"{name}_answerable"] = _percent(values[answerable])
        result[name] = _percent(np.where(refused, ~answerable, values))
    result |= {"best_f1": best, "best_threshold": at, "threshold": threshold}
    result["refused"] = _percent(refused[~answerable])
    result["lost"] = _percent(refused[answerable])
    result["calibration_error"] = calibration_error(reliability(scored, threshold))
    return result


def default_threshold(sets: Sequence[Scored]) -> float:
    """The lowest threshold within PLATEAU of the best mean F1.

    UNANSWERABLE_SHARE of the questions has no answer, and each set counts the same. The curve is
    flat at its top, and there the end that refuses more is taken: a wrong answer costs a reader
    more than a refusal.
    """
    grid = np.round(np.arange(-10, 10.001, 0.05), 2)
    means = np.zeros(len(grid))
    for scored in sets:
        weights = scored.weights()
        for number, threshold in enumerate(grid):
            refused = scored.margin > threshold
            means[number] += weights @ np.where(refused, ~scored.answerable, scored.f1) / len(sets)
    # A moving average: single questions make it jagged.
    kernel = np.ones(9) / 9
    smooth = np.convolve(np.pad(means, 4, mode="edge"), kernel, mode="valid")
    return float(grid[np.flatnonzero(smooth >= smooth.max() - PLATEAU)[0]])


def log_loss(scored: Scored, threshold: float) -> float:
    """Mean negative log likelihood of "this is right" of answers shown, weighed as above."""
    p = np.clip(scored.probability, 1e-6, 1 - 1e-6)
    losses = -np.where(scored.exact > 0, np.log(p), np.log(1 - p))
    weights = scored.weights() * (scored.margin <= threshold)
    return float(weights @ losses / weights.sum()) if weights.any() else 0.0


def _percent(values: NDArray[np.generic]) -> float:
    return 100 * float(np.mean(values)) if len(values) else float("nan")
