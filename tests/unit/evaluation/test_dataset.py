"""The shapes in which questions come, and what is said of files that have none of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from qna_widget.errors import DatasetError
from qna_widget.evaluation.squad import Example, read_examples, summarize

GOLD = {"question": "Who?", "context": "Bert."}
ROW = json.dumps(GOLD)


@pytest.mark.parametrize(
    ("entries", "answers"),
    [
        ({"is_impossible": True, "answers": [{"text": "", "answer_start": -1}]}, ()),
        ({"is_impossible": True, "answers": [{"text": "Bert", "answer_start": 0}]}, ()),
        ({"is_impossible": True}, ()),
        ({"is_impossible": False, "answers": [{"text": " "}, {"text": "Bert"}]}, ("Bert",)),
        ({"answers": [{"text": ""}]}, ()),
        ({"answers": None}, ()),
        ({"answers": {"text": ["Bert", "Bert."], "answer_start": [0, 0]}}, ("Bert", "Bert.")),
        ({"answers": {"text": [], "answer_start": []}}, ()),
        ({"answers": {"text": "Bert", "answer_start": 0}}, ("Bert",)),
        ({"answers": ["Bert", ""]}, ("Bert",)),
        ({"answers": "Bert"}, ("Bert",)),
        ({"answer": "Bert"}, ("Bert",)),
        ({"answer_text": ["Bert", "Ernie"]}, ("Bert", "Ernie")),
        ({}, ()),
    ],
)
def test_answers_in_every_shape(
    tmp_path: Path, entries: dict[str, Any], answers: tuple[str, ...]
) -> None:
    wanted = [Example("7", "Who?", "Bert.", answers)]
    row = {"id": 7, **GOLD, **entries}
    question = {name: value for name, value in row.items() if name != "context"}
    file = tmp_path / "x.json"
    for document in (
        {"data": [{"paragraphs": [{"context": "Bert.", "qas": [question]}]}]},
        {"data": [row]},
        [row],
        row,
    ):
        file.write_text(json.dumps(document, indent=1), encoding="utf-8")
        assert read_examples(file) == wanted
        assert summarize(wanted, {"7": "Bert"})["exact"] == 100.0 * bool(answers)


def test_a_text_of_json_lines_may_hold_other_line_ends(tmp_path: Path) -> None:
    file = tmp_path / "x.jsonl"
    passages = ["One.\u2028Two.", "Three.\x85Four."]
    rows = [{"question": "Who?", "context": passage, "answers": []} for passage in passages]
    lines = (json.dumps(row, ensure_ascii=False) for row in rows)
    file.write_text("\r\n".join(lines), encoding="utf-8", newline="")
    assert [example.passage for example in read_examples(file)] == passages


def test_json_lines_and_rows_without_ids(tmp_path: Path) -> None:
    file = tmp_path / "x.jsonl"
    rows = [{**GOLD, "answers": ["Bert"]}, {"question": "Where?", "passage": "Here."}]
    file.write_text("\n".join(map(json.dumps, rows)) + "\n\n", encoding="utf-8")
    assert read_examples(file) == [
        Example("0", "Who?", "Bert.", ("Bert",)),
        Example("1", "Where?", "Here.", ()),
    ]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('{"a": 1}', "the document lacks 'question'; it holds a"),
        ('["x"]', r"\[0\] is 'x', which is no question with its passage"),
        ('{"data": {"a": 1}}', "data is {'a': 1}, which is no list"),
        (f"[{ROW}, {{}}]", r"\[1\] lacks 'question'; it holds nothing"),
        (f'{ROW}\n\n{{"question": "?"}}', "line 3 lacks 'context' or 'passage'; it holds question"),
        (f'{ROW}\n{{"qas": [{{}}]}}', r"line 2 qas\[0\] lacks 'question'"),
        (f'{ROW[:-1]}, "answers": [[1]]}}', r"answers\[0\] is \[1\], which is no question"),
        (f'{ROW[:-1]}, "answers": {{"start": 1}}}}', "answers lacks 'text'; it holds start"),
        (f"{ROW}\n{{", "line 2, column 2: Expecting property name"),
        (
            f'{ROW}\n{ROW}\n{ROW}\n{{"question": "?" 1}}',
            "line 4, column 18: Expecting ',' ",
        ),
        ("[" * 100_000, "not in SQuAD's format"),
        ("id,question\n1,Who?", "not in SQuAD's format"),
    ],
)
def test_no_shape_at_all_is_told(tmp_path: Path, content: str, message: str) -> None:
    file = tmp_path / "x.json"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(DatasetError, match=message):
        read_examples(file)


@pytest.mark.parametrize("name", ["id", "question", "context", "answers"])
def test_half_an_emoji_is_refused_before_any_work(tmp_path: Path, name: str) -> None:
    """JSON can write it, and nothing that is written as UTF-8 afterwards can hold it."""
    file = tmp_path / "x.jsonl"
    file.write_text(f"{ROW}\n{json.dumps({**GOLD, name: 'ab' + chr(0xD83D)})}", encoding="utf-8")
    with pytest.raises(DatasetError, match=rf"line 2 {name} holds a lone surrogate, U\+D83D"):
        read_examples(file)
