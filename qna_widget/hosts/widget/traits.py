"""The contract's inputs and outputs as traits of a widget."""

from __future__ import annotations

import json
from typing import Any, TypeVar

import traitlets

from qna_widget.core.contract import INPUTS, OUTPUTS, allowed, check_examples, check_input
from qna_widget.errors import InputError

T = TypeVar("T")


class InputTrait(traitlets.TraitType[Any, Any]):
    """A synced trait that takes what the contract allows for the input `name`."""

    def __init__(self, name: str) -> None:
        self.info_text = allowed(INPUTS[name])
        self._input = name
        super().__init__(default_value=INPUTS[name]["default"], help=self.info_text)
        self.tag(sync=True)

    def validate(self, obj: object, value: object) -> object:
        """Return the checked value; a TraitError says what is allowed."""
        try:
            return check_input(self._input, value)
        except InputError as error:
            raise traitlets.TraitError(str(error)) from None


class ExamplesTrait(traitlets.TraitType[Any, Any]):
    """A synced trait of questions to offer to the reader."""

    def __init__(self) -> None:
        super().__init__()
        self.tag(sync=True)

    def make_dynamic_default(self) -> list[str]:
        """Give each widget its own empty list."""
        return []

    def validate(self, obj: Any, value: Any) -> list[str]:
        """Return the checked list; a TraitError tells what is allowed."""
        try:
            return check_examples(value)
        except InputError as error:
            raise traitlets.TraitError(str(error)) from None


class OutputTrait(traitlets.TraitType[Any, Any]):
    """A synced trait that the browser fills in and the user only reads."""

    def __init__(self, name: str) -> None:
        self._default = json.dumps(OUTPUTS[name]["default"])
        super().__init__(read_only=True, help=OUTPUTS[name].get("unit", ""))
        self.tag(sync=True)

    def make_dynamic_default(self) -> object:
        """Give each widget its own empty list or dict."""
        return json.loads(self._default)

    def __set__(self, obj: object, value: object) -> None:
        """Refuse by name; `set_trait` is the way in."""
        raise traitlets.TraitError(
            f"{self.name} comes from the browser and cannot be set. "
            "Set passage or question to get new answers."
        )


class PageTrait(traitlets.TraitType[T, T]):
    """A synced trait of plain data that only the page reads."""

    def __init__(self, empty: T) -> None:
        """`empty` is what the page reads before there is anything; it is not changed in place."""
        super().__init__(default_value=empty)
        self.tag(sync=True)
