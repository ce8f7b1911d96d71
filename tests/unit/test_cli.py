"""The command line: what it prints, writes, and returns to the shell."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from qna_widget import __version__
from qna_widget.cli import main
from qna_widget.squad import read_examples

TINY = Path(__file__).parents[1] / "parity" / "tiny_bert"


def test_export_then_eval(
    tmp_path: Path, own_texts: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "tiny"
    assert main(["export", str(TINY), str(out), "--max-seq-len", "24", "--licence", "MIT"]) == 0
    assert capsys.readouterr().out.strip() == str(out / "model.json")
    assert json.loads((out / "model.json").read_text(encoding="utf-8"))["name"] == "tiny"

    predictions, margins = tmp_path / "p.json", tmp_path / "m.json"
    arguments = ["eval", str(own_texts), "--model", str(out), "--limit", "3"]
    files = ["--predictions", str(predictions), "--null-margins", str(margins)]
    assert main([*arguments, *files]) == 0
    figures = json.loads(capsys.readouterr().out)
    assert figures["total"] == 3
    assert {"exact", "f1", "HasAns_f1", "f1_answerable", "best_f1", "best_f1_thresh"} <= set(
        figures
    )
    assert figures["questions_per_second"] > 0
    ids = {example.id for example in read_examples(own_texts, limit=3)}
    for file in (predictions, margins):
        assert set(json.loads(file.read_text(encoding="utf-8"))) == ids


def test_errors_are_words_and_a_code(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["eval", "/nowhere.json"]) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("qna-widget: /nowhere.json cannot be read")
    assert "Traceback" not in captured.err


def test_as_a_module() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "qna_widget", "--version"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == __version__
