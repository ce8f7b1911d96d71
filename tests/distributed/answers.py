"""What every engine's test asks of a finished job."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pandas as pd
from ledger import PATIENCE, Ledger

from qna_widget.batch import answer_batch


def run(script: Path) -> None:
    """Run a script in its own folder, as a reader would."""
    done = subprocess.run(
        [sys.executable, script.name],
        cwd=script.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def assert_answered(folder: Path, questions: pd.DataFrame) -> None:
    """Hold a folder of answers to those of this process: each row once, the broken one too."""
    found = pd.concat(pd.read_parquet(file) for file in sorted(folder.glob("*.parquet")))
    expected = answer_batch(questions)
    assert sorted(found["id"]) == sorted(questions["id"])
    found = found.set_index("id").loc[questions["id"]].reset_index()
    assert_same(found, expected)
    assert found["error"].notna().sum() == 1


def assert_same(found: pd.DataFrame, expected: pd.DataFrame) -> None:
    """Hold values to values, whichever mark of what is missing an engine's files come back with."""
    found = found[expected.columns].astype(expected.dtypes)
    pd.testing.assert_frame_equal(found, expected)


def kill_at_half(ledger: Ledger, ready: Callable[[set[int]], bool], killed: list[int]) -> None:
    """Kill the process inside the deadly piece, once `ready` for all those that it finished."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        half = ledger.read("half")
        if half:
            ((_, victim),) = half
            if ready({part for part, process in ledger.read("end") if process == victim}):
                os.kill(victim, signal.SIGKILL)
                killed.append(victim)
                return
        time.sleep(0.02)


def assert_only_one_piece_again(
    ledger: Ledger, collected: pd.DataFrame, pieces: list[pd.DataFrame], model: str, deadly: int
) -> None:
    """Nothing lost, nothing twice, the same answers; only the deadly piece was begun twice."""
    whole = pd.concat(pieces)
    collected = collected.sort_values("row").reset_index(drop=True)
    assert list(collected["row"]) == list(whole["row"])
    expected = answer_batch(whole, model=model).reset_index(drop=True)
    assert_same(collected, expected)
    begun = ledger.read("start")
    assert Counter(part for part, _ in begun) == Counter(range(len(pieces))) + Counter([deadly])
    first, second = (process for part, process in begun if part == deadly)
    ((_, victim),) = ledger.read("half")
    assert first == victim != second
    # Each process opened the weights once, however many pieces it answered.
    answered = Counter(process for _, process in begun)
    assert Counter(process for _, process in ledger.read("load")) == dict.fromkeys(answered, 1)
    assert len(answered) >= 2
    assert max(answered.values()) > 1
