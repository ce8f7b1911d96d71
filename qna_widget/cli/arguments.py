"""What arguments may say. What is refused here ends with code 2 (argparse's), before any work."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Final, ParamSpec, TypeAlias, TypeVar

from qna_widget.answering.options import THRESHOLD
from qna_widget.core.blank import is_blank
from qna_widget.core.contract import INPUTS, Spec, check_value, plain_type
from qna_widget.errors import BlankQuestionError, InputError
from qna_widget.models import names

from .codes import CODES

P = ParamSpec("P")
T = TypeVar("T")

_NUMBERS: Final[dict[str, Callable[[str], object]]] = {"integer": int, "number": float}
_HUB_NAMES: Final = "mobilebert, owner/name or owner/name@revision"


Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"
"""What `add_subparsers` gives; argparse has no public name for it."""


def command(
    commands: Commands, name: str, run: Callable[[argparse.Namespace], int], what: str
) -> argparse.ArgumentParser:
    """Add a command; `what` is a phrase that says what it does."""
    parser: argparse.ArgumentParser = commands.add_parser(
        name, help=what, description=f"{what[0].upper()}{what[1:]}.", epilog=CODES
    )
    parser.set_defaults(run=run)
    return parser


def add_model(parser: argparse.ArgumentParser, *, what: str = "the model to ask") -> None:
    """Add `--model`."""
    parser.add_argument(
        "--model",
        type=_model,
        default=names.Auto(),
        help=f"{what}: auto (the default), bundled, {_HUB_NAMES} on the hub, or a folder",
    )


def allowed(name: str) -> Callable[[str], object]:
    """Return a reader of the contract's input `name`."""
    return value_of(name, INPUTS[name])


def value_of(name: str, spec: Spec) -> Callable[[str], object]:
    """Return a reader of what `spec` allows."""

    def read(text: str) -> object:
        try:
            value = _NUMBERS.get(plain_type(spec), str)(text)
        except ValueError:
            value = text
        return _checked(check_value, name, value, spec)

    return read


def threshold(text: str) -> float:
    """Read the threshold of "no answer"; "inf": it never wins."""
    try:
        value: object = float(text)
    except ValueError:
        value = text
    if value == float("inf"):
        return float("inf")
    checked: float = _checked(check_value, "no_answer_threshold", value, THRESHOLD)
    return checked


def utf8(given: str) -> str:
    """Read a text. The shell's bytes are UTF-8; Python keeps others as halves of pairs."""
    try:
        given.encode()
    except UnicodeEncodeError:
        likely = given.encode(errors="surrogateescape").decode("latin-1")
        raise argparse.ArgumentTypeError(
            f"{likely!r} did not come as UTF-8, but in an old encoding such as Latin-1. Let the "
            "terminal, or the file that the command stands in, use UTF-8 (LANG=C.UTF-8)."
        ) from None
    return given


def question(text: str) -> str:
    """Read a question that can be asked."""
    utf8(text)
    if is_blank(text):
        raise argparse.ArgumentTypeError(str(BlankQuestionError()))
    return str(allowed("question")(text))


def whole(least: int) -> Callable[[str], int]:
    """Return a reader of whole numbers from `least` on."""

    def read(text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            value = least - 1
        if value < least:
            raise argparse.ArgumentTypeError(
                f"must be a whole number, {least} or more; got {text!r}."
            )
        return value

    return read


def port(text: str) -> int:
    """Read a port to listen on."""
    number = whole(1)(text)
    if number > 65_535:
        raise argparse.ArgumentTypeError(f"must be at most 65535; got {text!r}.")
    return number


def address(text: str) -> str:
    """Read an address to listen on. An empty one would be every address of this machine."""
    if not text.strip():
        raise argparse.ArgumentTypeError(
            "must be localhost, 0.0.0.0 (whoever reaches this machine) or an address; got "
            f"{text!r}."
        )
    return text


def hub_name(text: str) -> names.HubName:
    """Read the name of a model on the hub."""
    found = _model(text)
    if not isinstance(found, names.HubName):
        raise argparse.ArgumentTypeError(f"{text!r} is no model of the hub. Give {_HUB_NAMES}.")
    return found


def checkpoint(text: str) -> names.HubName | names.Folder:
    """Read what can be exported: a model on the hub, or a folder."""
    found = _model(text)
    if isinstance(found, names.Auto | names.Bundled):
        raise argparse.ArgumentTypeError(
            f"{text!r} needs no export. Give a checkpoint's folder, {_HUB_NAMES}."
        )
    return found


def output(given: str) -> Path:
    """Read the name of a file to write beside what is printed."""
    if given == "-":
        raise argparse.ArgumentTypeError("'-' is where the figures are printed; name a file.")
    return Path(given)


def _model(text: str) -> names.ModelName:
    return _checked(names.parse, text)


def _checked(check: Callable[P, T], *given: P.args, **named: P.kwargs) -> T:
    """Turn an InputError into argparse's own kind of error."""
    try:
        return check(*given, **named)
    except InputError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
