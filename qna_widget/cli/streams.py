"""The standard streams, in whatever state a shell, a service or a terminal has left them."""

from __future__ import annotations

import codecs
import errno
import io
import json
import os
import sys
from contextlib import suppress

ESCAPE = "qna_widget.escape"


def prepare() -> None:
    """Let no character fail to be written, whatever the encoding."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # None in a service, something else in a test
            stream.reconfigure(errors=ESCAPE)


def say(text: str) -> None:
    """Write a line to standard error; nowhere where there is none."""
    with suppress(OSError, ValueError, AttributeError):
        # print() takes None for standard output.
        if sys.stderr is not None:
            print(f"qna-widget: {text}", file=sys.stderr, flush=True)


def write(data: bytes) -> None:
    """Write all of `data` to standard output, which may take a part at a time (`python -u`)."""
    left = memoryview(data)
    while left:
        left = left[sys.stdout.buffer.write(left) :]


def flush() -> None:
    """Write what was printed, so that a full disk is reported now."""
    if sys.stdout is not None:
        sys.stdout.flush()


def discard() -> None:
    """Let the interpreter's own last flush go nowhere: it would only complain."""
    with suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def failure(error: OSError) -> str:
    """Say in words what could not be read or written."""
    if error.filename is not None:
        return f"{error.filename} cannot be read or written: {error.strerror}."
    if error.errno == errno.EBADF:
        return "standard output is closed, so the result could not be printed."
    return f"reading or writing failed: {error.strerror or error}"


def _escape(error: UnicodeError) -> tuple[str, int]:
    """Write what the terminal's encoding lacks as JSON does, so that JSON stays JSON."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return json.dumps(error.object[error.start : error.end])[1:-1], error.end


codecs.register_error(ESCAPE, _escape)
