"""Multiplies the channels of a tensor in the weights that made it, so that no operator has to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import onnx
from onnx import numpy_helper

from .calibration import Floats

# Its third input is the value; the output's channels are the value's.
ATTENTION, VALUE = "MultiHeadAttention", 2


def absorb(graph: onnx.GraphProto, x: str, factor: Floats) -> bool:
    """Make `x` be `factor` times what it was, channel by channel, and return True.

    Returns False, and changes nothing, when `x` is read more than once or comes from anything but
    products with weights, their biases, ReLU, splits and attention values. Factors are positive.
    """
    walk = _Walk(graph)
    found = walk.back(x, factor)
    if found is None:
        return False
    for name, scale in found:
        tensor = walk.weights[name]
        tensor.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(tensor) * scale, name))
    return True


@dataclass
class _Walk:
    """From a tensor back to the weights that it is made of."""

    graph: onnx.GraphProto

    def __post_init__(self) -> None:
        self.weights = {tensor.name: tensor for tensor in self.graph.initializer}
        self.producers = {name: node for node in self.graph.node for name in node.output}
        self.readers: dict[str, int] = {}
        for node in self.graph.node:
            for name in node.input:
                self.readers[name] = self.readers.get(name, 0) + 1

    def back(self, x: str, factor: Floats) -> list[tuple[str, Floats]] | None:
        """Return the weights to multiply, and by what along their last axis; None: not possible."""
        node = self.producers.get(x)
        if node is None or self.readers.get(x) != 1:
            return None
        if node.op_type == "Relu":
            return self.back(node.input[0], factor)
        if node.op_type == ATTENTION:
            return self.back(node.input[VALUE], factor)
        if node.op_type == "Split":
            return self._split(node, x, factor)
        weight = node.input[1] if len(node.input) > 1 else ""
        if weight not in self.weights or self.weights[weight].dims[-1:] != [len(factor)]:
            return None
        if node.op_type == "MatMul":
            return [(weight, factor)]
        if node.op_type == "Add":
            rest = self.back(node.input[0], factor)
            return None if rest is None else [*rest, (weight, factor)]
        return None

    def _split(
        self, node: onnx.NodeProto, x: str, factor: Floats
    ) -> list[tuple[str, Floats]] | None:
        """Multiply the part that became `x` by `factor`, its neighbours by 1."""
        if len(node.input) > 1:
            widths = numpy_helper.to_array(self.weights[node.input[1]]).tolist()
        else:
            widths = [len(factor)] * len(node.output)
        index = list(node.output).index(x)
        whole = np.ones(sum(widths), np.float32)
        begin = sum(widths[:index])
        whole[begin : begin + len(factor)] = factor
        return self.back(node.input[0], whole)
