"""From examples to batches: tokens, rows, what is drawn, what is held out. Needs no PyTorch."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pytest
from drawn import PASSAGE, example, sampler, stage, words
from drawn import encoder as encoder
from drawn import with_signs as with_signs

from training.config import TrainConfig
from training.data import DataError, Gold, held_out
from training.encoding import NULL, Encoder, collate, make_batches
from training.sampling import Sampler, Source, round_batches
from training.sources import without_held_out


@pytest.mark.parametrize("answer", ["Oslo", "aged 40", "Ada", "Bonn.", PASSAGE])
def test_targets_cover_the_answer_exactly(encoder: Encoder, answer: str) -> None:
    encoded = encoder.encode(example(answer), 64)
    ((_, places),) = encoded.golds
    item = encoder.item(encoded.question_ids, encoded.passage_ids, places, 64, random.Random(0))
    start, end = item.targets[0]
    expected = words(encoder, encoder.passage(answer)[0])
    assert words(encoder, item.input_ids[start : end + 1]) == expected


LINES = "Ada met Bo.\nBo, aged 40, lives in Oslo;  Ada in Bonn."


def test_a_passage_is_read_with_signs_for_its_lines(with_signs: Encoder) -> None:
    encoded = with_signs.encode(example("Oslo", LINES), 64)
    read = words(with_signs, encoded.passage_ids)
    assert [word for word in read if word in ("¶", "|", "oslo")] == ["¶", "oslo", "|"]
    ((_, ((first, last),)),) = encoded.golds
    assert read[first : last + 1] == ["oslo"]


@pytest.mark.parametrize("answer", ["aged 40", "Oslo", "40, lives in Oslo;  Ada in Bonn"])
def test_a_passage_in_short_lines_keeps_its_answer(with_signs: Encoder, answer: str) -> None:
    text = "\n".join([LINES] * 4) + " Ada met Bo" * 9
    encoded = with_signs.encode(example(answer, text), 64)
    places = encoded.golds[0][1]
    whole = words(with_signs, encoded.passage_ids)
    seen = set()
    for seed in range(10):
        ids, moved = with_signs.wrapped(encoded, places, random.Random(seed))
        read = words(with_signs, ids)
        ((first, last),) = places
        ((begin, end),) = moved
        inside = [word for word in read[begin : end + 1] if word != "¶"]
        assert inside == [word for word in whole[first : last + 1] if word != "¶"]
        # Signs were put in, and nothing else was changed.
        assert [word for word in read if word != "¶"] == [word for word in whole if word != "¶"]
        assert read.count("¶") > whole.count("¶")
        assert "¶ ¶" not in " ".join(read)
        seen.add(len(read))
    assert len(seen) > 1


def test_without_signs_nothing_is_put_between_lines(encoder: Encoder) -> None:
    encoded = encoder.encode(example("Oslo", LINES), 64)
    places = encoded.golds[0][1]
    assert encoder.wrapped(encoded, places, random.Random(0)) == (encoded.passage_ids, places)
    assert encoder.line_break(random.Random(0)) == []


@pytest.mark.parametrize("shares", [{"join_share": 1.0}, {"wrap_share": 1.0}])
def test_joined_and_broken_passages_have_signs_between(
    with_signs: Encoder, shares: dict[str, float]
) -> None:
    plan = stage(shares={"squad": 1, "long": 1}, **shares)
    with_lines = 0
    for item in sampler(with_signs).round(plan, random.Random(2)):
        read = words(with_signs, item.input_ids)
        with_lines += "¶" in read
        if item.targets == (NULL,):
            continue
        for start, end in item.targets:
            inside = [word for word in read[start : end + 1] if word != "¶"]
            assert inside in (["oslo"], ["aged", "40"])
    assert with_lines


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


def test_held_out_passages_are_left_out_of_every_source(encoder: Encoder) -> None:
    passages = [f"Passage {number}." for number in range(300)]
    kept_back = {passage for passage in passages if held_out(passage)}
    assert 15 < len(kept_back) < 45
    rows = [example(passage=passage) for passage in passages]
    copies = [example(passage=passage.replace(" ", "  ")) for passage in passages]
    left = without_held_out({"web": rows, "copies": copies}, ["web"])
    assert len(left["web"]) == len(left["copies"]) == 300 - len(kept_back)
    assert without_held_out({"web": rows}, [])["web"] == rows
    chosen_by = [example(passage="PASSAGE  7")]
    left = without_held_out({"web": rows, "copies": copies}, [], chosen_by)
    assert len(left["web"]) == len(left["copies"]) == 299, "no model is chosen by what it read"


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
