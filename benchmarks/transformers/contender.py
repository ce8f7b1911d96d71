"""One side of a comparison in a process of its own. Started by compare.py and throughput.py.

    python contender.py transformers|qna-widget MODEL THREADS

Reads one JSON object per line, {"questions": […], "passages": […], "batch": N, "options": {…}}, and
answers each by one: {"answers": […], "seconds": …, "cpu": …, "peak_mb": …}. Both sides get the
same call, the pipeline's own; neither imports the other.
"""

from __future__ import annotations

import json
import os
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

Ask = Callable[..., list[dict[str, Any]]]


def transformers_pipeline(model: str, threads: int) -> Ask:
    import torch

    torch.set_num_threads(threads)
    from transformers import pipeline

    qa = pipeline("question-answering", model=model, tokenizer=model, device=-1)
    return lambda questions, passages, batch, **options: qa(
        question=questions, context=passages, batch_size=batch, **options
    )


def qna_widget(model: str, threads: int) -> Ask:
    from qna_widget import QuestionAnswerer

    # What was run before is run again here.
    qa = QuestionAnswerer(model, threads=threads, pipeline_compatible=True, cache_bytes=0)
    return lambda questions, passages, batch, **options: qa(
        question=questions, context=passages, **options
    )


def peak_mb() -> float:
    """Return the most memory that this process ever held (Linux).

    getrusage would count that of the process which started it, too.
    """
    status = Path("/proc/self/status").read_text(encoding="ascii")
    line = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) / 1024


def main() -> None:
    kind, model, threads = sys.argv[1], sys.argv[2], int(sys.argv[3])
    # Whatever a library prints, the answers stay apart from it.
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    warnings.simplefilter("ignore")
    ask = {"transformers": transformers_pipeline, "qna-widget": qna_widget}[kind](model, threads)
    print(json.dumps({"ready": kind}), file=out, flush=True)
    for line in sys.stdin:
        job = json.loads(line)
        begun, used = time.perf_counter(), time.process_time()
        answers = ask(job["questions"], job["passages"], job["batch"], **job["options"])
        seconds, cpu = time.perf_counter() - begun, time.process_time() - used
        told = {"answers": answers, "seconds": seconds, "cpu": cpu, "peak_mb": peak_mb()}
        print(json.dumps(told), file=out, flush=True)


main()
