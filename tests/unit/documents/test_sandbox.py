"""The process in which parsers run: one that hangs, dies, starves or cannot be started."""

from __future__ import annotations

import errno
import subprocess
import sys
from pathlib import Path

import pytest

from qna_widget.documents import read_document, sandbox
from qna_widget.errors import DocumentError, MissingExtraError


def test_a_parser_that_does_not_come_back_is_ended() -> None:
    """Deep nesting takes HTML's tree builder quadratic time: this file would keep it for hours."""
    markup = b"<div>" * 5_000_000
    with pytest.raises(DocumentError, match="was not read within 2 seconds"):
        sandbox.run("html", markup, seconds=2)


def test_a_parser_that_dies_is_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    dead = subprocess.CompletedProcess([], -11, b"")
    monkeypatch.setattr(subprocess, "run", lambda *_args, **_more: dead)
    with pytest.raises(DocumentError, match=r"a\.html could not be read: the reading broke off"):
        read_document(b"<p>x", "a.html")


def test_where_no_process_can_be_started_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_args: object, **_more: object) -> None:
        raise BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")

    monkeypatch.setattr(subprocess, "run", full)
    said = r"a\.html was not read: no process can be started \(Resource temporarily unavailable\)"
    with pytest.raises(DocumentError, match=said):
        read_document(b"<p>x", "a.html")


def test_the_parser_has_little_memory() -> None:
    if sys.platform != "linux":
        pytest.fail("The limit on memory was only tried on Linux: say so here for other systems.")
    code = "from qna_widget.documents.sandbox import _limit_memory as l; l(); bytes(1 << 30)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "MemoryError" in done.stderr


def test_a_module_in_the_current_folder_is_not_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "json.py").write_text("raise SystemExit(9)")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [entry for entry in sys.path if entry])
    assert read_document(b"<p>x", "a.html").text == "x"


def test_what_python_passes_over_in_its_search_path_does_no_harm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a notebook has it that says sys.path.insert(0, Path(...))."""
    monkeypatch.setattr(sys, "path", [tmp_path, *sys.path])
    assert read_document(b"<p>x", "a.html").text == "x"


@pytest.mark.parametrize(("name", "package"), [("a.pdf", "pypdf"), ("a.html", "selectolax")])
def test_without_the_extra_the_cure_is_named(
    name: str, package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in list(sys.modules):
        if module.split(".")[0] == package or module in (
            "qna_widget.documents.pdf",
            "qna_widget.documents.html",
        ):
            monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(MissingExtraError, match=r"pip install 'qna-widget\[documents\]'"):
        read_document(b"<p>x", name)
    assert read_document(b"x", "a.txt").text == "x"
