"""Hostile documents: a text or a sentence within the bounds on time and memory, nothing else."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import hostile
import pytest
from fuzz_size import batches

from qna_widget import documents
from qna_widget.documents import read_document, sandbox
from qna_widget.errors import DocumentError

HELPERS = Path(hostile.__file__).parent
FIXED = [(1, 60)]
PIECE = 250


@pytest.mark.parametrize("kind", hostile.KINDS)
@pytest.mark.parametrize(("seed", "count"), batches(0.1, PIECE) or FIXED)
def test_a_hostile_document_is_read_or_refused_in_words(kind: str, seed: int, count: int) -> None:
    done = subprocess.run(
        [sys.executable, hostile.__file__, kind, str(seed * PIECE), str(count)],
        capture_output=True, text=True, encoding="utf-8", timeout=30 * count, check=False,
    )  # fmt: skip
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(lines) == count, f"the reader died after {len(lines)}: {done.stderr[-2000:]}"
    assert [line for line in lines if line["became"] == "raised"] == []
    for line in lines:
        # What no process of its own bounds.
        assert line["caller"] < hostile.SECONDS / 2, line
        if line["became"] == "told":
            assert line["words"].startswith(("a.", "'a."))
            assert "Traceback" not in line["words"]
        if line["became"] == "slow":
            name, data = hostile.document(kind, line["seed"])
            with pytest.raises(DocumentError, match=r"was not read within|broke off"):
                read_document(data, name)
    print(kind, len(lines), "slowest", max(line["parser"] + line["caller"] for line in lines))


def test_what_declares_an_encoding_is_found_in_one_pass() -> None:
    """Spaces without end cost no more than their number."""
    for start in (b"<meta charset=", b"<?xml encoding=", b"<meta charset"):
        data = start + b" " * 900_000 + b"><p>Bert lives."
        assert read_document(data, "a.html").text == "Bert lives."


@pytest.mark.parametrize("kind", hostile.KINDS)
def test_the_process_itself_gives_what_its_parser_gives(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The generator's reader goes around the process of each document."""
    name, data = next(made for seed in range(99) if _reads(*(made := hostile.document(kind, seed))))
    through = read_document(data, name)
    monkeypatch.setattr(documents, "run", sandbox.parse)
    assert read_document(data, name) == through


def _reads(name: str, data: bytes) -> bool:
    try:
        return read_document(data, name).text != ""
    except DocumentError:
        return False
