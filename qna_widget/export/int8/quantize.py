"""Float graph → a smaller one (8 or 16 bits) → the same with its operators fused ahead of time."""

from __future__ import annotations

import copy
import logging
import tempfile
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic


def quantize(model: onnx.ModelProto, keep_float: list[str]) -> onnx.ModelProto:
    """Store weights and embeddings in 8 bits, and multiply in 8 bits.

    Activations are scaled when the model runs ("dynamic"), one scale per tensor; weights have one
    scale per column, at no cost in speed. They are unsigned: products of unsigned bytes are summed
    without saturation on every processor, while older x86 saturates unsigned times signed, and
    would differ from the browser.
    """
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "int8.onnx"
        root = logging.getLogger()
        before, root.disabled = root.disabled, True  # advice on pre-processing, out of place here
        try:
            quantize_dynamic(
                model,
                target,
                op_types_to_quantize=["MatMul", "Gather"],
                weight_type=QuantType.QUInt8,
                per_channel=True,
                nodes_to_exclude=keep_float,
                extra_options={"DefaultTensorType": onnx.TensorProto.FLOAT},
            )
        finally:
            root.disabled = before
        return onnx.load(target)


def optimize(model: onnx.ModelProto) -> bytes:
    """Fuse operators with onnxruntime, so that no reader has to wait for it.

    EXTENDED stops before rewrites that suit one processor only, so the file runs everywhere.
    """
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "optimized.onnx"
        options = onnxruntime.SessionOptions()
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
        options.optimized_model_filepath = str(target)
        options.log_severity_level = 3
        onnxruntime.InferenceSession(
            model.SerializeToString(),
            options,
            providers=["CPUExecutionProvider"],
            disabled_optimizers=["SkipLayerNormFusion"],  # exact.py takes sum and norm apart
        )
        return target.read_bytes()


def half(model: onnx.ModelProto) -> onnx.ModelProto:
    """Store matrices in 16 bits and widen them where they are used: half the file, float32 sums.

    Inputs, outputs and products stay float32, so it runs where there is no 16-bit arithmetic;
    folding the casts when a session is created restores the speed of float32.
    """
    model = copy.deepcopy(model)
    casts = []
    for tensor in model.graph.initializer:
        value = numpy_helper.to_array(tensor)
        if value.ndim < 2 or value.dtype != np.float32:
            continue
        if np.abs(value).max() > np.finfo(np.float16).max:
            continue  # would become infinite
        name = tensor.name
        tensor.CopyFrom(numpy_helper.from_array(value.astype(np.float16), f"{name}:half"))
        casts.append(
            helper.make_node("Cast", [f"{name}:half"], [name], name=name, to=TensorProto.FLOAT)
        )
    nodes = [*casts, *model.graph.node]
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    return model
