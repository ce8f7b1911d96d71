"""Fetches MobileBERT in a process of its own, while the bundled model answers (see beside.py).

It runs as `python -m qna_widget.models.fetch_beside` at low priority, and stops when its standard
input ends: that is when the process that started it is gone, however it ended. On standard output
it says how far it is.
"""

from __future__ import annotations

import _thread
import os
import sys
import threading
import time

from qna_widget.errors import QnaError

from . import fetch, names

SECONDS_BETWEEN = 0.5
_told_at = 0.0


def main() -> int:
    """Return the exit code; the last line that is no number says what went wrong."""
    if hasattr(os, "nice"):
        os.nice(10)
    threading.Thread(target=_stop_with_parent, daemon=True).start()
    try:
        fetch.fetch(names.MOBILEBERT, _tell)
    except QnaError as error:
        print(" ".join(str(error).split()), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def _tell(_what: str, done: int, total: int) -> None:
    """Write how much is downloaded, of 1, a line each; converting comes after that."""
    global _told_at
    now = time.monotonic()
    if done >= total or now - _told_at >= SECONDS_BETWEEN:
        _told_at = now
        print(done / total if total else 1.0, flush=True)


def _stop_with_parent() -> None:
    sys.stdin.read()
    _thread.interrupt_main()


if __name__ == "__main__":
    sys.exit(main())
