"""Reads a JSON file that describes a model, and says in words when it is none."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from qna_widget.errors import ExportError


def read_object(file: Path) -> dict[str, Any]:
    """Return the JSON object in `file`. Raises ExportError, and OSError when it cannot be read."""
    try:
        value = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ExportError(f"{file} is not JSON: {error}") from error
    if not isinstance(value, dict):
        raise ExportError(f"{file} holds no JSON object.")
    return value
