"""Bytes of a file or of standard input, never without a bound on their number and on the wait."""

from __future__ import annotations

import io
import os
import sys
import threading
import time
from pathlib import Path
from typing import IO, Final

from qna_widget.errors import InputError

SECONDS: Final = 60.0
"""For a named file: a pipe or a device may never end."""
INPUT_SECONDS: Final = 600.0
"""For standard input, whose other end may have work to do first."""
_CHUNK: Final = 1 << 20


def read_bounded(
    file: Path | None, limit: int, *, what: str | None = None, seconds: float | None = None
) -> bytes:
    """Return all of a file, or of standard input for None: at most `limit` bytes.

    A terminal is waited for as long as it takes. Raises InputError for what cannot be read, is
    larger, or has not ended after so many seconds (SECONDS, INPUT_SECONDS); `what` names it there.
    """
    if file is None and sys.stdin is None:
        raise InputError("There is no standard input to read from; give a file.")
    name = what or ("standard input" if file is None else str(file))
    if seconds is None:
        seconds = SECONDS if file is not None else INPUT_SECONDS
    if file is None and sys.stdin is not None and sys.stdin.isatty():
        seconds = threading.TIMEOUT_MAX
    reading = _Reading(file, limit)
    if not reading.ends_within(seconds):
        raise InputError(
            f"{name} did not end within {seconds:g} seconds. Give a file that does, or a part of "
            "it."
        )
    if isinstance(reading.error, OSError):
        reason = reading.error.strerror or reading.error
        raise InputError(f"{name} cannot be read: {reason}.") from reading.error
    if reading.error is not None:
        raise reading.error
    if reading.length > limit:
        raise InputError(f"{name} has more than {limit:,} bytes, the most that is read.")
    return b"".join(reading.chunks)


class _Reading(threading.Thread):
    """Reads to the end, or one chunk beyond `limit`.

    A thread of its own, because opening a pipe or reading from one may wait for ever, and no
    system has the same way to bound that for all kinds of files. A daemon: it does not keep the
    process from ending.
    """

    def __init__(self, file: Path | None, limit: int) -> None:
        super().__init__(daemon=True)
        self.chunks: list[bytes] = []
        self.length = 0
        self.error: BaseException | None = None
        self.stopped = False
        self._file = file
        self._limit = limit

    def ends_within(self, seconds: float) -> bool:
        """Read; tell whether that ended in time."""
        if sys.platform == "emscripten":  # has no threads, and no files that do not end
            self.run()
            return True
        self.start()
        ends = time.monotonic() + seconds
        while self.is_alive() and time.monotonic() < ends:
            self.join(0.1)  # in short waits, between which Ctrl-C works on every system
        self.stopped = self.is_alive()
        return not self.stopped

    def run(self) -> None:
        """Read, in the thread."""
        try:
            if self._file is None:
                self._read(_standard_input())
                return
            # Unbuffered: a buffer's lock would still be held when the process ends.
            with self._file.open("rb", buffering=0) as source:
                self._read(source)
        except BaseException as error:
            self.error = error

    def _read(self, source: IO[bytes] | io.RawIOBase) -> None:
        while not self.stopped and self.length <= self._limit:
            chunk = source.read(_CHUNK)
            if chunk is None:  # a pipe that does not block has nothing yet
                time.sleep(0.02)
                continue
            if not chunk:
                return
            self.chunks.append(chunk)
            self.length += len(chunk)


def _standard_input() -> IO[bytes] | io.RawIOBase:
    """Return standard input without its buffer; with it where it is no file of the system."""
    try:
        # Not io.FileIO: only open() reads a console of Windows as UTF-8.
        return open(os.dup(sys.stdin.fileno()), "rb", buffering=0)  # noqa: PTH123
    except (OSError, ValueError, AttributeError):
        return sys.stdin.buffer
