"""What a run writes down: one sample per thing that was timed, and what stands beside them."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Literal

Kind = Literal["cold", "warm", "hot", "forward", "idea"]
"""cold: page with nothing kept, to its first answer; warm: the same with what the browser kept;
hot: a further question; forward: token ids to logits; idea: forward, our file otherwise run."""


@dataclass(frozen=True)
class Sample:
    """One measurement."""

    kind: Kind
    case: str
    contender: str
    round: int
    """Those of one round were taken close to each other."""
    ms: float
    """As a reader waits."""
    cpu_ms: float = 0
    """Of all threads of the page's process, or of this Python's."""
    stall_ms: float = 0
    """Longest task of the page's main thread; 0: below 50."""
    peak_mb: float = 0
    """The most resident memory of the page's process, beyond an empty page's."""
    bytes: int = 0
    """Sent by the server, compressed as public servers do."""


@dataclass
class Run:
    """All samples, and what a reader must know of them."""

    about: dict[str, str]
    """Machine, date, versions, …"""
    titles: dict[str, str] = field(default_factory=dict)
    """Of those that take texts, by name, in order."""
    ran_titles: dict[str, str] = field(default_factory=dict)
    """Of those that take token ids."""
    cases: dict[str, str] = field(default_factory=dict)
    """Titles of cases, by name, in order."""
    tokens: dict[str, int] = field(default_factory=dict)
    """Of question and passage, by case."""
    samples: list[Sample] = field(default_factory=list)
    answers: dict[str, dict[str, str]] = field(default_factory=dict)
    """First answer, by case and contender."""
    checks: dict[str, dict[str, float]] = field(default_factory=dict)
    """Sum of the start logits, by contender and length: near each other, of the same weights."""
    without: dict[str, str] = field(default_factory=dict)
    """What could not be measured, and why."""
    ideas: dict[str, str] = field(default_factory=dict)
    """What was tried of our file in onnxruntime-web, by name."""
    dtypes: dict[str, float] = field(default_factory=dict)
    """Milliseconds of transformers.js at 128 tokens, by dtype: how its best was chosen."""

    def write(self, file: Path) -> None:
        file.write_text(json.dumps(asdict(self), indent=1, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def read(cls, file: Path) -> Run:
        said = json.loads(file.read_text(encoding="utf-8"))
        return cls(**{**said, "samples": [Sample(**each) for each in said["samples"]]})
