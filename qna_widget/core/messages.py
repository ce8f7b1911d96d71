"""What Python and pages say to each other, as types; contract.json names the same.

tests/unit/core/test_contract.py compares the two.
"""

from __future__ import annotations

from typing import Literal, TypedDict

from .types import AnswerDict, Overlap

Status = Literal["idle", "loading", "ready", "running", "error"]


class Options(TypedDict, total=False):
    """The inputs besides the two texts, as a caller gives them."""

    top_k: int
    """Most answers to return."""
    max_answer_len: int
    """Tokens."""
    doc_stride: int
    """Step from one window over a long passage to the next, in tokens."""
    no_answer_threshold: float | None
    """Logits; None: the model's own."""
    overlap: Overlap
    model: str
    workers: int | None
    """Of the page, that read one long text together; None: as many as suit its machine."""


class SomeInputs(Options, total=False):
    """Some of the inputs."""

    passage: str
    question: str


class ReportedInputs(TypedDict):
    """Every input but the passage, which a report names by its CRC-32."""

    question: str
    top_k: int
    max_answer_len: int
    doc_stride: int
    no_answer_threshold: float | None
    overlap: Overlap
    model: str
    workers: int | None


class Inputs(ReportedInputs):
    """Every input."""

    passage: str


class Timing(TypedDict, total=False):
    """Of one result; empty before the first."""

    tokens: int
    """Question and passage tokens, each counted once."""
    windows: int
    run_ms: float
    """Milliseconds that the model took."""
    total_ms: float


class Progress(TypedDict, total=False):
    """One step of a long wait; empty when nothing is waited for."""

    stage: Literal["fetch", "asset", "session", "run"]
    name: str
    """What is waited for, in words."""
    loaded: float
    total: float
    """0: not known."""
    unit: Literal["bytes", "windows", ""]


class Outputs(TypedDict, total=False):
    """What a page found; a report has those that changed."""

    answers: list[AnswerDict]
    """Best first."""
    null_score: float | None
    """Score of "no answer" (logits); None before there is a result."""
    status: Status
    progress: Progress
    error: str
    backend: str
    """What computes, such as "wasm, 1 thread"."""
    timing: Timing


class ScoresMessage(TypedDict, total=False):
    """A page's message about a request for scores: a chunk of them, or a refusal."""

    kind: Literal["scores.chunk", "scores.none"]
    request: str
    message: str
    """Why there are none."""
    page: str
    """Tells the pages apart: several may answer."""
    inputs: ReportedInputs
    passage_crc32: int
    counts: dict[str, int]
    """How many passage and question tokens and windows the scores have."""
    offset: int
    total: int
    """Bytes of all chunks."""


class ReportMessage(TypedDict):
    """A page's message about its outputs."""

    kind: Literal["report"]
    page: str
    """Tells the pages apart, as in a message of scores."""
    number: int
    """Counts the reports of one page, from 1: they may come in another order."""
    inputs: ReportedInputs
    passage_crc32: int
    outputs: Outputs
