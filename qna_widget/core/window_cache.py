"""What the model said of windows, kept by their content. Twin: js/src/core/window-cache.ts.

A text of which a part was changed has windows that are equal, token by token, to those read before;
so has a text that an undo brings back. Nothing but equal content is ever found: the key holds all
that a model takes, whatever question, stride or text it was cut from.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from .types import Feature, Logits

if TYPE_CHECKING:
    from .types import Floats

OVERHEAD: Final = 400
"""Bytes that an entry takes besides its numbers, about."""


class WindowCache:
    """Logits of one model's windows, of bounded size: what was used longest ago goes first.

    Not thread-safe.
    """

    def __init__(self, most_bytes: int) -> None:
        """Keep at most `most_bytes`; 0 keeps nothing."""
        self.most_bytes = most_bytes
        self.bytes = 0
        """Of all entries."""
        self._entries: dict[bytes, Logits] = {}

    def __len__(self) -> int:
        """Return the number of windows."""
        return len(self._entries)

    def get(self, feature: Feature) -> Logits | None:
        """Return the logits of an equal window, and count it as used just now."""
        key = _key(feature)
        found = self._entries.pop(key, None)
        if found is not None:
            self._entries[key] = found  # the last one is the newest
        return found

    def add(self, feature: Feature, logits: Logits) -> None:
        """Keep a copy of the logits, which nobody can write to."""
        key = _key(feature)
        self._remove(key)
        self._entries[key] = Logits(_kept(logits.start_logits), _kept(logits.end_logits))
        self.bytes += _size(key, self._entries[key])
        while self.bytes > self.most_bytes:
            self._remove(next(iter(self._entries)))

    def _remove(self, key: bytes) -> None:
        found = self._entries.pop(key, None)
        if found is not None:
            self.bytes -= _size(key, found)


def _key(feature: Feature) -> bytes:
    """Return the ids, and where the passage begins, which tells the token types."""
    return feature.input_ids.tobytes() + feature.passage_position.to_bytes(4, "little")


def _kept(values: Floats) -> Floats:
    copied = values.copy()
    copied.flags.writeable = False
    return copied


def _size(key: bytes, logits: Logits) -> int:
    return len(key) + logits.start_logits.nbytes + logits.end_logits.nbytes + OVERHEAD
