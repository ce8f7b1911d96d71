"""docs/faults.md names a test for each fault, docs/security.md for each rule; all of them exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
ROW = re.compile(r"\| (?P<fault>.+?) \| (?P<seen>.+?) \| `(?P<file>[^:`]+)::(?P<test>[^`]+)` \|")
HEADS = ("| fault |", "| what |")


def rows(name: str) -> list[str]:
    lines = (ROOT / "docs" / name).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line.startswith("| ") and not line.startswith(HEADS)]


FAULTS, RULES = rows("faults.md"), rows("security.md")


def test_the_tables_are_whole() -> None:
    assert [line for line in (*FAULTS, *RULES) if not ROW.fullmatch(line)] == []
    assert len(FAULTS) >= 60
    tests = [line.rpartition("| `")[2] for line in FAULTS]
    assert len(set(tests)) == len(tests), "a row has a test of its own"


@pytest.mark.parametrize("line", [*FAULTS, *RULES], ids=lambda line: line.split(" | ")[0][2:50])
def test_the_test_of_each_row_is_there(line: str) -> None:
    row = ROW.fullmatch(line)
    assert row
    text = (ROOT / row["file"]).read_text(encoding="utf-8")
    if row["file"].endswith(".py"):
        assert re.search(rf"^(async )?def {re.escape(row['test'])}\(", text, re.MULTILINE)
    else:
        assert re.search(rf"\b(test|it)[^\n]*\(\s*[\"']{re.escape(row['test'])}[\"']", text)
