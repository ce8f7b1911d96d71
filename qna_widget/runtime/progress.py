"""A progress bar on the terminal (and in a notebook's output), nothing where there is none."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import TextIO, TypeVar

T = TypeVar("T")
SECONDS_BETWEEN = 0.1
MEGABYTE = 1_000_000

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how many bytes of it are done, and of how many; 0 of 0: not
known."""


def progress_bar(
    items: Iterable[T], total: int, unit: str, *, stream: TextIO | None = None
) -> Iterator[T]:
    """Yield `items`, drawing how many of `total` have come, how fast, and the time left."""
    out = sys.stderr if stream is None else stream
    if not _draws(out):
        yield from items
        return
    begun = time.monotonic()
    drawn = 0.0
    try:
        for done, item in enumerate(items, 1):
            yield item
            now = time.monotonic()
            if now - drawn >= SECONDS_BETWEEN or done == total:
                _draw(out, "\r" + _line(done, total, unit, now - begun))
                drawn = now
    finally:
        _draw(out, "\n")


def transfer_bar(stream: TextIO | None = None) -> Progress:
    """Return what draws a transfer of bytes: one line per thing that is being done."""
    out = sys.stderr if stream is None else stream
    shown = _draws(out)
    line, drawn = "", 0.0

    def draw(what: str, done: int, total: int) -> None:
        nonlocal line, drawn
        now = time.monotonic()
        if not shown or (what == line and done < total and now - drawn < SECONDS_BETWEEN):
            return
        begin = "\r" if line in ("", what) else "\n"
        drawn = now
        size = f": {done / MEGABYTE:.1f} of {total / MEGABYTE:.1f} MB" if total else " …"
        end = "\n" if total and done >= total else ""
        line = "" if end else what
        _draw(out, begin + what + size + end)

    return draw


def _draws(out: TextIO | None) -> bool:
    """Whether a line can be drawn over; a notebook's output, no terminal, behaves like one.

    A service has no streams at all (None), and a stream may have been closed.
    """
    with suppress(AttributeError, OSError, ValueError):
        return out is not None and (out.isatty() or type(out).__module__.startswith("ipykernel"))
    return False


def _draw(out: TextIO | None, text: str) -> None:
    """Write; a terminal that has gone meanwhile takes no answer with it."""
    with suppress(AttributeError, OSError, ValueError):
        if out is not None:
            out.write(text)
            out.flush()


def _line(done: int, total: int, unit: str, seconds: float) -> str:
    rate = done / max(seconds, 1e-9)
    left = max(total - done, 0) / rate
    figures = f" {done}/{total} {unit}  {rate:.1f}/s  {int(left // 60)}:{int(left % 60):02} left"
    columns = shutil.get_terminal_size().columns
    width = max(columns - len(figures) - 3, 10)
    filled = round(width * min(done / max(total, 1), 1))
    # A line that wraps could not be drawn over.
    return f"[{'#' * filled}{'.' * (width - filled)}]{figures}"[: columns - 1]
