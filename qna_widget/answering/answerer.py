"""Ask in Python, without a browser: the same answers, on onnxruntime."""

from __future__ import annotations

import os
import threading
import warnings
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, overload

from qna_widget.core.contract import check_value
from qna_widget.core.decoding import Decoder
from qna_widget.core.pipeline import Prepared, conclude, prepare
from qna_widget.core.tokenizer import Tokenizer
from qna_widget.core.types import Answer, Feature, Logits, Result
from qna_widget.core.words import continuations, words_of
from qna_widget.errors import InputError
from qna_widget.hosts.assets import Asset
from qna_widget.models import names, registry
from qna_widget.runtime.progress import progress_bar
from qna_widget.runtime.session import Session, check_threads, default_threads

from .compatible import pipeline_answer, pipeline_answers, pipeline_options
from .options import TRUTH, AskOptions, ask_options
from .pairs import PairLike, pair_of, pairs

# A passage of more windows is worth a bar of its own.
FEW_WINDOWS = 8
# Threads that begin at the same time must not load a model twice.
_LOADING = threading.Lock()


def _forked() -> None:
    """Begin anew: whoever held the lock in the parent is not here to open it."""
    global _LOADING
    _LOADING = threading.Lock()


if hasattr(os, "register_at_fork"):  # not on Windows
    os.register_at_fork(after_in_child=_forked)


class QuestionAnswerer:
    """Answers questions about passages.

    Thread-safe. Pickles as its arguments: another process loads the model again, once. Answerers
    of one process that use the same model and threads share it.
    """

    def __init__(
        self,
        model: str | Path = "auto",
        *,
        threads: int | None = None,
        pipeline_compatible: bool = False,
    ) -> None:
        """`model`: "auto", "bundled", "mobilebert", an id on the hub, or a folder (docs/hub.md).

        A model that is not on this machine yet is brought there first, which takes a while.

        `threads` windows run at the same time; None: one per processor; 1: no thread is begun, each
        call computes in its own. `pipeline_compatible`: calls take and give what transformers 4's
        "question-answering" pipeline did. Raises ModelError, or MissingExtraError without the
        `kernel` extra.
        """
        wanted = names.parse(model)
        if isinstance(wanted, Path) and wanted.is_dir():
            # A process that starts elsewhere must find the folder, too.
            model = wanted.resolve()
        threads = check_threads(threads)
        self.pipeline_compatible = check_value("pipeline_compatible", pipeline_compatible, TRUTH)
        with _LOADING:
            # May fetch and convert the model; that is not done twice, either.
            self.manifest = registry.resolve(model)
            self.tokenizer = _tokenizer(self.manifest.vocab, self.manifest.lowercase)
            self.session = _session(self.manifest.onnx, threads or default_threads())
        # What "auto" is elsewhere may be another model.
        chosen = self.manifest.name if wanted == names.AUTO else str(model)
        self._arguments = (chosen, threads, pipeline_compatible)
        self._continues = continuations(self.tokenizer.vocab)

    @overload
    def __call__(
        self, question: str, passage: str = ..., *, context: str = ..., top_k: None = None,
        pipeline_compatible: Literal[False] | None = None, **options: Any,
    ) -> Answer: ...  # fmt: skip
    @overload
    def __call__(
        self, question: str, passage: str = ..., *, context: str = ..., top_k: int,
        pipeline_compatible: Literal[False] | None = None, **options: Any,
    ) -> list[Answer]: ...  # fmt: skip
    @overload
    def __call__(
        self, question: Any = None, passage: Any = None, *, context: Any = None,
        top_k: int | None = None, pipeline_compatible: bool | None = None, progress: bool = False,
        **options: Any,
    ) -> Any: ...  # fmt: skip

    def __call__(
        self,
        question: Any = None,
        passage: Any = None,
        *,
        context: Any = None,
        top_k: int | None = None,
        pipeline_compatible: bool | None = None,
        progress: bool = False,
        **options: Any,
    ) -> Any:
        """Return the best answer, or with `top_k` the ranked list of answers.

        `question` and `passage` (or `context`, its other name) are texts or lists of texts, a
        single one going with each of the others; or `question` alone is a dict with the keys
        "question" and "context", or a list of such. Lists give a list. The best answer is the
        empty text when "no answer" wins. `progress` draws a bar on the terminal; `options` are
        those of `ask`. With `pipeline_compatible` the answers are dicts with "score", "start",
        "end" and "answer", the defaults are the pipeline's, and a generator of dicts gives a
        generator of answers, without a bar (docs/migrating.md).

        Warns (UserWarning) of a question that is cut. Raises BlankQuestionError,
        BlankPassageError, and InputError for anything else that cannot be asked.
        """
        compatible = (
            self.pipeline_compatible
            if pipeline_compatible is None
            else check_value("pipeline_compatible", pipeline_compatible, TRUTH)
        )
        given = {**options, "top_k": top_k}
        if compatible:
            given = pipeline_options(given)
        elif top_k is None:
            given["top_k"] = 1
        chosen = self.options(**given)
        impossible = bool(given.get("handle_impossible_answer"))
        if compatible and isinstance(question, Iterator) and passage is None and context is None:
            return self._compatible_stream(question, chosen, impossible=impossible)
        asked, single = pairs(question, passage, context)
        results = list(self._stream(asked, chosen, progress=len(asked) if progress else 0))
        for warning in dict.fromkeys(text for result in results for text in result.warnings):
            warnings.warn(warning, stacklevel=2)
        if compatible:
            return pipeline_answers(results, chosen.decoding.top_k, impossible=impossible)
        answers = [list(result.answers) for result in results]
        found = [ranked[0] for ranked in answers] if top_k is None else answers
        return found[0] if single else found

    def ask(self, question: str, passage: str, *, progress: bool = False, **options: Any) -> Result:
        """Return everything known about one question.

        Options, None for the default: top_k; max_answer_len, doc_stride (the step from one window
        to the next), max_seq_len, max_question_len (tokens); no_answer_threshold (logits; the
        model's own; infinity turns "no answer" off, as does handle_impossible_answer=False);
        overlap ("none", "nested", "allow"); align_to_words (False). Raises BlankQuestionError,
        BlankPassageError, and InputError for a value that is not allowed.
        """
        pair = [(question, passage)]
        (result,) = self._stream(pair, self.options(**options), progress=int(progress))
        return result

    def ask_many(self, pairs: Iterable[PairLike], **options: Any) -> Iterator[Result]:
        """Yield one result per (question, passage), in order, as soon as it is there.

        A pair may also be a mapping with the keys "question" and "context". Pairs are drawn as
        they are needed, so a stream of any length runs in bounded memory; up to two windows a
        thread are drawn ahead, 16 with a float model, none with an 8-bit one and one thread.
        InputError, for what is no pair or blank, comes after the results of all pairs before and
        has the number of its own as a note. Stop by closing the iterator or Ctrl-C.
        """
        return self._stream(pairs, self.options(**options))

    def options(self, **options: Any) -> AskOptions:
        """Check the options of `ask` and fill in the defaults. Raises InputError."""
        return ask_options(options, self.manifest.max_seq_len, self.manifest.no_answer_threshold)

    def _stream(
        self, pairs: Iterable[PairLike], options: AskOptions, *, progress: int = 0
    ) -> Iterator[Result]:
        """Answer `pairs`; `progress` is their number if a bar is wanted, else 0."""
        waiting: deque[Prepared] = deque()
        features = self._features(pairs, options, waiting)
        if progress == 1:
            windows = list(features)
            logits = self.session.run(windows)
            if len(windows) > FEW_WINDOWS:
                logits = progress_bar(logits, len(windows), "windows")
            return self._conclude(logits, waiting, options)
        results = self._conclude(self.session.run(features), waiting, options)
        return progress_bar(results, progress, "questions") if progress else results

    def _compatible_stream(
        self, asked: Iterator[Mapping[str, str]], options: AskOptions, *, impossible: bool
    ) -> Iterator[Any]:
        """Answer a generator as the pipeline did: one by one, as they are asked for."""
        for result in self._stream(asked, options):
            for warning in result.warnings:
                warnings.warn(warning, stacklevel=2)
            yield pipeline_answer(result, options.decoding.top_k, impossible=impossible)

    def _features(
        self, pairs: Iterable[PairLike], options: AskOptions, waiting: deque[Prepared]
    ) -> Iterator[Feature]:
        """Yield the windows of all pairs; append to `waiting` what they belong to."""
        previous: Prepared | None = None
        alone = isinstance(pairs, list) and len(pairs) == 1
        for number, pair in enumerate(pairs):
            try:
                previous = prepare(*pair_of(pair), self.tokenizer, options.features, previous)
            except InputError as error:
                if not alone:
                    error.add_note(f"in the question at index {number}")
                raise
            waiting.append(previous)
            yield from previous.features

    def _conclude(
        self, logits: Iterable[Logits], waiting: deque[Prepared], options: AskOptions
    ) -> Iterator[Result]:
        """Yield a result whenever the logits of all its windows have come."""
        decoder: Decoder | None = None
        for output in logits:
            prepared = waiting[0]
            decoder = decoder or Decoder(prepared.features)
            decoder.add(decoder.windows_done, output)
            if decoder.windows_done == len(prepared.features):
                waiting.popleft()
                whole = options.align_to_words
                words = words_of(prepared.passage, self._continues) if whole else None
                yield conclude(prepared, decoder, options.decoding, words)
                decoder = None

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle the arguments, not the loaded model."""
        return _restore, self._arguments


def _restore(model: str, threads: int | None, pipeline_compatible: bool) -> QuestionAnswerer:
    return QuestionAnswerer(model, threads=threads, pipeline_compatible=pipeline_compatible)


@lru_cache(maxsize=4)
def _session(onnx: Asset, threads: int) -> Session:
    return Session(registry.read(onnx), threads=threads)


@lru_cache(maxsize=4)
def _tokenizer(vocab: Asset, lowercase: bool) -> Tokenizer:
    return Tokenizer(registry.read_vocab(vocab), lowercase=lowercase)
