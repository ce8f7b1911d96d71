"""Reads files whose size somebody else chose: never beyond a bound, never a pipe or a device."""

from __future__ import annotations

import errno
import gzip
import io
import os
import stat
from pathlib import Path
from typing import Final

MODEL_BYTES: Final = 1 << 31
"""Of a model's file: more than that no ONNX file holds in one piece."""
TEXT_BYTES: Final = 1 << 26
"""Of a configuration or a vocabulary."""


def read_at_most(file: Path, most: int) -> bytes:
    """Return a file's bytes. Raises OSError: of a larger one EFBIG, of what is no file EINVAL."""
    status = file.stat()
    if not stat.S_ISREG(status.st_mode) and not stat.S_ISDIR(status.st_mode):
        raise OSError(errno.EINVAL, "it is a pipe or a device, no file", str(file))
    with file.open("rb") as source:
        data = source.read(min(os.fstat(source.fileno()).st_size, most) + 1)
    if len(data) > most:
        raise OSError(errno.EFBIG, f"it has more than {most:,} bytes, the most that is read",
                      str(file))  # fmt: skip
    return data


def gunzip(packed: bytes, length: int) -> bytes:
    """Return what was packed, which must have `length` bytes.

    Raises ValueError for another length, and what `gzip` raises for what is none.
    """
    pieces: list[bytes] = []
    left = length
    with gzip.open(io.BytesIO(packed)) as source:
        # In pieces: whoever says how long it is may have lied, and nothing is set aside for it.
        while piece := source.read(min(left, 1 << 20) + 1):
            pieces.append(piece)
            left -= len(piece)
            if left < 0:
                raise ValueError(f"it holds more than {length:,} bytes")
    if left:
        raise ValueError(f"it holds {length - left:,} bytes instead of {length:,}")
    return b"".join(pieces)
