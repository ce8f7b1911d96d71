"""The kernel's own answer to a widget's inputs, where no browser gives one."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from qna_widget.errors import needs_extra

if TYPE_CHECKING:
    from qna_widget.results.scores import Scores


@dataclass(frozen=True, eq=False)
class KernelAnswer:
    """What the widget shows, and what it was made of."""

    # By the contract's names: answers, null_score, timing, backend and the rest.
    outputs: dict[str, Any]
    scores: Scores


def available() -> bool:
    """Whether the packages of the `kernel` extra are there."""
    try:
        return all(find_spec(name) for name in ("numpy", "onnxruntime", "tokenizers"))
    except ImportError:
        return False


def answer(inputs: Mapping[str, Any]) -> KernelAnswer:
    """Answer a widget's inputs on onnxruntime.

    Raises BlankPassageError, BlankQuestionError, ModelError, or MissingExtraError without the
    `kernel` extra.
    """
    with needs_extra("An answer without a browser", "kernel"):
        from qna_widget.answering.answerer import QuestionAnswerer
        from qna_widget.core.decoding import Decoder
        from qna_widget.core.pipeline import conclude, prepare
        from qna_widget.results.scores import of_kernel
    options = dict(inputs)
    question, passage, model = (options.pop(name) for name in ("question", "passage", "model"))
    answerer = QuestionAnswerer(model)
    chosen = answerer.options(**options)
    begun = time.perf_counter()
    prepared = prepare(question, passage, answerer.tokenizer, chosen.features)
    run = time.perf_counter()
    logits = list(answerer.session.run(prepared.features))
    run_ms = 1000 * (time.perf_counter() - run)
    decoder = Decoder(prepared.features)
    for window, output in enumerate(logits):
        decoder.add(window, output)
    result = conclude(prepared, decoder, chosen.decoding)
    outputs = {
        "status": "ready",
        "progress": {},
        "error": "",
        "backend": f"kernel: {answerer.session.backend}",
        "answers": [answer.as_dict() for answer in result.answers],
        "null_score": result.null_score,
        "timing": {
            "tokens": result.tokens,
            "windows": result.windows,
            "run_ms": run_ms,
            "total_ms": 1000 * (time.perf_counter() - begun),
        },
    }
    scores = of_kernel(prepared, logits, max_answer_len=chosen.decoding.max_answer_len)
    return KernelAnswer(outputs, scores)
