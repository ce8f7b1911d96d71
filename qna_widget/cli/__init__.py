"""The command `qna-widget`: one file per command, each with `add` (arguments) and `run`."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from qna_widget import __version__
from qna_widget.errors import QnaError

from . import ask, doctor, evaluate, export, fetch, html, models
from .codes import CODES, FAILED, INTERRUPTED

COMMANDS = (ask, doctor, evaluate, export, fetch, html, models)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return its exit code. Errors that we raise on purpose print no traceback."""
    options = _parser().parse_args(arguments)
    try:
        code: int = options.run(options)
        sys.stdout.flush()
    except QnaError as error:
        notes = "".join(f" ({note})" for note in getattr(error, "__notes__", ()))
        print(f"qna-widget: {error}{notes}", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        print("qna-widget: interrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:  # `| head` has seen enough; the interpreter shall not complain, either
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "qna-widget", description="Ask questions about a text.", epilog=CODES
    )
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for command in COMMANDS:
        command.add(commands)
    return parser
