"""A new widget.js for the widgets that are shown, while the front end is worked on (`make dev`).

anywidget watches a file that a class names when it is defined. QnA reads its file late, so that a
front end that was not built is an error in words; hence a watcher of its own, under anywidget's
switch.
"""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path
from typing import Protocol
from weakref import WeakSet

# Seconds between two looks at the file.
PAUSE = 0.2

_LOCK = threading.Lock()
_shown: WeakSet[Shown] = WeakSet()
_watching: set[Path] = set()


class Shown(Protocol):
    """What is needed of a widget."""

    _esm: str


def follow(widget: Shown, file: Path) -> None:
    """Let `widget` have each new content of `file`, where ANYWIDGET_HMR=1 asks for it."""
    if os.environ.get("ANYWIDGET_HMR") != "1":
        return
    with _LOCK:
        _shown.add(widget)
        if file in _watching:
            return
        _watching.add(file)
    threading.Thread(target=_watch, args=(file, _stamp(file)), daemon=True).start()


def _watch(file: Path, known: tuple[int, int]) -> None:
    while True:
        time.sleep(PAUSE)
        with _LOCK:
            widgets = list(_shown)
            if not widgets:
                _watching.discard(file)
                return
        stamp = _stamp(file)
        if stamp in (known, _GONE):
            continue
        known = stamp
        content = file.read_text(encoding="utf-8")
        for widget in widgets:
            widget._esm = content


_GONE = (0, 0)


def _stamp(file: Path) -> tuple[int, int]:
    try:
        found = file.stat()
    except OSError:
        return _GONE
    return found.st_mtime_ns, found.st_size
