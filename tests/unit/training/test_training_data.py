"""Training data: readers, spans in tokens, batches. Needs no PyTorch."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from qna_widget.core.tokenizer import Tokenizer
from training.config import StageConfig, TrainConfig, load_config
from training.data import DataError, Example, Gold, held_out, read_squad
from training.encoding import NULL, Encoder, collate, make_batches
from training.everyday import read_everyday, read_texts, squad_document
from training.questions import keywords, unmarked
from training.sampling import Sampler, Source, round_batches, without_held_out

PASSAGE = "Ada met Bo. Bo, aged 40, lives in Oslo; Ada in Bonn."
WORDS = ["ada", "met", "bo", "bonn", "aged", "40", "lives", "in", "oslo", "who", "where", "?"]
VOCAB = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", ".", ",", ";", "'", *WORDS]


def squad_file(folder: Path, qas: Any, context: Any = PASSAGE) -> Path:
    path = folder / "data.json"
    article = {"title": "T", "paragraphs": [{"context": context, "qas": qas}]}
    path.write_text(json.dumps({"data": [article]}), encoding="utf-8")
    return path


def qa(*answers: tuple[str, int], **more: Any) -> dict[str, Any]:
    golds = [{"text": text, "answer_start": start} for text, start in answers]
    return {"id": "q1", "question": "Who?", "answers": golds, **more}


# -- SQuAD


def test_squad_keeps_all_places_of_an_answer_and_counts_votes(tmp_path: Path) -> None:
    path = squad_file(tmp_path, [qa(("Bo", 8), ("Bo", 8), ("aged 40", 16))])
    (example,) = read_squad(path)
    # "Bo" also begins "Bonn": not a place of the answer.
    assert example.golds == (Gold(((8, 10), (12, 14)), 2), Gold(((16, 23),), 1))
    assert example.group == "T"


def test_squad_impossible_has_no_golds(tmp_path: Path) -> None:
    path = squad_file(tmp_path, [qa(is_impossible=True, plausible_answers=[])])
    assert read_squad(path)[0].golds == ()


def test_squad_counts_code_points(tmp_path: Path) -> None:
    path = squad_file(tmp_path, [qa(("Bo", 3))], context="🦊é Bo.")
    assert read_squad(path)[0].golds[0].spans == ((3, 5),)


@pytest.mark.parametrize(
    ("qas", "context", "message"),
    [
        ([qa(("Oslo", 0))], PASSAGE, "not the answer 'Oslo'"),
        ([qa((" ", 3))], PASSAGE, "blank answer"),
        ([qa(("Bo", "8"))], PASSAGE, "expected int, found str"),  # type: ignore[arg-type]
        ([{"id": "1", "answers": []}], PASSAGE, "no 'question'"),
        ([{"id": "1", "question": "Who?"}], PASSAGE, "no 'answers'"),
        ([qa()], "  ", "blank passage"),
        (None, PASSAGE, "expected list, found NoneType"),
        ([], PASSAGE, "no questions"),
        ([17], PASSAGE, "expected dict, found int"),
    ],
)
def test_squad_says_what_is_wrong_and_where(
    tmp_path: Path, qas: Any, context: str, message: str
) -> None:
    path = squad_file(tmp_path, qas, context)
    with pytest.raises(DataError, match=message) as caught:
        read_squad(path)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"[]", b'{"data": 3}', b"{", b"\xff\xfe", b"null"])
def test_squad_refuses_other_files(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "other.json"
    path.write_bytes(content)
    with pytest.raises(DataError, match=str(path)):
        read_squad(path)


def test_squad_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no such file"):
        read_squad(tmp_path / "none.json")


def test_passages_of_nameless_articles_are_no_neighbours(tmp_path: Path) -> None:
    path = tmp_path / "data.json"
    paragraphs = [{"context": PASSAGE, "qas": [qa(("Bo", 8))]}]
    articles = [{"title": title, "paragraphs": paragraphs} for title in ("untitled", "", "T")]
    path.write_text(json.dumps({"data": [*articles, {"paragraphs": paragraphs}]}), encoding="utf-8")
    assert [example.group for example in read_squad(path)] == ["", "", "T", ""]


# -- everyday texts

EVERYDAY = """=== note: two houses
Bo lives in Oslo. Ada lives in Bonn,
and Bo knows Bonn.
---
Q: Where does Bo live?
A: Oslo | in Oslo
Q: What does Bo know?
A: Bonn@2
Q: Who lives in Rome?
N: Bo
Q: And in Paris?
N: -
"""


def everyday(folder: Path, text: str = EVERYDAY) -> Path:
    (folder / "note-a.txt").write_text(text, encoding="utf-8")
    return folder


def test_everyday_texts_become_examples(tmp_path: Path) -> None:
    examples = read_everyday(everyday(tmp_path))
    passage = "Bo lives in Oslo. Ada lives in Bonn,\nand Bo knows Bonn."
    assert {example.passage for example in examples} == {passage}
    golds = [[(passage[s:e], g.votes) for g in x.golds for s, e in g.spans] for x in examples]
    assert golds == [[("Oslo", 3), ("in Oslo", 1)], [("Bonn", 3)], [], []]
    assert examples[1].golds[0].spans[0][0] == passage.rindex("Bonn")
    assert len({example.id for example in examples}) == 4


def test_everyday_texts_become_a_squad_file(tmp_path: Path) -> None:
    texts = read_texts([everyday(tmp_path) / "note-a.txt"])
    path = tmp_path / "out.json"
    path.write_text(json.dumps(squad_document(texts)), encoding="utf-8")
    read = read_squad(path)
    made = read_everyday(tmp_path)
    assert [(e.id, e.question, e.passage) for e in read] == [
        (e.id, e.question, e.passage) for e in made
    ]
    assert [len(e.golds) for e in read] == [2, 1, 0, 0]


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("A: Oslo |", "A: Oslow |", "does not have 'Oslow'"),
        ("A: Oslo |", "A: Osl |", "inside a word"),
        ("A: Oslo |", "A: Oslo |  |", "a span is empty"),
        ("Bonn@2", "Bonn@3", "does not have 'Bonn@3'"),
        ("N: -", "", "expected 'Q: ...' and 'A: ...' or 'N: ...'"),
        ("Q: And in Paris?", "Q:", "a question is empty"),
        ("Q: And in Paris?\nN: -\n", "", "3 questions, at least 4"),
        ("=== note: two houses", "=== two houses", "expected '=== kind: title'"),
        ("---\n", "", "a line '---'"),
        ("=== note", "note", "no text in it"),
        ("A: Oslo |", "A: " + "Oslo " * 15 + "|", "longer than 14 words"),
    ],
)
def test_faults_of_everyday_texts_are_named(tmp_path: Path, old: str, new: str, fault: str) -> None:
    assert old in EVERYDAY
    everyday(tmp_path, EVERYDAY.replace(old, new, 1))
    with pytest.raises(DataError) as caught:
        read_everyday(tmp_path)
    assert fault in str(caught.value)
    assert "note-a.txt" in str(caught.value)


def test_the_same_everyday_text_twice_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="the same text as"):
        read_everyday(everyday(tmp_path, EVERYDAY + EVERYDAY))


def test_all_everyday_texts_of_the_repository_can_be_read() -> None:
    folder = Path(__file__).parents[3] / "training" / "everyday"
    train, validation = (read_everyday(folder / part) for part in ("train", "validation"))
    assert not {e.passage for e in train} & {e.passage for e in validation}


# -- questions


def test_questions_shrink_to_what_people_type() -> None:
    asked = "When was the bridge over the Rhine built? "
    assert unmarked(asked) == "When was the bridge over the Rhine built"
    assert keywords(asked, keep_asking=True) == "When bridge over Rhine built"
    assert keywords(asked, keep_asking=False) == "bridge over Rhine built"
    assert keywords("Who is she?", keep_asking=False) == "Who is she?"


# -- tokens, rows, batches


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
    items = sampler(encoder).round(stage(shares={"squad": 1, "long": 1}), random.Random(1))
    arrays = collate(items, 0)
    for row, item in enumerate(items):
        length = len(item.input_ids)
        assert arrays["input_ids"][row, :length].tolist() == item.input_ids
        assert arrays["attention_mask"][row].sum() == length
        assert arrays["token_type_ids"][row].sum() == length - item.passage_start
        count = len(item.targets)
        assert arrays["target_mask"][row].sum() == count
        pairs = zip(arrays["starts"][row, :count], arrays["ends"][row, :count], strict=True)
        assert tuple((int(a), int(b)) for a, b in pairs) == item.targets


# -- recipe


def test_the_recipe_loads() -> None:
    path = Path(__file__).parents[3] / "training" / "recipe.toml"
    assert load_config(path).stages[0].name == "long"


@pytest.mark.parametrize("text", ["", "sede = 1\n[[stage]]\n[[source]]\n", "[[stage]]\n"])
def test_a_recipe_with_unknown_names_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "recipe.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match="recipe"):
        load_config(path)


def test_a_share_of_an_unknown_source_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "recipe.toml"
    path.write_text(
        '[[source]]\nname = "a"\npath = "a.json"\n[[stage]]\nname = "s"\nsteps = 1\n'
        "learning_rate = 1e-4\nshares = { b = 1 }\n",
        encoding="utf-8",
    )
    with pytest.raises(ValueError, match=r"shares of \['b'\]; sources are \['a'\]"):
        load_config(path)
