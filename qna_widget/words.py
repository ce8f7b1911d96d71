"""Answers widened to whole words: a token may be a piece of one, "##land" of "Iceland"."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from .decoding import Decoder
from .pipeline import Prepared, conclude
from .ranking import admits
from .types import Answer, DecodingOptions, Overlap, Result, Span

CONTINUATION = "##"


def continuations(vocab: tuple[str, ...]) -> NDArray[np.bool_]:
    """Return for each token id whether the token continues the word of the one before it."""
    return np.array([token.startswith(CONTINUATION) for token in vocab])


def conclude_in_words(
    prepared: Prepared, decoder: Decoder, options: DecodingOptions, continues: NDArray[np.bool_]
) -> Result:
    """Do as `conclude`, with each answer widened to whole words.

    Of answers that become the same one the best stays, as it was scored. `continues` is that of
    `continuations`.
    """
    wanted = options.top_k
    while True:
        result = conclude(prepared, decoder, replace(options, top_k=wanted))
        found: list[Answer] = []
        for answer in result.answers:
            wide = _widened(answer, prepared, continues)
            if not any((wide.start, wide.end) == (kept.start, kept.end) for kept in found):
                found.append(wide)
        found = _without_overlap(found, options.overlap)
        if len(found) >= options.top_k or len(result.answers) < wanted:
            return replace(result, answers=tuple(found[: options.top_k]))
        wanted *= 2


def _without_overlap(answers: list[Answer], overlap: Overlap) -> list[Answer]:
    """Drop what may no longer stand beside a better answer, now that both are wider."""
    kept: list[Answer] = []
    spans: list[Span] = []
    for answer in answers:
        # A span's end is included; "no answer", from 0 to -1, overlaps nothing.
        if admits(spans, overlap, answer.start, answer.end - 1):
            kept.append(answer)
            spans.append(Span(answer.start, answer.end - 1, answer.score))
    return kept


def _widened(answer: Answer, prepared: Prepared, continues: NDArray[np.bool_]) -> Answer:
    if not answer.text:
        return answer  # "no answer"
    tokens = prepared.passage
    first = int(np.searchsorted(tokens.starts, answer.start, side="left"))
    last = int(np.searchsorted(tokens.ends, answer.end, side="right")) - 1
    while first > 0 and continues[tokens.input_ids[first]]:
        first -= 1
    while last + 1 < len(tokens) and continues[tokens.input_ids[last + 1]]:
        last += 1
    start, end = int(tokens.starts[first]), int(tokens.ends[last])
    return replace(answer, text=prepared.passage_text[start:end], start=start, end=end)
