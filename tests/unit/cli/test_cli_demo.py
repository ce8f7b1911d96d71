"""`qna-widget demo`: what is refused before a server starts, and the server that then starts."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import tomllib
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from qna_widget.cli import main
from qna_widget.hosts.streamlit.demo import serve, shelf

ROOT = Path(__file__).parents[3]


@pytest.fixture(autouse=True)
def process_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """What serving says to its process, arguments and environment, ends with the test."""
    monkeypatch.setattr(sys, "argv", sys.argv)
    monkeypatch.setattr(os, "environ", os.environ.copy())


def test_what_cannot_be_served_is_told_before_anything_starts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serve.runpy, "run_module", lambda *_, **__: pytest.fail("it started"))
    text, broken, large = tmp_path / "a.txt", tmp_path / "a.pdf", tmp_path / "large.txt"
    text.write_text("Ada.")
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with large.open("wb") as file:
        file.truncate(1 << 40)
    broken.write_bytes(b"%PDF-1.7 nothing more")
    for arguments, words in (
        (["--text", str(tmp_path / "b.txt")], "b.txt cannot be read: No such file"),
        (["--text", str(text), str(text)], "Two texts are called a.txt"),
        (["--text", str(broken)], "is not a readable PDF"),
        (["--text", str(large)], "large.txt has more than 50,000,000 bytes, the most that is read"),
        (["--text", str(pipe)], "pipe gives its text once, and the demo reads"),
        (["--model", str(tmp_path / "none")], "there is no such folder"),
    ):
        assert main(["demo", *arguments]) == 1
        assert words in capsys.readouterr().err
    for wrong in ("0", "65536", "http"):
        with pytest.raises(SystemExit, match="2"):
            main(["demo", "--port", wrong])


def test_a_text_is_called_as_it_was_given(tmp_path: Path) -> None:
    """Caches and containers keep a file under another name, to which a link leads."""
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "blob").write_text("Ada.", encoding="utf-8")
        (tmp_path / f"{folder}.txt").symlink_to(f"{folder}/blob")
    links = [tmp_path / "one.txt", tmp_path / "two.txt"]
    os.environ[shelf.ENVIRONMENT] = shelf.packed("auto", links)
    assert [*shelf.of_environment({}).texts] == ["one.txt", "two.txt"]


def test_an_address_where_nobody_can_listen_is_told(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(serve.runpy, "run_module", refuse)
    assert main(["demo", "--address", "not an address", "--model", "bundled"]) == 1
    words = "cannot be served at not an address, port 8501: Name or service not known. Give others"
    assert words in capsys.readouterr().err


def test_without_streamlit_the_extra_is_named(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serve, "is_installed", lambda _: False)
    assert main(["demo"]) == 1
    assert "qna-widget[demo]" in capsys.readouterr().err


def test_it_serves_until_it_is_told_to_stop(tmp_path: Path) -> None:
    text = tmp_path / "letter.md"
    text.write_text("Dear Ada.")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    command = [sys.executable, "-m", "qna_widget", "demo", "--port", str(port)]
    server = subprocess.Popen(
        [*command, "--address", "127.0.0.1", "--text", str(text)],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert server.stdout is not None
    try:
        end = time.monotonic() + 60
        while not answers(f"http://127.0.0.1:{port}/_stcore/health"):
            assert server.poll() is None, server.stdout.read()
            assert time.monotonic() < end, "it did not start"
            time.sleep(0.1)
    finally:
        server.send_signal(signal.SIGTERM if os.name != "nt" else signal.SIGBREAK)
    said, _ = server.communicate(timeout=30)
    assert f":{port}" in said
    assert "Traceback" not in said


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as reply:
            return bool(reply.status == 200)
    except OSError:
        return False


def test_hosts_that_run_a_script_get_the_same_settings() -> None:
    """But for the address: such a host must be reachable from outside."""
    with (ROOT / ".streamlit" / "config.toml").open("rb") as file:
        said = dict(settings(tomllib.load(file)))
    assert said == {name.replace("_", "").lower(): v for name, v in serve.DEFAULTS.items()}


def settings(section: dict[str, Any], before: str = "") -> Iterator[tuple[str, str]]:
    for name, value in section.items():
        whole = before + name.lower()
        if isinstance(value, dict):
            yield from settings(value, whole)
        else:
            yield whole, str(value).lower()
