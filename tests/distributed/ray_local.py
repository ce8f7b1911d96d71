"""Ray Data on this machine. Its name keeps it out of `make test`: run `make test-ray`."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest
import ray
from answers import assert_answered, assert_only_one_piece_again, kill_at_half, run
from ledger import Ledger, answer_part

DEADLY = 5


@pytest.fixture
def two_processors() -> Iterator[None]:
    here = {"PYTHONPATH": str(Path(__file__).parent)}  # the workers import the ledger
    ray.init(num_cpus=2, include_dashboard=False, runtime_env={"env_vars": here})
    yield
    ray.shutdown()


@pytest.mark.usefixtures("two_processors")
def test_a_killed_worker_costs_only_the_piece_it_was_in(
    tmp_path: Path, tiny: str, pieces: list[pd.DataFrame]
) -> None:
    ledger = Ledger(tmp_path / "ledger")
    killed: list[int] = []
    # Finished pieces lie in the object store, outside the worker: nothing to wait for.
    killer = threading.Thread(target=kill_at_half, args=(ledger, lambda done: True, killed))
    killer.start()
    answered = ray.data.from_pandas(pieces).map_batches(
        answer_part,
        batch_format="pandas",
        batch_size=None,
        fn_kwargs={"ledger": ledger, "model": tiny, "deadly": DEADLY},
    )
    collected = answered.to_pandas()
    killer.join()

    assert len(killed) == 1
    assert_only_one_piece_again(ledger, collected, pieces, tiny, DEADLY)


def test_the_documented_script(
    script: Callable[[str], Path], tmp_path: Path, questions: pd.DataFrame
) -> None:
    run(script("answer_with_ray.py"))
    assert_answered(tmp_path / "answers", questions)
