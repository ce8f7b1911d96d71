"""README names the hosts and versions that docs/hosts.md's run has tried, no others as tested."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[3]


def lines(document: Path, after: str) -> list[list[str]]:
    """Return the cells of the first table after some words, without its head."""
    text = document.read_text("utf-8").split(after, 1)[1]
    table = text[text.index("|") :].split("\n\n", 1)[0].split("\n")
    rows = [line for line in table if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in rows[2:]]


def test_readme_says_what_was_tested() -> None:
    tested = {row[0]: row[1] for row in lines(ROOT / "docs" / "hosts.md", "make test-hosts -->")}
    said = lines(ROOT / "README.md", "## In other hosts")
    assert {row[0]: row[1] for row in said if row[2].startswith("tested")} == tested
    assert len(tested) >= 8
    assert {row[2].split(",")[0] for row in said} <= {
        "tested",
        "tried by hand",
        "simulated",
        "not tried",
    }
