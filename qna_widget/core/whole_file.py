"""Writes a file whole or not at all: a full disk, or Ctrl-C, leaves what was there before."""

from __future__ import annotations

import errno
import os
import secrets
from pathlib import Path

from qna_widget.errors import InputError

from .contract import quoted


def place_of(given: str | Path) -> Path:
    """Return where to write. Raises InputError for what names no file or folder."""
    try:
        if b"\0" not in os.fsencode(given):
            return Path(given)
    except (TypeError, ValueError):  # no name, or half an emoji in it
        pass
    raise InputError(
        f"A file or folder to write is named by a string or a Path; got {quoted(given)}."
    )


def write_whole(file: str | Path, data: bytes) -> Path:
    """Write `data` beside the file, then put it in its place by one rename; return the path.

    A link stays a link, and a file keeps its permissions. What is no file (a pipe, a device), lies
    in a folder that may not be written, or is mounted by itself, is written in place. Raises
    OSError, and InputError for what names no file.
    """
    given = place_of(file)
    place = Path(os.path.realpath(given))
    # By the name that was given: what /dev/stdout leads to may have no name of its own.
    if given.exists() and not (place.is_file() and os.access(place.parent, os.W_OK)):
        given.write_bytes(data)
        return given
    beside = place.with_name(f".{secrets.token_hex(8)}.part")
    try:
        beside.write_bytes(data)
        if place.exists():
            beside.chmod(place.stat().st_mode & 0o7777)
        try:
            beside.replace(place)
        except OSError as error:
            # A file that a container was given by itself stands still: it can only be written.
            if error.errno != errno.EBUSY or not place.is_file():
                raise
            place.write_bytes(data)
    finally:
        beside.unlink(missing_ok=True)
    return given
