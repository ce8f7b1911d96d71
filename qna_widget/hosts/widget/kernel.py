"""The kernel's own answer to a widget's inputs, where no browser gives one."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qna_widget.core.installed import is_installed
from qna_widget.core.messages import Inputs, Outputs
from qna_widget.errors import needs_extra

if TYPE_CHECKING:
    from qna_widget.results.scores import Scores


@dataclass(frozen=True, eq=False)
class KernelAnswer:
    """What the widget shows, and what it was made of."""

    outputs: Outputs
    """All of them."""
    scores: Scores


def available() -> bool:
    """Whether the packages of the `kernel` extra are there."""
    return all(is_installed(name) for name in ("numpy", "onnxruntime", "tokenizers"))


def answer(inputs: Inputs) -> KernelAnswer:
    """Answer a widget's inputs on onnxruntime.

    Raises BlankPassageError, BlankQuestionError, ModelError, or MissingExtraError without the
    `kernel` extra.
    """
    with needs_extra("An answer without a browser", "kernel"):
        from qna_widget.answering import engine
        from qna_widget.results.scores import of_kernel
    others = ("question", "passage", "model", "workers")
    options = {name: value for name, value in inputs.items() if name not in others}
    options["align_to_words"] = True  # as the page does
    loaded = engine.load(inputs["model"], None)
    chosen = loaded.options(options)
    begun = time.perf_counter()
    job = loaded.ask((inputs["question"], inputs["passage"]), chosen)
    result = job.result()
    outputs: Outputs = {
        "status": "ready",
        "progress": {},
        "error": "",
        "backend": f"kernel: {loaded.session.backend}",
        "answers": [answer.as_dict() for answer in result.answers],
        "null_score": result.null_score,
        "timing": {
            "tokens": result.tokens,
            "windows": result.windows,
            "run_ms": job.run_ms,
            "total_ms": 1000 * (time.perf_counter() - begun),
        },
    }
    longest = chosen.decoding.max_answer_len
    return KernelAnswer(outputs, of_kernel(job.prepared, job.logits, max_answer_len=longest))
