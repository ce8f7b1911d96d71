"""Scores against the decoder, which was tested against brute force, and against plain sums."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas
import pytest
from packed import packed

from qna_widget.answering.answerer import QuestionAnswerer
from qna_widget.core.decoding import Decoder
from qna_widget.core.pipeline import Prepared, conclude, prepare
from qna_widget.core.types import Decoded, DecodingOptions, FeatureOptions, Logits
from qna_widget.evaluation.squad import Example, read_examples
from qna_widget.hosts.widget.packed_scores import of_browser
from qna_widget.results.scores import Scores, of_kernel

OWN = Path(__file__).parents[2] / "texts" / "questions.json"
# Astral characters, and passages of several windows.
EXAMPLES = [e for e in read_examples(OWN) if e.id.startswith(("scripts", "chronicle"))][::3]
MAX_ANSWER_LEN = 12


@lru_cache
def run(example: Example) -> tuple[Prepared, list[Logits], Decoded]:
    answerer = QuestionAnswerer("bundled")
    options = FeatureOptions(max_seq_len=answerer.manifest.max_seq_len)
    prepared = prepare(example.question, example.passage, answerer.tokenizer, options)
    logits = list(answerer.session.run(prepared.features))
    decoder = Decoder(prepared.features)
    for window, output in enumerate(logits):
        decoder.add(window, output)
    chosen = DecodingOptions(max_answer_len=MAX_ANSWER_LEN, no_answer_threshold=float("inf"))
    return prepared, logits, conclude(prepared, decoder, chosen)


def scores_of(example: Example) -> Scores:
    prepared, logits, _ = run(example)
    return of_kernel(prepared, logits, max_answer_len=MAX_ANSWER_LEN)


def test_the_texts_are_of_several_windows_and_beyond_the_basic_plane() -> None:
    assert max(len(run(example)[0].features) for example in EXAMPLES) > 1
    assert any(ord(character) > 0xFFFF for e in EXAMPLES for character in e.passage)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda e: e.id)
def test_the_best_cell_is_the_answer(example: Example) -> None:
    scores, result = scores_of(example), run(example)[2]
    best = max(
        (float(cells[i, j]), -(j - i), window.starts[i], window.ends[j])
        for number, window in enumerate(scores.windows)
        for cells in [scores.matrix(number)]
        for i, j in zip(*np.nonzero(~np.isnan(cells)), strict=True)
        if window.counts[i]
    )
    answer = result.answers[0]
    assert best == (answer.score, best[1], answer.start, answer.end)
    assert scores.null_score == result.null_score


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda e: e.id)
def test_a_matrix_is_start_plus_end(example: Example) -> None:
    scores = scores_of(example)
    for number, window in enumerate(scores.windows):
        cells = scores.matrix(number)
        assert cells.shape == (len(window), len(window))
        for i in range(0, len(window), 17):
            for j in range(0, len(window), 5):
                if i <= j < i + MAX_ANSWER_LEN:
                    total = float(window.start_logits[i]) + float(window.end_logits[j])
                    assert cells[i, j] == total
                else:
                    assert np.isnan(cells[i, j])


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda e: e.id)
def test_every_token_stands_where_it_is_in_the_passage_and_counts_once(example: Example) -> None:
    scores, prepared = scores_of(example), run(example)[0]
    for window in scores.windows:
        tokens = zip(window.tokens, window.starts, window.ends, strict=True)
        assert all(example.passage[start:end] == text for text, start, end in tokens)
    counted = [w.first_token + at for w in scores.windows for at in np.flatnonzero(w.counts)]
    assert sorted(counted) == list(range(len(prepared.passage)))
    assert scores.starts.tolist() == prepared.passage.starts.tolist()
    assert scores.tokens == tuple(
        example.passage[a:b] for a, b in zip(scores.starts, scores.ends, strict=True)
    )


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda e: e.id)
def test_what_a_page_packs_is_unpacked_bit_by_bit(example: Example) -> None:
    prepared, logits, _ = run(example)
    counts, blob = packed(prepared, logits)
    theirs = of_browser(
        example.question, example.passage, counts, blob, max_answer_len=MAX_ANSWER_LEN
    )
    ours = scores_of(example)
    assert (theirs.source, ours.source) == ("browser", "kernel")
    pandas.testing.assert_frame_equal(theirs.to_frame(), ours.to_frame())
    nulls = [[window.null_score for window in x.windows] for x in (theirs, ours)]
    assert nulls[0] == nulls[1]


def test_a_frame_has_a_row_per_window_and_token() -> None:
    example = EXAMPLES[-1]
    scores = scores_of(example)
    frame = scores.to_frame()
    assert len(frame) == sum(len(window) for window in scores.windows)
    row = frame[frame.window == 1].iloc[7]
    window = scores.windows[1]
    assert row.token == window.first_token + 7
    assert example.passage[row.start : row.end] == row.text == window.tokens[7]
    assert (row.start_logit, row.end_logit) == (window.start_logits[7], window.end_logits[7])
    merged = frame[frame.counts].sort_values("token").start_logit.to_numpy()
    assert merged.tolist() == scores.start_logits.tolist()


def test_numbers_that_do_not_belong_together_are_refused() -> None:
    example = EXAMPLES[-1]
    counts, blob = packed(*run(example)[:2])

    def unpack(counts: dict[str, int], blob: bytes, passage: str = example.passage) -> Scores:
        return of_browser(example.question, passage, counts, blob, max_answer_len=5)

    with pytest.raises(ValueError, match="cannot hold"):
        unpack({**counts, "passage": 10**6}, blob)
    with pytest.raises(ValueError, match="windows are not those"):
        unpack(counts, blob[:-8])
    with pytest.raises(ValueError, match="logits came where"):
        unpack(counts, blob + blob[-8:])
    with pytest.raises(ValueError, match="outside of the passage"):
        unpack(counts, blob, example.passage[:20])
