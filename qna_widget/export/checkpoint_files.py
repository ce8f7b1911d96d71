"""The names of a checkpoint's files, and the reading of those that are JSON. Light to import."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

from qna_widget.errors import ExportError

CONFIG: Final = "config.json"
WEIGHTS: Final = "model.safetensors"
INDEX: Final = f"{WEIGHTS}.index.json"
"""Of weights in several files."""
TOKENIZER_FILES: Final = ("vocab.txt", "tokenizer.json", "tokenizer_config.json")


def read_object(file: Path) -> dict[str, object]:
    """Return the JSON object in `file`. Raises ExportError, and OSError when it cannot be read."""
    try:
        value = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ExportError(f"{file} is not JSON: {error}") from error
    if not isinstance(value, dict):
        raise ExportError(f"{file} holds no JSON object.")
    return value
