"""Two worker processes of a local Dask cluster; one of them is killed in the middle."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import dask.dataframe as dd
import pandas as pd
import pytest
from answers import assert_answered, assert_only_one_piece_again, kill_at_half, run
from dask.distributed import Client, LocalCluster, as_completed
from ledger import Ledger, answer_part

from qna_widget.batch import answer_batch, answer_meta

DEADLY = 5


@pytest.fixture
def client() -> Iterator[Client]:
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster,
        Client(cluster) as client,
    ):
        yield client


def test_a_killed_worker_costs_only_the_piece_it_was_in(
    client: Client, tmp_path: Path, tiny: str, pieces: list[pd.DataFrame]
) -> None:
    ledger = Ledger(tmp_path / "ledger")
    frame = dd.from_pandas(pd.concat(pieces), npartitions=len(pieces))
    answered = frame.map_partitions(
        answer_part, ledger, tiny, deadly=DEADLY, meta=answer_meta(frame)
    )
    collected: dict[int, pd.DataFrame] = {}
    killed: list[int] = []
    killer = threading.Thread(
        target=kill_at_half, args=(ledger, lambda done: done <= set(collected), killed)
    )
    killer.start()
    for future, piece in as_completed(client.compute(answered.to_delayed()), with_results=True):
        collected[int(piece["part"].iloc[0])] = piece
        future.release()  # collected: no worker's death can ask for it again
    killer.join()

    (victim,) = killed
    assert victim not in client.run(os.getpid).values()
    assert_only_one_piece_again(ledger, pd.concat(collected.values()), pieces, tiny, DEADLY)


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
