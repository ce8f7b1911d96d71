"""`qna-widget export-find`: what is written, under which names, and what is left alone."""

from __future__ import annotations

import errno
import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from qna_widget.cli import main
from qna_widget.errors import InputError, ModelFileError
from qna_widget.hosts.standalone import beside
from qna_widget.models import registry
from qna_widget.standalone import write_extension, write_find, write_page


def listing(folder: Path) -> dict[str, Any]:
    parsed: dict[str, Any] = json.loads((folder / "qna-find.json").read_text(encoding="utf-8"))
    return parsed


def test_what_the_folder_holds(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "deep" / "find"
    assert main(["export-find", str(out), "--model", "bundled"]) == 0
    assert capsys.readouterr().out == f"{out / 'qna-find.js'}\n"
    held = {file.name for file in out.iterdir()}
    assert held == {"qna-find.js", "qna-find.json", "example.html", "assets"}
    files = {file.name: file.read_bytes() for file in (out / "assets").iterdir()}
    assert len(files) == 4, "worker, runtime, model, vocabulary"
    text = json.dumps(listing(out))
    for name, content in files.items():
        assert name.split(".")[-2] == hashlib.sha256(content).hexdigest()[:16]
        assert f'"assets/{name}"' in text
    assert str(tmp_path) not in text, "where things lie here is nobody's business"


def test_a_folder_is_written_anew_and_what_nothing_needs_goes(tmp_path: Path) -> None:
    write_find(tmp_path, model="bundled")
    stale = tmp_path / "assets" / "qna-worker.0123456789abcdef.js"
    stale.touch()
    (tmp_path / "index.html").write_text("Mine")
    before = listing(tmp_path)
    kept = {file: file.stat().st_mtime_ns for file in (tmp_path / "assets").glob("*.bin")}
    write_find(tmp_path, model="bundled")
    assert not stale.exists()
    assert listing(tmp_path) == before
    assert kept == {file: file.stat().st_mtime_ns for file in kept}
    assert (tmp_path / "index.html").read_text() == "Mine"


def test_a_model_whose_files_have_odd_names_is_written_and_stays(tmp_path: Path) -> None:
    model = tmp_path / "model"
    shutil.copytree(registry.BUNDLED, model)
    said = json.loads((model / "model.json").read_text(encoding="utf-8"))
    said["files"]["onnx"]["name"] = "modèle (größer).onnx"
    (model / "model.json").write_text(json.dumps(said), encoding="utf-8")
    out = tmp_path / "out"
    write_find(out, model=model)
    path = listing(out)["manifest"]["model"]["onnx"]["path"]
    assert path.startswith("assets/mod-le-gr-er-.onnx.")
    assert (out / path).is_file()


@pytest.mark.parametrize("write", [write_find, write_extension, write_page])
def test_a_damaged_model_leaves_nothing_behind(tmp_path: Path, write: Callable[..., Path]) -> None:
    model = tmp_path / "model"
    shutil.copytree(registry.BUNDLED, model)
    (model / "vocab.txt.gz").write_bytes(b"short")
    with pytest.raises(ModelFileError, match=r"vocab\.txt"):
        write(tmp_path / "out", model=str(model))
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("write", [write_find, write_extension, write_page])
@pytest.mark.parametrize("files", [1, 3, 4])
def test_what_was_broken_off_is_written_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, write: Callable[..., Path], files: int
) -> None:
    """By a full disk, say; here files are written in part, which is quicker."""
    room = files

    def put(file: Path, content: bytes) -> None:
        nonlocal room
        if room == 0:
            raise OSError(errno.ENOSPC, "full")
        room -= 1
        file.write_bytes(content[:99])

    monkeypatch.setattr(beside, "write_whole", put)
    with pytest.raises(OSError, match="full"):
        write(tmp_path, model="bundled")
    assert len(list(tmp_path.rglob("*.*"))) == files
    room = 99
    assert write(tmp_path, model="bundled").is_file()


def test_files_that_only_look_like_ours_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "main.0123456789abcdef.js").touch()
    with pytest.raises(InputError, match="holds other files"):
        write_find(tmp_path, model="bundled")


def test_other_peoples_folders_are_left_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "qna-find.js").write_text("mine")
    assert main(["export-find", str(tmp_path)]) == 1
    assert "holds other files" in capsys.readouterr().err
    assert [file.name for file in tmp_path.iterdir()] == ["qna-find.js"]
    with pytest.raises(InputError, match="is a file"):
        write_find(tmp_path / "qna-find.js")
    write_find(tmp_path, model="bundled", force=True)
    assert (tmp_path / "qna-find.js").read_text() != "mine"


def test_what_the_extension_holds_and_asks_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "extension"
    assert main(["export-find", str(out), "--extension", "--model", "bundled"]) == 0
    assert capsys.readouterr().out == f"{out / 'manifest.json'}\n"
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["permissions"] == ["activeTab", "scripting", "offscreen"]
    assert "host_permissions" not in manifest
    assert "http" not in manifest["content_security_policy"]["extension_pages"]
    numbers = manifest["version"].split(".")
    assert 1 <= len(numbers) <= 4
    assert all(number.isdecimal() for number in numbers)
    named = {manifest["background"]["service_worker"], "find.js", "offscreen.html", "offscreen.js"}
    held = {file.name for file in out.iterdir()}
    assert held == {*named, "manifest.json", "qna-find.json", "assets"}
    for path in (listing(out)["worker"], listing(out)["manifest"]["model"]["onnx"]["path"]):
        assert (out / path).is_file()
    write_extension(out, model="bundled")
