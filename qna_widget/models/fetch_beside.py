"""Fetches MobileBERT in a process of its own, while the bundled model answers (see auto.py).

It runs as `python -m qna_widget.models.fetch_beside` at low priority, and stops when its standard
input ends: that is when the process that started it is gone, however it ended.
"""

from __future__ import annotations

import _thread
import os
import sys
import threading

from qna_widget.errors import QnaError

from . import fetch, names


def main() -> int:
    """Return the exit code; the last line on standard error says what went wrong."""
    if hasattr(os, "nice"):
        os.nice(10)
    threading.Thread(target=_stop_with_parent, daemon=True).start()
    try:
        fetch.fetch(names.MOBILEBERT, lambda *_: None)
    except QnaError as error:
        print(" ".join(str(error).split()), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def _stop_with_parent() -> None:
    sys.stdin.read()
    _thread.interrupt_main()


if __name__ == "__main__":
    sys.exit(main())
