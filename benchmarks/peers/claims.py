"""What the project wants to show, each beside what a run found."""

from __future__ import annotations

from dataclasses import dataclass

from .contenders import NATIVE, OURS, PEER, QNA
from .ratios import Figure, by_round, ratio
from .samples import Kind, Sample

FIRST = "first answer"


@dataclass(frozen=True)
class Claim:
    """That one takes so many times as long as the other."""

    text: str
    kind: Kind
    case: str
    slower: str
    faster: str
    bound: float
    at_least: bool = True

    def found(self, samples: list[Sample]) -> Figure | None:
        slower = by_round(samples, self.kind, self.case, self.slower)
        return ratio(slower, by_round(samples, self.kind, self.case, self.faster))

    def verdict(self, figure: Figure | None) -> str:
        if figure is None:
            return "not measured"
        holds = figure.value >= self.bound if self.at_least else figure.value <= self.bound
        return "holds" if holds else "missed"


CLAIMS = (
    Claim("TensorFlow.js / ours, the blog's example", "hot", "blog", QNA, OURS, 40),
    Claim("TensorFlow.js / ours, 128 tokens", "hot", "128 tokens", QNA, OURS, 11),
    Claim("TensorFlow.js / ours, 384 tokens", "hot", "384 tokens", QNA, OURS, 4),
    Claim("transformers.js / ours, 128 tokens", "hot", "128 tokens", PEER, OURS, 1.4),
    Claim("transformers.js / ours, 512 tokens", "hot", "512 tokens", PEER, OURS, 4),
    Claim("transformers.js / ours, first answer, files kept", "warm", FIRST, PEER, OURS, 4),
    Claim("ours / native, 128 tokens, forward", "forward", "128", OURS, NATIVE, 2.5, False),
    Claim("ours / native, 384 tokens, forward", "forward", "384", OURS, NATIVE, 2.5, False),
)
