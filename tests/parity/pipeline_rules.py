"""The rules of transformers 4.57.6's "question-answering" pipeline, from its to ours one by one.

Each rule of RULES is one declared difference (docs/migrating.md). With none of them `ladder` gives
what the pipeline gives on the same logits, with all of them what QuestionAnswerer gives; the rung
on which an answer changes says why the two differ. Written from pipelines/question_answering.py of
that version and from docs/migrating.md; of qna_widget's decoding only borders.py is used, on the
last rung, which has tests of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from qna_widget.core.pipeline import Prepared, prepare
from qna_widget.core.tokenizer import Tokenizer
from qna_widget.core.types import DecodingOptions, Feature, FeatureOptions, Logits

# In the order in which they are taken.
RULES = {
    "windows": "doc_stride is the step from one window to the next, not their overlap",
    "length": "answers have up to 30 tokens, not 15",
    "merging": "probabilities of answers with the same lower-cased text are not summed",
    "context": "a start counts only in the window that gives it the most context",
    "joint": "all candidates of all windows share one softmax, not each window its own two",
    "borders": "characters, versions, addresses, numbers with signs and units are whole",
}
# Whatever leads by less than this share is a tie: rounding decides it.
TIE = 1e-4

Run = Callable[[Sequence[Feature]], Sequence[Logits]]


@dataclass(frozen=True)
class Asked:
    """One call of the pipeline, as its arguments had it."""

    question: str
    passage: str
    top_k: int = 1
    handle_impossible_answer: bool = False
    align_to_words: bool = True
    max_seq_len: int = 384
    doc_stride: int = 128
    # None: the default of either side.
    max_answer_len: int | None = None


@dataclass
class Found:
    """An answer on one rung; `score` is a probability, or logits once "joint" is taken."""

    score: float
    start: int
    end: int


@dataclass(frozen=True)
class Rung:
    """The answers with some rules taken, best first; `rule` is the one taken last."""

    rule: str
    answers: list[Found]

    @property
    def span(self) -> tuple[int, int]:
        """The best answer's place."""
        return self.answers[0].start, self.answers[0].end

    def ties(self, span: tuple[int, int]) -> bool:
        """Whether `span` is as good as the best, but for rounding."""
        scores = [a.score for a in self.answers if (a.start, a.end) == span]
        return bool(scores) and abs(scores[0] - self.answers[0].score) <= TIE * max(
            abs(self.answers[0].score), 1e-9
        )


def ladder(asked: Asked, tokenizer: Tokenizer, run: Run) -> list[Rung]:
    """Return the answers with no rule taken, then with one more each time; `run` is the model."""
    taken: frozenset[str] = frozenset()
    prepared, logits = _windows(asked, tokenizer, run, overlap=True)
    rungs = [Rung("", _answers(asked, tokenizer, prepared, logits, taken))]
    for rule in RULES:
        taken |= {rule}
        if rule == "windows":
            prepared, logits = _windows(asked, tokenizer, run, overlap=False)
        rungs.append(Rung(rule, _answers(asked, tokenizer, prepared, logits, taken)))
    return rungs


def explained(rungs: Sequence[Rung]) -> list[str]:
    """Return the rules on whose rungs the best answer changed."""
    return [after.rule for before, after in pairwise(rungs) if before.span != after.span]


def _windows(
    asked: Asked, tokenizer: Tokenizer, run: Run, *, overlap: bool
) -> tuple[Prepared, Sequence[Logits]]:
    options = FeatureOptions(
        max_seq_len=asked.max_seq_len, doc_stride=asked.doc_stride, max_question_tokens=10**6
    )
    if overlap:
        question = len(tokenizer.encode(asked.question))
        step = asked.max_seq_len - question - 3 - asked.doc_stride
        options = replace(options, doc_stride=step)
    prepared = prepare(asked.question, asked.passage, tokenizer, options)
    return prepared, run(prepared.features)


def _answers(
    asked: Asked,
    tokenizer: Tokenizer,
    prepared: Prepared,
    logits: Sequence[Logits],
    taken: frozenset[str],
) -> list[Found]:
    count = asked.top_k * 2 + 10 if asked.align_to_words else asked.top_k
    length = asked.max_answer_len or (30 if "length" in taken else 15)
    answers: list[Found] = []
    null = np.inf
    for feature, output in zip(prepared.features, logits, strict=True):
        at = slice(feature.passage_position, feature.passage_position + feature.window_length)
        pair = [
            np.concatenate([values[:1], values[at]]).astype(np.float64)
            for values in (output.start_logits, output.end_logits)
        ]
        if "joint" in taken:
            null = min(null, pair[0][0] + pair[1][0])
            scores = pair[0][1:, None] + pair[1][None, 1:]
            nothing = -np.inf
        else:
            start, end = (np.exp(values - values.max()) for values in pair)
            start, end = start / start.sum(), end / end.sum()
            null = min(null, start[0] * end[0])
            scores = start[1:, None] * end[None, 1:]
            nothing = 0.0
        row, column = np.indices(scores.shape)
        allowed = (column >= row) & (column < row + length)
        if "context" in taken:
            allowed &= _own(prepared.features, feature)[:, None]
        scores = np.where(allowed, scores, nothing)
        best = np.argsort(-scores, axis=None, kind="stable")[:count]
        for i, j in zip(*np.unravel_index(best, scores.shape), strict=True):
            if allowed[i, j]:
                tokens = feature.window_start + i, feature.window_start + j
                window = feature if "windows" not in taken else None
                place = (
                    prepared.borders.range(*tokens, _ways(asked))
                    if "borders" in taken
                    else _place(asked, tokenizer, prepared, *tokens, window)
                )
                if place is None:
                    continue
                _add(answers, Found(float(scores[i, j]), *place), asked.passage, taken)
    if asked.handle_impossible_answer:
        answers.append(Found(float(null), 0, 0))
    return sorted(answers, key=lambda answer: -answer.score)


def _ways(asked: Asked) -> DecodingOptions:
    return DecodingOptions(align_to_words=asked.align_to_words, neat=False)


def _own(features: Sequence[Feature], own: Feature) -> np.ndarray:
    """Return for each token of a window whether no other one gives it more context."""

    def context(feature: Feature, token: int) -> float:
        before = token - feature.window_start
        after = feature.window_length - 1 - before
        if before < 0 or after < 0:
            return -1.0
        return min(before, after) + 0.01 * feature.window_length

    tokens = range(own.window_start, own.window_start + own.window_length)
    return np.array(
        [
            max(features, key=lambda feature, token=token: context(feature, token)) is own
            for token in tokens
        ]
    )


def _place(
    asked: Asked,
    tokenizer: Tokenizer,
    prepared: Prepared,
    first: int,
    last: int,
    window: Feature | None,
) -> tuple[int, int]:
    """Return the characters of tokens first..last, widened to words if asked.

    Within `window`, if given: the pipeline knows no more of a word than the window shows.
    """
    tokens = prepared.passage
    low, high = 0, len(tokens)
    if window is not None:
        low, high = window.window_start, window.window_start + window.window_length
    if asked.align_to_words:
        pieces = [tokenizer.vocab[i].startswith("##") for i in tokens.input_ids[low:high]]
        while first > low and pieces[first - low]:
            first -= 1
        while last + 1 < high and pieces[last + 1 - low]:
            last += 1
    return int(tokens.starts[first]), int(tokens.ends[last])


def _add(answers: list[Found], new: Found, passage: str, taken: frozenset[str]) -> None:
    """Add an answer, or its score to one that counts as the same."""
    if "merging" not in taken:
        text = passage[new.start : new.end].lower()
        for answer in answers:
            if passage[answer.start : answer.end].lower() == text:
                answer.score += new.score
                return
        answers.append(new)
        return
    for answer in answers:
        if (answer.start, answer.end) == (new.start, new.end):
            answer.score = max(answer.score, new.score)
            return
    answers.append(new)
