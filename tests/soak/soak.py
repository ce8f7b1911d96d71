"""A long run: does memory stay flat, is no worker left over, does a session cost the server little?

    python tests/soak/soak.py [--questions 10000] [--mounts 1000] [--changes 200]
                              [--sessions 100] [--seconds 600]

0 leaves a part out. Prints the figures; exits with 1 when something piles up (see LIMITS).
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

# No part asks the internet.
os.environ["HF_HUB_OFFLINE"] = "1"
TESTS = Path(__file__).parents[1]
sys.path[:0] = [str(TESTS / "e2e"), str(TESTS / "e2e" / "helpers"), str(TESTS / "helpers")]

import page  # noqa: E402
import sessions  # noqa: E402
from figures import Series  # noqa: E402

# By how much the second half may hold more than the first. Megabytes of processes include what
# their allocators keep, and garbage of workers, which is not collected before a look.
LIMITS = {
    "heap MB": 3,
    "renderer MB": 100,
    "server MB": 40,
    "nodes": 2500,
    "listeners": 300,
    "workers": 0,
}


def faults(series: Series) -> list[str]:
    """Return what piled up."""
    names = [name for name in LIMITS if name in series.looks[0]]
    return [
        f"{series.what}: {name} grew by {series.growth(name):.1f}"
        for name in names
        if series.growth(name) > LIMITS[name]
    ]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    for name, default in (
        ("questions", 10_000), ("mounts", 1000), ("changes", 200), ("sessions", 100),
        ("seconds", 600),
    ):  # fmt: skip
        parser.add_argument(f"--{name}", type=int, default=default)
    given = parser.parse_args()
    found: list[str] = []
    if given.questions and given.mounts and given.changes:
        for series in page.soak(given.questions, given.mounts, given.changes):
            print(series.text(), flush=True)
            found += faults(series)
    if given.sessions:
        series = sessions.soak(given.sessions, given.seconds)
        print(series.text(), flush=True)
        found += faults(series)
    print("\n".join(found) or "Nothing piles up.")
    return int(bool(found))


if __name__ == "__main__":
    raise SystemExit(main())
