"""Every value of a shipped graph has a shape, and it is the one that a run gives it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import helper

from qna_widget.core.types import Precision
from qna_widget.export.checkpoint import read_checkpoint
from qna_widget.export.recipe import graph_file

PARITY = Path(__file__).parents[2] / "parity"


@pytest.mark.parametrize("precision", ["int8", "fp32", "fp16"])
@pytest.mark.parametrize("kind", ["bert", "mobilebert", "distilbert"])
def test_shapes_are_those_of_a_run(kind: str, precision: Precision) -> None:
    data = graph_file(read_checkpoint(PARITY / f"tiny_{kind}"), precision, 24)
    model = onnx.load_from_string(data)
    declared = {value.name: value for value in model.graph.value_info}
    outputs = {value.name for value in model.graph.output}
    made = {name for node in model.graph.node for name in node.output} - outputs
    if precision == "fp16":  # weights are widened; their shapes follow from themselves
        made -= {name for name in made if f"{name}:half" in {w.name for w in weights(model)}}
    assert made == declared.keys()

    model.graph.output.extend(helper.make_empty_tensor_value_info(name) for name in made)
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    sizes = {"batch": 4, "sequence": 19, 1: 1}
    feeds = {
        tensor.name: np.ones([sizes[dim] for dim in tensor.shape], np.int64)
        for tensor in session.get_inputs()
    }
    names = sorted(made)
    for name, found in zip(names, session.run(names, feeds), strict=True):
        tensor = declared[name].type.tensor_type
        assert helper.tensor_dtype_to_np_dtype(tensor.elem_type) == found.dtype
        dims = [sizes.get(dim.dim_param, dim.dim_value) for dim in tensor.shape.dim]
        unknown = [not dim.WhichOneof("value") for dim in tensor.shape.dim]
        shape = [0 if none else size for size, none in zip(found.shape, unknown, strict=True)]
        assert dims == shape, name


def weights(model: onnx.ModelProto) -> list[onnx.TensorProto]:
    return list(model.graph.initializer)
