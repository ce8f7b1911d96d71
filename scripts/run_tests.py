"""Runs the tests in two processes, beside each other, and prints what both say.

One has those without a browser and those in JupyterLab and Streamlit, the other those in all other
pages: each takes about half of the time, and neither keeps two processors busy. Each writes to a
file of its own, and the files are printed one after the other as they grow, so that no two lines
mix. Arguments go to both. The exit code is 0 when both passed.
"""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import IO

ROOT = Path(__file__).parents[1]
BROWSER = "tests/e2e"
SERVED = sorted(
    f"{BROWSER}/{file.name}"
    for host in ("jupyter", "streamlit")
    for file in (ROOT / BROWSER).glob(f"test_{host}*.py")
)
HALVES = {
    "without a browser, and in JupyterLab and Streamlit": [
        "tests/unit",
        "tests/parity",
        "tests/distributed",
        *SERVED,
    ],
    "in other pages": [BROWSER, *(f"--ignore={file}" for file in SERVED)],
}
SUMMARY = "short test summary info"


def main(arguments: list[str], halves: dict[str, list[str]] = HALVES) -> int:
    """Return the exit code."""
    processes: list[subprocess.Popen[bytes]] = []
    with tempfile.TemporaryDirectory(prefix="qna-widget-tests-") as folder:
        logs = [Path(folder) / f"{number}.txt" for number in range(len(halves))]
        try:
            for paths, log in zip(halves.values(), logs, strict=True):
                # Else each may clear away the other's temporary folders.
                own = f"--basetemp={log.with_suffix('')}"
                command = [sys.executable, "-P", "-m", "pytest", own, *paths, *arguments]
                with log.open("wb") as out:
                    # A session of its own: Ctrl-C comes to it once, by way of `end`.
                    started = subprocess.Popen(
                        command, cwd=ROOT, stdout=out, stderr=out, start_new_session=True
                    )
                processes.append(started)
            for name, process, log in zip(halves, processes, logs, strict=True):
                say(f"\n=== Tests {name} ===\n")
                follow(process, log)
        finally:
            end(processes)
        codes = [process.returncode for process in processes]
        for name, code, log in zip(halves, codes, logs, strict=True):
            say(f"\n=== Tests {name}: {'passed' if code == 0 else 'failed'} ===\n")
            say(last_words(log.read_text(encoding="utf-8", errors="replace"), failed=code != 0))
    return int(any(codes))


def say(words: str) -> None:
    """Print at once."""
    sys.stdout.write(words)
    sys.stdout.flush()


def follow(process: subprocess.Popen[bytes], log: Path) -> None:
    """Print what a process writes, until it has ended."""
    with log.open("rb") as written:
        while process.poll() is None:
            copy(written)
            time.sleep(0.2)
        copy(written)


def copy(written: IO[bytes]) -> None:
    """Print what is new."""
    shutil.copyfileobj(written, sys.stdout.buffer)
    sys.stdout.flush()


def end(processes: list[subprocess.Popen[bytes]]) -> None:
    """Interrupt what still runs, as Ctrl-C would: what pytest has started ends with it."""
    for process in processes:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
    for process in processes:
        process.wait()


def last_words(said: str, *, failed: bool) -> str:
    """Return the counts, and after a failure which tests failed."""
    lines = said.rstrip().splitlines(keepends=True)
    starts = [at for at, line in enumerate(lines) if SUMMARY in line]
    shown = lines[starts[-1] :] if failed and starts else lines[-1:]
    return "".join(shown).rstrip() + "\n"


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # by way of `finally`
    sys.exit(main(sys.argv[1:]))
