"""Features in, logits out: the one door to onnxruntime. Twin: js/src/runtime/worker/session.ts.

Parallelism goes across runs, each on one thread, which on CPUs is the faster way: no run waits for
the slowest thread of each operator. One thread is the caller's own: handing work to another would
take a second processor to no purpose where each one has a process already.

An 8-bit model runs every feature alone: it scales its activations once per run, so a batch would
make an answer depend on its neighbours. A float model runs short features of like length together,
which saves a sixth of the time at 24 tokens and nothing from 160 on; a neighbour then shows in the
last bits at most.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache, partial
from itertools import islice
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from qna_widget.core.types import LOGIT_NAMES, MODEL_INPUTS, Feature, Logits
from qna_widget.errors import InputError, ModelFileError

from .processors import usable
from .signed_weights import outline, with_signed_weights

# Tokens of a batch, padding included: beyond it a batch gains nothing.
BATCH_TOKENS = 256
# Features among which those of like length are looked for.
LOOK_AHEAD = 16
# One product of two 8-bit matrices, unsigned by signed, both of them inputs (MatMulInteger), as an
# ONNX file: `make probe` prints it.
PROBE = (
    b'\x08\t:b\n\x18\n\x01a\n\x01b\x12\x01y"\rMatMulInteger\x12\x01gZ\x15\n\x01a\x12\x10\n\x0e\x08'
    b"\x02\x12\n\n\x03\x12\x01m\n\x03\x12\x01kZ\x15\n\x01b\x12\x10\n\x0e\x08\x03\x12\n\n\x03\x12"
    b"\x01k\n\x03\x12\x01nb\x15\n\x01y\x12\x10\n\x0e\x08\x06\x12\n\n\x03\x12\x01m\n\x03\x12\x01n"
    b"B\x04\n\x00\x10\x11"
)


def default_threads() -> int:
    """Return the number of processors that this process may use."""
    return usable()


def check_threads(threads: int | None) -> int | None:
    """Return `threads`, or None for one per processor. Raises InputError for anything else."""
    if threads is not None and (type(threads) is not int or threads < 1):
        raise InputError(f"threads is {threads!r}; give 1 or more, or None for all processors.")
    return threads


@cache
def signed_products_are_exact() -> bool:
    """Whether this machine adds products of unsigned and signed 8-bit numbers without overflow."""
    a, b = np.full((8, 64), 255, np.uint8), np.full((64, 64), 127, np.int8)
    (found,) = _load(PROBE).run(["y"], {"a": a, "b": b})
    return bool((found == 64 * 255 * 127).all())


class Deferred:
    """What a Future is to a worker, for work that is done where its result is asked for."""

    def __init__(self, work: Callable[[], list[Logits]]) -> None:
        self._work = work
        self._done: list[Logits] | None = None

    def result(self) -> list[Logits]:
        """Do the work, the first time."""
        if self._done is None:
            self._done = self._work()
        return self._done

    def done(self) -> bool:
        """Whether the result is there already."""
        return self._done is not None

    def cancel(self) -> None:
        """Nothing runs unasked."""


Job = Future[list[Logits]] | Deferred


class Session:
    """A loaded model. Thread-safe; calls of several threads share its workers."""

    def __init__(self, onnx: bytes, *, threads: int | None = None) -> None:
        """Load the ONNX file `onnx`; `threads` features are run at the same time.

        With one thread each call runs the model in its own.

        Raises InputError for fewer threads than 1, and ModelFileError when onnxruntime refuses the
        file or it has other inputs or outputs.
        """
        self.threads = check_threads(threads) or default_threads()
        found = outline(onnx)
        if found and signed_products_are_exact():
            onnx = with_signed_weights(onnx, found)
        try:
            self._session = _load(onnx, self.threads)
        except Exception as error:  # onnxruntime raises a class per status code, with no base
            raise ModelFileError(f"onnxruntime cannot load this ONNX file: {error}") from error
        shapes = {tensor.name: tensor.shape for tensor in self._session.get_inputs()}
        outputs = {tensor.name for tensor in self._session.get_outputs()}
        required, *optional = MODEL_INPUTS
        fits = {required} <= shapes.keys() <= set(MODEL_INPUTS)
        if not (fits and set(LOGIT_NAMES) <= outputs):
            raise ModelFileError(
                f"This ONNX file takes {sorted(shapes)} and gives {sorted(outputs)}. Needed are "
                f"{required} (allowed besides: {', '.join(optional)}) and {list(LOGIT_NAMES)}."
            )
        self._inputs = list(shapes)
        # Padding needs a mask, several texts a free first dimension.
        together = "attention_mask" in shapes and not isinstance(shapes["input_ids"][0], int)
        self._batch_tokens = BATCH_TOKENS if together and found and not found.scales_per_run else 0
        self._workers = self._begin_workers()

    @property
    def backend(self) -> str:
        """What runs the model, for status lines."""
        return f"onnxruntime {onnxruntime.__version__}, {self.threads} threads"

    def run(self, features: Iterable[Feature]) -> Generator[Logits]:
        """Yield the logits of each feature, in order, as soon as they are there.

        Only a few features are in flight; closing the iterator (or Ctrl-C) leaves the rest undone.
        An error of `features` is raised when what came before it was run and yielded.
        """
        waiting: deque[tuple[Job, int]] = deque()
        look_ahead = LOOK_AHEAD if self._batch_tokens else 1
        in_flight = max(2 * self.threads, look_ahead) if self.threads > 1 else 0
        errors: list[Exception] = []
        source = _until_error(features, errors)
        try:
            while drawn := list(islice(source, look_ahead)):
                waiting.extend(self._submit(drawn))
                while waiting and (len(waiting) > in_flight or waiting[0][0].done()):
                    job, row = waiting.popleft()
                    yield job.result()[row]
            while waiting:
                job, row = waiting.popleft()
                yield job.result()[row]
        finally:
            for job, _ in waiting:
                job.cancel()
        for error in errors:
            raise error

    def _submit(self, features: Sequence[Feature]) -> list[tuple[Job, int]]:
        """Begin or defer the features' runs; return for each where its logits will be."""
        places: dict[int, tuple[Job, int]] = {}
        for batch in batches([len(f.input_ids) for f in features], self._batch_tokens):
            work = partial(self._run, [features[index] for index in batch])
            job = self._begin(work) if self.threads > 1 else Deferred(work)
            places |= {index: (job, row) for row, index in enumerate(batch)}
        return [places[index] for index in range(len(features))]

    def _begin(self, work: Callable[[], list[Logits]]) -> Job:
        """Hand work to a worker; where no thread can be begun, whoever asks does it.

        That is so once the interpreter shuts down (a thread that outlives the main one, atexit),
        and where a limit on threads is reached.
        """
        try:
            return self._pool().submit(work)
        except RuntimeError:
            return Deferred(work)

    def _pool(self) -> ThreadPoolExecutor:
        """Return this process's workers: after a fork those of the parent are not there."""
        if self._workers[0] != os.getpid():
            self._workers = self._begin_workers()
        return self._workers[1]

    def _begin_workers(self) -> tuple[int, ThreadPoolExecutor]:
        return os.getpid(), ThreadPoolExecutor(self.threads, thread_name_prefix="qna-widget")

    def _run(self, batch: Sequence[Feature]) -> list[Logits]:
        feeds = model_inputs(*batch)
        given = {name: feeds[name] for name in self._inputs}
        try:
            starts, ends = self._session.run(LOGIT_NAMES, given)
        except Exception as error:  # onnxruntime raises a class per status code, with no base
            longest = feeds["input_ids"].shape[1]
            raise ModelFileError(f"The model failed at {longest} tokens: {error}") from error
        for name, values in zip(LOGIT_NAMES, (starts, ends), strict=True):
            _refuse_other_shape(name, values, feeds["input_ids"].shape)
        lengths = [len(feature.input_ids) for feature in batch]
        return [
            Logits(start_logits=start[:length], end_logits=end[:length])
            for start, end, length in zip(starts, ends, lengths, strict=True)
        ]


def _refuse_other_shape(name: str, values: NDArray[Any], wanted: tuple[int, ...]) -> None:
    """Raise ModelFileError: a file may say one shape and give another, whose rows look right."""
    if values.shape != wanted or values.dtype.kind != "f":
        raise ModelFileError(
            f"The model gave {name} as {values.dtype} of shape {values.shape} for tokens of shape "
            f"{wanted}. It must give one number per token: export the model again, or take another."
        )


def _until_error(features: Iterable[Feature], errors: list[Exception]) -> Iterator[Feature]:
    """Yield `features`; where they end with an error, put it into `errors` instead."""
    try:
        yield from features
    except Exception as error:
        errors.append(error)


def batches(lengths: Sequence[int], tokens: int) -> Iterator[list[int]]:
    """Group indices of `lengths`, the longest first; padded, a group has at most `tokens` tokens.

    What is longer stays alone; with 0 tokens everything does.
    """
    group: list[int] = []
    for index in sorted(range(len(lengths)), key=lambda i: -lengths[i]):
        if group and lengths[group[0]] * (len(group) + 1) > tokens:
            yield group
            group = []
        group.append(index)
    if group:
        yield group


def model_inputs(*batch: Feature) -> dict[str, NDArray[np.int64]]:
    """Return all inputs that a model may take, each of shape [features, longest]."""
    shape = len(batch), max(len(feature.input_ids) for feature in batch)
    feeds = {name: np.zeros(shape, np.int64) for name in MODEL_INPUTS}
    for row, feature in enumerate(batch):
        length = len(feature.input_ids)
        feeds["input_ids"][row, :length] = feature.input_ids
        feeds["attention_mask"][row, :length] = 1
        feeds["token_type_ids"][row, :length] = feature.token_type_ids
    return feeds


def _load(onnx: bytes, threads: int = 1) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    # Planned ahead, a value takes over memory that has left the processor's cache: 5% slower. Not
    # planned, threads that run in step swap memory through their common arena: 25% slower.
    options.enable_mem_reuse = threads > 1
    # A plan for each length would be kept, and lengths differ from text to text.
    options.enable_mem_pattern = False
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(onnx, options, providers=["CPUExecutionProvider"])
