"""One loaded model: questions in, results and logits out. Twin: js/src/runtime/worker/engine.ts.

A `Job` is one question on its way through the stages (twin: job.ts). The browser takes turns
between the jobs of many clients; here the windows of all questions run as one stream, which keeps
every thread of the session busy.
"""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from qna_widget.core.decoding import Decoder
from qna_widget.core.manifest import Asset, ModelManifest
from qna_widget.core.pipeline import Prepared, conclude, prepare
from qna_widget.core.tokenizer import Tokenizer
from qna_widget.core.types import Feature, Logits, Result
from qna_widget.errors import InputError
from qna_widget.models import files, names, registry
from qna_widget.runtime.progress import progress_bar
from qna_widget.runtime.session import Session, default_threads

from .options import AskOptions, ask_options
from .pairs import PairLike, pair_of

FEW_WINDOWS = 8
"""A passage of more windows is worth a bar of its own."""
# Threads that begin at the same time must not load a model twice.
_LOADING = threading.Lock()


def _forked() -> None:
    """Begin anew: the thread that held the lock in the parent does not exist here."""
    global _LOADING
    _LOADING = threading.Lock()


if hasattr(os, "register_at_fork"):  # not on Windows
    os.register_at_fork(after_in_child=_forked)


class Job:
    """One question on its way: it takes the logits of its windows, and then has a result."""

    def __init__(self, engine: Engine, prepared: Prepared, options: AskOptions) -> None:
        self.prepared = prepared
        self.logits: list[Logits] = []
        """One per window that was run, in order."""
        self.run_ms = 0.0
        """Milliseconds that the model took; 0 in a stream, whose questions run together."""
        self._engine = engine
        self._options = options
        self._decoder = Decoder(prepared.features)

    @property
    def finished(self) -> bool:
        """Whether every window was run."""
        return len(self.logits) == len(self.prepared.features)

    def add(self, logits: Logits) -> None:
        """Take the output for the next window. Raises ModelFileError as `Decoder.add` does."""
        self._decoder.add(len(self.logits), logits)
        self.logits.append(logits)

    def result(self) -> Result:
        """Return the ranked answers. Cheap: the model is not run."""
        prepared = self.prepared
        decoded = conclude(prepared, self._decoder, self._options.decoding)
        return Result(
            question=prepared.question_text,
            answers=decoded.answers,
            null_score=decoded.null_score,
            null_probability=decoded.null_probability,
            null_margin=decoded.null_margin,
            no_answer=decoded.no_answer,
            warnings=prepared.warnings,
            tokens=len(prepared.question) + len(prepared.passage),
            windows=len(prepared.features),
        )


class Engine:
    """Tokenizer and session of one model. Thread-safe; engines of one process share both."""

    def __init__(self, manifest: ModelManifest, threads: int) -> None:
        """`threads` windows run at the same time. Raises ModelFileError for damaged files."""
        self.manifest = manifest
        self.tokenizer = _tokenizer(manifest.vocab, manifest.lowercase)
        self.session = _session(manifest.onnx, threads)

    def ask(self, pair: PairLike, options: AskOptions, *, progress: bool = False) -> Job:
        """Return the finished job of one (question, passage).

        `progress` draws a bar over the windows of a long passage. Raises InputError for what
        cannot be asked.
        """
        job = self._job(pair, options)
        windows = job.prepared.features
        logits = self.session.run(windows)
        if progress and len(windows) > FEW_WINDOWS:
            logits = progress_bar(logits, len(windows), "windows")
        begun = time.perf_counter()
        for output in logits:
            job.add(output)
        job.run_ms = 1000 * (time.perf_counter() - begun)
        return job

    def stream(self, pairs: Iterable[PairLike], options: AskOptions) -> Iterator[Result]:
        """Yield one result per pair, in order, as soon as all its windows were run.

        Pairs are drawn as the session needs windows. An InputError comes after the results of all
        pairs before, and has the number of its own pair as a note.
        """
        jobs: deque[Job] = deque()
        for output in self.session.run(self._windows(pairs, options, jobs)):
            jobs[0].add(output)
            if jobs[0].finished:
                yield jobs.popleft().result()

    def options(self, given: Mapping[str, object], *, neat: bool = True) -> AskOptions:
        """Check the options of a question; the model has a part in the defaults.

        Without `neat`, answers are those of the pipeline. Raises TypeError for a name that is not
        known, InputError for a value.
        """
        manifest = self.manifest
        return ask_options(given, manifest.max_seq_len, manifest.no_answer_threshold, neat=neat)

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
            yield from previous.features

    def _job(self, pair: PairLike, options: AskOptions, previous: Prepared | None = None) -> Job:
        prepared = prepare(*pair_of(pair), self.tokenizer, options.features, previous)
        return Job(self, prepared, options)


def load(name: names.ModelLike, threads: int | None) -> Engine:
    """Resolve and load a model, once for all threads that ask at the same time.

    `threads` None: one per processor. May fetch and convert the model. Raises as
    `registry.resolve` does.
    """
    with _LOADING:
        return Engine(registry.resolve(name), threads or default_threads())


@lru_cache(maxsize=4)
def _session(onnx: Asset, threads: int) -> Session:
    return Session(files.read(onnx), threads=threads)


@lru_cache(maxsize=4)
def _tokenizer(vocab: Asset, lowercase: bool) -> Tokenizer:
    return Tokenizer(files.read_vocab(vocab), lowercase=lowercase)
