"""The memory of windows: one for all threads of a process, a new one after a fork."""

from __future__ import annotations

import multiprocessing
import sys
import threading

import numpy as np
import pytest

from qna_widget.core.types import Feature, Logits
from qna_widget.runtime.memory import Memory


def feature(first: int) -> Feature:
    ids = np.arange(first, first + 10, dtype=np.int32)
    return Feature(ids, (np.arange(10) >= 3).astype(np.int32), 3, 0, 6)


def logits(value: int) -> Logits:
    return Logits(np.full(10, value, np.float32), np.full(10, value, np.float32))


def test_threads_share_it_and_find_only_what_is_theirs() -> None:
    memory = Memory(40_000)  # about seventy windows: all the while some must go
    wrong: list[object] = []

    def work(seed: int) -> None:
        for number in np.random.default_rng(seed).integers(0, 200, 2000).tolist():
            found = memory.get(feature(number))
            if found is None:
                memory.add(feature(number), logits(number))
            elif found.start_logits[0] != number:
                wrong.append(number)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    _, cache = memory._here()
    assert 0 < len(cache) < 100
    assert cache.bytes <= 40_000


@pytest.mark.skipif(sys.platform == "win32", reason="no fork")
def test_a_fork_amid_a_thread_s_work_waits_for_nobody() -> None:
    memory = Memory(10**6)
    memory.add(feature(1), logits(1))
    context = multiprocessing.get_context("fork")
    answers = context.SimpleQueue()

    def child() -> None:
        before = memory.get(feature(1))
        memory.add(feature(1), logits(2))
        after = memory.get(feature(1))
        answers.put((before is None, after is not None and float(after.start_logits[0])))

    lock, _ = memory._here()
    with lock:  # as a thread of the parent's may hold it
        process = context.Process(target=child)
        process.start()
        process.join(30)
    assert process.exitcode == 0
    assert answers.get() == (True, 2.0)
    found = memory.get(feature(1))
    assert found is not None
    assert found.start_logits[0] == 1
