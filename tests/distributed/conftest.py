"""A tiny model in a folder, numbered pieces of a table, and the scripts of the documentation."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from qna_widget.evaluation.squad import read_examples
from qna_widget.export.bundle import Origin
from qna_widget.export.recipe import export_checkpoint

ROOT = Path(__file__).parents[2]
PASSAGES = ["the cat sat", "a dog saw the cats", "the mat", "who saw a dog on the mat ."]


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("models") / "tiny"
    checkpoint = ROOT / "tests" / "parity" / "tiny_bert"
    export_checkpoint(checkpoint, folder, Origin("tiny", "Tiny", "", "MIT"), max_seq_len=24)
    return str(folder)


@pytest.fixture(scope="session")
def pieces() -> list[pd.DataFrame]:
    """Twelve pieces of twenty questions that the tiny model can tell apart."""
    rows = pd.DataFrame({"row": range(240)})
    rows["part"] = rows["row"] // 20
    rows["question"] = "who sat ?"
    rows["passage"] = [PASSAGES[row % 4] * (1 + row % 7) for row in rows["row"]]
    return [piece for _, piece in rows.groupby("part")]


@pytest.fixture
def questions(tmp_path: Path, questions_file: Path) -> pd.DataFrame:
    """Sixteen real questions, written to `questions` in four Parquet files, one row broken."""
    rows = [(e.id, e.question, e.passage) for e in read_examples(questions_file, limit=16)]
    frame = pd.DataFrame(rows, columns=["id", "question", "passage"])
    frame.loc[9, "passage"] = None
    (tmp_path / "questions").mkdir()
    for n in range(4):
        frame.iloc[4 * n : 4 * n + 4].to_parquet(
            tmp_path / "questions" / f"{n}.parquet", index=False
        )
    return frame


@pytest.fixture
def script(tmp_path: Path) -> Callable[[str], Path]:
    """Write a script of docs/scaling.md, which begins with its name, to a file."""
    text = (ROOT / "docs" / "scaling.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```python\n# (\S+\.py).*\n((?:.*\n)*?)```$", text, re.MULTILINE)

    def write(name: str) -> Path:
        (code,) = [code for found, code in blocks if found == name]
        file = tmp_path / name
        file.write_text(code, encoding="utf-8")
        return file

    return write
