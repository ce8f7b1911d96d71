"""The values that flow through the stages.

(question, passage) -> Encoding -> Feature[] -> Logits[] -> Span[] -> Answer[]

Offsets are code points of the original text (Python's string indices). Twin:
js/src/core/types.ts. Imports nothing heavy, so that the base package stays light.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypedDict

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ids = NDArray[np.int32]
    Floats = NDArray[np.float32]

Overlap = Literal["none", "nested", "allow"]
Precision = Literal["int8", "fp32", "fp16"]
"""int8: 8-bit weights and products, the fast one in wasm and on processors. fp32: everything in
float32, the exact one. fp16: weights stored in 16 bits, products in float32."""

MODEL_INPUTS: Final = ("input_ids", "attention_mask", "token_type_ids")
"""What a model may take; the first one it must."""
LOGIT_NAMES: Final = ("start_logits", "end_logits")
"""What a model gives."""
MAX_WORD_CHARS: Final = 100
"""A longer word becomes [UNK], as in BERT (characters)."""


@dataclass(frozen=True, eq=False)
class Encoding:
    """A text as WordPiece tokens, special tokens not included; one entry per token each."""

    input_ids: Ids
    starts: Ids
    """First code point of each token in the original text."""
    ends: Ids
    """One past the last code point of each token in the original text."""

    def __len__(self) -> int:
        """Return the number of tokens."""
        return len(self.input_ids)

    def cut(self, first: int, last: int) -> Encoding:
        """Return the tokens from `first` on, and without those from `last` on."""
        inside = slice(first, last)
        return Encoding(self.input_ids[inside], self.starts[inside], self.ends[inside])


@dataclass(frozen=True, eq=False)
class Feature:
    """One window: [CLS] question [SEP] passage tokens [SEP]."""

    input_ids: Ids
    token_type_ids: Ids
    passage_position: int
    """Position in `input_ids` of the window's first passage token."""
    window_start: int
    """Which passage token that is (index into the passage's Encoding)."""
    window_length: int
    """Number of passage tokens in the window."""


@dataclass(frozen=True, eq=False)
class Logits:
    """The model's output for one feature; both arrays are as long as its `input_ids`."""

    start_logits: Floats
    end_logits: Floats


@dataclass(frozen=True)
class Span:
    """A candidate: passage tokens start_token..end_token, both included."""

    start_token: int
    end_token: int
    score: float
    """start_logits[i] + end_logits[j] in the window that gives the start its maximal context."""

    @property
    def tokens(self) -> tuple[int, int]:
        """First and last token."""
        return self.start_token, self.end_token


@dataclass(frozen=True)
class RankedSpan(Span):
    """A span with its probability: see Decoder.decode."""

    probability: float
    window: int
    """Index of the feature that gave the score."""


@dataclass(frozen=True, kw_only=True)
class TokenizerOptions:
    """How a model reads text, as it was trained; its description says so."""

    lowercase: bool = True
    """Lower-case and strip accents, as BERT uncased does."""
    layout_signs: bool = False
    """Lines and columns of a passage are tokens (layout.py)."""


UNCASED: Final = TokenizerOptions()
"""As BERT uncased reads."""


@dataclass(frozen=True, kw_only=True)
class FeatureOptions:
    """How a passage is cut into windows; all in tokens."""

    max_seq_len: int = 384
    """A whole window, special tokens included."""
    doc_stride: int = 128
    """Step from one window to the next, in passage tokens."""
    max_question_tokens: int = 64
    """Question tokens kept; the rest is cut off with a warning."""


@dataclass(frozen=True, kw_only=True)
class ReadingOptions:
    """How much of a long passage is read; of several windows the most relevant ones first."""

    max_windows: int | None = None
    """None: all."""
    budget_s: float | None = None
    """Seconds after which no further window is read; the first one always is. None: no end."""


@dataclass(frozen=True, kw_only=True)
class DecodingOptions:
    """How logits become ranked answers."""

    top_k: int = 5
    """Most answers to return, "no answer" included when it ranks first."""
    max_answer_len: int = 30
    """Tokens."""
    no_answer_threshold: float = 0.0
    """"No answer" ranks first when null_score - best score > threshold (logits). Infinity turns "no
    answer" off."""
    overlap: Overlap = "none"
    align_to_words: bool = False
    """Widen answers to whole words, versions, addresses, paths, numbers with signs and units."""
    neat: bool = True
    """Trim brackets and markup or pair them, and want a letter or digit; not the pipeline's way."""
    sentence_margin: float = 0.0
    """Spans over a sentence's end rank as if they had so many logits less; 0: as all others."""
    cut_share: float = 0.0
    """How much of the probability of other cuts of an answer counts for it, 0 to 1."""


class AnswerDict(TypedDict):
    """An answer as plain data, as traits and JSON carry it."""

    text: str
    start: int
    end: int
    score: float
    probability: float


@dataclass(frozen=True)
class Answer:
    """One ranked answer: `text` is passage[start:end]; "no answer" is the empty text at 0."""

    text: str
    start: int
    """Code points of the original passage."""
    end: int
    """One past the last; code points."""
    score: float
    """Logits: start + end for a span, the null score for "no answer"."""
    probability: float
    """Its share of the softmax over all merged candidates and the null, with the model's
    `cut_share` of its other cuts' shares; independent of top_k."""
    null_margin: float
    """null_score minus the best span's score (logits), the same for all answers to a question;
    below the threshold: the passage holds an answer."""

    def as_dict(self) -> AnswerDict:
        """Return the answer as the traits carry it."""
        return {
            "text": self.text,
            "start": self.start,
            "end": self.end,
            "score": self.score,
            "probability": self.probability,
        }


@dataclass(frozen=True)
class Ranking:
    """What all windows given so far amount to; token indices, no text."""

    spans: tuple[RankedSpan, ...]
    """Best first; one fewer than top_k when no_answer takes the first place."""
    null_score: float | None
    """Minimum over the windows of start_logits[0] + end_logits[0]; None before the first one."""
    null_probability: float
    null_margin: float | None
    """null_score minus the best span's score; None before the first window."""
    no_answer: bool


@dataclass(frozen=True, kw_only=True)
class Decoded:
    """What decoding makes of one question about one passage."""

    answers: tuple[Answer, ...]
    """Best first; the empty text comes first when "no answer" wins, else it is absent."""
    null_score: float
    """Minimum over the windows of start_logits[0] + end_logits[0]."""
    null_probability: float
    null_margin: float
    """null_score minus the best span's score, against which the threshold stands."""
    no_answer: bool


@dataclass(frozen=True, kw_only=True)
class Result(Decoded):
    """One question about one passage, answered."""

    question: str
    warnings: tuple[str, ...]
    """Sentences for the reader."""
    tokens: int
    """Question and passage tokens, each counted once."""
    windows: int
    """Over the whole passage."""
    windows_read: int
    """Fewer than `windows` when a limit was given and reached: the answers are then those that the
    windows read would have alone."""

    @property
    def stopped(self) -> bool:
        """Whether a part of the passage was left unread."""
        return self.windows_read < self.windows

    def as_dict(self) -> dict[str, object]:
        """Return plain data, ready for JSON."""
        return {
            "question": self.question,
            "answers": [answer.as_dict() for answer in self.answers],
            "null_score": self.null_score,
            "null_probability": self.null_probability,
            "null_margin": self.null_margin,
            "no_answer": self.no_answer,
            "warnings": list(self.warnings),
            "tokens": self.tokens,
            "windows": self.windows,
            "windows_read": self.windows_read,
        }
