"""Files that are written whole or not at all; what stood there before outlives a full disk."""

from __future__ import annotations

import errno
import os
import re
import stat
from pathlib import Path

import pytest

import qna_widget
from qna_widget import InputError
from qna_widget.cli import main
from qna_widget.core.whole_file import write_whole
from qna_widget.results.history import History
from qna_widget.standalone import write_extension, write_find, write_html, write_page


def full(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every file's writing end half-way, as on a full disk."""
    write = Path.write_bytes

    def fail(file: Path, data: bytes) -> int:
        write(file, data[: len(data) // 2])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", fail)


def test_what_was_there_outlives_a_full_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "old").write_bytes(b"good")
    full(monkeypatch)
    for name in ("old", "new"):
        with pytest.raises(OSError, match="No space left"):
            write_whole(tmp_path / name, b"1234")
    assert [(file.name, file.read_bytes()) for file in tmp_path.iterdir()] == [("old", b"good")]


def test_a_page_outlives_a_full_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "text").write_text("Bert lives on Sesame Street.", encoding="utf-8")
    page = tmp_path / "page.html"
    page.write_text("the good page", encoding="utf-8")
    full(monkeypatch)
    arguments = ["html", str(page), "Who?", "-p", str(tmp_path / "text"), "--force"]
    assert main([*arguments, "--model", "bundled"]) == 1
    said = capsys.readouterr().err
    assert said == f"qna-widget: {page} cannot be written: No space left on device.\n"
    assert page.read_text(encoding="utf-8") == "the good page"
    assert {file.name for file in tmp_path.iterdir()} == {"text", "page.html"}


def test_links_and_permissions_stay(tmp_path: Path) -> None:
    (tmp_path / "real").write_bytes(b"old")
    (tmp_path / "real").chmod(0o640)
    (tmp_path / "link").symlink_to("real")
    assert write_whole(tmp_path / "link", b"new") == tmp_path / "link"
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_bytes() == b"new"
    assert stat.S_IMODE((tmp_path / "real").stat().st_mode) == 0o640


def test_a_new_files_permissions_are_the_users(tmp_path: Path) -> None:
    mask = os.umask(0o027)
    try:
        write_whole(tmp_path / "new", b"x")
    finally:
        os.umask(mask)
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o640


def test_what_is_no_file_is_written_as_it_is(tmp_path: Path) -> None:
    write_whole("/dev/null", b"x")
    assert Path("/dev/null").is_char_device()
    # As standard output that is piped, and the shell's >(…): a file without a name of its own.
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb") as pipe:
        write_whole(f"/dev/fd/{writing}", b"page")
        os.close(writing)
        assert pipe.read() == b"page"
    with pytest.raises(IsADirectoryError):
        write_whole(tmp_path, b"x")
    with pytest.raises(FileNotFoundError):
        write_whole(tmp_path / "nowhere" / "file", b"x")


def test_a_file_that_is_mounted_by_itself_is_written_in_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As by `docker run -v $PWD/page.html:/page.html`: no rename can take its place."""

    def refuse(_: Path, target: Path) -> None:
        raise OSError(errno.EBUSY, "Device or resource busy", str(target))

    monkeypatch.setattr(Path, "replace", refuse)
    (tmp_path / "page").write_bytes(b"old")
    write_whole(tmp_path / "page", b"new")
    assert [(file.name, file.read_bytes()) for file in tmp_path.iterdir()] == [("page", b"new")]


# Who writes besides write_whole, and the test in which that breaks off.
OTHERS = {
    "core/manifest.py": "unit/export/test_into_place.py",
    "core/whole_file.py": "unit/core/test_whole_file.py",
    "export/bundle.py": "unit/export/test_into_place.py",
    "export/into_place.py": "unit/export/test_into_place.py",
    "models/cache.py": "unit/models/test_odd_folders.py",
    "cli/evaluate.py": "unit/cli/test_cli_streams.py",  # makes an empty file, to see that it can
}
WRITES = re.compile(r"\.write_(?:text|bytes)\(|open\([^)]*[\"'][wax]b?[\"']|copyfile\(")


def test_every_write_is_one_that_a_full_disk_was_tried_on() -> None:
    package, tests = Path(qna_widget.__file__).parent, Path(__file__).parents[2]
    found = {
        file.relative_to(package).as_posix()
        for file in package.rglob("*.py")
        if any(WRITES.search(line) for line in file.read_text(encoding="utf-8").splitlines())
        and "static" not in file.parts
    }
    assert found == {*OTHERS}
    for test in OTHERS.values():
        text = (tests / test).read_text(encoding="utf-8")
        assert re.search(r"ENOSPC|/dev/full|No space", text), test


@pytest.mark.parametrize("given", [None, 5, ["a"], "a\0b", "\ud800"])
def test_what_names_no_file_is_refused_before_any_work(given: object) -> None:
    history = History()
    for write in (write_html, write_page, write_find, write_extension, history.to_csv):
        with pytest.raises(InputError, match="is named by a string or a Path; got"):
            write(given)  # type: ignore[operator]
