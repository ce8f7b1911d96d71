"""Questions per second and peak memory, beside transformers' pipeline on the same weights.

    python -m benchmarks.transformers.throughput path/to/squad.json

Three sides, each in a process of its own with the same number of threads: transformers at its best
batch size (tried on the first questions), QuestionAnswerer in float32, and with the bundled 8-bit
file. All have loaded their model before the clock starts. They answer the same questions in turn,
piece by piece, in a new order each time; one waits while another works. The ratio of a piece is
that of its two times; the median counts. Beside it: processor time, and what others used of the
processors meanwhile, for a shared machine.
"""

from __future__ import annotations

import json
import os
import random
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from typing import Any

from qna_widget.runtime.progress import progress_bar

from .peers import Contender, arguments, bundled_checkpoint, contender, exported, spread

BATCHES = (1, 2, 4, 8, 16, 32)
PIECE = 50  # questions
PEER = "transformers"


def best_batch(side: Contender, examples: list[Any]) -> tuple[int, dict[int, float]]:
    """Return the batch size that took the least time, and the times (seconds)."""
    seconds = {batch: side.ask(examples, batch)["seconds"] for batch in BATCHES}
    return min(seconds, key=seconds.__getitem__), seconds


def busy_seconds() -> float:
    """Return the processors' busy time since the machine started (Linux)."""
    ticks = [int(n) for n in Path("/proc/stat").read_text().splitlines()[0].split()[1:9]]
    return (sum(ticks) - ticks[3] - ticks[4]) / os.sysconf("SC_CLK_TCK")


def main() -> int:
    parser = arguments(__doc__.splitlines()[0])
    parser.add_argument("--batch", type=int, help="of transformers; default: try them")
    options = parser.parse_args()
    checkpoint = bundled_checkpoint()
    examples = spread(options.squad, options.limit)
    pieces = [examples[i : i + PIECE] for i in range(0, len(examples), PIECE)]
    models = {
        PEER: (PEER, checkpoint),
        "qna-widget fp32": ("qna-widget", exported(checkpoint)),
        "qna-widget int8": ("qna-widget", "bundled"),
    }
    told: dict[str, list[dict[str, Any]]] = {name: [] for name in models}
    with ExitStack() as stack:
        sides = {
            name: stack.enter_context(contender(*model, options.threads, options.python))
            for name, model in models.items()
        }
        # Before the clock: the first call of each allocates and caches.
        for side in sides.values():
            side.ask(examples[:5])
        batch, tried = (
            (options.batch, {}) if options.batch else best_batch(sides[PEER], examples[: 2 * PIECE])
        )
        for piece in progress_bar(pieces, len(pieces), "pieces"):
            for name in random.sample(list(sides), len(sides)):
                busy, begun = busy_seconds(), time.perf_counter()
                one = sides[name].ask(piece, batch)
                wall = (time.perf_counter() - begun) * (os.cpu_count() or 1)
                one["others"] = max(busy_seconds() - busy - one["cpu"], 0.0) / wall
                told[name].append(one)
    figures: dict[str, Any] = {
        "questions": len(examples),
        "threads": options.threads,
        "batch": batch,
        "batches_tried_seconds": tried,
    }
    for name, runs in told.items():
        figures[name] = {
            "questions_per_second": len(examples) / sum(run["seconds"] for run in runs),
            "cpu_ms_per_question": 1000 * sum(run["cpu"] for run in runs) / len(examples),
            "peak_mb": runs[-1]["peak_mb"],
            "others_share": median(run["others"] for run in runs),
        }
        if name != PEER:
            pairs = list(zip(told[PEER], runs, strict=True))
            figures[name] |= {
                "times_faster": median(a["seconds"] / b["seconds"] for a, b in pairs),
                "times_less_cpu": median(a["cpu"] / b["cpu"] for a, b in pairs),
                "memory_share": runs[-1]["peak_mb"] / told[PEER][-1]["peak_mb"],
            }
    print(json.dumps(figures, indent=1))
    if options.out:
        options.out.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
