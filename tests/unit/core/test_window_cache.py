"""The cache of windows: by content alone, bounded in bytes, the longest unused goes first."""

from __future__ import annotations

import numpy as np
import pytest

from qna_widget.core.types import Feature, Logits
from qna_widget.core.window_cache import OVERHEAD, WindowCache

BYTES = 4 * 10 + 4 + 2 * 4 * 10 + OVERHEAD
"""Of a window of ten tokens."""


def feature(first: int, *, position: int = 3, start: int = 0, length: int = 10) -> Feature:
    ids = np.arange(first, first + length, dtype=np.int32)
    types = (np.arange(length) >= position).astype(np.int32)
    return Feature(ids, types, position, start, length - position - 1)


def logits(value: float, length: int = 10) -> Logits:
    return Logits(np.full(length, value, np.float32), np.full(length, -value, np.float32))


def first(found: Logits | None) -> float | None:
    return None if found is None else float(found.start_logits[0])


def test_equal_content_is_found_wherever_it_stands() -> None:
    cache = WindowCache(10**6)
    cache.add(feature(7), logits(1))
    assert first(cache.get(feature(7, start=500))) == 1
    assert cache.get(feature(8)) is None
    assert cache.get(feature(7, position=4)) is None
    assert cache.get(feature(7, length=9)) is None
    changed = feature(7)
    changed.input_ids[5] = 1
    assert cache.get(changed) is None


def test_what_was_used_longest_ago_goes_first() -> None:
    cache = WindowCache(3 * BYTES)
    for number in range(3):
        cache.add(feature(number), logits(number))
    assert (len(cache), cache.bytes) == (3, 3 * BYTES)
    cache.get(feature(0))
    cache.add(feature(3), logits(3))
    assert [first(cache.get(feature(number))) for number in range(4)] == [0, None, 2, 3]
    assert (len(cache), cache.bytes) == (3, 3 * BYTES)


def test_bytes_are_those_of_the_entries() -> None:
    cache = WindowCache(10 * BYTES)
    rng = np.random.default_rng(2)
    for _ in range(300):
        length = int(rng.integers(5, 40))
        cache.add(feature(int(rng.integers(6)), length=length), logits(1, length))
        assert 0 < cache.bytes <= cache.most_bytes
    for number in range(20):
        cache.add(feature(number, length=400), logits(1, 400))
    assert cache.bytes == len(cache) * (4 * 400 + 4 + 8 * 400 + OVERHEAD)


def test_what_is_given_twice_is_kept_once() -> None:
    cache = WindowCache(10 * BYTES)
    cache.add(feature(1), logits(1))
    cache.add(feature(1), logits(2))
    assert (len(cache), cache.bytes, first(cache.get(feature(1)))) == (1, BYTES, 2)


def test_too_little_room_keeps_nothing() -> None:
    for room in (0, BYTES - 1):
        cache = WindowCache(room)
        cache.add(feature(1), logits(1))
        assert (len(cache), cache.bytes) == (0, 0)


def test_nobody_can_change_what_is_kept() -> None:
    cache = WindowCache(10**6)
    given = logits(1)
    cache.add(feature(1), given)
    given.start_logits[:] = 9
    found = cache.get(feature(1))
    assert first(found) == 1
    assert found is not None
    with pytest.raises(ValueError, match="read-only"):
        found.start_logits[:] = 9
