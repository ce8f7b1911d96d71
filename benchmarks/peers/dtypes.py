"""Which dtype transformers.js is quickest with; its default need not be its best.

    python -m benchmarks.peers.dtypes OUT [--runs 5]

Runs 128 tokens with each dtype that prepare.py could make, in shuffled rounds, and writes the
medians to OUT/dtypes.json. A choice, no figure: run.py measures the chosen one beside the others.
"""

from __future__ import annotations

import argparse
import json
import random
from pathlib import Path
from statistics import median

from playwright.sync_api import Error

from .contenders import DEFAULT_DTYPE, dtype_contender
from .page import ContenderPage, browser
from .prepare import DTYPES

LENGTH = 128
FILE = "dtypes.json"


def chosen(out: Path) -> tuple[str, dict[str, float], dict[str, str]]:
    """Return the quickest dtype, the milliseconds of all, and the reasons of those that fail."""
    if not (out / FILE).is_file():
        return DEFAULT_DTYPE, {}, {"all": "never measured: python -m benchmarks.peers.dtypes"}
    said = json.loads((out / FILE).read_text(encoding="utf-8"))
    return min(said["ms"], key=said["ms"].__getitem__), said["ms"], said["without"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("out", type=lambda given: Path(given).resolve())
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    without = json.loads((options.out / "peer/without.json").read_text(encoding="utf-8"))
    found: dict[str, list[float]] = {}
    with browser(options.out) as chromium:
        pages: dict[str, ContenderPage] = {}
        for dtype in [DEFAULT_DTYPE, *(name for name in DTYPES if name not in without)]:
            contender = dtype_contender(dtype)
            page = chromium.open(f"dtype-{dtype}", measured=False)
            try:
                page.call("load", contender.plugin, contender.options)
                page.call("forward", LENGTH)
            except Error as error:
                without[dtype] = error.message.split("\n", 1)[0]
                page.close()
            else:
                pages[dtype] = page
        for _ in range(options.runs):
            for dtype in random.sample(list(pages), len(pages)):
                found.setdefault(dtype, []).append(pages[dtype].call("forward", LENGTH).ms)
    ms = {dtype: round(median(taken), 1) for dtype, taken in found.items()}
    told = json.dumps({"ms": ms, "without": without}, indent=2)
    (options.out / FILE).write_text(told, encoding="utf-8")
    print(told)


if __name__ == "__main__":
    main()
