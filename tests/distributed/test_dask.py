"""Two worker processes of a local Dask cluster; one of them is killed in the middle."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import dask.dataframe as dd
import pandas as pd
import pytest
from dask.distributed import Client, LocalCluster, as_completed
from ledger import PATIENCE, Ledger, answer_part

from qna_widget.batch import answer_batch, answer_meta

DEADLY = 5


@pytest.fixture
def client() -> Iterator[Client]:
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster,
        Client(cluster) as client,
    ):
        yield client


def kill_at_half(ledger: Ledger, collected: dict[int, pd.DataFrame], killed: list[int]) -> None:
    """Kill the worker inside the deadly piece, once all that it finished has been collected."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        half = ledger.read("half")
        if half:
            ((_, victim),) = half
            finished = {part for part, process in ledger.read("end") if process == victim}
            if finished <= set(collected):
                os.kill(victim, signal.SIGKILL)
                killed.append(victim)
                return
        time.sleep(0.02)


def test_a_killed_worker_costs_only_the_piece_it_was_in(
    client: Client, tmp_path: Path, tiny: str, pieces: list[pd.DataFrame]
) -> None:
    ledger = Ledger(tmp_path / "ledger")
    whole = pd.concat(pieces)
    frame = dd.from_pandas(whole, npartitions=len(pieces))
    answered = frame.map_partitions(
        answer_part, ledger, tiny, deadly=DEADLY, meta=answer_meta(frame)
    )
    collected: dict[int, pd.DataFrame] = {}
    killed: list[int] = []
    killer = threading.Thread(target=kill_at_half, args=(ledger, collected, killed))
    killer.start()
    for future, piece in as_completed(client.compute(answered.to_delayed()), with_results=True):
        collected[int(piece["part"].iloc[0])] = piece
        future.release()  # collected: no worker's death can ask for it again
    killer.join()

    (victim,) = killed
    assert victim not in client.run(os.getpid).values()
    # Nothing lost, nothing twice, and the answers of one process.
    together = pd.concat(collected.values()).sort_index()
    assert list(together["row"]) == list(whole["row"])
    pd.testing.assert_frame_equal(together, answer_batch(frame.compute(), model=tiny))
    # Only the piece in which the worker died was begun again, by another one.
    starts = Counter(part for part, _ in ledger.read("start"))
    assert starts == Counter(range(len(pieces))) + Counter([DEADLY])
    first, second = (process for part, process in ledger.read("start") if part == DEADLY)
    assert first == victim != second
    # Each process opened the weights once, however many pieces it answered.
    workers = Counter(process for _, process in ledger.read("start"))
    assert Counter(process for _, process in ledger.read("load")) == dict.fromkeys(workers, 1)
    assert len(workers) >= 2
    assert max(workers.values()) > 1


def run(script: Path) -> None:
    done = subprocess.run(
        [sys.executable, script.name],
        cwd=script.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_the_documented_script(
    script: Callable[[str], Path], tmp_path: Path, questions: pd.DataFrame
) -> None:
    run(script("answer_with_dask.py"))
    assert_answered(tmp_path / "answers", questions)


def test_the_documented_long_job_goes_on_where_it_stopped(
    script: Callable[[str], Path], tmp_path: Path, questions: pd.DataFrame
) -> None:
    """A piece that has its answers is not asked again."""
    (tmp_path / "answers").mkdir()
    kept = tmp_path / "answers" / "2.parquet"
    answer_batch(questions.iloc[8:12]).to_parquet(kept, index=False)
    before = kept.stat().st_mtime_ns
    run(script("answer_long_job.py"))
    assert_answered(tmp_path / "answers", questions)
    assert kept.stat().st_mtime_ns == before
    assert sorted(file.name for file in (tmp_path / "answers").iterdir()) == [
        f"{n}.parquet" for n in range(4)
    ]


def assert_answered(folder: Path, questions: pd.DataFrame) -> None:
    """Hold a folder of answers to those of this process: each row once, the broken one too."""
    found = pd.concat(pd.read_parquet(file) for file in sorted(folder.glob("*.parquet")))
    expected = answer_batch(questions)
    assert sorted(found["id"]) == sorted(questions["id"])
    found = found.set_index("id").loc[questions["id"]].reset_index()
    pd.testing.assert_frame_equal(found[expected.columns], expected, check_dtype=False)
    assert found["error"].notna().sum() == 1
