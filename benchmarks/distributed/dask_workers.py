"""One Dask worker against two, and what it costs when one of two is killed.

    python -m benchmarks.distributed.dask_workers path/to/validation.json [--rounds 5] [--pieces 48]

The bundled model answers real questions, shuffled into pieces of equal size, in worker processes
of one thread each that have loaded it before. The ways are taken in turn, round after round and
there and back; wall times are compared. Beside them: the share of the processors' time that went
to anything else than this job. On a shared machine it says which rounds to trust: two workers
cannot have two processors that others use, so the ratio of quiet rounds is given besides that of
all. Then the job runs again and one worker is killed when half of the pieces are done: once with
results collected as they come, once with `to_parquet`, whose finished pieces their worker answers
for until the end.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import statistics
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import dask.dataframe as dd
import pandas as pd
from dask.distributed import Client, LocalCluster, as_completed, wait

from qna_widget.batch import answer_batch, answer_meta
from qna_widget.evaluation.squad import read_examples

WAYS = {
    "1 worker, 1 thread": (1, 1),
    "2 workers, 1 thread each": (2, 1),
    "1 worker, 2 threads": (1, 2),
}
# A round counts as quiet when others took less than this of the processors.
QUIET = 0.1


def read_pieces(file: Path, count: int, size: int) -> pd.DataFrame:
    """Return `count` pieces of `size` questions, drawn and shuffled with a fixed seed."""
    rows = [(e.id, e.question, e.passage) for e in read_examples(file)]
    frame = pd.DataFrame(rows, columns=["id", "question", "passage"])
    frame = frame.sample(count * size, random_state=7).reset_index(drop=True)
    return frame.assign(piece=frame.index // size)


def answer_noted(frame: pd.DataFrame, ledger: str) -> pd.DataFrame:
    """Answer a piece; write its number and the process down at its end."""
    answered = answer_batch(frame)
    with Path(ledger).open("a") as file:
        file.write(f"{frame['piece'].iloc[0]} {os.getpid()}\n")
    return answered


def processors_seconds() -> tuple[float, float]:
    """Return the processors' time since the machine started: on anything, on niced processes."""
    ticks = [int(n) for n in Path("/proc/stat").read_text().splitlines()[0].split()[1:9]]
    _, nice, _, idle, waiting = ticks[:5]
    rate = os.sysconf("SC_CLK_TCK")
    return (sum(ticks) - idle - waiting) / rate, nice / rate


def own_seconds(client: Client) -> float:
    """Return the processor time of the workers and of this process, which schedules."""
    return sum(client.run(time.process_time).values()) + time.process_time()


def measure(client: Client, work: Callable[[], Any]) -> dict[str, float]:
    """Run `work`; shares are of all processors' time while it ran."""
    own, (all_, niced), begun = own_seconds(client), processors_seconds(), time.perf_counter()
    work()
    seconds = time.perf_counter() - begun
    own = own_seconds(client) - own
    all_, niced = (
        now - then for now, then in zip(processors_seconds(), (all_, niced), strict=True)
    )
    there = seconds * (os.cpu_count() or 1)
    return {
        "seconds": seconds,
        "processor_seconds": own,
        "others_share": max(all_ - niced - own, 0.0) / there,
        "others_niced_share": niced / there,
    }


def compare(client: Client, pieces: list[pd.DataFrame], rounds: int) -> dict[str, Any]:
    """Answer all pieces by each of WAYS in turn."""
    addresses = list(client.scheduler_info()["workers"])

    def job(workers: int, threads: int) -> Callable[[], Any]:
        return lambda: client.gather(
            client.map(
                answer_batch,
                pieces,
                threads=threads,
                workers=addresses[:workers],
                pure=False,
            )
        )

    for threads in (1, 2):  # load the model, before the clock
        wait([
            client.submit(answer_batch, pieces[0].head(2), threads=threads, workers=[address])
            for address in addresses
        ])  # fmt: skip
    taken: dict[str, list[dict[str, float]]] = {way: [] for way in WAYS}
    for number in range(rounds):
        for way, size in list(WAYS.items())[:: -1 if number % 2 else 1]:
            taken[way].append(measure(client, job(*size)))
            print(f"round {number + 1}  {way:26}", end="")
            print("".join(f"  {name} {value:6.2f}" for name, value in taken[way][-1].items()))
    rows = sum(map(len, pieces))
    seconds = {way: [run["seconds"] for run in runs] for way, runs in taken.items()}
    ratios = [one / two for one, two in zip(*list(seconds.values())[:2], strict=True)]
    # Of each round, what others took of the processors in the two ways compared.
    others = [
        max(run["others_share"] + run["others_niced_share"] for run in runs)
        for runs in zip(*list(taken.values())[:2], strict=True)
    ]
    quiet = [ratio for ratio, share in zip(ratios, others, strict=True) if share < QUIET]
    medians = {way: statistics.median(times) for way, times in seconds.items()}
    return {
        "questions": rows,
        "questions_per_second": {way: round(rows / s, 1) for way, s in medians.items()},
        "questions_per_second_best": {way: round(rows / min(s), 1) for way, s in seconds.items()},
        "two_workers_to_one": [
            {"ratio": round(ratio, 2), "others_share": round(share, 2)}
            for ratio, share in zip(ratios, others, strict=True)
        ],
        "median_ratio": round(statistics.median(ratios), 2),
        "quiet_rounds": len(quiet),
        "median_ratio_of_quiet_rounds": round(statistics.median(quiet), 2) if quiet else None,
    }


def collect(client: Client, frame: dd.DataFrame, ledger: str, folder: Path) -> list[str]:
    """Take each result as it comes and let go of it; return the ids."""
    answered = frame.map_partitions(answer_noted, ledger, meta=answer_meta(frame))
    ids: list[str] = []
    for future, piece in as_completed(client.compute(answered.to_delayed()), with_results=True):
        ids += list(piece["id"])
        future.release()
    return ids


def to_parquet(client: Client, frame: dd.DataFrame, ledger: str, folder: Path) -> list[str]:
    """Let the workers write; return the ids in the files."""
    frame.map_partitions(answer_noted, ledger, meta=answer_meta(frame)).to_parquet(folder)
    return list(pd.read_parquet(folder)["id"])


def kill(way: Callable[..., list[str]], whole: pd.DataFrame, *, deadly: bool) -> dict[str, Any]:
    """Run a job on two fresh workers; with `deadly`, kill one when half of the pieces are done."""
    count = whole["piece"].nunique()
    with (
        tempfile.TemporaryDirectory() as name,
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster,
        Client(cluster) as client,
    ):
        ledger = Path(name) / "ledger"
        ledger.touch()
        client.run(lambda: answer_batch(whole.head(2)) is None)
        victim = next(iter(client.run(os.getpid).values()))

        def killer() -> None:
            while len(ledger.read_text().splitlines()) < count / 2:
                time.sleep(0.01)
            os.kill(victim, signal.SIGKILL)

        thread = threading.Thread(target=killer) if deadly else None
        begun = time.perf_counter()
        if thread:
            thread.start()
        frame = dd.from_pandas(whole, npartitions=count)
        ids = way(client, frame, str(ledger), Path(name) / "answers")
        seconds = time.perf_counter() - begun
        if thread:
            thread.join()
        finished = Counter(line.split()[0] for line in ledger.read_text().splitlines())
    return {
        "seconds": round(seconds, 2),
        "lost": len(set(whole["id"]) - set(ids)),
        "twice": len(ids) - len(set(ids)),
        "finished_pieces_done_again": sum(finished.values()) - count,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", type=Path, help="SQuAD format")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--pieces", type=int, default=48)
    parser.add_argument("--size", type=int, default=20, help="questions in a piece (%(default)s)")
    parser.add_argument("--no-kill", action="store_true", help="only compare")
    options = parser.parse_args()
    whole = read_pieces(options.file, options.pieces, options.size)
    pieces = [piece for _, piece in whole.groupby("piece")]
    report: dict[str, Any] = {"load_average_before": [round(n, 2) for n in os.getloadavg()]}
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster,
        Client(cluster) as client,
    ):
        report |= compare(client, pieces, options.rounds)
    ways = () if options.no_kill else (collect, to_parquet)
    report["killed"] = {
        way.__name__: {
            "undisturbed": kill(way, whole, deadly=False),
            "one worker killed": kill(way, whole, deadly=True),
        }
        for way in ways
    }
    report["load_average_after"] = [round(n, 2) for n in os.getloadavg()]
    print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
