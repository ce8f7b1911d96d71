"""The decoder against its specification, word for word, on shapes and logits of any kind."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
import pytest

pytest.importorskip("hypothesis", reason="a package of the test group")

from brute_force import Rules, brute_force
from fuzzing import cases
from hypothesis import given
from hypothesis import strategies as st

from qna_widget.core.borders import Borders
from qna_widget.core.decoding import Decoder
from qna_widget.core.features import create_features
from qna_widget.core.types import DecodingOptions, Encoding, Feature, Logits

FLOATS = (
    st.sampled_from([0.0, 1.0, -1.0, 0.5, 1e-30, -1e30, 3.4e38])
    | st.integers(-2, 2).map(float)
    | st.floats(-8, 8, width=32)
)
OPTIONS = st.builds(
    DecodingOptions,
    top_k=st.sampled_from([1, 2, 5, 100]),
    max_answer_len=st.sampled_from([1, 2, 7, 384]),
    no_answer_threshold=st.sampled_from([-100.0, 0.0, 100.0, np.inf]) | st.floats(-5, 5),
    overlap=st.sampled_from(["none", "nested", "allow"]),
    neat=st.booleans(),
    sentence_margin=st.sampled_from([0.0, 0.5, 3.0, 100.0]),
    cut_share=st.sampled_from([0.0, 0.4, 1.0]),
)
LONGEST = 40


def tokens(count: int) -> Encoding:
    return Encoding(
        np.full(count, 9, np.int32), np.zeros(count, np.int32), np.zeros(count, np.int32)
    )


@st.composite
def passages(draw: st.DrawFn) -> tuple[list[Feature], dict[int, Logits]]:
    """Windows over a passage, and logits for some of them in the order in which they come."""
    question, capacity = draw(st.integers(1, 4)), draw(st.integers(1, 45))
    features = create_features(
        tokens(question), tokens(draw(st.integers(1, LONGEST))), cls_id=1, sep_id=2,
        max_seq_len=question + 3 + capacity, doc_stride=draw(st.integers(1, 45)),
    )  # fmt: skip
    order = draw(st.permutations(range(len(features))))
    values = draw(st.lists(FLOATS, min_size=2, max_size=200))
    noise = np.random.default_rng(draw(st.integers(0, 2**32)))
    logits = {
        window: Logits(*(noise.choice(values, size).astype(np.float32) for _ in range(2)))
        for window in order[: draw(st.integers(1, len(features)))]
        if (size := len(features[window].input_ids))
    }
    return features, logits


@st.composite
def rules(draw: st.DrawFn) -> Rules:
    """Each token's marks, and how far places reach over their tokens (or -1: no answer)."""
    noise = np.random.default_rng(draw(st.integers(0, 2**32)))
    unread = noise.random(LONGEST) < draw(st.sampled_from([0, 0.1, 0.5]))
    letter = (noise.random(LONGEST) < draw(st.sampled_from([0, 0.3, 0.9, 1]))) & ~unread
    sentence = np.cumsum(noise.random(LONGEST) < draw(st.sampled_from([0, 0.1, 0.5])))
    reach = noise.integers(-1, draw(st.sampled_from([1, 3])), LONGEST).tolist()

    def place(first: int, last: int) -> tuple[int, int] | None:
        if reach[first] < 0 and reach[last] < 0:
            return None
        return first - max(0, reach[first]), last + max(0, reach[last])

    return Rules(unread.tolist(), letter.tolist(), sentence.tolist(), place)


def borders_of(given: Rules) -> Borders:
    """What the decoder sees of a text's borders."""

    class Given:
        unread = sum(given.unread)
        sentence = np.array(given.sentence)

        def place(self, first: int, last: int, options: DecodingOptions) -> Any:
            return given.place(first, last)

        def meet_in(self, first: int, last: int) -> bool:
            """Of some it is known, of others not. Places hold their tokens here."""
            return (first + last) % 3 > 0

    found: Any = Given()
    for name, marks in (("stop", given.unread), ("letter", given.letter)):
        following = [
            next((at for at in range(token, LONGEST) if marks[at]), LONGEST)
            for token in range(LONGEST)
        ]
        setattr(found, name, np.array(following))
    return cast(Borders, found)


def check(
    features: list[Feature], logits: dict[int, Logits], options: DecodingOptions,
    given: Rules | None = None,
) -> None:  # fmt: skip
    decoder = Decoder(features)
    arrived: dict[int, Logits] = {}
    for window, values in logits.items():
        decoder.add(window, values)
        arrived[window] = values
        found = decoder.decode(options, given and borders_of(given))
        expected = brute_force(features, arrived, options, given)
        spans = [(s.start_token, s.end_token, s.score, s.window) for s in found.spans]
        assert spans == expected.kept
        assert found.null_score == expected.null_score
        assert found.null_margin == expected.null_margin
        assert found.no_answer == expected.no_answer
        given_probabilities = [span.probability for span in found.spans]
        assert given_probabilities == pytest.approx(expected.probabilities, abs=1e-10)
        assert max(given_probabilities, default=0) <= 1
        assert found.null_probability == pytest.approx(expected.null_probability, abs=1e-10)


@cases()
@given(passages(), OPTIONS)
def test_every_window_that_comes_is_ranked_as_the_full_list_would_be(
    passage: tuple[list[Feature], dict[int, Logits]], options: DecodingOptions
) -> None:
    bare = DecodingOptions(
        top_k=options.top_k, max_answer_len=options.max_answer_len, overlap=options.overlap,
        no_answer_threshold=options.no_answer_threshold,
    )  # fmt: skip
    check(*passage, bare)


@cases()
@given(passages(), OPTIONS, rules())
def test_and_so_it_is_with_the_borders_of_a_text_in_every_way(
    passage: tuple[list[Feature], dict[int, Logits]], options: DecodingOptions, given: Rules
) -> None:
    check(*passage, options, given)
