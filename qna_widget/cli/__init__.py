"""The command `qna-widget`: one file per command, each with `add` (arguments) and `run`."""

from __future__ import annotations

import argparse
import codecs
import io
import json
import os
import sys
from collections.abc import Sequence

from qna_widget import __version__
from qna_widget.errors import QnaError

from . import ask, demo, doctor, evaluate, export, export_page, fetch, html, models
from .codes import CODES, FAILED, INTERRUPTED

ESCAPE = "qna_widget.escape"
COMMANDS = (ask, demo, doctor, evaluate, export, export_page, fetch, html, models)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return its exit code. Errors that we raise on purpose print no traceback."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # None in a service, something else in a test
            stream.reconfigure(errors=ESCAPE)
    options = _parser().parse_args(arguments)
    try:
        code: int = options.run(options)
        if sys.stdout is not None:
            sys.stdout.flush()
    except QnaError as error:
        notes = "".join(f" ({note})" for note in getattr(error, "__notes__", ()))
        print(f"qna-widget: {error}{notes}", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        print("qna-widget: interrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:  # `| head` has seen enough
        _discard()
        return FAILED
    except OSError as error:
        if error.filename is not None:
            raise  # a file is its command's to explain
        _discard()
        print(f"qna-widget: reading or writing failed: {error.strerror}", file=sys.stderr)
        return FAILED
    return code


def _escape(error: UnicodeError) -> tuple[str, int]:
    """Write what the terminal's encoding lacks as JSON does, so that JSON stays JSON."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return json.dumps(error.object[error.start : error.end])[1:-1], error.end


codecs.register_error(ESCAPE, _escape)


def _discard() -> None:
    """Let the interpreter's own last flush go nowhere: it would only complain."""
    if sys.stdout is not None:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "qna-widget", description="Ask questions about a text.", epilog=CODES
    )
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for command in COMMANDS:
        command.add(commands)
    return parser
