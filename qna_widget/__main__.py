"""`qna-widget`, and `python -m qna_widget`: signals and streams are set right, then the rest loads.

Loading takes up to seconds, in which a Ctrl-C comes as well as at any other time. This module and
the package's `__init__` import next to nothing, so that Ctrl-C works from the start.
"""

from __future__ import annotations

import atexit
import io
import os
import signal
import sys
import time
from contextlib import suppress

INTERRUPTED = 130
PATIENCE = 1.0
"""Seconds for which a further Ctrl-C means the same as the first; a later one ends at once."""


class CtrlC:
    """What Ctrl-C does: end at once while nothing runs, else raise KeyboardInterrupt, once."""

    def __init__(self) -> None:
        self.running = False
        self.code = INTERRUPTED
        self._first: float | None = None

    def listen(self) -> None:
        """Hear it from now on, unless whoever started this process has it ignored."""
        if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
            signal.signal(signal.SIGINT, self)
            # Called last of all, before the interpreter would give signals back to the system,
            # which ends a process that has done its work as if it had not.
            atexit.register(signal.signal, signal.SIGINT, signal.SIG_IGN)

    def __call__(self, *_: object) -> None:
        """Take a signal. Whatever is half-written is removed on the way of the exception."""
        now = time.monotonic()
        if not self.running or (self._first is not None and now - self._first > PATIENCE):
            self._end()
        if self._first is None:
            self._first = now
            raise KeyboardInterrupt

    @property
    def came(self) -> bool:
        """Whether Ctrl-C came while the command ran."""
        return self._first is not None

    def _end(self) -> None:
        if self.code == INTERRUPTED and not self.came:
            with suppress(OSError):
                os.write(2, b"qna-widget: interrupted\n")
        os._exit(self.code)


def main() -> int:
    """Run one command; return its exit code."""
    ctrl_c = CtrlC()
    ctrl_c.listen()
    _open_descriptors()
    from .cli import main as run
    from .cli.streams import say

    ctrl_c.running = True
    try:
        code = run()
    except SystemExit as end:  # argparse's, for --help and for wrong arguments
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:  # C code makes other errors of a KeyboardInterrupt
        if not ctrl_c.came:
            raise
        say("interrupted")
        code = INTERRUPTED
    if ctrl_c.came:
        # Where it left an exec(), such as those of dataclasses, `python -m` takes it for uncaught
        # and ends by the signal instead of the code. The next exec() clears that note.
        exec("")
    # What is left is the interpreter's end.
    ctrl_c.running, ctrl_c.code = False, code
    return code


def _open_descriptors() -> None:
    """Lead closed standard streams nowhere, lest a file that is opened takes their number.

    Nothing can be written to such an output: whoever prints a result learns that.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_WRONLY if number == 2 else os.O_RDONLY)
            if number:
                nowhere = io.BufferedWriter(io.FileIO(number, "w", closefd=False))
                stream = io.TextIOWrapper(nowhere, encoding="utf-8")
                setattr(sys, "stdout" if number == 1 else "stderr", stream)


if __name__ == "__main__":
    sys.exit(main())
