"""Training data: readers, spans in tokens, batches. Needs no PyTorch."""

from __future__ import annotations

import json
import random
import re
from pathlib import Path
from typing import Any

import pytest

from qna_widget.core.tokenizer import Tokenizer
from training.addresses import place_name, with_address
from training.config import StageConfig, TrainConfig, load_config
from training.data import DataError, Example, Gold, detokenise, read_qamr, read_squad
from training.encoding import NULL, Encoder, collate, make_batches
from training.sampling import Sampler, stage_batches

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


# -- QAMR


def test_detokenise_writes_as_people_do() -> None:
    penn = "`` I do n't know -LRB- yet -RRB- '' , said O'Hara 's wife : $ 5 , or 3 % ."
    text, spans = detokenise(penn.split())
    assert text == "\"I don't know (yet)\", said O'Hara's wife: $5, or 3%."
    assert [text[start:end] for start, end in spans][:4] == ['"', "I", "do", "n't"]


def qamr_folder(folder: Path, rows: list[str], sentences: str | None = None) -> Path:
    default = "Wiki1k:w:1:0:0\tAda lives in Oslo .\nWiki1k:w:1:0:1\tBo is 40 .\n"
    (folder / "wiki-sentences.tsv").write_text(sentences or default, encoding="utf-8")
    (folder / "filtered-dev.tsv").write_text("".join(r + "\n" for r in rows), encoding="utf-8")
    return folder


def qamr_row(question: str, *answers: str, sentence: str = "Wiki1k:w:1:0:0") -> str:
    return "\t".join([sentence, "0 3", "7", "0", "3", question, *answers])


def test_qamr_joins_answers_to_one_question(tmp_path: Path) -> None:
    rows = [qamr_row("Where?", "3", "8:2 3", "9:3"), qamr_row("Where?", "3")]
    examples, documents = read_qamr(qamr_folder(tmp_path, rows))
    assert len(examples) == 1
    found = {examples[0].passage[g.spans[0][0] : g.spans[0][1]]: g.votes for g in examples[0].golds}
    assert found == {"Oslo": 3, "in Oslo": 1}
    assert documents == {"Wiki1k:w:1": ["Ada lives in Oslo.", "Bo is 40."]}


def test_qamr_leaves_out_broken_up_answers_and_unknown_sentences(tmp_path: Path) -> None:
    rows = [qamr_row("Who?", "0", "8:0 3"), qamr_row("Who?", "0", sentence="PTB:1")]
    examples, _ = read_qamr(qamr_folder(tmp_path, rows))
    assert [len(example.golds) for example in examples] == [1]


@pytest.mark.parametrize("rows", [["too\tfew"], []])
def test_qamr_refuses_other_tables(tmp_path: Path, rows: list[str]) -> None:
    with pytest.raises(DataError):
        read_qamr(qamr_folder(tmp_path, rows))


def test_qamr_folder_without_the_files(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"wiki-sentences\.tsv"):
        read_qamr(tmp_path)


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


def sampler(encoder: Encoder) -> Sampler:
    other = "Bo lives. " * 3
    squad = [example("Oslo"), example("aged 40"), example(), example(passage=other)]
    sentences = ["Ada lives in Oslo.", "Bo is 40.", "Bo met Ada."]
    qamr = [example("Oslo", sentences[0]), example("40", sentences[1])]
    return Sampler(encoder, squad, qamr, {"T": sentences}, 64, 16)


def test_epochs_differ_and_repeat_from_the_seed(encoder: Encoder) -> None:
    stage = StageConfig("s", 2, 1e-4, squad_share=1, qamr_share=1, negative_share=1)
    config = TrainConfig((stage,), max_seq_len=64, tokens_per_batch=100)
    first = stage_batches(config, 0, sampler(encoder), 5)
    assert first == stage_batches(config, 0, sampler(encoder), 5)
    assert first != stage_batches(config, 0, sampler(encoder), 6)


def test_qamr_answers_stay_right_amid_other_sentences(encoder: Encoder) -> None:
    stage = StageConfig("s", 1, 1e-4, qamr_share=1, join_share=1)
    made = sampler(encoder)
    lengths = set()
    for seed in range(30):
        for item in made.epoch(stage, random.Random(seed)):
            start, end = item.targets[0]
            answer = words(encoder, item.input_ids[start : end + 1])
            assert answer in (["oslo"], ["40"])
            lengths.add(len(item.input_ids))
    assert len(lengths) > 2


def test_negatives_never_hold_the_answer(encoder: Encoder) -> None:
    stage = StageConfig("s", 1, 1e-4, squad_share=1, negative_share=1)
    made = sampler(encoder)
    items = made.epoch(stage, random.Random(1))
    assert len(items) == 6  # four questions, and two that have an answer to lack
    assert sum(item.targets == (NULL,) for item in items) == 4


def test_batches_hold_every_row_once_within_the_limit(encoder: Encoder) -> None:
    stage = StageConfig("s", 1, 1e-4, squad_share=1, qamr_share=1)
    items = sampler(encoder).epoch(stage, random.Random(1))
    batches = make_batches(items, 70, random.Random(2))
    assert sorted(map(id, items)) == sorted(id(item) for batch in batches for item in batch)
    for batch in batches:
        assert len(batch) == 1 or len(batch) * max(len(i.input_ids) for i in batch) <= 70


def test_collate_pads_and_marks(encoder: Encoder) -> None:
    items = sampler(encoder).epoch(
        StageConfig("s", 1, 1e-4, squad_share=1, qamr_share=1), random.Random(1)
    )
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
    assert load_config(path).stages[0].name == "qamr"


@pytest.mark.parametrize("text", ["", "sede = 1\n[[stage]]\n", "[[stage]]\nepoch = 1\n"])
def test_a_recipe_with_unknown_names_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "recipe.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match="recipe"):
        load_config(path)


# -- addresses


@pytest.mark.parametrize(
    ("question", "answer", "name"),
    [
        ("Where did Ada live?", "in Oslo", "Oslo"),
        ("where was it?", "New York", "New York"),
        ("Who lived in Oslo?", "Oslo", None),
        ("Where did Ada live?", "a small town", None),
    ],
)
def test_places_are_names_that_answer_where(question: str, answer: str, name: str | None) -> None:
    passage = f"Ada of Bonn lived {answer} for years."
    start = passage.find(answer)
    golds = (Gold(((start, start + len(answer)),)),)
    assert place_name(Example("1", question, passage, golds, "T")) == name


def test_an_address_is_the_answer_wherever_it_lands() -> None:
    passage = "Ada lived in Oslo."
    where = Example("1", "Where did Ada live?", passage, (Gold(((13, 17),)),), "T")
    passages = set()
    for seed in range(40):
        made = with_address(where, ["She left Oslo in May."], random.Random(seed))
        ((start, end),) = made.golds[0].spans
        assert re.fullmatch(r"\d+ Oslo [A-Z]\w+", made.passage[start:end])
        assert made.answer_texts == (made.passage[start:end],)
        assert len(re.findall(r"\d+ Oslo", made.passage)) == 1
        passages.add(
            re.sub(r"\d+ Oslo [A-Z]\w+", "#", re.sub(r"on Oslo \w+", "on @", made.passage))
        )
    assert {"Ada lived at #.", "Ada lived on @. She left # in May."} <= passages
