"""Training data: readers of questions. Needs no PyTorch."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from training.asked import read_asked, reference
from training.config import load_config
from training.data import DataError, Gold, read_squad, read_text
from training.everyday import read_everyday, read_texts, squad_document
from training.questions import keywords, unmarked

PASSAGE = "Ada met Bo. Bo, aged 40, lives in Oslo; Ada in Bonn."


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


# -- further questions about passages of other sources


def further(folder: Path, lines: str, passage: str = PASSAGE) -> Path:
    (folder / "asked.txt").write_text(f"=== {reference(passage)}\n{lines}", encoding="utf-8")
    return folder


def test_further_questions_find_their_passage_and_its_article(tmp_path: Path) -> None:
    others = read_squad(squad_file(tmp_path, [qa(("Bo", 8))]))
    folder = further(tmp_path, "Q: Where does Ada live?\nA: Bonn\nQ: Where is Cy?\nN: -\n")
    known, unknown = read_asked(folder, others)
    assert (known.passage, known.group, known.answer_texts) == (PASSAGE, "T", ("Bonn",))
    assert [PASSAGE[s:e] for gold in known.golds for s, e in gold.spans] == ["Bonn"]
    assert (unknown.question, unknown.golds) == ("Where is Cy?", ())


@pytest.mark.parametrize(
    ("lines", "passage", "message"),
    [
        ("Q: Where?\nA: Rome\n", PASSAGE, "does not have 'Rome'"),
        ("Q: Where?\n", PASSAGE, "expected 'Q: ...' and 'A: ...'"),
        ("Q: Where?\nN: -\n", "Another passage.", "no other source has the passage"),
    ],
)
def test_further_questions_that_do_not_fit_are_named(
    tmp_path: Path, lines: str, passage: str, message: str
) -> None:
    others = read_squad(squad_file(tmp_path, [qa(("Bo", 8))]))
    with pytest.raises(DataError, match=message):
        read_asked(further(tmp_path, lines, passage), others)


TRAINING = Path(__file__).parents[3] / "training"
DATA = Path(__file__).parents[4] / "shared" / "data"
RECIPE = load_config(TRAINING / "recipe.toml")


@pytest.mark.parametrize("name", [source.name for source in RECIPE.sources if source.about])
def test_our_further_questions_fit_their_passages(name: str) -> None:
    source = next(source for source in RECIPE.sources if source.name == name)
    folder = TRAINING / source.path
    lines = [line for file in folder.glob("*.txt") for line in read_text(file).splitlines()]
    form = re.compile(r"=== [0-9a-f]{16}|Q: \S.*|A: \S.*|N: \S.*")
    assert [line for line in lines if not form.fullmatch(line)] == []
    files = [DATA / other.path for other in RECIPE.sources if other.name in source.about]
    # Without these files the form alone can be looked at.
    others = [example for file in files if file.is_file() for example in read_squad(file)]
    if others:
        assert len(read_asked(folder, others)) == sum(line.startswith("Q:") for line in lines)


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
