"""Ctrl-C at any time ends the command with code 130 and one line, never with a traceback."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

BERT = "Bert is Ernie's best friend and roommate on Sesame Street. "
COMMAND = [sys.executable, "-X", "importtime", "-m", "qna_widget"]


def begin(file: Path, *, after: str) -> subprocess.Popen[bytes]:
    """Start hours of work; return once the module `after` has been imported."""
    file.write_text(BERT * 30_000, encoding="utf-8")
    process = subprocess.Popen(
        [*COMMAND, "ask", "Who?", "--model", "bundled", "-p", str(file)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        # Unbuffered: communicate() knows nothing of what a buffer holds, half a line among it.
        bufsize=0,
    )
    assert process.stderr
    for line in process.stderr:
        if line.rstrip().endswith(after.encode()):
            break
    return process


def end(process: subprocess.Popen[bytes]) -> list[str]:
    """Return what was said, without the timing of imports."""
    try:
        _, said = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 130
    return [line for line in said.decode().splitlines() if not line.startswith("import time")]


# One of the first, some amid the libraries, the last before it is asked.
@pytest.mark.parametrize("after", ["qna_widget.errors", "argparse", "numpy", "tokenizers"])
def test_while_modules_are_imported(tmp_path: Path, after: str) -> None:
    process = begin(tmp_path / "long.txt", after=after)
    process.send_signal(signal.SIGINT)
    assert end(process) == ["qna-widget: interrupted"]


@pytest.mark.parametrize("pause", [0.0, 0.02, 0.2])
def test_twice_in_a_row(tmp_path: Path, pause: float) -> None:
    process = begin(tmp_path / "long.txt", after="qna_widget.answering.answerer")
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    time.sleep(pause)
    process.send_signal(signal.SIGINT)
    assert end(process) == ["qna-widget: interrupted"]


def test_who_is_started_with_ctrl_c_ignored_ignores_it(tmp_path: Path) -> None:
    """As nohup does, and a shell with what it runs in the background."""
    code = (
        "import signal, sys; signal.signal(signal.SIGINT, signal.SIG_IGN)\n"
        "from qna_widget.__main__ import CtrlC; CtrlC().listen()\n"
        "print(signal.getsignal(signal.SIGINT) is signal.SIG_IGN)"
    )
    done = subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, check=True)
    assert done.stdout == b"True\n"


def test_within_an_exec_it_has_the_code_all_the_same(tmp_path: Path) -> None:
    """The interpreter notes a KeyboardInterrupt that leaves an exec(), whoever catches it later."""
    (tmp_path / "sitecustomize.py").write_text(
        "import qna_widget.cli as cli\n"
        "def run(_):\n"
        "    exec('import signal; signal.raise_signal(signal.SIGINT)')\n"
        "cli._run = run\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "qna_widget"],
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        stderr=subprocess.PIPE,
    )
    assert (done.returncode, done.stderr.decode()) == (130, "qna-widget: interrupted\n")
