"""One loaded model: questions in, results and logits out. Twin: js/src/runtime/worker/engine.ts.

A `Job` is one question on its way through the stages (twin: job.ts). The browser takes turns
between the jobs of many clients; here the windows of all questions run as one stream, which keeps
every thread of the session busy.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections import defaultdict, deque
from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import closing
from functools import lru_cache
from itertools import islice

from qna_widget.core.decoding import Decoder
from qna_widget.core.manifest import Asset, ModelManifest
from qna_widget.core.pipeline import Prepared, conclude, prepare
from qna_widget.core.relevance import reading_order
from qna_widget.core.tokenizer import Tokenizer
from qna_widget.core.types import Feature, Logits, Result, TokenizerOptions
from qna_widget.errors import InputError
from qna_widget.models import files, names, registry
from qna_widget.runtime.memory import CACHE_BYTES, Memory
from qna_widget.runtime.progress import progress_bar
from qna_widget.runtime.session import Session, default_threads

from .options import AskOptions, ask_options
from .pairs import PairLike, pair_of

FEW_WINDOWS = 8
"""A passage of more windows is worth a bar of its own."""
KNOWN_AHEAD = 64
"""Windows that may wait, those that were run before among them, until what runs is there."""
# Threads that begin at the same time must neither fetch nor load a model twice; who waits for one
# that is being fetched does not keep others from what is at hand.
_FETCHING: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)
_LOADING = threading.Lock()


def _forked() -> None:
    """Begin anew: the threads that held the locks in the parent do not exist here."""
    global _LOADING
    _LOADING = threading.Lock()
    _FETCHING.clear()


if hasattr(os, "register_at_fork"):  # not on Windows
    os.register_at_fork(after_in_child=_forked)


class Job:
    """One question on its way: it takes the logits of its windows, and then has a result."""

    def __init__(self, prepared: Prepared, options: AskOptions) -> None:
        self.prepared = prepared
        self.run_ms = 0.0
        """Milliseconds that the model took; 0 in a stream, whose questions run together."""
        self._options = options
        self._decoder = Decoder(prepared.features)
        self._order = _order(prepared, options)
        self._drawn: list[int] = []
        self._read: dict[int, Logits] = {}
        self.count = min(len(prepared.features), options.reading.max_windows or sys.maxsize)
        """Windows to run."""

    def windows(self) -> Iterator[Feature]:
        """Yield those to run, once, in the order in which `add` takes their logits."""
        for window in islice(self._order, self.count):
            self._drawn.append(window)
            yield self.prepared.features[window]

    @property
    def logits(self) -> list[Logits]:
        """One per window that was run, in the passage's order."""
        return [self._read[window] for window in sorted(self._read)]

    @property
    def finished(self) -> bool:
        """Whether every window to run was run."""
        return len(self._read) == self.count

    def add(self, logits: Logits) -> None:
        """Take the output for the next window. Raises ModelFileError as `Decoder.add` does."""
        window = self._drawn[len(self._read)]
        self._decoder.add(window, logits)
        self._read[window] = logits

    def result(self) -> Result:
        """Return the ranked answers. Cheap: the model is not run."""
        prepared = self.prepared
        decoded = conclude(prepared, self._decoder, self._options.decoding)
        read, windows = len(self._read), len(prepared.features)
        unread = f"Read {read} of {windows} windows; what the others hold was not seen."
        return Result(
            question=prepared.question_text,
            answers=decoded.answers,
            null_score=decoded.null_score,
            null_probability=decoded.null_probability,
            null_margin=decoded.null_margin,
            no_answer=decoded.no_answer,
            warnings=(*prepared.warnings, *([unread] if read < windows else [])),
            tokens=len(prepared.question) + len(prepared.passage),
            windows=windows,
            windows_read=read,
        )


def _order(prepared: Prepared, options: AskOptions) -> Iterator[int]:
    """Return all windows; which come first makes a difference where not all may be read."""
    features, reading = prepared.features, options.reading
    if reading.max_windows is None and reading.budget_s is None:
        return iter(range(len(features)))
    return reading_order(prepared.index, prepared.question.input_ids, features)


class Engine:
    """Tokenizer and session of one model. Thread-safe; engines of one process share both."""

    def __init__(
        self, manifest: ModelManifest, threads: int, cache_bytes: int = CACHE_BYTES
    ) -> None:
        """`threads` windows run at the same time. Raises ModelFileError for damaged files."""
        self.manifest = manifest
        self.tokenizer = _tokenizer(manifest.vocab, manifest.tokenizer)
        self.session = _session(manifest.onnx, threads)
        self._memory = _memory(manifest.onnx, cache_bytes)

    def ask(self, pair: PairLike, options: AskOptions, *, progress: bool = False) -> Job:
        """Return the finished job of one (question, passage).

        Windows equal to ones that were run before are not run again. `progress` draws a bar over
        the windows of a long passage. The time that `options` allow counts from the call on.
        Raises InputError for what cannot be asked.
        """
        called = time.perf_counter()
        job = self._job(pair, options)
        budget = options.reading.budget_s
        begun = time.perf_counter()
        with closing(self._logits(job.windows())) as logits:
            shown = progress and job.count > FEW_WINDOWS
            for output in progress_bar(logits, job.count, "windows") if shown else logits:
                job.add(output)
                if budget is not None and time.perf_counter() - called >= budget:
                    break
        job.run_ms = 1000 * (time.perf_counter() - begun)
        return job

    def stream(self, pairs: Iterable[PairLike], options: AskOptions) -> Iterator[Result]:
        """Yield one result per pair, in order, as soon as all its windows were run.

        Pairs are drawn as the session needs windows. An InputError comes after the results of all
        pairs before, and has the number of its own pair as a note.
        """
        jobs: deque[Job] = deque()
        # Nothing is remembered: the tables that come this way seldom hold a text twice.
        for output in self.session.run(self._windows(pairs, options, jobs)):
            jobs[0].add(output)
            if jobs[0].finished:
                yield jobs.popleft().result()

    def options(
        self, given: Mapping[str, object], *, neat: bool = True, budget_s: float | None = None
    ) -> AskOptions:
        """Check the options of a question; the model has a part in the defaults.

        Without `neat`, answers are those of the pipeline. `budget_s` is for `ask` alone. Raises
        TypeError for a name that is not known, InputError for a value.
        """
        own = self.manifest
        return ask_options(
            given, own.max_seq_len, own.no_answer_threshold, own.cut_share,
            neat=neat, budget_s=budget_s,
        )  # fmt: skip

    def _logits(self, windows: Iterator[Feature]) -> Generator[Logits]:
        """Yield the logits of each window, run now or before; each is drawn when it is due."""
        drawn: deque[tuple[Feature, Logits | None]] = deque()

        def new() -> Iterator[Feature]:
            for window in windows:
                drawn.append((window, self._memory.get(window)))
                if drawn[-1][1] is None:
                    yield window
                elif len(drawn) > KNOWN_AHEAD:
                    return

        def known() -> Iterator[Logits]:
            while drawn and (found := drawn[0][1]) is not None:
                drawn.popleft()
                yield found

        more = True
        while more:
            with closing(self.session.run(new())) as outputs:
                for output in outputs:
                    yield from known()
                    window, _ = drawn.popleft()
                    self._memory.add(window, output)
                    yield output
            more = bool(drawn)
            yield from known()

    def _windows(
        self, pairs: Iterable[PairLike], options: AskOptions, jobs: deque[Job]
    ) -> Iterator[Feature]:
        """Yield the windows of all pairs; append to `jobs` what they belong to."""
        previous: Prepared | None = None
        for number, pair in enumerate(pairs):
            try:
                job = self._job(pair, options, previous)
            except InputError as error:
                error.add_note(f"in the question at index {number}")
                raise
            previous = job.prepared
            jobs.append(job)
            yield from job.windows()

    def _job(self, pair: PairLike, options: AskOptions, previous: Prepared | None = None) -> Job:
        prepared = prepare(*pair_of(pair), self.tokenizer, options.features, previous)
        return Job(prepared, options)


def load(name: names.ModelLike, threads: int | None, cache_bytes: int = CACHE_BYTES) -> Engine:
    """Resolve and load a model, once for all threads that ask at the same time.

    `threads` None: one per processor. `cache_bytes`: for what was run before, 0 for nothing. May
    fetch and convert the model. Raises as `registry.resolve` does.
    """
    with _FETCHING[str(name)]:
        manifest = registry.resolve(name)
    with _LOADING:
        return Engine(manifest, threads or default_threads(), cache_bytes)


@lru_cache(maxsize=4)
def _session(onnx: Asset, threads: int) -> Session:
    return Session(files.read(onnx), threads=threads)


@lru_cache(maxsize=4)
def _memory(onnx: Asset, cache_bytes: int) -> Memory:
    return Memory(cache_bytes)


@lru_cache(maxsize=4)
def _tokenizer(vocab: Asset, options: TokenizerOptions) -> Tokenizer:
    return Tokenizer(files.read_vocab(vocab), options)
