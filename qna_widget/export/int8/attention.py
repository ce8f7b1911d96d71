"""Attention in numbers that float32 adds up exactly, in any order; a part of exact.py.

Queries, keys and values are rounded to whole numbers, which products of less than 2^24 keep whole.
Scores are rounded to multiples of GRID. So their exponentials are a few hundred known numbers, and
are rounded to whole ones that no processor can miss. How fine all this can be depends on how large
sums get, and that is looked up on texts, head by head.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import onnx
from numpy.typing import NDArray

from qna_widget.core.types import Feature
from qna_widget.export.calibration import watch

Vector = NDArray[np.float64]

# Sums of whole numbers up to this are exact in float32.
EXACT = 2.0**24
# Scores are rounded by adding a number with so many digits before the point that float32 holds none
# beyond GRID; it vanishes with the best score of the row.
GRID = 2.0**-6
SHIFT = 1.5 * 2**23 * GRID
# The best token of a row weighs exp(TOP) at most, about 2^14, so that 512 of them add up exactly.
# Exponents are multiples of GRID, and no exponential of one lies nearer to a half than three units
# in float32's last place: an implementation that errs by less rounds it to the same whole number.
TOP = 9.703125
# How much larger than all seen a weighted sum of values may get.
ROOM = 2.5
# Steps of the best weight for each step of the largest value. Weights need more: small ones count.
WEIGHTS_TO_VALUES = 32.0
FINEST = 2.0**11  # steps of the largest value beyond which there is nothing to gain


@dataclass
class Reach:
    """How large things get in one attention on the texts seen; the last two for each head."""

    channels: int
    """Of all heads together."""
    query: float
    key: float
    value: Vector
    """Largest absolute value."""
    sum: Vector
    """Largest sum of absolute values, each weighted in proportion to the row's best weight."""

    def merge(self, other: Reach) -> Reach:
        """Return the larger of each."""
        return Reach(
            self.channels,
            max(self.query, other.query),
            max(self.key, other.key),
            np.maximum(self.value, other.value),
            np.maximum(self.sum, other.sum),
        )


@dataclass(frozen=True)
class Scales:
    """What makes whole numbers of an attention's inputs; the last two for each head."""

    query: float
    key: float
    step: float
    """What one step of a score stands for; a power of two, so that it costs no rounding."""
    value: Vector
    top: Vector
    """Logarithm of the best token's weight, a multiple of GRID."""


def survey(model: onnx.ModelProto, features: Iterable[Feature]) -> Mapping[str, Reach]:
    """Return the reach of each MultiHeadAttention, by the name of its output."""
    nodes = [node for node in model.graph.node if node.op_type == "MultiHeadAttention"]
    names = [name for node in nodes for name in node.input[:3]]
    found: dict[str, Reach] = {}
    for tensors in watch(model, names, features):
        for node in nodes:
            heads = heads_of(node)
            query, key, value = (_split(tensors[name], heads) for name in node.input[:3])
            reach, name = _reach(query, key, value), node.output[0]
            found[name] = found[name].merge(reach) if name in found else reach
    return found


def scales(reach: Reach, size: int) -> Scales:
    """Return the scales for heads of `size` channels."""
    largest = math.sqrt(EXACT / size)
    query, key = largest / max(reach.query, 1e-3), largest / max(reach.key, 1e-3)
    finest = 1 / (math.sqrt(size) * query * key)
    step = 2.0 ** math.ceil(math.log2(finest))
    query = float(np.float32(query * math.sqrt(finest / step)))
    key = 1 / (math.sqrt(size) * query * step)

    value, total = np.maximum(reach.value, 1e-3), np.maximum(reach.sum, 1e-3)
    steps = EXACT / ROOM * value / total  # of the best weight times those of the largest value
    top = np.minimum(TOP, np.log(steps * WEIGHTS_TO_VALUES) / 2)
    top = np.floor(top / GRID) * GRID
    return Scales(query, key, step, np.minimum(steps / np.exp(top), FINEST) / value, top)


def heads_of(node: onnx.NodeProto) -> int:
    """Return how many heads a MultiHeadAttention has."""
    return int(next(a.i for a in node.attribute if a.name == "num_heads"))


def _split(x: NDArray[np.float32], heads: int) -> NDArray[np.float32]:
    """[1, sequence, heads * size] → [heads, sequence, size]."""
    parted: NDArray[np.float32] = x[0].reshape(len(x[0]), heads, -1).transpose(1, 0, 2)
    return parted


def _reach(
    query: NDArray[np.float32], key: NDArray[np.float32], value: NDArray[np.float32]
) -> Reach:
    scores = query @ key.transpose(0, 2, 1) / math.sqrt(query.shape[-1])
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
    sums = (weights @ np.abs(value)).max(axis=(1, 2)).astype(np.float64)
    values = np.abs(value).max(axis=(1, 2)).astype(np.float64)
    channels = value.shape[0] * value.shape[2]
    return Reach(channels, float(np.abs(query).max()), float(np.abs(key).max()), values, sums)
