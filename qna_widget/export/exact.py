"""Makes an 8-bit graph give the same numbers on every processor.

An 8-bit product rounds its input to 256 steps. A difference in the last bit of a float, which comes
from nothing but the order of a sum, tips some value to the next step and grows from there: browser
and kernel then disagree on close calls. So what is left in float is rewritten to have no order:

- operations on single elements, which IEEE 754 defines to the last bit;
- sums and products of whole numbers, exact in float32 in any order while they stay below 2^24;
- layer norms in double precision: rounded to float32 the order is gone, but for one in some
  hundred million.

Softmax and Gelu become polynomials with errors well below that of 8 bits (`EXP`, `GELU`). The last
product, which nothing rounds afterwards, stays as it is.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, numpy_helper

from qna_widget.errors import ExportError
from qna_widget.types import Feature

from .calibration import Peaks, peaks
from .graph import Graph

# exp(-x) ~ (c0 + c1 u + c2 u²)^16 with u = x / 16. Least squares of the relative error, weighted by
# exp(-x / 3), over 0 <= x <= 10. Off by at most 0.9% up to x = 4 and 2% up to 7.
EXP = (0.99949587, -0.98291451, 0.39535707)
EXP_SQUARINGS = 4
# x Φ(-x) ~ x (c0 + c1 x + c2 x²)^8 with x up to 3.5, from where on it stays: least squares over
# 0 <= x <= 5. Off by at most 0.002.
GELU = (0.92223368, -0.10768646, -0.02071586)
GELU_SQUARINGS = 3
GELU_MOST = 3.5

# Whole numbers that float32 adds exactly, shared out over what is multiplied and summed:
EXACT = 2.0**24
WEIGHT = 2.0**15 - 1  # largest attention weight before its row is normalised; 512 of them add up
ROW = 2.0**13  # what a normalised row of weights adds up to
VALUE = EXACT / ROW - 48  # largest value that these multiply

# Give the same bits everywhere, for the reasons above or because they only move numbers.
SAFE = {
    "Abs", "Add", "Cast", "Clip", "Concat", "DequantizeLinear", "Div", "DynamicQuantizeLinear",
    "DynamicQuantizeMatMul", "Expand", "Gather", "Identity", "MatMulInteger", "Min", "Mul",
    "Neg", "Pad", "Relu", "Reshape", "Shape", "Slice", "Split", "Squeeze", "Sub", "Transpose",
    "Unsqueeze",
}  # fmt: skip


def exact(
    model: onnx.ModelProto, keep_float: list[str], features: Iterable[Feature]
) -> onnx.ModelProto:
    """Return the 8-bit graph with every operator replaced that depends on the processor.

    `features` show how large queries, keys and values get; larger ones later are computed, too, but
    no longer to the last bit. Raises ExportError for an operator that is not known.
    """
    model = copy.deepcopy(model)
    attended = [
        name
        for node in model.graph.node
        if node.op_type == "MultiHeadAttention"
        for name in node.input[:3]
    ]
    writer = _Writer(peaks(model, attended, features))
    for node in model.graph.node:
        rewrite = _REWRITES.get(node.op_type)
        if rewrite is not None:
            rewrite(writer, node)
        elif node.op_type in SAFE or node.name in keep_float:
            writer.graph.nodes.append(node)
        else:
            raise ExportError(
                f"{node.op_type} ({node.name}) may differ between processors, and there is no "
                "exact form of it here. Export with precision fp32 instead."
            )
    del model.graph.node[:]
    model.graph.node.extend(writer.graph.nodes)
    present = {tensor.name for tensor in model.graph.initializer}  # a name tells the value
    model.graph.initializer.extend(
        numpy_helper.from_array(value, name)
        for name, value in writer.graph.weights.items()
        if name not in present
    )
    return model


class _Writer:
    """The new graph in the making."""

    def __init__(self, largest: Peaks) -> None:
        self.graph = Graph()
        self.largest = largest

    def layer_norm(self, node: onnx.NodeProto) -> None:
        """LayerNormalization, or SkipLayerNormalization, which adds two inputs first."""
        op = self._for(node)
        x, *weights = node.input
        if node.op_type == "SkipLayerNormalization":
            x = op("Add", x, weights.pop(0))
        double = [op("Cast", name, to=TensorProto.DOUBLE) for name in (x, *weights)]
        norm = op("LayerNormalization", *double, axis=-1, epsilon=_attribute(node, "epsilon"))
        self.graph.op("Cast", norm, name=node.output[0], to=TensorProto.FLOAT)

    def gelu(self, node: onnx.NodeProto) -> None:
        """Gelu(x) = max(x, 0) - |x| Φ(-|x|)."""
        op, number = self._for(node), self.graph.number
        c0, c1, c2 = map(number, GELU)
        x = node.input[0]
        t = op("Min", op("Abs", x), number(GELU_MOST))
        y = op("Add", op("Mul", op("Add", op("Mul", t, c2), c1), t), c0)
        for _ in range(GELU_SQUARINGS):
            y = op("Mul", y, y)
        self.graph.op("Sub", op("Relu", x), op("Mul", t, y), name=node.output[0])

    def attention(self, node: onnx.NodeProto) -> None:
        """Attention over whole numbers: scores, weights and values."""
        op, number = self._for(node), self.graph.number
        query, key, value, _, mask = node.input[:5]
        heads = int(_attribute(node, "num_heads"))
        size = len(self.largest[query]) // heads
        split = self.graph.integers(0, 0, heads, size)
        query_factor, key_factor, step, vertex, floor = self._scales(query, key, size)

        def whole(name: str, factor: float, perm: list[int], step: float = 1.0) -> str:
            x = op("Round", op("Mul", name, number(factor)))
            x = x if step == 1 else op("Mul", x, number(step))
            return op("Transpose", op("Reshape", x, split), perm=perm)

        scores = op(
            "MatMul",
            whole(query, query_factor, [0, 2, 1, 3], step),
            whole(key, key_factor, [0, 2, 3, 1]),
        )
        scores = op("Add", scores, self._hidden(mask))
        # A parabola in the distance from the best score of the row, squared four times.
        most = op("ReduceMax", scores, self.graph.integers(-1), keepdims=1)
        distance = op("Sub", op("Sub", most, number(vertex)), scores)
        distance = op("Min", distance, number(-math.sqrt(max(0.0, _quarter_weight() - floor))))
        weights = op("Add", op("Mul", distance, distance), number(floor))
        for _ in range(EXP_SQUARINGS):
            weights = op("Mul", weights, weights)
        weights = op("Round", weights)
        total = op("ReduceSum", weights, self.graph.integers(-1), keepdims=1)
        weights = op("Round", op("Mul", weights, op("Div", number(ROW), total)))

        value_factor = VALUE / self._peak(value)
        context = op("MatMul", weights, whole(value, value_factor, [0, 2, 1, 3]))
        context = op("Mul", context, number(1 / (value_factor * ROW)))
        context = op("Transpose", context, perm=[0, 2, 1, 3])
        joined = self.graph.integers(0, 0, heads * size)
        self.graph.op("Reshape", context, joined, name=node.output[0])

    def _scales(self, query: str, key: str, size: int) -> tuple[float, float, float, float, float]:
        """Return the factors of query and key, the step of a score, and the parabola's two terms.

        With v(x) = a x - vertex, the weight is (v² + floor)^16, where x is how far a score is below
        the best of its row. `a` is to be a power of two times what a score of whole numbers stands
        for: then it can go into the queries, and nothing is rounded.
        """
        c0, c1, c2 = EXP
        root = 2**EXP_SQUARINGS
        height = WEIGHT ** (1 / root)
        slope = math.sqrt(c2 * height) / root
        vertex = math.sqrt(c2 * height) * -c1 / (2 * c2)
        floor = height * (c0 - c1 * c1 / (4 * c2))
        largest = math.sqrt(EXACT / size)
        query_factor, key_factor = largest / self._peak(query), largest / self._peak(key)
        finest = slope / (math.sqrt(size) * query_factor * key_factor)
        step = 2.0 ** math.ceil(math.log2(finest))
        shrink = math.sqrt(finest / step)
        query_factor = float(np.float32(query_factor * shrink))
        return query_factor, slope / (math.sqrt(size) * query_factor * step), step, vertex, floor

    def _peak(self, name: str) -> float:
        return max(float(self.largest[name].max()), 1e-3)

    def _hidden(self, mask: str) -> str:
        """Return [batch, 1, 1, sequence]: 0 where `mask` is 1, far below every score elsewhere."""
        name = f"{mask}:hidden"
        if all(node.name != name for node in self.graph.nodes):
            op, number = self.graph.op, self.graph.number
            kept = op("Cast", mask, name=f"{name}:float", to=TensorProto.FLOAT)
            far = op("Sub", kept, number(1.0), name=f"{name}:far")
            far = op("Mul", far, number(EXACT), name=f"{name}:farther")
            op("Unsqueeze", far, self.graph.integers(1, 2), name=name)
        return name

    def _for(self, node: onnx.NodeProto) -> Callable[..., str]:
        """Return `op` with names that tell which node the new ones stand for."""
        begun = len(self.graph.nodes)

        def op(kind: str, *inputs: str, **attributes: Any) -> str:
            name = f"{node.output[0]}:{len(self.graph.nodes) - begun}:{kind}"
            return self.graph.op(kind, *inputs, name=name, **attributes)

        return op


_REWRITES: dict[str, Callable[[_Writer, onnx.NodeProto], None]] = {
    "Gelu": _Writer.gelu,
    "LayerNormalization": _Writer.layer_norm,
    "MultiHeadAttention": _Writer.attention,
    "SkipLayerNormalization": _Writer.layer_norm,
}


def _quarter_weight() -> float:
    """Return the base of the smallest weight, one that is rounded to nothing."""
    return float(0.25 ** (1 / 2**EXP_SQUARINGS))


def _attribute(node: onnx.NodeProto, name: str) -> Any:
    return next(onnx.helper.get_attribute_value(a) for a in node.attribute if a.name == name)
