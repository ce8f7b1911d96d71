"""Makes a graph easier to quantise: evens out the channels of every product's input.

Activations share one 8-bit scale, so a few large channels leave few steps to all others. Each
channel is divided by a factor, and the weights that it meets are multiplied by it, which changes
nothing in exact arithmetic (SmoothQuant, Xiao et al. 2022, arXiv:2211.10438).

It also undoes what folding NoNorm does to quantisation (affine.py): scales that moved from a tensor
into the weights around it move back as far as serves.
"""

from __future__ import annotations

import copy

import numpy as np
import onnx
from onnx import helper, numpy_helper

from qna_widget.export.calibration import Floats, Peaks

from .absorb import absorb

# How much of the difference between channels moves into the weights: what is tried for a model. The
# six-layer BERT that ships errs least with 0.8, a MobileBERT of random weights with 0.5.
ALPHAS = (0.5, 0.8)


def smooth(
    model: onnx.ModelProto, keep_float: list[str], peaks: Peaks, alpha: float
) -> onnx.ModelProto:
    """Return the same function with smaller outliers where weights are multiplied.

    Products named in `keep_float` stay as they are. `peaks` hold the largest absolute value of each
    channel of the tensors that `smoothed` names.
    """
    model = copy.deepcopy(model)
    weights = {tensor.name: tensor for tensor in model.graph.initializer}
    divided: dict[str, onnx.NodeProto] = {}
    for node in _products(model, keep_float):
        x, name = node.input[0], node.input[1]
        weight = numpy_helper.to_array(weights[name])
        factor = _factor(peaks[x], weight, alpha)
        weights[name].CopyFrom(numpy_helper.from_array(weight * factor[:, None], name))
        if absorb(model.graph, x, np.reciprocal(factor)):
            continue
        divisor = f"{node.name}.smooth"
        model.graph.initializer.append(numpy_helper.from_array(np.reciprocal(factor), divisor))
        divided[node.name] = helper.make_node(
            "Mul", [x, divisor], [f"{divisor}ed"], name=f"{divisor}ed"
        )
        node.input[0] = f"{divisor}ed"
    nodes = []
    for node in model.graph.node:
        if node.name in divided:
            nodes.append(divided[node.name])
        nodes.append(copy.deepcopy(node))
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    return model


def smoothed(model: onnx.ModelProto, keep_float: list[str]) -> list[str]:
    """Return the tensors whose channels `smooth` evens out."""
    return sorted({node.input[0] for node in _products(model, keep_float)})


def _products(model: onnx.ModelProto, keep_float: list[str]) -> list[onnx.NodeProto]:
    weights = {tensor.name for tensor in model.graph.initializer}
    return [
        node
        for node in model.graph.node
        if node.op_type == "MatMul" and node.input[1] in weights and node.name not in keep_float
    ]


def _factor(peak: Floats, weight: Floats, alpha: float) -> Floats:
    """Return one factor per channel, with a geometric mean of 1."""
    # The floor: a channel that was quiet on the few texts seen may still speak up.
    activations = np.maximum(peak, max(0.5 * float(np.median(peak)), 1e-3))
    rows = np.maximum(np.abs(weight).max(axis=1), 1e-6)
    logarithm = alpha * np.log(activations) - (1 - alpha) * np.log(rows)
    factor: Floats = np.exp(logarithm - logarithm.mean()).astype(np.float32)
    return factor
