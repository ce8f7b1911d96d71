"""Models with a second file for WebGPU, and the optional runtime: what the page is told of them."""

from __future__ import annotations

import gzip
import hashlib
import json
import subprocess
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import numpy as np
import onnx
from floated import in_float
from harness import ROOT, Harness, manifest
from onnx import helper, numpy_helper


@cache
def build() -> Path:
    """Build the optional files once per test run; return the folder that holds them."""
    folder = Path(mkdtemp(prefix="qna-webgpu-"))
    subprocess.run(["node", "build.mjs", "--webgpu", str(folder)], cwd=ROOT / "js", check=True)
    return folder


def serve_runtime(harness: Harness) -> dict[str, Any]:
    """Let the page fetch the optional files; return what the manifest says of them."""
    listed: dict[str, Any] = json.loads((build() / "webgpu.json").read_text())
    for asset in listed.values():
        content = (build() / Path(asset["path"]).name).read_bytes()
        harness.replaced[f"/qna_widget/{asset['path']}"] = content
    return listed


def serve_asset(harness: Harness, name: str, data: bytes, *, packed: bool) -> dict[str, Any]:
    """Let the page fetch a file of a model; return its entry in the manifest."""
    shipped = gzip.compress(data, 1) if packed else data
    harness.replaced[f"/qna_widget/tests/{name}"] = shipped
    return {
        "name": name,
        "path": f"tests/{name}",
        "sha256": hashlib.sha256(shipped).hexdigest(),
        "bytes": len(shipped),
        "encoding": "gzip" if packed else "identity",
        "unpacked_bytes": len(data),
    }


def with_webgpu(harness: Harness, onnx_webgpu: bytes, **changes: Any) -> dict[str, Any]:
    """Return the bundled model's manifest with a file for WebGPU and other changes."""
    told = manifest()
    second = serve_asset(harness, "webgpu.onnx", onnx_webgpu, packed=False)
    return {
        "model": told["model"] | {"onnx_webgpu": second} | changes,
        "runtime": told["runtime"] | {"webgpu": serve_runtime(harness)},
    }


def in_standard_operators(bundled: bytes) -> bytes:
    """Return the bundled graph in float, its fused operators taken apart."""
    model = onnx.load_from_string(in_float(bundled))
    sizes = {t.name: t.dims[-1] for t in model.graph.initializer if t.dims}
    apart = Apart()
    for node in model.graph.node:
        if node.op_type == "SkipLayerNormalization":
            x, skip, weight, bias = node.input
            total = apart.op("Add", x, skip)
            epsilon = node.attribute[0].f
            apart.op("LayerNormalization", total, weight, bias, out=node.output[0], epsilon=epsilon)
            hidden = sizes[weight]
        elif node.op_type == "MultiHeadAttention":
            heads = next(a.i for a in node.attribute if a.name == "num_heads")
            apart.attention(node, heads)
        else:
            apart.nodes.append(node)
    # Known only after the first normalisation.
    apart.number("root", np.sqrt(hidden / heads))
    del model.graph.node[:]
    model.graph.node.extend(apart.nodes)
    model.graph.initializer.extend(apart.weights)
    del model.opset_import[:]
    model.opset_import.append(helper.make_opsetid("", 20))
    onnx.checker.check_model(model)
    return model.SerializeToString()


class Apart:
    """Nodes and constants that take the place of fused ones."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.weights: list[onnx.TensorProto] = []
        self.number("one", 1.0)
        self.number("masked", -10000.0)

    def number(self, name: str, value: float) -> None:
        self.weights.append(numpy_helper.from_array(np.float32(value), f"apart.{name}"))

    def op(self, kind: str, *inputs: str, out: str = "", **attributes: object) -> str:
        out = out or f"apart.{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [out], **attributes))
        return out

    def integers(self, *values: int) -> str:
        name = f"apart.shape.{len(self.weights)}"
        self.weights.append(numpy_helper.from_array(np.array(values, np.int64), name))
        return name

    def attention(self, node: onnx.NodeProto, heads: int) -> None:
        query, key, value, _, mask = node.input
        split = self.integers(0, 0, heads, -1)
        query, key, value = (
            self.op("Transpose", self.op("Reshape", x, split), perm=perm)
            for x, perm in ((query, [0, 2, 1, 3]), (key, [0, 2, 3, 1]), (value, [0, 2, 1, 3]))
        )
        scores = self.op("Div", self.op("MatMul", query, key), "apart.root")
        hidden = self.op("Sub", "apart.one", self.op("Cast", mask, to=onnx.TensorProto.FLOAT))
        penalty = self.op("Mul", hidden, "apart.masked")
        penalty = self.op("Unsqueeze", penalty, self.integers(1, 2))
        weights = self.op("Softmax", self.op("Add", scores, penalty), axis=-1)
        mixed = self.op("Transpose", self.op("MatMul", weights, value), perm=[0, 2, 1, 3])
        self.op("Reshape", mixed, self.integers(0, 0, -1), out=node.output[0])
