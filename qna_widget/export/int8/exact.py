"""Makes an 8-bit graph give the same numbers on every processor.

An 8-bit product rounds its input to 256 steps. A difference in the last bit of a float, which comes
from nothing but the order of a sum, tips some value to the next step and grows from there: browser
and kernel then disagree on close calls. So what is left in float is rewritten to have no order:

- operations on single elements, which IEEE 754 defines to the last bit;
- sums and products of whole numbers, exact in float32 in any order while they stay below 2^24;
- exponentials, rounded so that no processor can miss (attention.py).

Gelu becomes a polynomial with an error well below that of 8 bits (`GELU`). The last product, which
nothing rounds afterwards, stays as it is. Scales that whole numbers need go into the weights before
and after, where they cost nothing.

The graph takes one text at a time, and so no mask. Texts that are computed together share the 256
steps, and each would be answered otherwise than alone.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import onnx
from onnx import helper, numpy_helper

from qna_widget.core.types import Feature
from qna_widget.errors import ExportError
from qna_widget.export.architectures.graph import CONTRIB, Array, Graph
from qna_widget.export.calibration import lengths

from .absorb import absorb, pass_on
from .attention import EXACT, SHIFT, heads_of, scales, survey

# How much longer than all rows seen another may be before a layer norm.
ROOM = 2.0
# x Φ(-x) ~ x max(0, c0 - c1 x)^4 for x >= 0, with the least largest error: 0.004.
GELU = (0.86091, 0.2329)
# What x is multiplied by before Gelu, so that the polynomial needs no factors. The result is twice
# as large again; the next weights make up for both.
GELU_SCALE = GELU[1] * 2**0.25

MASK = "attention_mask"

# Give the same bits everywhere, for the reasons above or because they only move numbers.
SAFE = {
    "Abs", "Add", "Cast", "Clip", "Concat", "DequantizeLinear", "Div", "DynamicQuantizeLinear",
    "DynamicQuantizeMatMul", "Expand", "Gather", "Identity", "MatMulInteger", "Max", "Min", "Mul",
    "Neg", "Pad", "Relu", "Reshape", "Shape", "Slice", "Split", "Squeeze", "Sub", "Transpose",
    "Unsqueeze",
}  # fmt: skip


def exact(
    model: onnx.ModelProto, keep_float: list[str], features: Iterable[Feature]
) -> onnx.ModelProto:
    """Return the 8-bit graph with every operator replaced that depends on the processor.

    `features` show how large numbers get; with larger ones later all is computed, too, but no
    longer to the last bit. Raises ExportError for an operator that is not known.
    """
    model = copy.deepcopy(model)
    writer = _Writer(model, list(features))
    for node in model.graph.node:
        rewrite = _REWRITES.get(node.op_type)
        if rewrite is not None:
            rewrite(writer, node)
        elif node.op_type in SAFE or node.name in keep_float:
            writer.graph.nodes.append(copy.deepcopy(node))
        else:
            raise ExportError(
                f"{node.op_type} ({node.name}) may differ between processors, and there is no "
                "exact form of it here. Export with precision fp32 instead."
            )
    _take_one_text(model.graph, writer.graph.nodes)
    present = {tensor.name for tensor in model.graph.initializer}  # its name says its value
    model.graph.initializer.extend(
        numpy_helper.from_array(value, name)
        for name, value in writer.graph.weights.items()
        if name not in present
    )
    return model


class _Writer:
    """The new graph in the making, beside the old one, whose weights it multiplies."""

    def __init__(self, model: onnx.ModelProto, features: list[Feature]) -> None:
        self.graph = Graph()
        self._old = model.graph
        self._reach = survey(model, features)
        norms = [node.input[0] for node in self._old.node if node.op_type == "LayerNormalization"]
        self._lengths = lengths(model, norms, features)

    def layer_norm(self, node: onnx.NodeProto) -> None:
        """LayerNormalization. Mean and variance are those of the row in whole numbers."""
        op, number = self._for(node), self.graph.number
        x, gamma, beta = node.input
        factor = math.sqrt(EXACT) / ROOM / max(float(self._lengths[x]), 1e-3)
        epsilon = next(a.f for a in node.attribute if a.name == "epsilon") * factor**2
        last = self.graph.integers(-1)
        scaled = op("Mul", x, number(factor))
        whole = op("Round", scaled)
        mean = op("ReduceMean", whole, last, keepdims=1)
        squares = op("ReduceMean", op("Mul", whole, whole), last, keepdims=1)
        variance = op("Sub", squares, op("Mul", mean, mean))
        # Rounding adds a twelfth, and less than that cannot be distinguished from nothing.
        variance = op("Sub", variance, number(1 / 12))
        variance = op("Max", variance, number(max(epsilon, 1 / 12)))
        norm = op("Mul", op("Sub", scaled, mean), op("Reciprocal", op("Sqrt", variance)))
        self.graph.op("Add", op("Mul", norm, gamma), beta, name=node.output[0])

    def gelu(self, node: onnx.NodeProto) -> None:
        """Gelu(x) = (x + |x|) / 2 - |x| Φ(-|x|), computed on x times a scale and doubled."""
        op, number = self._for(node), self.graph.number
        x = self._scaled(node.input[0], np.array(GELU_SCALE))
        wide = op("Abs", x)
        tail = op("Max", op("Sub", number(GELU[0] * 2**0.25), wide), number(0.0))
        for _ in range(2):
            tail = op("Mul", tail, tail)
        tail = op("Mul", wide, op("Sub", number(1.0), tail))
        half = 1 / (2 * GELU_SCALE)
        if pass_on(self._old, node.output[0], half):
            self.graph.op("Add", x, tail, name=node.output[0])
        else:
            self.graph.op("Mul", op("Add", x, tail), number(half), name=node.output[0])

    def attention(self, node: onnx.NodeProto) -> None:
        """Attention over whole numbers: scores, weights and values."""
        op, integers = self._for(node), self.graph.integers
        query, key, value = node.input[:3]
        heads, reach = heads_of(node), self._reach[node.output[0]]
        channels = reach.channels
        scale = scales(reach, channels // heads)

        def whole(name: str, factor: Array, *shape: int) -> str:
            x = op("Round", self._scaled(name, np.repeat(factor, channels // len(factor))))
            return op("Reshape", x, integers(*shape, heads, channels // heads))

        key = whole(key, np.array([scale.key]), 1, -1)
        # Of one text, [sequence, 1, heads, size] is a product's [1, heads, sequence, size] unmoved.
        scores = op(
            "FusedMatMul",
            whole(query, np.array([scale.query]), -1, 1),
            op("Transpose", key, perm=[0, 2, 3, 1]),
            domain=CONTRIB,
            alpha=scale.step,
            transBatchA=1,
        )
        scores = op("Add", scores, self.graph.number(SHIFT))
        best = op("ReduceMax", scores, integers(-1), keepdims=1)
        best = op("Sub", best, self._per_head(node, "top", scale.top))
        weights = op("Round", op("Exp", op("Sub", scores, best)))
        total = op("ReduceSum", weights, integers(-1), keepdims=1)
        value = whole(value, scale.value, -1, 1)
        context = op("FusedMatMul", weights, value, domain=CONTRIB, transBatchB=1)
        restore = op("Div", self._per_head(node, "restore", 1 / scale.value), total)
        context = op("Transpose", op("Mul", context, restore), perm=[0, 2, 1, 3])
        self.graph.op("Reshape", context, integers(1, -1, channels), name=node.output[0])

    def _per_head(self, node: onnx.NodeProto, what: str, values: Array) -> str:
        return self.graph.constant(f"{node.output[0]}:{what}", values.reshape(1, -1, 1, 1))

    def _scaled(self, x: str, factor: Array) -> str:
        """Return `x` times `factor`, in the weights before it where that is possible."""
        if absorb(self._old, x, factor.astype(np.float32)):
            return x
        name = f"{x}:scaled"
        constant = self.graph.constant(f"{name}:factor", factor)
        return self.graph.op("Mul", x, constant, name=name)

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
}


def _take_one_text(graph: onnx.GraphProto, nodes: list[onnx.NodeProto]) -> None:
    """Give `graph` the `nodes`, a first dimension of 1, and a mask of its own where one is read."""
    one = numpy_helper.from_array(np.ones(1, np.int64))
    shape = f"{MASK}:shape"
    nodes = [
        helper.make_node("Shape", ["input_ids"], [shape], name=shape),
        helper.make_node("ConstantOfShape", [shape], [MASK], name=MASK, value=one),
        *nodes,
    ]
    wanted = {output.name for output in graph.output}
    needed = []
    for node in reversed(nodes):
        if wanted.intersection(node.output):
            wanted.update(node.input)
            needed.append(node)
    inputs = [value for value in graph.input if value.name in wanted and value.name != MASK]
    del graph.node[:], graph.input[:]
    graph.node.extend(reversed(needed))
    graph.input.extend(inputs)
    for value in (*graph.input, *graph.output):
        value.type.tensor_type.shape.dim[0].dim_value = 1
