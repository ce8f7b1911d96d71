"""The contract with the browser (contract.json): names, defaults, bounds.

Twin: js/src/core/contract.ts.
"""

from __future__ import annotations

import json
import math
import operator
import os
from collections.abc import Callable, Collection, Iterable, Mapping
from copy import deepcopy
from importlib import resources
from pathlib import Path
from typing import Any, Final, TypedDict, cast

from qna_widget.errors import InputError

from .blank import is_blank
from .messages import Inputs, Outputs, SomeInputs


class Spec(TypedDict, total=False):
    """What contract.json says of one input or output."""

    type: str | list[str]
    default: object
    null: str
    """What None stands for, where it is allowed."""
    minimum: float
    maximum: float
    enum: list[str]
    items: list[str]
    unit: str


class HistoryShape(TypedDict):
    """The form of an exported history."""

    passages: list[str]
    questions: list[str]
    options: list[str]
    answers: list[str]
    csv_columns: list[str]
    formula_starts: list[str]
    formula_prefix: str
    most_questions: int
    most_text: int
    """Code points of all passages together, each counted once."""


class Contract(TypedDict):
    """contract.json, as far as Python reads it."""

    inputs: dict[str, Spec]
    offers: dict[str, Spec]
    outputs: dict[str, Spec]
    messages: dict[str, dict[str, object]]
    models: dict[str, list[str]]
    history: HistoryShape
    assets: dict[str, int]
    limits: dict[str, int]


CONTRACT: Final[Contract] = json.loads(
    resources.files("qna_widget").joinpath("contract.json").read_text(encoding="utf-8")
)
INPUTS: Final = CONTRACT["inputs"]
OUTPUTS: Final = CONTRACT["outputs"]
TRUTH: Final[Spec] = {"type": "boolean"}
_CUT_SHARE: Final[Spec] = {"type": "number", "minimum": 0, "maximum": 1, "unit": "a share"}
MOST_EXAMPLES: Final = int(CONTRACT["offers"]["examples"]["maximum"])
CHUNK_BYTES: Final = CONTRACT["assets"]["chunk_bytes"]


def default_inputs() -> Inputs:
    """Return every input's default."""
    return cast(Inputs, {name: spec["default"] for name, spec in INPUTS.items()})


def default_outputs() -> Outputs:
    """Return every output's default, lists and dicts anew."""
    return cast(Outputs, {name: deepcopy(spec["default"]) for name, spec in OUTPUTS.items()})


def check_input(name: str, value: object) -> Any:
    """Return `value` as the contract's plain type.

    A path is a model's folder; its text is one that cannot be taken for a name. Raises InputError
    that says what was given and what is allowed.
    """
    if name == "model" and isinstance(value, Path):
        value = os.path.join(".", os.path.expanduser(value))  # noqa: PTH111, PTH118
    return check_value(name, value, INPUTS[name])


def own_threshold(described: Mapping[str, object]) -> float:
    """Return the no-answer threshold (logits) that a model's description names; 0 without one.

    Raises InputError.
    """
    named = check_input("no_answer_threshold", described.get("no_answer_threshold"))
    return 0.0 if named is None else float(named)


def own_cut_share(described: Mapping[str, object]) -> float:
    """Return the cut_share that a model's description names, 0 to 1; 0 without one.

    Raises InputError.
    """
    return float(check_value("cut_share", described.get("cut_share", 0.0), _CUT_SHARE))


def own_layout_signs(described: Mapping[str, object]) -> bool:
    """Return whether a model's description says that it reads passages with signs for their layout.

    Raises InputError.
    """
    return bool(check_value("layout_signs", described.get("layout_signs", False), TRUTH))


def check_value(name: str, value: object, spec: Spec) -> Any:
    """`check_input` for any specification in the contract's form."""
    if value is None and "null" in spec:
        return None
    try:
        checked = _COERCE[plain_type(spec)](value)
    except (TypeError, ValueError, OverflowError):
        raise InputError(f"{name} must be {allowed(spec)}; got {quoted(value)}.") from None
    if "enum" in spec and checked not in spec["enum"]:
        raise InputError(f"{name} must be {allowed(spec)}; got {quoted(value)}.")
    # Not as float: a whole number may be too large for one.
    if "minimum" in spec and not spec["minimum"] <= cast(float, checked) <= spec["maximum"]:
        raise InputError(f"{name} must be {allowed(spec)}; got {quoted(value)}.")
    if isinstance(checked, str):
        _refuse_lone_surrogates(name, checked)
    return checked


def plain_type(spec: Spec) -> str:
    """Return the type of a value that is not null."""
    given: str | list[str] = spec["type"]
    return given if isinstance(given, str) else given[0]


def check_inputs(values: Mapping[str, object]) -> SomeInputs:
    """Check several inputs by name; a name that the contract lacks raises TypeError."""
    refuse_unknown(values, INPUTS)
    checked = {name: check_input(name, value) for name, value in values.items()}
    return cast(SomeInputs, checked)


def all_inputs(values: Mapping[str, object]) -> Inputs:
    """Check as `check_inputs` does, and fill in the defaults of those that are not given."""
    return cast(Inputs, {**default_inputs(), **check_inputs(values)})


def check_examples(value: object) -> list[str]:
    """Return questions to offer to the reader as a list; none stands there twice.

    Raises InputError that says what was given and what is allowed.
    """
    rule = f"examples must be a list of at most {MOST_EXAMPLES} questions, each a string"
    if isinstance(value, (str, bytes)) or not isinstance(value, Iterable):
        raise InputError(f"{rule}; got {quoted(value)}.")
    questions = list(value)
    if len(questions) > MOST_EXAMPLES:
        raise InputError(f"{rule}; got {len(questions):,}.")
    for question in questions:
        if not isinstance(question, str) or is_blank(question):
            raise InputError(f"{rule}; one is {quoted(question)}.")
        _refuse_lone_surrogates("examples", question)
    return list(dict.fromkeys(map(str, questions)))


def refuse_unknown(given: Iterable[str], allowed: Collection[str]) -> None:
    """Raise TypeError when `given` has a name that `allowed` lacks, as Python does by itself."""
    unknown = [name for name in given if name not in allowed]
    if unknown:
        raise TypeError(f"There is no argument {unknown[0]!r}; there are {', '.join(allowed)}.")


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return str(value)


def _integer(value: object) -> int:
    if isinstance(value, bool):
        raise TypeError
    return operator.index(value)  # type: ignore[arg-type]  # int, numpy.int64, ...


def _number(value: object) -> float:
    if isinstance(value, (bool, str, bytes)):
        raise TypeError
    number = float(value)  # type: ignore[arg-type]
    if not math.isfinite(number):
        raise ValueError
    return number


def _truth(value: object) -> bool:
    if type(value).__name__ not in ("bool", "bool_"):  # numpy's goes by the second name
        raise TypeError
    return bool(value)


_COERCE: Final[dict[str, Callable[[object], bool | str | int | float]]] = {
    "boolean": _truth,
    "string": _text,
    "integer": _integer,
    "number": _number,
}


def allowed(spec: Spec) -> str:
    if "enum" in spec:
        return "one of " + ", ".join(map(repr, spec["enum"]))
    noun = {
        "boolean": "True or False",
        "string": "a string",
        "integer": "a whole number",
        "number": "a number",
    }[plain_type(spec)]
    if "minimum" in spec:
        noun += f" from {spec['minimum']} to {spec['maximum']} ({spec['unit']})"
    return f"{noun}, or None for {spec['null']}" if "null" in spec else noun


def quoted(value: object) -> str:
    """Return a value for an error message: cut short, with its type."""
    try:
        text = repr(value)
    except Exception:  # whatever it does, such as whole numbers of thousands of digits
        return f"what cannot be shown ({type(value).__name__})"
    return f"{text if len(text) <= 60 else text[:57] + '...'} ({type(value).__name__})"


def _refuse_lone_surrogates(name: str, text: str) -> None:
    """Half an emoji, as a badly decoded file may hold, cannot travel as UTF-8."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise InputError(
            f"{name} holds a lone surrogate, U+{ord(text[error.start]):04X}, at character "
            f"{error.start}: that is not text, and no browser takes it. Decode the source with the "
            "right encoding, or replace what is broken: "
            f"{name}.encode('utf-16', 'surrogatepass').decode('utf-16', 'replace')."
        ) from None
