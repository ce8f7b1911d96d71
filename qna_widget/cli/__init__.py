"""The command `qna-widget`: one file per command, each with `add` (arguments) and `run`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from qna_widget.errors import QnaError

from . import streams
from .codes import CODES, FAILED, INTERRUPTED
from .streams import say

if TYPE_CHECKING:
    from _typeshed import SupportsWrite

COMMANDS: Final = {
    "ask": "ask",
    "demo": "demo",
    "doctor": "doctor",
    "eval": "evaluate",
    "export": "export",
    "export-find": "export_find",
    "export-page": "export_page",
    "fetch": "fetch",
    "html": "html",
    "models": "models",
}
"""The file of each command, which is imported when it is given, or when all are listed."""


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
        given = sys.argv[1:] if arguments is None else list(arguments)
        options = _options(given)
        code: int = options.run(options)
    except SystemExit:  # --help printed, too
        streams.flush()
        raise
    streams.flush()
    return code


def _options(given: Sequence[str]) -> argparse.Namespace:
    """Read the arguments, a command's in any order (`html page.html -p text "Who?"`)."""
    parser, commands = _parser(given)
    if len(commands.choices) != 1:
        return parser.parse_args(given)
    command = commands.choices[given[0]]
    behind = given.index("--") + 1 if "--" in given else len(given)
    texts = map(_Text, given[behind:])
    return command.parse_intermixed_args([*given[1:behind], *texts])


class _Version(argparse.Action):
    """Prints the version, which takes a while to find."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from qna_widget import __version__

        print(__version__)
        parser.exit()


class _Text(str):
    """What stands behind "--"."""

    __slots__ = ()


class _Parser(argparse.ArgumentParser):
    """Tells, unlike argparse's own, when what is asked for (--help) cannot be printed.

    And remembers what stood behind "--", which parse_intermixed_args of Python 3.11 forgets.
    """

    def _parse_optional(self, arg_string: str) -> Any:
        return None if isinstance(arg_string, _Text) else super()._parse_optional(arg_string)

    def _print_message(self, message: str, file: SupportsWrite[str] | None = None) -> None:
        if file is not None and file is sys.stdout:
            print(message, end="")
        else:
            super()._print_message(message, file)


def _parser(
    given: Sequence[str],
) -> tuple[argparse.ArgumentParser, argparse._SubParsersAction[_Parser]]:
    """Return a parser of the command that is given, or of all when it is none of them."""
    parser = _Parser("qna-widget", description="Ask questions about a text.", epilog=CODES)
    what = "show program's version number and exit"
    parser.add_argument("--version", action=_Version, nargs=0, help=what)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name in given[:1] if given[:1] and given[0] in COMMANDS else COMMANDS:
        import_module(f".{COMMANDS[name]}", __name__).add(commands)
    return parser, commands
