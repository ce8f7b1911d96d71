"""Takes one guard after the other out of the source; the test that stands for it must then fail.

    python scripts/mutate_guards.py [WORDS…]

Each test is run as it is first, and once more without its guard. The file is put back whatever
happens. WORDS choose guards (guards.py) by their names. Exits with 1 when a guard is missed by
nobody.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from guards import GUARDS, Guard

ROOT = Path(__file__).parents[1]


@contextmanager
def without(guard: Guard) -> Iterator[None]:
    """Take the guard out, and put it back."""
    file = ROOT / guard.file
    whole = file.read_bytes()
    text = whole.decode()
    if text.count(guard.old) != 1:
        raise SystemExit(f"{guard.file} holds {text.count(guard.old)} times: {guard.old}")
    try:
        file.write_text(text.replace(guard.old, guard.new), encoding="utf-8")
        yield
    finally:
        file.write_bytes(whole)


def passes(test: str) -> bool:
    """Run one test."""
    file, _, name = test.partition("::")
    if file.startswith("js/"):
        vitest = ROOT / "js/node_modules/.bin/vitest"
        return (
            _code([vitest, "run", file.removeprefix("js/"), "-t", re.escape(name)], ROOT / "js")
            == 0
        )
    # Bytecode is known by second and size: a mutant of the same second must not be missed.
    return _code([sys.executable, "-B", "-m", "pytest", "-q", "-x", test], ROOT) == 0


def _code(command: list[str | Path], folder: Path) -> int:
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    environment.pop("CASES", None)
    return subprocess.run(command, cwd=folder, env=environment, check=False, **quiet).returncode


def main(words: list[str]) -> int:
    """Try the guards; return 1 if the test of one does not miss it."""
    missed = 0
    for guard in GUARDS:
        if words and not any(word in guard.name for word in words):
            continue
        whole = passes(guard.test)
        with without(guard):
            killed = not passes(guard.test)
        missed += not (whole and killed)
        said = "killed" if whole and killed else "SURVIVED" if whole else "ITS TEST FAILS ANYWAY"
        print(f"{said}: {guard.name} ({guard.file})\n    by {guard.test}", flush=True)
    return int(missed > 0)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
