"""Tells passages apart without sending them. Twin: js/src/core/crc32.ts."""

from __future__ import annotations

import zlib


def crc32(text: str) -> int:
    """Return the CRC-32 of the text's UTF-8 bytes."""
    return zlib.crc32(text.encode("utf-8"))
