"""Spark on this machine. Its name keeps it out of `make test`: run `make test-spark`."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest
from answers import assert_answered, assert_only_one_piece_again, kill_at_half, run
from ledger import Ledger, answer_part
from pyspark.sql import SparkSession

from qna_widget.batch import answer_schema

DEADLY = 5


@pytest.fixture
def spark(monkeypatch: pytest.MonkeyPatch) -> Iterator[SparkSession]:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent))  # the workers import the ledger
    monkeypatch.setenv("PYSPARK_PYTHON", sys.executable)
    builder = SparkSession.builder.master("local[2,4]").config("spark.ui.enabled", "false")
    # A file is a partition.
    session = builder.config("spark.sql.files.openCostInBytes", str(1 << 27)).getOrCreate()
    yield session
    session.stop()


def test_a_killed_worker_costs_only_the_piece_it_was_in(
    spark: SparkSession, tmp_path: Path, tiny: str, pieces: list[pd.DataFrame]
) -> None:
    ledger = Ledger(tmp_path / "ledger")
    killed: list[int] = []
    (tmp_path / "pieces").mkdir()
    for n, piece in enumerate(pieces):
        piece.to_parquet(tmp_path / "pieces" / f"{n}.parquet", index=False)
    frame = spark.read.parquet(str(tmp_path / "pieces"))
    assert frame.rdd.getNumPartitions() == len(pieces)

    def answer_parts(batches: Iterator[pd.DataFrame]) -> Iterator[pd.DataFrame]:
        for batch in batches:
            yield answer_part(batch, ledger, tiny, DEADLY)

    columns = ", ".join(f"`{name}` {kind}" for name, kind in frame.dtypes)
    killer = threading.Thread(target=kill_at_half, args=(ledger, lambda done: True, killed))
    killer.start()
    answered = frame.mapInPandas(answer_parts, f"{columns}, {answer_schema()}")
    collected = answered.toArrow().to_pandas()
    killer.join()

    assert len(killed) == 1
    assert_only_one_piece_again(ledger, collected, pieces, tiny, DEADLY)


def test_the_documented_script(
    script: Callable[[str], Path],
    tmp_path: Path,
    questions: pd.DataFrame,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PYSPARK_PYTHON", sys.executable)
    run(script("answer_with_spark.py"))
    assert_answered(tmp_path / "answers", questions)
    assert (tmp_path / "answers" / "_SUCCESS").exists()
