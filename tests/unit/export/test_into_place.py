"""A model in the place of another: whatever breaks it off, one of the two is whole."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from qna_widget.cli import main
from qna_widget.export.into_place import into_place
from qna_widget.models import files, registry

TINY = Path(__file__).parents[2] / "parity" / "tiny_bert"
# What moves, names and writes files; a power cut may come before any of them.
STEPS = ((Path, "replace"), (Path, "write_bytes"), (os, "link"), (shutil, "copyfile"))


def sha(folder: Path) -> str:
    """Return which model stands in a folder, after all its files were read."""
    manifest = registry.resolve(folder)
    for asset in manifest.files:
        files.verify(asset)
    return manifest.onnx.sha256


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Two models, as exported."""
    place = tmp_path_factory.mktemp("models")
    for precision in ("int8", "fp32"):
        assert main(["export", str(TINY), str(place / precision), "--precision", precision]) == 0
    return place / "int8", place / "fp32"


def stop_at(monkeypatch: pytest.MonkeyPatch, step: int, error: BaseException) -> list[str]:
    """Let the step of this number, from 0, fail; return the steps that are done."""
    done: list[str] = []

    def watched(name: str, real: Callable[..., object]) -> Callable[..., object]:
        def act(*given: object, **named: object) -> object:
            if len(done) == step:
                raise error
            done.append(name)
            return real(*given, **named)

        return act

    for home, name in STEPS:
        monkeypatch.setattr(home, name, watched(name, getattr(home, name)))
    return done


@pytest.mark.parametrize("links", [True, False])
@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "No space left"), KeyboardInterrupt()])
def test_whatever_breaks_it_off_one_of_the_two_is_whole(
    models: tuple[Path, Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    error: BaseException,
    links: bool,
) -> None:
    old, new = models
    before, after = sha(old), sha(new)
    out, seen = tmp_path / "out", []
    for step in range(99):
        shutil.rmtree(out, ignore_errors=True)
        shutil.copytree(old, out)
        with monkeypatch.context() as patch:
            if not links:
                patch.delattr(os, "link")
                patch.setattr(os, "link", _no_links, raising=False)
            try:
                with into_place(out) as beside:
                    for file in new.iterdir():
                        shutil.copy(file, beside)
                    stop_at(patch, step, error)
            except (OSError, KeyboardInterrupt):
                broken = True
            else:
                broken = False
        seen.append(sha(out))
        assert [file.name for file in out.iterdir() if file.name.endswith(".part")] == []
        if not broken:
            break
    assert seen == sorted(seen, key=[before, after].index)
    assert {*seen} == {before, after}
    assert len(seen) > 6
    assert {file.name for file in out.iterdir()} == {file.name for file in new.iterdir()}
    assert (out / "model.json").read_bytes() == (new / "model.json").read_bytes()


def _no_links(*_: object) -> None:
    raise OSError(errno.EPERM, "Operation not permitted")


@pytest.mark.parametrize("failing", [0, 1, 2])
def test_an_export_that_breaks_off_leaves_the_old_model(
    models: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: int,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    """At each of the files that it writes."""
    out = tmp_path / "out"
    shutil.copytree(models[0], out)
    kept = {file.name: file.read_bytes() for file in out.iterdir()}
    written: list[Path] = []

    def write(file: Path, data: str | bytes, *given: object, **named: object) -> int:
        written.append(file)
        if len(written) > failing:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return len(data)

    monkeypatch.setattr(Path, "write_bytes", write)
    monkeypatch.setattr(Path, "write_text", write)
    arguments = ["export", str(TINY), str(out), "--force", "--precision", "fp32"]
    assert main(arguments) == 1
    said = capsys.readouterr().err
    assert said == f"qna-widget: {out} cannot be written: No space left on device.\n"
    assert {file.name: file.read_bytes() for file in out.iterdir()} == kept


def test_a_folder_that_was_not_there_is_gone_again(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), into_place(tmp_path / "new"):
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_export_left_goes_with_the_next(
    models: tuple[Path, Path], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    shutil.copytree(models[0], out)
    (out / f".{'0f' * 8}.model.onnx.gz").write_bytes(b"half")
    (out / "mine.txt").write_bytes(b"mine")
    assert main(["export", str(TINY), str(out), "--force", "--precision", "fp32"]) == 0
    assert {file.name for file in out.iterdir()} == {
        "mine.txt", "model.json", "model.onnx.gz", "vocab.txt.gz",
    }  # fmt: skip
