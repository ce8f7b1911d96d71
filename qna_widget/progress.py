"""A progress bar on the terminal, nothing where there is none."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Iterable, Iterator
from typing import TextIO, TypeVar

T = TypeVar("T")
SECONDS_BETWEEN = 0.1


def progress_bar(
    items: Iterable[T], total: int, unit: str, *, stream: TextIO | None = None
) -> Iterator[T]:
    """Yield `items`, drawing how many of `total` have come, how fast, and the time left."""
    out = sys.stderr if stream is None else stream
    if not out.isatty():
        yield from items
        return
    begun = time.monotonic()
    drawn = 0.0
    try:
        for done, item in enumerate(items, 1):
            yield item
            now = time.monotonic()
            if now - drawn >= SECONDS_BETWEEN or done == total:
                out.write("\r" + _line(done, total, unit, now - begun))
                out.flush()
                drawn = now
    finally:
        out.write("\n")


def _line(done: int, total: int, unit: str, seconds: float) -> str:
    rate = done / max(seconds, 1e-9)
    left = max(total - done, 0) / rate
    figures = f" {done}/{total} {unit}  {rate:.1f}/s  {int(left // 60)}:{int(left % 60):02} left"
    width = max(shutil.get_terminal_size().columns - len(figures) - 3, 10)
    filled = round(width * min(done / max(total, 1), 1))
    return f"[{'#' * filled}{'.' * (width - filled)}]{figures}"
