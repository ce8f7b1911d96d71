"""What a model said before, for all threads of a process."""

from __future__ import annotations

import os
import threading

from qna_widget.core.types import Feature, Logits
from qna_widget.core.window_cache import WindowCache

CACHE_BYTES = 32 * 1024 * 1024
"""About 6,500 windows of 384 tokens: texts of some four million characters."""


class Memory:
    """A thread-safe WindowCache. A fork begins with an empty one: its lock may be held for ever."""

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._own = self._begin()

    def get(self, feature: Feature) -> Logits | None:
        """Return the logits of an equal window; not to be written to."""
        lock, cache = self._here()
        with lock:
            return cache.get(feature)

    def add(self, feature: Feature, logits: Logits) -> None:
        """Keep a copy of a window's logits."""
        lock, cache = self._here()
        with lock:
            cache.add(feature, logits)

    def _here(self) -> tuple[threading.Lock, WindowCache]:
        if self._own[0] != os.getpid():
            self._own = self._begin()
        return self._own[1:]

    def _begin(self) -> tuple[int, threading.Lock, WindowCache]:
        return os.getpid(), threading.Lock(), WindowCache(self._most_bytes)
