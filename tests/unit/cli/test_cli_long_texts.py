"""`ask` about a long text: how far it may read, and what it says of that."""

from __future__ import annotations

import io
import json
import sys

import pytest

from qna_widget.cli import main

FILLER = "It was a quiet day in the harbour, and the boats lay still in the sun. "
LONG = FILLER * 40 + "Tamsin Vale owns the ferry. " + FILLER * 10


@pytest.fixture(autouse=True)
def text(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.TextIOWrapper(io.BytesIO(LONG.encode()), encoding="utf-8")
    monkeypatch.setattr(sys, "stdin", stream)


@pytest.mark.parametrize("limit", [["--max-windows", "1"], ["--budget-s", "0"]])
def test_a_text_read_in_part_is_answered_and_says_so(
    limit: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["ask", "Who owns the ferry?", "--model", "bundled", *limit]) == 0
    captured = capsys.readouterr()
    assert captured.out.endswith("  Tamsin Vale\n")
    assert captured.err.startswith("qna-widget: Read 1 of ")
    assert captured.err.endswith(" windows; what the others hold was not seen.\n")


def test_json_has_both_numbers(capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["ask", "Who owns the ferry?", "--model", "bundled", "--json", "--max-windows", "2"]
    assert main(asked) == 0
    result = json.loads(capsys.readouterr().out)
    assert result["windows_read"] == 2 < result["windows"]


@pytest.mark.parametrize(
    ("limit", "said"),
    [
        (["--max-windows", "0"], "max_windows must be a whole number from 1 to 1000000 (windows)"),
        (["--max-windows", "few"], "got 'few' (str)"),
        (["--budget-s", "-1"], "budget_s must be a number from 0 to 1000000 (seconds)"),
        (["--budget-s", "inf"], "got inf (float)"),
    ],
)
def test_limits_that_are_none(
    limit: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as end:
        main(["ask", "Who?", *limit])
    assert end.value.code == 2
    assert said in capsys.readouterr().err.replace("\n", " ")
