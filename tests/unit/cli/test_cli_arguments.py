"""The command line's arguments: what is refused, what --help says, and a reader that goes away."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from qna_widget.cli import COMMANDS, main


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["ask", " "], "argument question: The question is blank"),
        (["ask", "Who?", "--top-k", "0"], "--top-k: top_k must be a whole number from 1 to 100"),
        (["ask", "Who?", "--top-k", "some"], "must be a whole number from 1 to 100"),
        (["ask", "Who?", "--max-answer-len", "385"], "a whole number from 1 to 384 (tokens)"),
        (["ask", "Who?", "--threshold", "nan"], "a number from -100 to 100 (logits; infin"),
        (["ask", "Who?", "--model", ""], "--model: model must be a name or a folder; got ''"),
        (["eval", "f.json", "--limit", "0"], "--limit: must be a whole number, 1 or more"),
        (["eval", "f.json", "--limit", "-5"], "1 or more; got '-5'"),
        (["eval", "f.json", "--threshold", "inf"], "a number from -100 to 100"),
        (["fetch", "bundled"], "argument model: 'bundled' is no model of the hub"),
        (["fetch", "nonsense"], "Give mobilebert, owner/name or owner/name@revision"),
        (["export", "auto", "out"], "argument model: 'auto' needs no export"),
        (["export", "x", "out", "--precision", "fp8"], "'fp8' (choose from"),
        (["export", "x", "out", "--max-seq-len", "7"], "a whole number, 8 or more"),
        (["demo", "--address", " "], "must be localhost, 0.0.0.0 (whoever reaches this machine)"),
        (["export", "x", "out", "--title", "caf\udce9"], "'café' did not come as UTF-8"),
        (["ask", "-p", "--", "Who?"], "argument -p/--passage: expected one argument"),
        (["html", "out", "--", "-x", "-y"], "unrecognized arguments: -y"),
        (["doctor", "--model", " "], "--model: model must be a name or a folder"),
    ],
)
def test_wrong_arguments_end_with_2_before_any_work(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    said = capsys.readouterr()
    assert (ended.value.code, said.out) == (2, "")
    assert said.err.startswith("usage: qna-widget ")
    assert words in said.err


def page_of(order: list[str], folder: Path) -> str:
    """What `qna-widget html` writes to OUT when it is given the text in TEXT."""
    places = {"OUT": folder / "page.html", "TEXT": folder / "text"}
    places["TEXT"].write_text("Tamsin Vale owns it.", encoding="utf-8")
    assert main(["html", *(str(places.get(part, part)) for part in order)]) == 0
    return places["OUT"].read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "order",
    [
        ["OUT", "Who?", "-p", "TEXT", "--force"],
        ["OUT", "-p", "TEXT", "Who?", "--force"],
        ["--force", "OUT", "-p", "TEXT", "Who?"],
        ["-p", "TEXT", "--force", "OUT", "Who?"],
        ["OUT", "-p", "TEXT", "--force", "--", "Who?"],
    ],
)
def test_a_commands_arguments_come_in_any_order(order: list[str], tmp_path: Path) -> None:
    assert '"Who?"' in page_of(order, tmp_path)


@pytest.mark.parametrize(
    "order",
    [
        ["-p", "TEXT", "--", "OUT", "--force"],
        ["OUT", "-p", "TEXT", "--", "--force"],
        ["-p", "TEXT", "OUT", "--", "--force"],
        ["OUT", "--force", "-p", "TEXT", "--", "--force"],
    ],
)
def test_what_stands_behind_two_dashes_is_no_option(order: list[str], tmp_path: Path) -> None:
    assert '"--force"' in page_of(order, tmp_path)


def test_every_command_says_what_it_does_and_its_codes(capsys: pytest.CaptureFixture[str]) -> None:
    for name in COMMANDS:
        with pytest.raises(SystemExit) as ended:
            main([name, "--help"])
        usage, description, *_ = capsys.readouterr().out.split("\n\n")
        assert ended.value.code == 0
        assert usage.startswith(f"usage: qna-widget {name} ")
        assert description[0].isupper()
        assert description.endswith(".")


def test_who_stops_reading_gets_no_traceback() -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "qna_widget", "models"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout
    process.stdout.close()  # as `| head -0` does
    assert process.stderr
    with process.stderr as stream:
        assert stream.read() == b""
    assert process.wait() == 1
