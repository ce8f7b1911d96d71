"""Questions asked in vain: of other passages, of windows, beside strangers. Needs no PyTorch."""

from __future__ import annotations

import math
import random
from dataclasses import replace
from unittest.mock import Mock

from drawn import encoder as encoder
from drawn import example, sampler, stage, words

from training.alike import Alike
from training.encoding import NULL, Encoder
from training.sampling import Sampler, Source


def test_negatives_never_hold_the_answer(encoder: Encoder) -> None:
    made = sampler(encoder)
    items = made.round(stage(shares={"squad": 1}, negative_share=1), random.Random(1))
    assert len(items) == 7  # five questions, and two that have an answer to lack
    unanswered = [item for item in items if item.targets == (NULL,)]
    assert len(unanswered) == 5
    for item in items[5:]:
        assert "oslo" not in words(encoder, item.input_ids) or item.targets != (NULL,)


def test_passages_are_ranked_by_the_rare_words_that_they_share() -> None:
    passages = [[1, 2, 2, 3], [1, 4, 5, 5, 5, 6], [1, 2, 7], [8, 9]]
    question = [2, 5, 1, 2, 40]

    def score(ids: list[int]) -> float:
        """BM25 as its authors write it (Robertson and Zaragoza, 2009), with a rarity above 0."""
        total = 0.0
        for token in {2, 5, 1}:
            having = sum(token in other for other in passages)
            rarity = math.log(1 + (4 - having + 0.5) / (having + 0.5))
            count = ids.count(token)
            length = len(ids) / (sum(map(len, passages)) / 4)
            total += rarity * count * 2.2 / (count + 1.2 * (0.25 + 0.75 * length))
        return total

    order = sorted(range(4), key=lambda number: -score(passages[number]))
    assert Alike(passages).best(question, 4) == order
    assert Alike(passages).best(question, 2) == order[:2]
    assert Alike(passages).best([40], 9) == [0, 1, 2, 3]


def test_a_passage_that_looks_alike_never_holds_the_answer(encoder: Encoder) -> None:
    made = sampler(encoder)
    lengths = set()
    for seed in range(20):
        items = made.round(stage(shares={"squad": 1}, alike_share=1), random.Random(seed))
        # Each of the two questions that have an answer is asked once more, elsewhere.
        held = [item for item in items if item.targets != (NULL,)]
        assert (len(items), len(held)) == (7, 2)
        for item in held:
            start, end = item.targets[0]
            answer = words(encoder, item.input_ids[start : end + 1])
            assert answer in (["oslo"], ["aged", "40"])
            lengths.add(len(item.input_ids))
            elsewhere = items[items.index(item) + 1]
            assert elsewhere.targets == (NULL,)
            assert not set(answer) & set(words(encoder, elsewhere.input_ids))
    own = len(encoder.encode(example(), 16).passage_ids) + 7
    assert min(lengths) > own  # a neighbour stands beside it, before it or behind it


def test_passages_look_alike_by_what_a_question_is_about(encoder: Encoder) -> None:
    rows = [example("", passage) for passage in ("Who? Where? In Bonn?", "Ada met Bo.")]
    made = Sampler(encoder, {"squad": Source(rows)}, 64, 16, 5)
    asked = encoder.encode(replace(example("Oslo"), question="Who met Bo?"), 16)
    made._alike = mock = Mock(best=Mock(return_value=[1]))
    assert made._looking_alike(asked, 1, random.Random(1)) == ["Ada met Bo."]
    assert words(encoder, mock.best.call_args[0][0]) == ["met", "bo"]


def test_several_passages_do_not_mean_that_there_is_an_answer(encoder: Encoder) -> None:
    own, other = example("", "Ada in Oslo."), replace(example("", "Bo in Bonn."), group="B")
    made = Sampler(encoder, {"squad": Source([own]), "more": Source([other])}, 64, 16, 5)
    plan = stage(shares={"squad": 1}, strange_share=0.5, bare_share=0)
    rows = [made.round(plan, random.Random(seed))[0] for seed in range(40)]
    assert {row.targets for row in rows} == {(NULL,)}
    texts = {" ".join(words(encoder, row.input_ids[row.passage_start :])) for row in rows}
    alone, stranger = "ada in oslo .", "bo in bonn ."
    both = {f"{alone} {stranger} [SEP]", f"{stranger} {alone} [SEP]"}
    assert texts == {f"{alone} [SEP]", *both}


def test_a_window_with_an_unmarked_place_of_the_answer_is_none(encoder: Encoder) -> None:
    """Of a text that stands often in a passage one place is marked; people mean any."""
    passage = "Oslo " + "met in " * 40 + "oslo"
    marked = example("Oslo", passage)
    for group, found in (("T", False), ("", True)):
        made = Sampler(encoder, {"long": Source([replace(marked, group=group)])}, 64, 16, 5)
        plan = stage(shares={"long": 1}, window_share=1, bare_share=0)
        windows = [
            words(encoder, item.input_ids)
            for seed in range(30)
            for item in made.round(plan, random.Random(seed))
            if item.targets == (NULL,)
        ]
        assert windows
        assert any("oslo" in window for window in windows) == found


def test_a_window_without_the_answer_has_none(encoder: Encoder) -> None:
    made = sampler(encoder)
    found = 0
    for seed in range(20):
        items = made.round(stage(shares={"long": 1}, window_share=1), random.Random(seed))
        assert "oslo" in words(encoder, items[0].input_ids)
        for item in items[1:]:
            found += 1
            assert item.targets == (NULL,)
            assert len(item.input_ids) == 64
            assert "oslo" not in words(encoder, item.input_ids)
    assert found > 10
