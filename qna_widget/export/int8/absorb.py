"""Multiplies the channels of a tensor in weights before or after it, so that no operator has to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import onnx
from onnx import numpy_helper

from qna_widget.export.calibration import Floats

# Its third input is the value; the output's channels are the value's.
ATTENTION, VALUE = "MultiHeadAttention", 2
# A product in 8 bits. It scales its input by its range, and its weights by column.
PRODUCT, SCALE, BIAS = "DynamicQuantizeMatMul", 2, 4

# Weights to multiply, and by what.
Found = list[tuple[str, Floats]]


def absorb(graph: onnx.GraphProto, x: str, factor: Floats) -> bool:
    """Make `x` be `factor` times what it was, channel by channel, and return True.

    Returns False, and changes nothing, when `x` is read more than once or comes from anything but
    products with weights, their biases, ReLU, splits and attention values. Factors are positive; a
    single one holds for all channels.
    """
    walk = _Walk(graph)
    return walk.multiply(walk.back(x, factor))


def pass_on(graph: onnx.GraphProto, x: str, factor: float) -> bool:
    """Make what reads `x` take it for `factor` times what it is, and return True.

    Returns False, and changes nothing, unless one product in 8 bits reads `x`, or one product of
    channels does.
    """
    walk = _Walk(graph)
    return walk.multiply(walk.ahead(x, np.array(factor, np.float32)))


@dataclass
class _Walk:
    """From a tensor to the weights that it is made of, and to those that it meets."""

    graph: onnx.GraphProto

    def __post_init__(self) -> None:
        self.weights = {tensor.name: tensor for tensor in self.graph.initializer}
        self.producers = {name: node for node in self.graph.node for name in node.output}
        self.readers: dict[str, list[onnx.NodeProto]] = {}
        for node in self.graph.node:
            for name in node.input:
                self.readers.setdefault(name, []).append(node)

    def multiply(self, found: Found | None) -> bool:
        """Multiply what `back` or `ahead` found; return whether they found anything."""
        for name, factor in found or []:
            tensor = self.weights[name]
            tensor.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(tensor) * factor, name))
        return found is not None

    def ahead(self, x: str, factor: Floats) -> Found | None:
        """Return the weights that meet `x` in its only reader; None: there are no such."""
        readers = self.readers.get(x, [])
        place = {PRODUCT: SCALE, "Mul": 1}.get(readers[0].op_type) if len(readers) == 1 else None
        if place is None or readers[0].input[0] != x or not self._own(readers[0].input[place]):
            return None
        return [(readers[0].input[place], factor)]

    def back(self, x: str, factor: Floats) -> Found | None:
        """Return the weights to multiply, and by what along their last axis; None: not possible."""
        node = self.producers.get(x)
        if node is None or len(self.readers.get(x, [])) != 1:
            return None
        if node.op_type == "Max" and self._is_zero(node.input[1]):
            return self.back(node.input[0], factor)
        if node.op_type == ATTENTION:
            return self.back(node.input[VALUE], factor)
        if node.op_type == "Split":
            return self._split(node, x, factor)
        if node.op_type == PRODUCT:
            places = [name for name in (node.input[SCALE], *node.input[BIAS:]) if name]
            if all(self._own(name) and self._columns(name, factor) for name in places):
                return [(name, factor) for name in places]
            return None
        weight = node.input[1] if len(node.input) > 1 else ""
        if weight not in self.weights or not self._columns(weight, factor):
            return None
        if node.op_type == "MatMul":
            return [(weight, factor)]
        if node.op_type == "Add":
            rest = self.back(node.input[0], factor)
            return None if rest is None else [*rest, (weight, factor)]
        return None

    def _own(self, name: str) -> bool:
        """Whether `name` is a weight that one node alone reads."""
        return name in self.weights and len(self.readers[name]) == 1

    def _columns(self, weight: str, factor: Floats) -> bool:
        return factor.ndim == 0 or bool(self.weights[weight].dims[-1:] == [len(factor)])

    def _is_zero(self, name: str) -> bool:
        return name in self.weights and not numpy_helper.to_array(self.weights[name]).any()

    def _split(self, node: onnx.NodeProto, x: str, factor: Floats) -> Found | None:
        """Multiply the part that became `x` by `factor`, its neighbours by 1."""
        if factor.ndim == 0:
            return None  # does not tell how wide the parts are
        if len(node.input) > 1:
            widths = numpy_helper.to_array(self.weights[node.input[1]]).tolist()
        else:
            widths = [len(factor)] * len(node.output)
        index = list(node.output).index(x)
        whole = np.ones(sum(widths), np.float32)
        begin = sum(widths[:index])
        whole[begin : begin + len(factor)] = factor
        return self.back(node.input[0], whole)
