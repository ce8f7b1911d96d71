"""Writes a file whole or not at all: a full disk, or Ctrl-C, leaves what was there before."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def write_whole(file: str | Path, data: bytes) -> Path:
    """Write `data` beside the file, then put it in its place by one rename; return the path.

    A link stays a link, and a file keeps its permissions. What is no file (a pipe, a device), or
    lies in a folder that may not be written, is written in place. Raises OSError.
    """
    given = Path(file)
    place = Path(os.path.realpath(given))
    if place.exists() and (not place.is_file() or not os.access(place.parent, os.W_OK)):
        place.write_bytes(data)
        return given
    beside = place.with_name(f".{secrets.token_hex(8)}.part")
    try:
        beside.write_bytes(data)
        if place.exists():
            beside.chmod(place.stat().st_mode & 0o7777)
        beside.replace(place)
    finally:
        beside.unlink(missing_ok=True)
    return given
