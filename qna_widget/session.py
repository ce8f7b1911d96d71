"""Features in, logits out: the one door to onnxruntime. Twin: js/src/runtime/session.ts.

Every feature runs alone. An 8-bit model scales its activations once per run, so a batch would make
an answer depend on its neighbours; alone, nothing is padded, results do not depend on the company
or on the number of threads, and they equal the browser's. Parallelism goes across features, which
on CPUs is also the faster way (no waiting for the slowest thread of each operator).
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from .errors import ModelFileError
from .types import Feature, Logits

OUTPUTS = ["start_logits", "end_logits"]


def default_threads() -> int:
    """Return the number of processors that this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on macOS and Windows
        return os.cpu_count() or 1


class Session:
    """A loaded model. Thread-safe; calls of several threads share its workers."""

    def __init__(self, onnx: bytes, *, threads: int | None = None) -> None:
        """Load the ONNX file `onnx`; `threads` features are run at the same time.

        Raises ModelFileError when onnxruntime refuses it or it has other inputs or outputs.
        """
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.log_severity_level = 3
        try:
            self._session = onnxruntime.InferenceSession(
                onnx, options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # onnxruntime raises a class per status code, with no base
            raise ModelFileError(f"onnxruntime cannot load this ONNX file: {error}") from error
        self._inputs = {tensor.name for tensor in self._session.get_inputs()}
        outputs = {tensor.name for tensor in self._session.get_outputs()}
        known = {"input_ids", "attention_mask", "token_type_ids"}
        if not {"input_ids"} <= self._inputs <= known or not set(OUTPUTS) <= outputs:
            raise ModelFileError(
                f"This ONNX file takes {sorted(self._inputs)} and gives {sorted(outputs)}. Needed "
                f"are input_ids (allowed besides: attention_mask, token_type_ids) and {OUTPUTS}."
            )
        self.threads = default_threads() if threads is None else threads
        if self.threads < 1:
            raise ValueError(f"threads is {threads}; give 1 or more, or None for all processors.")
        self._pool = ThreadPoolExecutor(self.threads, thread_name_prefix="qna-widget")

    @property
    def backend(self) -> str:
        """What runs the model, for status lines."""
        return f"onnxruntime {onnxruntime.__version__}, {self.threads} threads"

    def run(self, features: Iterable[Feature]) -> Iterator[Logits]:
        """Yield the logits of each feature, in order, as soon as they are there.

        Only a few features are in flight; closing the iterator (or Ctrl-C) leaves the rest undone.
        """
        waiting: deque[Future[Logits]] = deque()
        try:
            for feature in features:
                waiting.append(self._pool.submit(self._run, feature))
                if len(waiting) > 2 * self.threads:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()

    def _run(self, feature: Feature) -> Logits:
        feeds = model_inputs(feature)
        start, end = self._session.run(OUTPUTS, {name: feeds[name] for name in self._inputs})
        return Logits(start_logits=start[0], end_logits=end[0])


def model_inputs(feature: Feature) -> dict[str, NDArray[np.int64]]:
    """Return all inputs that a model may take, each of shape [1, sequence]."""
    ids = feature.input_ids.astype(np.int64)[None]
    return {
        "input_ids": ids,
        "attention_mask": np.ones_like(ids),
        "token_type_ids": feature.token_type_ids.astype(np.int64)[None],
    }
