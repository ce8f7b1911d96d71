"""Packs a model for shipping: compressed files and the model.json that describes them."""

from __future__ import annotations

import gzip
import hashlib
import json
from pathlib import Path
from typing import Any

PACKAGE = Path(__file__).parents[1]


def pack(name: str, data: bytes, target: Path) -> dict[str, Any]:
    """Write `data` compressed to `target` and return its asset entry.

    The same data gives the same bytes: the archive holds neither a time nor a file name.
    """
    packed = gzip.compress(data, compresslevel=9, mtime=0)
    target.write_bytes(packed)
    return {
        "name": name,
        "path": _below_package(target),
        "sha256": hashlib.sha256(packed).hexdigest(),
        "bytes": len(packed),
        "encoding": "gzip",
        "unpacked_bytes": len(data),
    }


def write_description(folder: Path, description: dict[str, Any]) -> None:
    """Write model.json, readable and with a stable order."""
    text = json.dumps(description, indent=2, ensure_ascii=False)
    (folder / "model.json").write_text(text + "\n", encoding="utf-8")


def _below_package(file: Path) -> str:
    """Return the path that hosts serve it under; just the name for a folder elsewhere."""
    resolved = file.resolve()
    inside = resolved.is_relative_to(PACKAGE)
    return resolved.relative_to(PACKAGE).as_posix() if inside else file.name
