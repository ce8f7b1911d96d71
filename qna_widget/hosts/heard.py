"""What pages say, checked: a page may be forged, or of another version of the package."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, cast

from qna_widget.core.contract import INPUTS, OUTPUTS, Spec, check_inputs, check_value
from qna_widget.core.messages import Outputs, ReportedInputs, ReportMessage, ScoresMessage
from qna_widget.errors import InputError

_TEXT: Final[Spec] = {"type": "string"}
_NUMBER: Final[Spec] = {"type": "number"}
_COUNT: Final[Spec] = {"type": "integer", "minimum": 0, "maximum": 1 << 53, "unit": "of them"}
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
    **dict.fromkeys(("loaded", "total"), _NUMBER),
}


def report(content: Mapping[str, object]) -> ReportMessage:
    """Return a message of the kind "report". Raises InputError for what is none."""
    return {
        "kind": "report",
        "inputs": _reported_inputs(content.get("inputs")),
        "passage_crc32": _count("passage_crc32", content.get("passage_crc32")),
        "outputs": outputs(content.get("outputs")),
    }


def outputs(value: object) -> Outputs:
    """Return the outputs of a page, all or some. Raises InputError for what are none."""
    given = mapping("outputs", value)
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
    counts = mapping("counts", content.get("counts"))
    return {
        "kind": "scores.chunk",
        "request": request,
        "page": check_value("page", content.get("page"), _TEXT),
        "inputs": _reported_inputs(content.get("inputs")),
        "passage_crc32": _count("passage_crc32", content.get("passage_crc32")),
        "counts": {name: _count(name, counts.get(name)) for name in _COUNTS},
        "offset": _count("offset", content.get("offset")),
        "total": _count("total", content.get("total")),
    }


def _reported_inputs(value: object) -> ReportedInputs:
    given = mapping("inputs", value)
    if {*given} != {*INPUTS} - {"passage"}:
        raise InputError("A page's inputs are not those of this version.")
    return cast(ReportedInputs, check_inputs(given))


def _output(name: str, value: object) -> object:
    if name not in OUTPUTS:
        raise InputError(f"There is no output {name!r}.")
    if name in _PARTS:
        return _PARTS[name](value)
    return check_value(name, value, OUTPUTS[name])


def _answers(value: object) -> list[dict[str, object]]:
    if not isinstance(value, list):
        raise InputError("A page's answers are no list.")
    found = [_some("answers", answer, _ANSWER) for answer in value]
    if any({*answer} != {*_ANSWER} or answer["start"] > answer["end"] for answer in found):
        raise InputError("A page's answers are not whole.")
    return cast(list[dict[str, object]], found)


def _some(name: str, value: object, specs: Mapping[str, Spec]) -> dict[str, Any]:
    """Return a dict with some of the parts that `specs` names, each checked."""
    given = mapping(name, value)
    if not {*given} <= {*specs}:
        raise InputError(f"{name} has other parts than {', '.join(specs)}.")
    return {key: check_value(key, part, specs[key]) for key, part in given.items()}


def _count(name: str, value: object) -> int:
    return cast(int, check_value(name, value, _COUNT))


def mapping(name: str, value: object) -> Mapping[str, object]:
    """Return a dict by name. Raises InputError for what is none."""
    if not isinstance(value, dict) or not all(isinstance(key, str) for key in value):
        raise InputError(f"{name} must be a dict by name.")
    return value


_TIMING: Final = dict.fromkeys(OUTPUTS["timing"]["items"], _NUMBER)
_PARTS: Final[dict[str, Callable[[object], object]]] = {
    "answers": _answers,
    "progress": lambda value: _some("progress", value, _PROGRESS),
    "timing": lambda value: _some("timing", value, _TIMING),
    "null_score": lambda value: None if value is None else check_value("", value, _NUMBER),
}
