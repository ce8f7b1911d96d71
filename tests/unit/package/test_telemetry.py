"""onnxruntime reports to its makers by default: with this package it does not."""

import os
import subprocess
import sys
from pathlib import Path

RUN = """
from qna_widget import QuestionAnswerer
assert QuestionAnswerer("bundled").ask("Where?", "It is here.").answers
"""


def test_answering_leaves_neither_device_id_nor_reports_to_be_sent(tmp_path: Path) -> None:
    unset = {name: value for name, value in os.environ.items() if name != "ORT_DISABLE_TELEMETRY"}
    home = {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    closed = dict.fromkeys(("http_proxy", "https_proxy"), "http://127.0.0.1:9")
    subprocess.run([sys.executable, "-c", RUN], env=unset | home | closed, check=True)
    # Where it reports, it first stores who reports, and what.
    assert [path for path in tmp_path.rglob("*") if "onnxruntime" in path.name] == []
