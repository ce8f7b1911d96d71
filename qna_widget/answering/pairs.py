"""Which questions are asked of which passages: the forms in which a caller may give them."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Set
from typing import Final, TypeGuard

from qna_widget.core.contract import check_value, quoted
from qna_widget.errors import InputError

Pair = tuple[str, str]
KEYS: Final = ("question", "context", "passage")
# A pair, or a mapping with the keys "question" and "context" or "passage".
PairLike = Pair | Mapping[str, str]


def pairs(question: object, passage: object, context: object = None) -> tuple[list[Pair], bool]:
    """Return the (question, passage) pairs, and whether it is one pair that was not in a list.

    Texts or lists of texts; a single text goes with each of the others. `context` is another name
    for `passage`. In place of both: a mapping {"question": ..., "context" or "passage": ...} of
    these, or a list of such with a text each. Raises InputError for anything else.
    """
    if passage is not None and context is not None:
        raise InputError("passage and context are two names for the same text; give one of them.")
    passage = context if passage is None else passage
    question = question if passage is not None else _as_mapping(question)
    single = not (_is_list(question) or _is_list(passage))
    items = list(map(_as_mapping, question)) if _is_list(question) else [question]
    if any(isinstance(item, Mapping) for item in items) or (passage is None and not items):
        if passage is not None:
            raise InputError(
                "The mappings hold question and context already; got passage "
                f"{quoted(passage)} besides. Several mappings go in a list."
            )
        if single and _holds_lists(question):
            return pairs(*_pair_in(question, ""))
        places = [""] if single else [f" at index {index}" for index in range(len(items))]
        return [pair for item in zip(items, places, strict=True) for pair in _asked(*item)], single
    question = items if _is_list(question) else question
    questions, passages = _texts("question", question), _texts("passage", passage)
    if not _is_list(question):
        questions *= len(passages)
    elif not _is_list(passage):
        passages *= len(questions)
    if len(questions) != len(passages):
        raise InputError(
            f"{len(questions)} questions and {len(passages)} passages cannot be paired. Give one "
            "passage for all questions, one question for all passages, or as many of each."
        )
    return list(zip(questions, passages, strict=True)), single


def pair_of(item: object) -> Pair:
    """Return one (question, passage), given as that or as a mapping. Raises InputError."""
    item = _as_mapping(item)
    if isinstance(item, Mapping):
        return _from_mapping(item, "")
    if not isinstance(item, (tuple, list)) or len(item) != 2:
        raise InputError(
            "A pair must be (question, passage), or a mapping with the keys 'question' and "
            f"'context'; got {quoted(item)}."
        )
    return _text("question", item[0], ""), _text("passage", item[1], "")


def _is_list(value: object) -> TypeGuard[Iterable[object]]:
    """Whether it is several texts: a list, a tuple, an array, a column of a table.

    A whole table is not, nor is a file, nor what has no order.
    """
    if isinstance(value, (str, bytes, Mapping, Set, io.IOBase)) or hasattr(value, "columns"):
        return False
    return isinstance(value, Iterable) and getattr(value, "ndim", 1) > 0


def _as_mapping(item: object) -> object:
    """Return a row of a table, or a table, as a mapping of what is asked for; else what came."""
    if isinstance(item, (str, bytes, Mapping)):
        return item
    if (fields := getattr(item, "_asdict", None)) is not None:  # a named tuple
        row = fields()
        return row if "question" in row else item
    keys = getattr(item, "keys", None)
    if keys is None or not hasattr(item, "__getitem__"):
        return item
    known = [key for key in KEYS if key in list(keys())]
    return {key: item[key] for key in known} if "question" in known else item


def _texts(name: str, value: object) -> list[str]:
    if value is None:
        raise InputError(
            f"The {name} is missing. Give question=... and passage=..., each a string or a list "
            "of strings."
        )
    if not _is_list(value):
        return [_text(name, value, "", " or a list of strings")]
    return [_text(name, text, f" at index {i}") for i, text in enumerate(value)]


def _text(name: str, value: object, where: str, more: str = "") -> str:
    if not isinstance(value, str):
        raise InputError(f"{name}{where} must be a string{more}; got {quoted(value)}.")
    return str(check_value(f"{name}{where}", value, {"type": "string"}))


def _holds_lists(item: object) -> bool:
    """Whether a mapping has several questions or passages; other keys are not looked at."""
    return isinstance(item, Mapping) and any(_is_list(item.get(key)) for key in KEYS)


def _asked(item: object, where: str) -> list[Pair]:
    """Return the pairs of a mapping in a list; its values may be lists, as the pipeline took."""
    if _holds_lists(item):
        return pairs(*_pair_in(item, where))[0]
    return [_from_mapping(item, where)]


def _from_mapping(item: object, where: str) -> Pair:
    question, passage = _pair_in(item, where)
    name = "context" if isinstance(item, Mapping) and "context" in item else "passage"
    return _text("question", question, where), _text(name, passage, where)


def _pair_in(item: object, where: str) -> tuple[object, object]:
    """Return what a mapping has for question and passage, whatever it is.

    Rows of tables have further keys (an id, a title); they are not looked at.
    """
    keys = [key for key in KEYS if isinstance(item, Mapping) and key in item]
    if keys == [*KEYS]:
        raise InputError(
            f"The input{where} has a 'context' and a 'passage', two names for the same text; give "
            "one of them."
        )
    if not isinstance(item, Mapping) or len(keys) != 2 or keys[0] != "question":
        raise InputError(
            f"The input{where} must be a mapping with the keys 'question' and 'context' (or "
            f"'passage'); got {quoted(item)}."
        )
    return item["question"], item[keys[1]]
