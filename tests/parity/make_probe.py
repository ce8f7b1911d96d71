"""Makes PROBE of qna_widget/runtime/session.py: `make probe` prints it.

One product of two 8-bit matrices, unsigned by signed, both of them inputs (MatMulInteger).
"""

from __future__ import annotations

from onnx import TensorProto, helper


def probe() -> bytes:
    """Return the ONNX file."""
    graph = helper.make_graph(
        [helper.make_node("MatMulInteger", ["a", "b"], ["y"])],
        "g",
        [
            helper.make_tensor_value_info("a", TensorProto.UINT8, ["m", "k"]),
            helper.make_tensor_value_info("b", TensorProto.INT8, ["k", "n"]),
        ],
        [helper.make_tensor_value_info("y", TensorProto.INT32, ["m", "n"])],
    )
    opset = helper.make_opsetid("", 17)
    data: bytes = helper.make_model(graph, ir_version=9, opset_imports=[opset]).SerializeToString()
    return data


if __name__ == "__main__":
    print(probe())
