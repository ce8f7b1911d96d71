"""A small builder for ONNX graphs: names, weights and the layers that encoders are made of."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from qna_widget.core.types import MODEL_INPUTS

# Opset 20 brings Gelu as one operator; onnxruntime has it since 1.17, onnxruntime-web as well.
OPSET = 20
IR_VERSION = 9
CONTRIB = "com.microsoft"
# What padding adds to an attention score. BERT's own value; far below any real score, and safe
# where a graph is run in half precision.
MASKED = -10000.0

Array = NDArray[Any]


@dataclass
class Graph:
    """An ONNX graph in the making. Methods append nodes and return the name of their output."""

    masked: float = MASKED
    nodes: list[onnx.NodeProto] = field(default_factory=list)
    weights: dict[str, Array] = field(default_factory=dict)

    def constant(self, name: str, value: Array) -> str:
        """Store a weight, floats in 32 bits; the same name means the same weight."""
        kind = np.float32 if value.dtype.kind == "f" else value.dtype
        self.weights.setdefault(name, np.ascontiguousarray(value, kind))
        return name

    def op(
        self, kind: str, *inputs: str, name: str = "", domain: str = "", **attributes: Any
    ) -> str:
        """Append a node with one output."""
        return self.ops(kind, 1, *inputs, name=name, domain=domain, **attributes)[0]

    def ops(
        self,
        kind: str,
        outputs: int,
        *inputs: str,
        name: str = "",
        domain: str = "",
        **attributes: Any,
    ) -> list[str]:
        """Append a node with several outputs."""
        name = name or f"{kind}_{len(self.nodes)}"
        names = [name if outputs == 1 else f"{name}:{i}" for i in range(outputs)]
        self.nodes.append(
            helper.make_node(kind, list(inputs), names, name=name, domain=domain, **attributes)
        )
        return names

    def integers(self, *values: int) -> str:
        """Return a 1-d int64 constant, for shapes and axes."""
        return self.constant("i64:" + ",".join(map(str, values)), np.array(values, np.int64))

    def number(self, value: float) -> str:
        """Return a float32 scalar constant."""
        return self.constant(f"f32:{value}", np.array(value, np.float32))

    def linear(self, x: str, name: str, weight: Array, bias: Array) -> str:
        """X @ weight.T + bias, with weight [out, in] as checkpoints hold it."""
        product = self.product(x, name, weight)
        return self.op("Add", product, self.constant(f"{name}.bias", bias), name=f"{name}.out")

    def product(self, x: str, name: str, weight: Array) -> str:
        """X @ weight.T."""
        return self.op("MatMul", x, self.constant(f"{name}.weight", weight.T), name=name)

    def activation(self, kind: str, x: str) -> str:
        """Apply the operator `kind`."""
        # The same as Relu, which in the browser takes 30 times as long when it works in place.
        return self.op("Max", x, self.number(0.0)) if kind == "Relu" else self.op(kind, x)

    def rows(self, name: str, table: Array, ids: str) -> str:
        """Look up a row of `table` for each of `ids`."""
        return self.op("Gather", self.constant(name, table), ids, name=f"{name}:rows")

    def positions(self, name: str, table: Array) -> str:
        """Return the rows of `table` up to the length of the input."""
        # A slice, not a gather: there is nothing to look up, and it stays in float.
        length = self._once("length", "Shape", "input_ids", start=1, end=2)
        rows = self.constant(name, table)
        return self.op("Slice", rows, self.integers(0), length, self.integers(0))

    def layer_norm(self, x: str, name: str, weight: Array, bias: Array, epsilon: float) -> str:
        """Layer normalisation over the last axis."""
        scale = self.constant(f"{name}.weight", weight)
        shift = self.constant(f"{name}.bias", bias)
        return self.op("LayerNormalization", x, scale, shift, name=name, axis=-1, epsilon=epsilon)

    def attention(
        self,
        query: str,
        key: str,
        value: str,
        attention_mask: str,
        heads: int,
        size: int,
        *,
        fused: bool,
    ) -> str:
        """Scaled dot-product attention over [batch, sequence, heads * size] inputs.

        `attention_mask` is the graph's int64 input [batch, sequence], 0 for padding. `fused` emits
        onnxruntime's MultiHeadAttention, else the same in standard operators.
        """  # fmt: skip
        if fused:
            mask = self._once("mask:int32", "Cast", attention_mask, to=TensorProto.INT32)
            return self.op(
                "MultiHeadAttention", query, key, value, "", mask,
                domain=CONTRIB, num_heads=heads, mask_filter_value=self.masked,
            )  # fmt: skip
        split = self.integers(0, 0, heads, size)
        q, k, v = (
            self.op("Transpose", self.op("Reshape", x, split), perm=perm)
            for x, perm in ((query, [0, 2, 1, 3]), (key, [0, 2, 3, 1]), (value, [0, 2, 1, 3]))
        )
        scores = self.op("Mul", self.op("MatMul", q, k), self.number(size**-0.5))
        probabilities = self.op("Softmax", self.op("Add", scores, self._bias(attention_mask)))
        context = self.op("Transpose", self.op("MatMul", probabilities, v), perm=[0, 2, 1, 3])
        return self.op("Reshape", context, self.integers(0, 0, heads * size))

    def float_mask(self, attention_mask: str) -> str:
        """Return the mask [batch, sequence] as 0.0 and 1.0."""
        return self._once("mask:float", "Cast", attention_mask, to=TensorProto.FLOAT)

    def _bias(self, attention_mask: str) -> str:
        """Return [batch, 1, 1, sequence]: 0 where attended, `masked` at padding."""
        mask = self.float_mask(attention_mask)
        wide = self._once("mask:wide", "Unsqueeze", mask, self.integers(1, 2))
        hidden = self._once("mask:hidden", "Sub", self.number(1.0), wide)
        return self._once("mask:bias", "Mul", hidden, self.number(self.masked))

    def _once(self, name: str, kind: str, *inputs: str, **attributes: Any) -> str:
        """Append a node unless it is there; layers share what they all need."""
        if all(node.name != name for node in self.nodes):
            self.op(kind, *inputs, name=name, **attributes)
        return name

    def answers(self, logits: str) -> onnx.ModelProto:
        """Close the graph: int64 inputs and float outputs, all [batch, sequence], both dynamic.

        `logits` is [batch, sequence, 2]: start and end. What no node reads is no input.
        """
        inputs = [n for n in MODEL_INPUTS if any(n in node.input for node in self.nodes)]
        axes, last = ["batch", "sequence"], self.integers(-1)
        start_logits, end_logits = (
            self.op("Squeeze", half, last)
            for half in self.ops("Split", 2, logits, axis=-1, num_outputs=2)
        )
        for source, name in ((start_logits, "start_logits"), (end_logits, "end_logits")):
            self.nodes.append(helper.make_node("Identity", [source], [name], name=name))
        graph = helper.make_graph(
            self.nodes,
            "question-answering",
            [helper.make_tensor_value_info(n, TensorProto.INT64, axes) for n in inputs],
            [
                helper.make_tensor_value_info(n, TensorProto.FLOAT, axes)
                for n in ("start_logits", "end_logits")
            ],
            [numpy_helper.from_array(value, name) for name, value in self.weights.items()],
        )
        opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid(CONTRIB, 1)]
        return helper.make_model(
            graph, opset_imports=opsets, ir_version=IR_VERSION, producer_name="qna-widget"
        )
