"""A link that carries a question, its text and its settings. Pure: the page's address is a dict.

What a link says is anybody's word: each value is checked, and a model is taken only from the menu,
so that no link makes the server read a folder or fetch a file.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

from qna_widget.core.contract import INPUTS, check_input, plain_type
from qna_widget.errors import InputError
from qna_widget.models import names

from .shelf import OWN, Example, Shelf

MAX_CHARACTERS = 1_000
"""Code points of a question or an own text in a link: some programs cut longer ones."""
OPTIONS = tuple(name for name in INPUTS if name not in ("passage", "question", "model"))
_EXAMPLE = "example"


def default_options() -> dict[str, Any]:
    """Return every option's default."""
    return {name: INPUTS[name]["default"] for name in OPTIONS}


@dataclass(frozen=True)
class Inputs:
    """What the component is called with."""

    passage: str
    question: str
    model: str = names.AUTO
    options: dict[str, Any] = field(default_factory=default_options)
    """top_k and the others of OPTIONS, each."""


def start(shelf: Shelf) -> Inputs:
    """Return what is shown to whom follows no link."""
    first = shelf.texts[shelf.first]
    return Inputs(first.passage, first.question, shelf.model)


def read(
    address: Mapping[str, str], shelf: Shelf, models: Collection[str]
) -> tuple[Inputs, list[str]]:
    """Return what a link asks for, and a sentence for each thing in it that is not allowed.

    `models` are those that may be named besides the shelf's. A wrong value counts as if it were
    not there.
    """
    troubles: list[str] = []
    found = dict(address)
    example = found.pop(_EXAMPLE, shelf.first)
    if "passage" in found:
        example = OWN
    elif example not in (*shelf.texts, OWN):
        troubles.append(f"There is no example {_shown(example)}.")
        example = shelf.first
    model = found.pop("model", shelf.model)
    if model not in (shelf.model, *models):
        troubles.append(f"The model {_shown(model)} is not at hand here; see the menu.")
        model = shelf.model
    values: dict[str, Any] = {}
    for name, text in found.items():
        try:
            values[name] = _value(name, text)
        except InputError as error:
            troubles.append(str(error))
    known = shelf.texts.get(example, Example("", values.pop("passage", "")))
    question = values.pop("question", known.question)
    return Inputs(known.passage, question, model, default_options() | values), troubles


def write(inputs: Inputs, shelf: Shelf, *, with_passage: bool = False) -> dict[str, str]:
    """Return the address of `inputs`, without settings that have their defaults.

    An own text is in it only `with_passage`; and no text that is too long (`fits`).
    """
    address: dict[str, str] = {}
    example = shelf.key_of(inputs.passage)
    if example == OWN and with_passage and inputs.passage and fits(inputs.passage):
        address["passage"] = inputs.passage
    else:
        address[_EXAMPLE] = example
    if inputs.question and fits(inputs.question):
        address["question"] = inputs.question
    for name, value in inputs.options.items():
        if value != INPUTS[name]["default"]:
            address[name] = str(value)
    if inputs.model != shelf.model:
        address["model"] = inputs.model
    return address


def fits(text: str) -> bool:
    """Tell whether a text is short enough for a link."""
    return len(text) <= MAX_CHARACTERS


def url(page: str, address: Mapping[str, str]) -> str:
    """Return the link to a page at this address; `page` may have another address behind it."""
    parts = urlsplit(page)
    return urlunsplit((parts.scheme, parts.netloc, parts.path or "/", urlencode(address), ""))


def _value(name: str, text: str) -> Any:
    if name not in INPUTS:
        raise InputError(f"Nothing here is called {_shown(name)}.")
    if name in ("passage", "question") and not fits(text):
        raise InputError(f"{name} has {len(text):,} characters; a link holds {MAX_CHARACTERS:,}.")
    number = {"integer": int, "number": float}.get(plain_type(INPUTS[name]))
    try:
        return check_input(name, text if number is None else number(text))
    except (ValueError, OverflowError) as error:
        if isinstance(error, InputError):
            raise
        return check_input(name, text)  # raises, and says what is allowed


def _shown(text: str) -> str:
    return repr(text if len(text) <= 60 else text[:57] + "...")
