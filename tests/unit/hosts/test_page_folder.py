"""`qna-widget export-page`: which files are written, under which names, and what is left alone."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from qna_widget.cli import main
from qna_widget.errors import InputError
from qna_widget.models import registry
from qna_widget.standalone import write_find, write_html, write_page


def told(folder: Path) -> dict[str, dict[str, object]]:
    text = (folder / "index.html").read_text(encoding="utf-8")
    found = re.search(r'id="qna-given">(.*?)</script>', text)
    assert found is not None
    parsed: dict[str, dict[str, object]] = json.loads(found[1])
    return parsed


def test_each_file_is_named_by_its_content(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text, out = tmp_path / "text.txt", tmp_path / "deep" / "page"
    text.write_text("Marta lives in Oslo.</script>", encoding="utf-8")
    assert main(["export-page", str(out), "Where?", "-p", str(text), "--model", "bundled"]) == 0
    assert capsys.readouterr().out == f"{out / 'index.html'}\n"
    assert {file.name for file in out.iterdir()} == {"index.html", "assets"}
    files = {file.name: file.read_bytes() for file in (out / "assets").iterdir()}
    for name, content in files.items():
        assert name.split(".")[-2] == hashlib.sha256(content).hexdigest()[:16]
    page = (out / "index.html").read_text(encoding="utf-8")
    assert all(f"assets/{name}" in page for name in files)
    assert told(out)["inputs"]["passage"] == "Marta lives in Oslo.</script>"
    assert str(tmp_path) not in page, "where things lie here is nobody's business"


@pytest.mark.parametrize("write", [write_page, write_html])
def test_what_cannot_be_written_is_refused_before_anything_is(
    tmp_path: Path, write: Callable[..., Path]
) -> None:
    with pytest.raises(InputError, match="title"):
        write(tmp_path / "out", "Text.", title="half an emoji: \ud83d")
    with pytest.raises(InputError, match="examples must be a list"):
        write(tmp_path / "out", "Text.", examples="Who?")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("write", [write_page, write_html])
def test_where_a_model_lies_is_in_no_page(tmp_path: Path, write: Callable[..., Path]) -> None:
    own = tmp_path / "secret-user" / "model"
    shutil.copytree(registry.BUNDLED, own)
    page = write(tmp_path / "out", "Text.", model=own).read_text(encoding="utf-8")
    assert "secret-user" not in page


def test_a_page_is_replaced_and_what_nothing_needs_goes(tmp_path: Path) -> None:
    write_page(tmp_path, "Old.")
    stale = tmp_path / "assets" / "qna-widget.0123456789abcdef.js"
    other = tmp_path / "assets" / "photo.jpg"
    stale.touch()
    other.touch()
    (tmp_path / "CNAME").touch()
    kept = {file: file.stat().st_mtime_ns for file in (tmp_path / "assets").glob("*.bin")}
    write_page(tmp_path, "New.")
    assert told(tmp_path)["inputs"]["passage"] == "New."
    assert not stale.exists()
    assert other.exists()
    assert kept == {file: file.stat().st_mtime_ns for file in kept}


def test_other_peoples_folders_are_left_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "index.html").write_text("<h1>Mine</h1>")
    (tmp_path / "text").write_text("Marta lives in Oslo.")
    assert main(["export-page", str(tmp_path), "-p", str(tmp_path / "text")]) == 1
    assert "holds other files" in capsys.readouterr().err
    assert (tmp_path / "index.html").read_text() == "<h1>Mine</h1>"
    with pytest.raises(InputError, match="is a file"):
        write_page(tmp_path / "index.html")
    for wrong in ({"topk": 3}, {"top_k": 0}):
        with pytest.raises((TypeError, ValueError), match="top"):
            write_page(tmp_path / "new", **wrong)
    assert not (tmp_path / "new").exists()
    write_page(tmp_path, force=True)
    assert told(tmp_path)["inputs"]["passage"] == ""


def test_a_page_and_find_in_page_share_one_folder(tmp_path: Path) -> None:
    write_page(tmp_path, "Marta lives in Oslo.")
    alone = {file.name for file in (tmp_path / "assets").iterdir()}
    write_find(tmp_path)
    both = {file.name for file in (tmp_path / "assets").iterdir()}
    worker = json.loads((tmp_path / "qna-find.json").read_text("utf-8"))["worker"]
    assert both == {*alone, worker.removeprefix("assets/")}, "runtime and model are there once"
    write_page(tmp_path, "Anew.")
    assert {file.name for file in (tmp_path / "assets").iterdir()} == both
    # A page that somebody else put beside <qna-find> is not ours to write over.
    (tmp_path / "index.html").write_text("<h1>Mine</h1>")
    with pytest.raises(InputError, match="holds other files"):
        write_page(tmp_path)
