"""The bundled model with its 8-bit weights, but float products: an oracle without rounding."""

from __future__ import annotations

import onnx
from onnx import helper, numpy_helper


def in_float(model: bytes) -> bytes:
    """Return the graph with every 8-bit product replaced by a float product of the same weights.

    What is left of a difference between two runtimes is then the order of their float sums.
    """
    graph = onnx.load_from_string(model)
    tensors = {t.name: numpy_helper.to_array(t) for t in graph.graph.initializer}
    nodes, weights, replaced = [], [], set()
    for node in graph.graph.node:
        if node.op_type != "DynamicQuantizeMatMul":
            nodes.append(node)
            continue
        x, weight, scale, zero_point, *bias = node.input
        steps = tensors[weight].astype("float32") - tensors[zero_point].astype("float32")
        weights.append(numpy_helper.from_array(steps * tensors[scale], f"{weight}.float"))
        replaced |= {weight, scale, zero_point}
        product = f"{node.output[0]}.product" if bias else node.output[0]
        nodes.append(helper.make_node("MatMul", [x, f"{weight}.float"], [product]))
        if bias:
            nodes.append(helper.make_node("Add", [product, bias[0]], [node.output[0]]))
    assert weights, "the bundled model has no 8-bit product: this oracle has nothing to replace"
    kept = [t for t in graph.graph.initializer if t.name not in replaced]
    del graph.graph.node[:], graph.graph.initializer[:]
    graph.graph.node.extend(nodes)
    graph.graph.initializer.extend([*kept, *weights])
    return graph.SerializeToString()
