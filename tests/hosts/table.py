"""The rows that a run of every host gives, and the table of them in docs/hosts.md."""

from __future__ import annotations

import re
from dataclasses import astuple, dataclass, fields
from pathlib import Path

DOCUMENT = Path(__file__).parents[2] / "docs" / "hosts.md"
BEGIN, END = "<!-- every host: written by make test-hosts -->", "<!-- end -->"


@dataclass(frozen=True)
class Row:
    """What one host did."""

    host: str
    version: str
    answer: str
    """The best answer's words, as the page shows them."""
    place: str
    """Where Python was told that they stand, in code points."""
    score: str
    equal: str
    """Whether all answers, offsets and scores in Python are those of the kernel."""
    asked: str
    """Requests to other hosts: of the page, of the server."""
    remarks: str


HEADS = (
    "host",
    "version",
    "best answer on the page",
    "place, in Python",
    "score, in Python",
    "equal to the kernel's",
    "requests to other hosts",
    "remarks",
)


def markdown(rows: list[Row]) -> str:
    """Return the rows as a table."""
    lines = [HEADS, ("---",) * len(fields(Row)), *map(astuple, rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def write(rows: list[Row], document: Path = DOCUMENT) -> None:
    """Put the table in the place of the former one."""
    text = document.read_text("utf-8")
    table = f"{BEGIN}\n{markdown(rows)}\n{END}"
    found = re.compile(f"{re.escape(BEGIN)}.*{re.escape(END)}", re.DOTALL)
    if not found.search(text):
        raise ValueError(f"{document} has no place for the table: {BEGIN} … {END}")
    document.write_text(found.sub(lambda _: table, text), "utf-8")
