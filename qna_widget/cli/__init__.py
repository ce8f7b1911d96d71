"""The command `qna-widget`: one file per command, each with `add` (arguments) and `run`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from qna_widget import __version__
from qna_widget.errors import QnaError

from . import ask, demo, doctor, evaluate, export, export_page, fetch, html, models, streams
from .codes import CODES, FAILED, INTERRUPTED
from .streams import say

if TYPE_CHECKING:
    from _typeshed import SupportsWrite

COMMANDS = (ask, demo, doctor, evaluate, export, export_page, fetch, html, models)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return its exit code. Errors that we raise on purpose print no traceback.

    Raises SystemExit, as argparse does, for wrong arguments and --help.
    """
    streams.prepare()
    try:
        code = _run(arguments)
    except QnaError as error:
        notes = "".join(f" ({note})" for note in getattr(error, "__notes__", ()))
        say(f"{error}{notes}")
        return FAILED
    except KeyboardInterrupt:
        say("interrupted")
        return INTERRUPTED
    except BrokenPipeError:  # `| head` has seen enough
        streams.discard()
        return FAILED
    except OSError as error:
        if error.filename is None:
            streams.discard()
        say(streams.failure(error))
        return FAILED
    return code


def _run(arguments: Sequence[str] | None) -> int:
    try:
        options = _parser().parse_args(arguments)
        code: int = options.run(options)
    except SystemExit:  # --help printed, too
        streams.flush()
        raise
    streams.flush()
    return code


class _Parser(argparse.ArgumentParser):
    """Tells, unlike argparse's own, when what is asked for (--help) cannot be printed."""

    def _print_message(self, message: str, file: SupportsWrite[str] | None = None) -> None:
        if file is not None and file is sys.stdout:
            print(message, end="")
        else:
            super()._print_message(message, file)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser("qna-widget", description="Ask questions about a text.", epilog=CODES)
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for command in COMMANDS:
        command.add(commands)
    return parser
