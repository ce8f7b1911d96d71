"""How good a model is on a SQuAD-format file, by the official definition (squad.py)."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Unpack

from qna_widget.answering.options import AskOptionsDict
from qna_widget.core.manifest import ModelManifest
from qna_widget.errors import needs_extra
from qna_widget.models.names import ModelLike
from qna_widget.runtime.progress import progress_bar

from .squad import Example, best_threshold, score, summarize

__all__ = [
    "Example",
    "Prediction",
    "Predictor",
    "Report",
    "evaluate",
    "kernel_predictor",
    "report",
]


@dataclass(frozen=True)
class Prediction:
    """The best span of a question, whether or not "no answer" would win over it."""

    text: str
    null_margin: float
    """null_score minus the best span's score, logits; ranking may put another span first."""

    def answer(self, threshold: float) -> str:
        """Return the text, or "" when "no answer" wins."""
        return "" if self.null_margin > threshold else self.text


@dataclass(frozen=True)
class Report:
    """What an evaluation found."""

    figures: Mapping[str, float]
    """Official names and percent; see `report`."""
    predictions: Mapping[str, str]
    """Official prediction file: question id to answer, "" for "no answer"."""
    null_margins: Mapping[str, float]
    """Official "na_prob" file: question id to null margin; the higher, the less answerable."""


@dataclass(frozen=True)
class Predictor:
    """Gives predictions for examples, in their order."""

    model: ModelManifest
    """The one that predicts; `note` says why where another one was asked for."""
    predict: Callable[[Sequence[Example]], Iterator[Prediction]]

    def __call__(self, examples: Sequence[Example]) -> Iterator[Prediction]:
        """Yield one prediction per example."""
        return self.predict(examples)


def kernel_predictor(model: ModelLike, **options: Unpack[AskOptionsDict]) -> Predictor:
    """Predict in Python with QuestionAnswerer; `options` are those of its `ask`.

    Words are whole, as in the browser, unless `align_to_words` says otherwise.
    """
    with needs_extra("Evaluating in the kernel", "kernel"):
        from qna_widget.answering.answerer import QuestionAnswerer

    answerer = QuestionAnswerer(model)

    def predict(examples: Sequence[Example]) -> Iterator[Prediction]:
        pairs = ((example.question, example.passage) for example in examples)
        unlimited: AskOptionsDict = {
            "align_to_words": True,
            **options,
            "top_k": 1,
            "no_answer_threshold": float("inf"),
        }
        for result in answerer.ask_many(pairs, **unlimited):
            yield Prediction(result.answers[0].text, result.null_margin)

    return Predictor(answerer.manifest, predict)


def evaluate(
    examples: Sequence[Example], predict: Predictor, *, threshold: float | None = None
) -> Report:
    """Ask all questions, with a progress bar, and score the answers.

    `threshold` in logits; None: the model's own.
    """
    if threshold is None:
        threshold = predict.model.no_answer_threshold
    begun = time.perf_counter()
    predictions = list(progress_bar(predict(examples), len(examples), "questions"))
    return report(examples, predictions, threshold, time.perf_counter() - begun)


def report(
    examples: Sequence[Example],
    predictions: Sequence[Prediction],
    threshold: float,
    seconds: float,
) -> Report:
    """Score the predictions.

    exact, f1, HasAns_*, NoAns_*: with "no answer" where null_margin > threshold. *_answerable: the
    answerable questions with "no answer" switched off. best_*: at the threshold that suits these
    very questions best, which is best_*_thresh. Percent, questions, logits, seconds.
    """
    answers = {e.id: p.answer(threshold) for e, p in zip(examples, predictions, strict=True)}
    spans = [score(e, p.text) for e, p in zip(examples, predictions, strict=True)]
    answerable = [bool(example.answers) for example in examples]
    margins = [prediction.null_margin for prediction in predictions]
    figures: dict[str, float] = dict(summarize(examples, answers))
    for place, name in enumerate(("exact", "f1")):
        values = [pair[place] for pair in spans]
        kept = [value for value, has in zip(values, answerable, strict=True) if has]
        if kept:
            figures[f"{name}_answerable"] = 100.0 * sum(kept) / len(kept)
        best, at = best_threshold(values, answerable, margins)
        figures[f"best_{name}"], figures[f"best_{name}_thresh"] = best, at
    figures["threshold"] = threshold
    figures["seconds"] = seconds
    figures["questions_per_second"] = len(examples) / seconds if seconds else 0.0
    ids = [example.id for example in examples]
    return Report(figures, answers, dict(zip(ids, margins, strict=True)))
