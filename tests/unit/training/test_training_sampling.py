"""From examples to batches: tokens, rows, what is drawn, what is held out. Needs no PyTorch."""

from __future__ import annotations

import math
import random
from dataclasses import replace
from typing import Any

import pytest

from qna_widget.core.tokenizer import Tokenizer
from training.alike import Alike
from training.config import StageConfig, TrainConfig
from training.data import DataError, Example, Gold, held_out
from training.encoding import NULL, Encoder, collate, make_batches
from training.sampling import Sampler, Source, round_batches, without_held_out

PASSAGE = "Ada met Bo. Bo, aged 40, lives in Oslo; Ada in Bonn."
WORDS = ["ada", "met", "bo", "bonn", "aged", "40", "lives", "in", "oslo", "who", "where", "?"]
VOCAB = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", ".", ",", ";", "'", *WORDS]


@pytest.fixture
def encoder() -> Encoder:
    return Encoder(Tokenizer(VOCAB))


def example(answer: str = "", passage: str = PASSAGE) -> Example:
    start = passage.find(answer)
    golds = (Gold(((start, start + len(answer)),)),) if answer else ()
    texts = (answer,) if answer else ()
    return Example(f"q-{answer}", "Where lives Bo?", passage, golds, "T", texts)


def words(encoder: Encoder, ids: list[int]) -> list[str]:
    return [encoder.tokenizer.vocab[i] for i in ids]


@pytest.mark.parametrize("answer", ["Oslo", "aged 40", "Ada", "Bonn.", PASSAGE])
def test_targets_cover_the_answer_exactly(encoder: Encoder, answer: str) -> None:
    encoded = encoder.encode(example(answer), 64)
    ((_, places),) = encoded.golds
    item = encoder.item(encoded.question_ids, encoded.passage_ids, places, 64, random.Random(0))
    start, end = item.targets[0]
    expected = words(encoder, encoder.passage(answer)[0])
    assert words(encoder, item.input_ids[start : end + 1]) == expected


def test_no_answer_and_no_special_token_is_hidden(encoder: Encoder) -> None:
    encoded = encoder.encode(example("aged 40"), 64)
    places = encoded.golds[0][1]
    item = encoder.item(encoded.question_ids, encoded.passage_ids, places, 64, random.Random(0))
    hidden = encoder.hide(item, 1.0, random.Random(0))
    shown = [word for word in words(encoder, hidden.input_ids) if word != "[MASK]"]
    assert shown == ["[CLS]", "[SEP]", "aged", "40", "[SEP]"]
    assert hidden.targets == item.targets
    assert hidden.whole_ids == item.input_ids
    assert encoder.hide(item, 0.0, random.Random(0)) == item
    assert words(encoder, encoder.hide(item, 0.5, random.Random(0)).input_ids).count("[MASK]") > 2


def test_every_second_row_of_a_stage_hides_tokens(encoder: Encoder) -> None:
    plan = stage(shares={"squad": 8, "long": 8}, mask_share=0.5, negative_share=1)
    hidden, whole = (
        [
            "[MASK]" in words(encoder, item.input_ids)
            for batch in round_batches(TrainConfig((one,), max_seq_len=64), 0, 0, sampler(encoder))
            for item in batch.items
        ]
        for one in (plan, replace(plan, mask_share=0.0))
    )
    assert 0.3 < sum(hidden) / len(hidden) < 0.7
    assert not any(whole)


def test_a_batch_is_read_again_in_another_order_with_other_words_hidden(encoder: Encoder) -> None:
    plan = stage(shares={"squad": 8, "long": 8}, mask_share=0.5, readings=3)
    config = TrainConfig((plan,), max_seq_len=64, tokens_per_batch=100)
    batches = round_batches(config, 0, 0, sampler(encoder))
    count = len(batches) // 3
    readings = [batches[i * count : (i + 1) * count] for i in range(3)]
    orders = [[batch.number for batch in reading] for reading in readings]
    assert orders[0] == list(range(count)) == sorted(orders[1]) == sorted(orders[2])
    assert orders[0] != orders[1] != orders[2]
    first, second, third = (
        [item for batch in sorted(reading, key=lambda b: b.number) for item in batch.items]
        for reading in readings
    )
    assert first != second != third
    for several in zip(first, second, third, strict=True):
        assert len({tuple(item.whole_ids or item.input_ids) for item in several}) == 1
        assert len({item.targets for item in several}) == 1


def test_a_long_passage_is_cut_around_its_answer(encoder: Encoder) -> None:
    passage = "met " * 50 + "Oslo " + "lives " * 50
    encoded = encoder.encode(example("Oslo", passage), 64)
    seen = set()
    for seed in range(20):
        item = encoder.item(
            encoded.question_ids, encoded.passage_ids, encoded.golds[0][1], 20, random.Random(seed)
        )
        assert len(item.input_ids) == 20
        start, end = item.targets[0]
        assert words(encoder, item.input_ids[start : end + 1]) == ["oslo"]
        seen.add(start)
    assert len(seen) > 3


def test_no_answer_points_at_cls(encoder: Encoder) -> None:
    encoded = encoder.encode(example(), 64)
    item = encoder.item(encoded.question_ids, encoded.passage_ids, (), 64, random.Random(0))
    assert item.targets == (NULL,)


@pytest.mark.parametrize("blank", ["\u200b", "\x00", "\ufffd"])
def test_texts_without_tokens_are_refused(encoder: Encoder, blank: str) -> None:
    with pytest.raises(DataError, match="passage holds nothing"):
        encoder.encode(example(passage=blank), 64)


NEIGHBOURS = ["Bo lives. " * 3, "Bo met who? " * 4]
FAR = "Aged, aged, aged. " * 12


def sampler(encoder: Encoder, seed: int = 5) -> Sampler:
    squad = [example("Oslo"), example("aged 40"), example()]
    squad += [example(passage=text) for text in NEIGHBOURS]
    alone = replace(example("Oslo", FAR + "Bo lives in Oslo. " + FAR), group="")
    sources = {"squad": Source(squad), "long": Source([alone], neighbours=False)}
    return Sampler(encoder, sources, 64, 16, seed)


def stage(**values: Any) -> StageConfig:
    return StageConfig(**{"name": "s", "steps": 1, "learning_rate": 1e-4, **values})


def test_rounds_differ_and_repeat_from_the_seed(encoder: Encoder) -> None:
    plan = stage(shares={"squad": 1}, negative_share=1, join_share=0.5, keyword_share=0.3)
    config = TrainConfig((plan,), max_seq_len=64, tokens_per_batch=100)
    first, again, other = (sampler(encoder, seed) for seed in (5, 5, 6))
    rounds = [round_batches(config, 0, number, first) for number in (0, 1)]
    assert rounds[0] != rounds[1]
    assert rounds == [round_batches(config, 0, number, again) for number in (0, 1)]
    assert rounds[0] != round_batches(config, 0, 0, other)


def test_every_question_is_drawn_before_one_is_drawn_again(encoder: Encoder) -> None:
    made = sampler(encoder)
    draws = [made._draw("squad", 0.4) for _ in range(5)]
    assert [len(draw) for draw in draws] == [2] * 5
    ids = [id(one) for draw in draws for one in draw]
    assert len(set(ids[:5])) == len(set(ids[5:])) == 5
    assert ids[:5] != ids[5:]
    assert [len(made._draw("squad", share)) for share in (2.2, 0)] == [11, 0]


def test_an_answer_stays_right_between_neighbours(encoder: Encoder) -> None:
    made = sampler(encoder)
    lengths = set()
    for seed in range(30):
        items = made.round(stage(shares={"squad": 1}, join_share=1), random.Random(seed))
        assert len(items) == 5
        for item in items:
            start, end = item.targets[0]
            answer = words(encoder, item.input_ids[start : end + 1])
            assert answer in (["oslo"], ["aged", "40"], ["[CLS]"])
            lengths.add(len(item.input_ids))
    assert len(lengths) > 5


def test_one_gold_answer_is_drawn_by_votes_or_all_are_right(encoder: Encoder) -> None:
    two = replace(example("aged 40"), golds=(Gold(((0, 2),), 3), Gold(((12, 16), (0, 2)), 1)))
    made = Sampler(encoder, {"squad": Source([two])}, 64, 16, 5)

    def targets(**values: Any) -> set[tuple[tuple[int, int], ...]]:
        plan = stage(shares={"squad": 1}, bare_share=0, **values)
        return {made.round(plan, random.Random(seed))[0].targets for seed in range(30)}

    (every,) = targets(all_golds=True)
    assert len(every) == 2
    assert {len(drawn) for drawn in targets()} == {1, 2}


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


def test_held_out_passages_are_left_out_of_every_source(encoder: Encoder) -> None:
    passages = [f"Passage {number}." for number in range(300)]
    kept_back = {passage for passage in passages if held_out(passage)}
    assert 15 < len(kept_back) < 45
    rows = [example(passage=passage) for passage in passages]
    copies = [example(passage=passage.replace(" ", "  ")) for passage in passages]
    left = without_held_out({"web": rows, "copies": copies}, ["web"])
    assert len(left["web"]) == len(left["copies"]) == 300 - len(kept_back)
    assert without_held_out({"web": rows}, [])["web"] == rows


def test_batches_hold_every_row_once_within_the_limit(encoder: Encoder) -> None:
    items = sampler(encoder).round(stage(shares={"squad": 3, "long": 2}), random.Random(1))
    batches = make_batches(items, 70, random.Random(2))
    assert sorted(map(id, items)) == sorted(id(item) for batch in batches for item in batch)
    for batch in batches:
        assert len(batch) == 1 or len(batch) * max(len(i.input_ids) for i in batch) <= 70


def test_collate_pads_and_marks(encoder: Encoder) -> None:
    rng = random.Random(1)
    whole = sampler(encoder).round(stage(shares={"squad": 1, "long": 1}), rng)
    items = [encoder.hide(item, 0.3 * (row % 2), rng) for row, item in enumerate(whole)]
    assert any(item.whole_ids for item in items)
    arrays = collate(items, 0)
    for row, item in enumerate(items):
        length = len(item.input_ids)
        assert arrays["input_ids"][row, :length].tolist() == item.input_ids
        assert arrays["whole_ids"][row, :length].tolist() == (item.whole_ids or item.input_ids)
        assert arrays["attention_mask"][row].sum() == length
        assert arrays["token_type_ids"][row].sum() == length - item.passage_start
        count = len(item.targets)
        assert arrays["target_mask"][row].sum() == count
        pairs = zip(arrays["starts"][row, :count], arrays["ends"][row, :count], strict=True)
        assert tuple((int(a), int(b)) for a, b in pairs) == item.targets
