"""What pages say, checked: a page may be forged, or of another version of the package."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final, TypedDict, cast

from qna_widget.core.contract import (
    INPUTS,
    OUTPUTS,
    Spec,
    check_input,
    check_inputs,
    check_value,
)
from qna_widget.core.messages import (
    Outputs,
    ReportedInputs,
    ReportMessage,
    ScoresMessage,
    SomeInputs,
)
from qna_widget.errors import InputError

_TEXT: Final[Spec] = {"type": "string"}
_NUMBER: Final[Spec] = {"type": "number"}
_AMOUNT: Final[Spec] = {"type": "number", "minimum": 0, "maximum": 1 << 53, "unit": "of them"}
_COUNT: Final[Spec] = {"type": "integer", "minimum": 0, "maximum": 1 << 53, "unit": "of them"}
_BYTES: Final[Spec] = {"type": "integer", "minimum": 0, "maximum": 1 << 28, "unit": "bytes"}
_COUNTS: Final = ("passage", "question", "windows")
_ANSWER: Final[dict[str, Spec]] = {
    "text": _TEXT,
    "start": _COUNT,
    "end": _COUNT,
    "score": _NUMBER,
    "probability": _NUMBER,
}
_PROGRESS: Final[dict[str, Spec]] = {
    **dict.fromkeys(("stage", "name", "unit"), _TEXT),
    **dict.fromkeys(("loaded", "total"), _AMOUNT),
}


def changes(content: Mapping[str, object]) -> SomeInputs:
    """Return the inputs that a page sets to what they may be; all else that it names stays."""
    taken: dict[str, object] = {}
    for name in INPUTS.keys() & content.keys():
        with suppress(InputError):
            taken[name] = check_input(name, content[name])
    return cast(SomeInputs, taken)


class PageReport(TypedDict):
    """What a page of Streamlit's says: the reader's changes, and its answers to them."""

    revision: str
    """The revision of the arguments that the page speaks of."""
    number: int
    """Counts the reports of one revision."""
    changes: SomeInputs
    outputs: Outputs


def report(content: Mapping[str, object]) -> ReportMessage:
    """Return a message of the kind "report". Raises InputError for what is none."""
    return {
        "kind": "report",
        "page": check_value("page", content.get("page"), _TEXT),
        "number": _count("number", content.get("number")),
        "inputs": _reported_inputs(content.get("inputs")),
        "passage_crc32": _count("passage_crc32", content.get("passage_crc32")),
        "outputs": outputs(content.get("outputs")),
    }


def page_report(said: object) -> PageReport:
    """Return what a page of Streamlit's says. Raises InputError for what is no report."""
    content = _mapping("report", said)
    return {
        "revision": check_value("revision", content.get("revision"), _TEXT),
        "number": _count("number", content.get("number")),
        "changes": _inputs("changes", content.get("changes")),
        "outputs": outputs(content.get("outputs")),
    }


def outputs(value: object) -> Outputs:
    """Return the outputs of a page, all or some. Raises InputError for what are none."""
    given = _mapping("outputs", value)
    checked = {name: _output(name, part) for name, part in given.items()}
    unscored = checked.get("answers") and checked.get("null_score") is None
    if "status" not in checked or unscored:
        raise InputError("A page's report is not whole.")
    return cast(Outputs, checked)


def scores(content: Mapping[str, object], buffers: Sequence[bytes]) -> ScoresMessage:
    """Return a message about a request for scores. Raises InputError for what is none."""
    kind, request = content.get("kind"), check_value("request", content.get("request"), _TEXT)
    if kind == "scores.none":
        return {"kind": "scores.none", "request": request, "message": str(content.get("message"))}
    if not buffers:
        raise InputError("A chunk of scores came without its bytes.")
    counts = _mapping("counts", content.get("counts"))
    return {
        "kind": "scores.chunk",
        "request": request,
        "page": check_value("page", content.get("page"), _TEXT),
        "inputs": _reported_inputs(content.get("inputs")),
        "passage_crc32": _count("passage_crc32", content.get("passage_crc32")),
        "counts": {name: _count(name, counts.get(name)) for name in _COUNTS},
        "offset": check_value("offset", content.get("offset"), _BYTES),
        "total": check_value("total", content.get("total"), _BYTES),
    }


def _reported_inputs(value: object) -> ReportedInputs:
    given = _inputs("inputs", value)
    if {*given} != {*INPUTS} - {"passage"}:
        raise InputError("A page's inputs are not those of this version.")
    return cast(ReportedInputs, given)


def _inputs(name: str, value: object) -> SomeInputs:
    """Return some inputs, each checked."""
    try:
        return check_inputs(_mapping(name, value))
    except TypeError as error:  # a name that this version lacks
        raise InputError(str(error)) from None


def _output(name: str, value: object) -> object:
    if name not in OUTPUTS:
        raise InputError(f"There is no output {name!r}.")
    if name in _PARTS:
        return _PARTS[name](value)
    return check_value(name, value, OUTPUTS[name])


def _answers(value: object) -> list[dict[str, object]]:
    if not isinstance(value, list):
        raise InputError("A page's answers are no list.")
    found = [_whole("answers", answer, _ANSWER) for answer in value]
    if any(not answer or answer["start"] > answer["end"] for answer in found):
        raise InputError("A page's answers are not whole.")
    return cast(list[dict[str, object]], found)


def _whole(name: str, value: object, specs: Mapping[str, Spec]) -> dict[str, Any]:
    """Return a dict with all parts that `specs` names, each checked, or an empty one."""
    given = _mapping(name, value)
    if given and {*given} != {*specs}:
        raise InputError(f"{name} has other parts than {', '.join(specs)}.")
    return {key: check_value(key, given[key], specs[key]) for key in specs if given}


def _count(name: str, value: object) -> int:
    return cast(int, check_value(name, value, _COUNT))


def _mapping(name: str, value: object) -> Mapping[str, object]:
    """Return a dict by name. Raises InputError for what is none."""
    if not isinstance(value, dict) or not all(isinstance(key, str) for key in value):
        raise InputError(f"{name} must be a dict by name.")
    return value


_TIMING: Final = dict.fromkeys(OUTPUTS["timing"]["items"], _AMOUNT)
_PARTS: Final[dict[str, Callable[[object], object]]] = {
    "answers": _answers,
    "progress": lambda value: _whole("progress", value, _PROGRESS),
    "timing": lambda value: _whole("timing", value, _TIMING),
    "null_score": lambda value: None if value is None else check_value("", value, _NUMBER),
}
