"""A command starts with no more than it uses: `--help` must not wait for the model's packages."""

from __future__ import annotations

import subprocess
import sys

import pytest

from qna_widget.cli import COMMANDS

# Each takes a tenth of a second or so, or belongs to another command.
HEAVY = (
    "numpy", "onnxruntime", "tokenizers", "urllib.request", "importlib.metadata", "http.server",
    "multiprocessing", "qna_widget.documents", "qna_widget.evaluation", "qna_widget.export",
    "qna_widget.hosts", "qna_widget.core.tokenizer",
)  # fmt: skip
REPORT = """
import sys
from qna_widget.cli import main
try:
    main(sys.argv[1:])
except SystemExit as end:
    print("code", end.code)
print(*sorted(sys.modules), file=sys.stderr)
"""


def start(*arguments: str) -> tuple[str, set[str]]:
    """Return what a command prints and the modules that are loaded then."""
    done = subprocess.run(
        [sys.executable, "-c", REPORT, *arguments], capture_output=True, text=True, check=True
    )
    return done.stdout, set(done.stderr.splitlines()[-1].split())


@pytest.mark.parametrize("arguments", [["ask", "--help"], ["ask"], ["ask", "Who?", "--top-k", "x"]])
def test_ask_loads_nothing_that_its_arguments_do_not_need(arguments: list[str]) -> None:
    _, loaded = start(*arguments)
    assert "qna_widget.cli.ask" in loaded
    assert loaded.isdisjoint(HEAVY)
    others = {f"qna_widget.cli.{file}" for file in COMMANDS.values()} - {"qna_widget.cli.ask"}
    assert loaded.isdisjoint(others)


def test_help_lists_every_command_and_each_has_its_own() -> None:
    listed, loaded = start("--help")
    assert loaded.isdisjoint({"numpy", "onnxruntime", "tokenizers"})
    for command in COMMANDS:
        assert f"\n    {command}" in listed
    for command in ("eval", "export-page"):
        said, _ = start(command, "--help")
        assert said.startswith(f"usage: qna-widget {command} [-h]")
        assert said.endswith("code 0\n")


def test_what_is_no_command_is_answered_with_all_of_them() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "qna_widget", "question"], capture_output=True, text=True
    )
    assert done.returncode == 2
    for command in COMMANDS:
        assert command in done.stderr
