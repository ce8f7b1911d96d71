"""MobileBERT's "NoNorm" vanishes: it only scales and shifts each channel, as its neighbours can.

A tensor x of the network is kept as `stored`, with x = stored * scale + shift. A product that reads
it takes scale and shift into its weights and bias. A sum (product + x) * gamma + beta becomes
stored + product / scale, with the new scale scale * gamma: one addition, the rest is arithmetic on
constants. Dividing by the scale is exact up to rounding whatever its size, but not when it is zero
and not when it leaves the range of numbers: there the network multiplies after all (`plan`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from qna_widget.export.architectures.graph import Graph
from qna_widget.export.checkpoint import Checkpoint

Vector = NDArray[np.float64]

# Scales stay within a factor of this around the tensor's own, so that stored values look like
# those of the network: 8-bit rounding, smoothing and 16-bit weights rely on it.
WIDEST = 2.0**12


@dataclass(frozen=True)
class Norm:
    """x * gamma + beta, per channel."""

    gamma: Vector
    beta: Vector

    @classmethod
    def read(cls, checkpoint: Checkpoint, name: str) -> Norm:
        """Return the NoNorm `name` of a checkpoint."""
        gamma, beta = (checkpoint[f"{name}.{kind}"] for kind in ("weight", "bias"))
        return cls(gamma.astype(np.float64), beta.astype(np.float64))


@dataclass(frozen=True)
class Step:
    """From one sum to the next: what `stored` is multiplied by (None: nothing), and its scale."""

    factor: Vector | None
    scale: Vector


def plan(gammas: Sequence[Vector]) -> tuple[Vector, list[Step]]:
    """Return the scale that a chain of sums begins with, and the step to each further one.

    Steps need no multiplication as long as the product of their gammas stays within WIDEST of its
    (geometric) middle, channel by channel; zero never does.
    """
    runs: list[list[Vector]] = [[np.ones_like(gammas[0])]]
    for gamma in gammas:
        run = [*runs[-1], runs[-1][-1] * gamma]
        if _fits(run):
            runs[-1] = run
        else:
            runs.append([np.ones_like(gamma)])
    centred = [[scale / _middle(run) for scale in run] for run in runs]
    steps = [Step(None, scale) for scale in centred[0][1:]]
    for before, run in pairwise(centred):
        steps.append(Step(before[-1] * gammas[len(steps)] / run[0], run[0]))
        steps += [Step(None, scale) for scale in run[1:]]
    return centred[0][0], steps


def _fits(run: list[Vector]) -> bool:
    magnitudes = np.abs(run)
    if not np.all(np.isfinite(magnitudes)) or magnitudes.min() == 0:
        return False
    distance = np.abs(np.log(magnitudes / _middle(run)))
    return bool(distance.max() <= np.log(WIDEST))


def _middle(run: list[Vector]) -> Vector:
    middle: Vector = np.exp(np.log(np.abs(run)).mean(axis=0))
    return middle


@dataclass
class Affine:
    """A tensor of the network: x = stored * scale + shift. `stored` names a tensor of the graph."""

    graph: Graph
    stored: str
    scale: Vector
    shift: Vector

    def linear(self, name: str, weight: Vector, bias: Vector) -> str:
        """Return x @ weight.T + bias, an ordinary tensor."""
        folded = weight * self.scale
        return self.graph.linear(self.stored, name, folded, bias + weight @ self.shift)

    def add(self, name: str, x: str, weight: Vector, bias: Vector, norm: Norm, step: Step) -> None:
        """Become (x @ weight.T + bias + self) * gamma + beta."""
        product = self.graph.product(x, name, weight / self.scale[:, None])
        total = self.graph.op("Add", product, self.stored, name=f"{name}.sum")
        if step.factor is not None:
            factor = self.graph.constant(f"{name}.factor", step.factor)
            total = self.graph.op("Mul", total, factor, name=f"{name}.scaled")
        self.stored = total
        self.scale = step.scale
        self.shift = (bias + self.shift) * norm.gamma + norm.beta
