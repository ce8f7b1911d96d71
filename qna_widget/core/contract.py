"""The contract with the browser (contract.json): names, defaults, bounds; traits made of them."""

from __future__ import annotations

import json
import math
import operator
from collections.abc import Callable, Mapping
from importlib import resources
from typing import Any, Final

import traitlets

from qna_widget.errors import InputError

CONTRACT: Final[dict[str, Any]] = json.loads(
    resources.files("qna_widget").joinpath("contract.json").read_text(encoding="utf-8")
)
INPUTS: Final[dict[str, dict[str, Any]]] = CONTRACT["inputs"]
OUTPUTS: Final[dict[str, dict[str, Any]]] = CONTRACT["outputs"]
CHUNK_BYTES: Final[int] = CONTRACT["assets"]["chunk_bytes"]


def default_inputs() -> dict[str, Any]:
    """Return every input's default."""
    return {name: spec["default"] for name, spec in INPUTS.items()}


def check_input(name: str, value: object) -> Any:
    """Return `value` as the contract's plain type.

    Raises InputError that says what was given and what is allowed.
    """
    return check_value(name, value, INPUTS[name])


def own_threshold(described: Mapping[str, object]) -> float:
    """Return the no-answer threshold (logits) that a model's description names; 0 without one.

    Raises InputError.
    """
    named = check_input("no_answer_threshold", described.get("no_answer_threshold"))
    return 0.0 if named is None else float(named)


def check_value(name: str, value: object, spec: Mapping[str, Any]) -> Any:
    """`check_input` for any specification in the contract's form."""
    if value is None and "null" in spec:
        return None
    try:
        checked = _COERCE[plain_type(spec)](value)
    except (TypeError, ValueError, OverflowError):
        raise InputError(f"{name} must be {_allowed(spec)}; got {shown(value)}.") from None
    if "enum" in spec and checked not in spec["enum"]:
        raise InputError(f"{name} must be {_allowed(spec)}; got {shown(value)}.")
    if "minimum" in spec and not spec["minimum"] <= checked <= spec["maximum"]:
        raise InputError(f"{name} must be {_allowed(spec)}; got {shown(value)}.")
    if isinstance(checked, str):
        _refuse_lone_surrogates(name, checked)
    return checked


def plain_type(spec: Mapping[str, Any]) -> str:
    """Return the type of a value that is not null."""
    given: str | list[str] = spec["type"]
    return given if isinstance(given, str) else given[0]


def check_inputs(values: Mapping[str, object]) -> dict[str, Any]:
    """Check several inputs by name; a name that the contract lacks raises TypeError."""
    refuse_unknown(values, INPUTS)
    return {name: check_input(name, value) for name, value in values.items()}


def refuse_unknown(given: Mapping[str, object], allowed: Mapping[str, object]) -> None:
    """Raise TypeError when `given` has a name that `allowed` lacks."""
    unknown = [name for name in given if name not in allowed]
    if unknown:
        raise TypeError(f"There is no argument {unknown[0]!r}; there are {', '.join(allowed)}.")


class InputTrait(traitlets.TraitType[Any, Any]):
    """A synced trait that takes what the contract allows for the input `name`."""

    def __init__(self, name: str) -> None:
        self.info_text = _allowed(INPUTS[name])
        self._input = name
        super().__init__(default_value=INPUTS[name]["default"], help=self.info_text)
        self.tag(sync=True)

    def validate(self, obj: Any, value: Any) -> Any:
        """Return the checked value; a TraitError tells what is allowed."""
        try:
            return check_input(self._input, value)
        except InputError as error:
            raise traitlets.TraitError(str(error)) from None


class OutputTrait(traitlets.TraitType[Any, Any]):
    """A synced trait that the browser fills in and the user only reads."""

    def __init__(self, name: str) -> None:
        self._default = json.dumps(OUTPUTS[name]["default"])
        super().__init__(read_only=True, help=OUTPUTS[name].get("unit", ""))
        self.tag(sync=True)

    def make_dynamic_default(self) -> Any:
        """Give each widget its own empty list or dict."""
        return json.loads(self._default)

    def __set__(self, obj: Any, value: Any) -> None:
        """Refuse by name; `set_trait` is the way in."""
        raise traitlets.TraitError(
            f"{self.name} comes from the browser and cannot be set. "
            "Set passage or question to get new answers."
        )


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


_COERCE: Final[dict[str, Callable[[object], Any]]] = {
    "boolean": _truth,
    "string": _text,
    "integer": _integer,
    "number": _number,
}


def _allowed(spec: Mapping[str, Any]) -> str:
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


def shown(value: object) -> str:
    """Return a value for an error message: cut short, with its type."""
    text = repr(value)
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
