"""A checkpoint's files: their names, and the reading of them. Light to import, and no code runs.

Every file of a stranger's checkpoint is opened here, so each fault that has nothing to do with its
content (missing, not permitted, a stand-in of git's) is told in one way.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Final, TypeVar

from qna_widget.core.bounded import MODEL_BYTES, TEXT_BYTES, read_at_most
from qna_widget.errors import ExportError, InputError

CONFIG: Final = "config.json"
WEIGHTS: Final = "model.safetensors"
INDEX: Final = f"{WEIGHTS}.index.json"
"""Of weights in several files."""
TOKENIZER_FILES: Final = (
    "vocab.txt", "tokenizer.json", "tokenizer_config.json",
    "added_tokens.json", "special_tokens_map.json",
)  # fmt: skip
ADAPTER: Final = "adapter_config.json"
Own = TypeVar("Own")
_POINTER: Final = b"version https://git-lfs.github.com/spec/"
# BertForQuestionAnswering → bert
_CLASS: Final = re.compile(r"(?P<kind>[A-Za-z0-9]+?)(For[A-Z]\w*|Model)")


def read_bytes(file: Path, most: int = MODEL_BYTES) -> bytes:
    """Return a file's content. Raises ExportError when it cannot be had, and says what to do."""
    try:
        data = read_at_most(file, most)
    except FileNotFoundError:
        raise ExportError(
            f"{file} does not exist. Give the folder of a transformers checkpoint with {CONFIG}, "
            f"{WEIGHTS} (or {INDEX} and its parts) and vocab.txt or tokenizer.json."
        ) from None
    except OSError as error:
        raise ExportError(
            f"{file} cannot be read: {error.strerror}. See that you may read it, and that it is a "
            "whole file."
        ) from error
    if data.startswith(_POINTER):
        raise ExportError(
            f"{file} is not the file itself but git's stand-in for it ({len(data)} bytes). Run "
            "`git lfs pull` in its repository, or download the file from the hub's page."
        )
    return data


def read_text(file: Path) -> str:
    """Return a UTF-8 file's content without a byte order mark. Raises ExportError."""
    try:
        return read_bytes(file, TEXT_BYTES).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ExportError(f"{file} is not UTF-8: {error}.") from error


def read_object(file: Path) -> dict[str, object]:
    """Return the JSON object in `file`. Raises ExportError."""
    try:
        value = json.loads(read_text(file))
    except (ValueError, RecursionError) as error:
        raise ExportError(f"{file} is not JSON: {error}") from error
    if not isinstance(value, dict):
        raise ExportError(f"{file} holds no JSON object.")
    return value


def read_config(folder: Path) -> dict[str, object]:
    """Return config.json's content; {} when there is none. Raises ExportError.

    Where it names no type of model, that is taken from the class of the model that it names.
    """
    file = folder / CONFIG
    config = read_object(file) if file.is_file() else {}
    classes = config.get("architectures")
    if "model_type" not in config and isinstance(classes, list):
        for match in filter(None, (_CLASS.fullmatch(str(name)) for name in classes[:1])):
            config["model_type"] = match["kind"].lower()
    return config


def read_own(folder: Path, read: Callable[[Mapping[str, object]], Own]) -> Own:
    """Return something of the model's own way of answering from config.json. Raises ExportError."""
    try:
        return read(read_config(folder))
    except InputError as error:
        raise ExportError(f"{folder / CONFIG}: {error}") from None


def what_it_is_instead(files: Collection[str]) -> str:
    """Return a sentence about files that hold no model, where they show what they are; or ""."""
    if ADAPTER in files:
        return (
            f"It holds an adapter ({ADAPTER}), not a whole model: let peft merge it into its model "
            "(merge_and_unload), save that (save_pretrained), and give that folder."
        )
    looks = {CONFIG, WEIGHTS, INDEX}
    folders = {
        place for place, _, name in (file.rpartition("/") for file in files) if name in looks
    }
    if deeper := sorted(folders - {"", "onnx"}, key=_by_number):
        return f"Its folder {deeper[-1]!r} looks like a checkpoint: give that one."
    return ""


def _by_number(name: str) -> tuple[list[int], str]:
    """Sort checkpoint-1000 behind checkpoint-500."""
    return [int(digits) for digits in re.findall(r"\d+", name)], name
