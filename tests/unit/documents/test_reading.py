"""Nothing is read without an end: neither in bytes nor in time."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from qna_widget.documents import reading
from qna_widget.documents.reading import read_bounded
from qna_widget.errors import InputError


def test_a_file_is_read_whole(tmp_path: Path) -> None:
    file = tmp_path / "a"
    content = bytes(range(256)) * 12_000
    file.write_bytes(content)
    assert read_bounded(file, len(content)) == content
    with pytest.raises(InputError, match="a has more than 3,071,999 bytes"):
        read_bounded(file, len(content) - 1)


def test_what_cannot_be_read_is_named(tmp_path: Path) -> None:
    for place in (tmp_path / "none", tmp_path):
        with pytest.raises(InputError, match=f"{place.name}.* cannot be read: "):
            read_bounded(place, 10)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such device")
def test_an_endless_device_ends_at_the_limit() -> None:
    with pytest.raises(InputError, match=r"/dev/zero has more than 1,000 bytes"):
        read_bounded(Path("/dev/zero"), 1000)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such pipes")
def test_a_pipe_that_nobody_writes_to_is_given_up(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    begun = time.monotonic()
    with pytest.raises(InputError, match=r"pipe did not end within 0\.3 seconds"):
        read_bounded(pipe, 1000, seconds=0.3)
    assert time.monotonic() - begun < 20
    with pipe.open("wb"):  # lets the thread go
        pass


def test_standard_input_that_does_not_end_lets_the_process_end() -> None:
    code = (
        "from qna_widget.documents.reading import read_bounded\n"
        "try: read_bounded(None, 1000, seconds=0.5)\n"
        "except ValueError as error: print(error)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=-1
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdin.write(b"half a sentence")
        process.stdin.flush()
        assert b"standard input did not end within 0.5 seconds" in process.stdout.read()
        assert process.wait(30) == 0
        assert process.stderr.read() == b""


def test_a_console_is_read_by_what_knows_its_encoding(monkeypatch: pytest.MonkeyPatch) -> None:
    """On Windows open() gives a console's text as UTF-8, and io.FileIO in its old code page."""
    monkeypatch.setattr(
        reading, "open", lambda *_, **__: io.BytesIO("café".encode()), raising=False
    )
    monkeypatch.setattr(io, "FileIO", lambda *_, **__: io.BytesIO("café".encode("cp850")))
    with Path(os.devnull).open(encoding="utf-8") as console:
        monkeypatch.setattr(sys, "stdin", console)
        assert read_bounded(None, 10) == "café".encode()


def test_a_standard_input_that_is_no_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"text")))
    assert read_bounded(None, 4) == b"text"
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"text!")))
    with pytest.raises(InputError, match="standard input has more than 4 bytes"):
        read_bounded(None, 4)
