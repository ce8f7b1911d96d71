"""The contender without a browser: onnxruntime in this Python, one thread."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnxruntime

from qna_widget import QuestionAnswerer
from qna_widget.core.contract import INPUTS

from .page import Timed

MOST = INPUTS["no_answer_threshold"]["maximum"]
"""So far away that the best span comes first, as on the pages."""


def ids(length: int) -> list[int]:
    """Return the window of harness.js."""
    return [1000 + (i * 7919) % 20000 for i in range(length)]


class Native:
    """`ask` is QuestionAnswerer's, `forward` the same file in onnxruntime as it comes."""

    def __init__(self, widget: Path, onnx: bytes) -> None:
        self._answerer = QuestionAnswerer(str(widget), threads=1)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(
            onnx, options, providers=["CPUExecutionProvider"]
        )
        self._inputs = [tensor.name for tensor in self._session.get_inputs()]

    def ask(self, passage: str, question: str) -> Timed:
        return timed(lambda: self._answerer(question, passage, no_answer_threshold=MOST).text)

    def forward(self, length: int) -> Timed:
        values = {
            "input_ids": ids(length),
            "attention_mask": [1] * length,
            "token_type_ids": [0] * length,
        }
        feeds = {name: np.array([values[name]], np.int64) for name in self._inputs}
        return timed(lambda: float(self._session.run(["start_logits"], feeds)[0].sum()))


def timed(work: Callable[[], object]) -> Timed:
    begun, used = time.perf_counter(), time.process_time()
    value = work()
    ms, cpu = time.perf_counter() - begun, time.process_time() - used
    return Timed(1000 * ms, 1000 * cpu, 0, 0, 0, value)
