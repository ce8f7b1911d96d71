"""Ask in Python, without a browser: the same answers, on onnxruntime."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, overload

from . import registry
from .contract import CONTRACT, check_input
from .decoding import Decoder
from .errors import InputError
from .pipeline import Prepared, conclude, prepare
from .session import Session
from .tokenizer import Tokenizer
from .types import Answer, DecodingOptions, FeatureOptions, Overlap, Result

DEFAULTS = {name: spec["default"] for name, spec in CONTRACT["inputs"].items()}
MAX_QUESTION_TOKENS: int = CONTRACT["limits"]["max_question_tokens"]


@dataclass(frozen=True)
class AskOptions:
    """Everything that can be chosen per question."""

    features: FeatureOptions
    decoding: DecodingOptions


class QuestionAnswerer:
    """Answers questions about passages.

    Thread-safe. Pickles as its arguments: another process loads the model again, once. Answerers
    of one process that use the same model and threads share it.
    """

    def __init__(self, model: str | Path = "auto", *, threads: int | None = None) -> None:
        """`model`: "auto", "bundled" or a folder that `qna-widget export` wrote.

        `threads` features run at the same time; None: one per processor. Raises ModelNotFoundError,
        ModelFileError, or MissingExtraError without the `kernel` extra.
        """
        self._arguments = (str(model), threads)
        self.manifest = registry.resolve(model)
        self.tokenizer = _tokenizer(self.manifest)
        self.session = _session(self.manifest, threads)

    @overload
    def __call__(
        self, question: str, passage: str, *, top_k: None = None, **options: Any
    ) -> Answer: ...
    @overload
    def __call__(
        self, question: str, passage: str, *, top_k: int, **options: Any
    ) -> list[Answer]: ...
    @overload
    def __call__(
        self, question: Sequence[str], passage: str | Sequence[str], *, top_k: None = None,
        **options: Any,
    ) -> list[Answer]: ...  # fmt: skip
    @overload
    def __call__(
        self, question: Sequence[str], passage: str | Sequence[str], *, top_k: int, **options: Any
    ) -> list[list[Answer]]: ...

    def __call__(
        self,
        question: str | Sequence[str],
        passage: str | Sequence[str],
        *,
        top_k: int | None = None,
        **options: Any,
    ) -> Answer | list[Answer] | list[list[Answer]]:
        """Return the best answer, or with `top_k` the ranked list of answers.

        Lists of questions (with one passage, or as many) give a list. The best answer is the empty
        text when "no answer" wins. `options` are those of `ask`.
        """
        single = isinstance(question, str)
        results = self.ask_many(
            _pairs(question, passage), top_k=1 if top_k is None else top_k, **options
        )
        answers = [list(result.answers) for result in results]
        if top_k is None:
            best = [ranked[0] for ranked in answers]
            return best[0] if single else best
        return answers[0] if single else answers

    def ask(self, question: str, passage: str, **options: Any) -> Result:
        """Return everything known about one question.

        Options: top_k, max_answer_len, doc_stride and max_seq_len (tokens), no_answer_threshold
        (logits; infinity turns "no answer" off), overlap ("none", "nested", "allow"). Raises
        BlankQuestionError, BlankPassageError, and InputError for a value that is not allowed.
        """
        return next(self.ask_many([(question, passage)], **options))

    def ask_many(self, pairs: Iterable[tuple[str, str]], **options: Any) -> Iterator[Result]:
        """Yield one result per (question, passage), in order, as soon as it is there.

        Pairs are drawn as they are needed, so a stream of any length runs in bounded memory. An
        error carries the number of its pair as a note. Stop by closing the iterator or Ctrl-C.
        """
        return self._stream(pairs, self.options(**options))

    def options(
        self,
        *,
        top_k: int = DEFAULTS["top_k"],
        max_answer_len: int = DEFAULTS["max_answer_len"],
        doc_stride: int = DEFAULTS["doc_stride"],
        max_seq_len: int | None = None,
        no_answer_threshold: float = DEFAULTS["no_answer_threshold"],
        overlap: Overlap = DEFAULTS["overlap"],
    ) -> AskOptions:
        """Check options and fill in the defaults. Raises InputError."""
        longest = self.manifest.max_seq_len
        length = longest if max_seq_len is None else max_seq_len
        if not isinstance(length, int) or not 8 <= length <= longest:
            raise InputError(
                f"max_seq_len must be a whole number from 8 to {longest} (tokens); "
                f"got {max_seq_len!r}."
            )
        if no_answer_threshold != float("inf"):
            no_answer_threshold = check_input("no_answer_threshold", no_answer_threshold)
        return AskOptions(
            FeatureOptions(
                max_seq_len=length,
                doc_stride=check_input("doc_stride", doc_stride),
                max_question_tokens=MAX_QUESTION_TOKENS,
            ),
            DecodingOptions(
                top_k=check_input("top_k", top_k),
                max_answer_len=check_input("max_answer_len", max_answer_len),
                no_answer_threshold=no_answer_threshold,
                overlap=check_input("overlap", overlap),
            ),
        )

    def _stream(self, pairs: Iterable[tuple[str, str]], options: AskOptions) -> Iterator[Result]:
        waiting: deque[Prepared] = deque()

        def features() -> Iterator[Any]:
            previous: Prepared | None = None
            for number, (question, passage) in enumerate(pairs):
                try:
                    previous = prepare(
                        question, passage, self.tokenizer, options.features, previous
                    )
                except InputError as error:
                    error.add_note(f"in the question at index {number}")
                    raise
                waiting.append(previous)
                yield from previous.features

        logits = self.session.run(features())
        decoder: Decoder | None = None
        for output in logits:
            prepared = waiting[0]
            decoder = decoder or Decoder(prepared.features)
            decoder.add(decoder.windows_done, output)
            if decoder.windows_done == len(prepared.features):
                waiting.popleft()
                yield conclude(prepared, decoder, options.decoding)
                decoder = None

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle the arguments, not the loaded model."""
        return _restore, self._arguments


def _restore(model: str, threads: int | None) -> QuestionAnswerer:
    return QuestionAnswerer(model, threads=threads)


def _pairs(question: str | Sequence[str], passage: str | Sequence[str]) -> list[tuple[str, str]]:
    """Pair questions with passages; a single text goes with each of the others."""
    questions = [question] if isinstance(question, str) else list(question)
    passages = [passage] * len(questions) if isinstance(passage, str) else list(passage)
    if len(questions) != len(passages):
        raise InputError(
            f"{len(questions)} questions and {len(passages)} passages cannot be paired. Give one "
            "passage for all questions, or as many passages as questions."
        )
    return list(zip(questions, passages, strict=True))


@lru_cache(maxsize=4)
def _session(manifest: registry.ModelManifest, threads: int | None) -> Session:
    return Session(registry.read(manifest.onnx), threads=threads)


@lru_cache(maxsize=4)
def _tokenizer(manifest: registry.ModelManifest) -> Tokenizer:
    return Tokenizer(registry.read_vocab(manifest.vocab), lowercase=manifest.lowercase)
