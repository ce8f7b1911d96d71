"""Ask in Python, without a browser: the same answers, on onnxruntime."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal, Unpack, overload

from qna_widget.core.contract import check_value, quoted
from qna_widget.core.tokenizer import Tokenizer
from qna_widget.core.types import Answer, Result
from qna_widget.errors import InputError
from qna_widget.models import names
from qna_widget.runtime.memory import CACHE_BYTES
from qna_widget.runtime.progress import progress_bar
from qna_widget.runtime.session import Session, check_threads

from . import engine
from .compatible import (
    PipelineAnswers,
    PipelineOptions,
    pipeline_answer,
    pipeline_answers,
    pipeline_options,
)
from .options import CACHE, TRUTH, AskOptions, AskOptionsDict, CallOptions
from .pairs import Pair, PairLike, pairs


class QuestionAnswerer:
    """Answers questions about passages.

    Thread-safe. Pickles as its arguments: another process loads the model again, once. Answerers
    of one process that use the same model and threads share it.
    """

    def __init__(
        self,
        model: names.ModelLike = "auto",
        *,
        threads: int | None = None,
        pipeline_compatible: bool = False,
        cache_bytes: int = CACHE_BYTES,
    ) -> None:
        """`model`: "auto", "bundled", "mobilebert", an id on the hub, or a folder (docs/hub.md).

        A model that is not on this machine yet is brought there first, which takes a while.

        `threads` windows run at the same time; None: one per processor; 1: no thread is begun, each
        call computes in its own. `pipeline_compatible`: calls take and give what transformers 4's
        "question-answering" pipeline did. `cache_bytes`: so much of what the model said of windows
        is kept, that a single question about a text which was changed, or changed back, runs the
        new windows alone; 0: nothing is. Raises ModelError, InputError, or MissingExtraError
        without the `kernel` extra.
        """
        wanted = names.parse(model)
        if isinstance(wanted, names.Folder) and wanted.exists:
            # A process that starts elsewhere must find the folder, too.
            model = wanted = names.Folder(wanted.path.resolve())
        threads = check_threads(threads)
        self.pipeline_compatible = check_value("pipeline_compatible", pipeline_compatible, TRUTH)
        # Of a path that leads nowhere, the error shows what was given.
        kept: int = check_value("cache_bytes", cache_bytes, CACHE)
        self._engine = engine.load(model, threads, kept)
        self.manifest = self._engine.manifest
        # Elsewhere "auto" may be another model.
        chosen = self.manifest.name if isinstance(wanted, names.Auto) else str(model)
        self._arguments = (chosen, threads, pipeline_compatible, kept)

    def __repr__(self) -> str:
        """Name the model."""
        return f"<QuestionAnswerer: {self.manifest.title}>"

    @property
    def tokenizer(self) -> Tokenizer:
        """The model's tokenizer."""
        return self._engine.tokenizer

    @property
    def session(self) -> Session:
        """The loaded model."""
        return self._engine.session

    @overload
    def __call__(
        self, question: str, passage: str = ..., *, context: str = ..., top_k: None = None,
        pipeline_compatible: Literal[False] | None = None, progress: bool = False,
        **options: Unpack[CallOptions],
    ) -> Answer: ...  # fmt: skip
    @overload
    def __call__(
        self, question: str, passage: str = ..., *, context: str = ..., top_k: int,
        pipeline_compatible: Literal[False] | None = None, progress: bool = False,
        **options: Unpack[CallOptions],
    ) -> list[Answer]: ...  # fmt: skip
    @overload
    def __call__(
        self, question: Any = None, passage: Any = None, *, context: Any = None,
        top_k: int | None = None, pipeline_compatible: bool | None = None, progress: bool = False,
        **options: Unpack[PipelineOptions],
    ) -> Any: ...  # fmt: skip

    def __call__(
        self,
        question: object = None,
        passage: object = None,
        *,
        context: object = None,
        top_k: int | None = None,
        pipeline_compatible: bool | None = None,
        progress: bool = False,
        **options: Unpack[PipelineOptions],
    ) -> Any:
        """Return the best answer, or with `top_k` the ranked list of answers.

        `question` and `passage` (or `context`, its other name) are texts or lists of texts, a
        single one going with each of the others; or `question` alone is a dict with the keys
        "question" and "context", or a list of such. Lists give a list. The best answer is the
        empty text when "no answer" wins. `progress` draws a bar on the terminal; `options` are
        those of `ask`, but for `budget_s`. With `pipeline_compatible` the answers are dicts with
        "score", "start", "end" and "answer", the defaults are the pipeline's, and a generator of
        dicts gives a generator of answers, without a bar (docs/migrating.md).

        Warns (UserWarning) of a question that is cut. Raises BlankQuestionError,
        BlankPassageError, InputError for anything else that cannot be asked, and TypeError for an
        option that there is not.
        """
        compatible = (
            self.pipeline_compatible
            if pipeline_compatible is None
            else check_value("pipeline_compatible", pipeline_compatible, TRUTH)
        )
        given: dict[str, object] = {**options, "top_k": top_k}
        if compatible:
            given = pipeline_options(given)
        elif top_k is None:
            given["top_k"] = 1
        chosen = self._engine.options(given, neat=not compatible)
        impossible = bool(given.get("handle_impossible_answer"))
        if compatible and isinstance(question, Iterator) and passage is None and context is None:
            return self._compatible_stream(question, chosen, impossible=impossible)
        asked, single = pairs(question, passage, context)
        results = self._results(asked, chosen, progress=progress)
        for warning in dict.fromkeys(text for result in results for text in result.warnings):
            warnings.warn(warning, stacklevel=2)
        if compatible:
            return pipeline_answers(results, chosen.decoding.top_k, impossible=impossible)
        answers = [list(result.answers) for result in results]
        found = [ranked[0] for ranked in answers] if top_k is None else answers
        return found[0] if single else found

    def ask(
        self,
        question: str,
        passage: str,
        *,
        budget_s: float | None = None,
        progress: bool = False,
        **options: Unpack[AskOptionsDict],
    ) -> Result:
        """Return everything known about one question.

        A long passage may be read in part: after `budget_s` seconds no further window is begun,
        and at most `max_windows` are, the most relevant ones to the question first. `windows_read`
        of the result, and a warning, say how far it went. At least one window is read.

        Options, None for the default: top_k; max_answer_len, doc_stride (the step from one window
        to the next), max_seq_len, max_question_len (tokens); no_answer_threshold (logits; the
        model's own; infinity turns "no answer" off, as does handle_impossible_answer=False);
        overlap ("none", "nested", "allow"); align_to_words (False); max_windows (all). Raises
        BlankQuestionError, BlankPassageError, InputError for a value that is not allowed, and
        TypeError for an option that there is not.
        """
        chosen = self._engine.options(options, budget_s=budget_s)
        return self._engine.ask((question, passage), chosen, progress=progress).result()

    def ask_many(
        self, pairs: Iterable[PairLike], **options: Unpack[AskOptionsDict]
    ) -> Iterator[Result]:
        """Yield one result per (question, passage), in order, as soon as it is there.

        A pair may also be a mapping with the keys "question" and "context". Pairs are drawn as
        they are needed, so a stream of any length runs in bounded memory; up to two windows a
        thread are drawn ahead, 16 with a float model, none with an 8-bit one and one thread.
        InputError, for what is no pair or blank, comes after the results of all pairs before and
        has the number of its own as a note. Stop by closing the iterator or Ctrl-C.
        """
        if not isinstance(pairs, Iterable):
            raise InputError(f"pairs must be (question, passage) pairs; got {quoted(pairs)}.")
        return self._engine.stream(pairs, self.options(**options))

    def options(self, **options: Unpack[AskOptionsDict]) -> AskOptions:
        """Check the options of `ask` and fill in the defaults. Raises as `ask` does."""
        return self._engine.options(options)

    def _results(self, asked: list[Pair], options: AskOptions, *, progress: bool) -> list[Result]:
        if len(asked) == 1:
            return [self._engine.ask(asked[0], options, progress=progress).result()]
        results = self._engine.stream(asked, options)
        return list(progress_bar(results, len(asked), "questions") if progress else results)

    def _compatible_stream(
        self, asked: Iterator[Mapping[str, str]], options: AskOptions, *, impossible: bool
    ) -> Iterator[PipelineAnswers]:
        """Answer a generator as the pipeline did: one by one, as they are asked for."""
        for result in self._engine.stream(asked, options):
            for warning in result.warnings:
                warnings.warn(warning, stacklevel=2)
            yield pipeline_answer(result, options.decoding.top_k, impossible=impossible)

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle the arguments, not the loaded model."""
        return _restore, self._arguments


def _restore(
    model: str, threads: int | None, pipeline_compatible: bool, cache_bytes: int
) -> QuestionAnswerer:
    return QuestionAnswerer(
        model,
        threads=threads,
        pipeline_compatible=pipeline_compatible,
        cache_bytes=cache_bytes,
    )
