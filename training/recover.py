"""A checkpoint out of an 8-bit file: `python -m training.recover OUT [--model bundled]`.

The float weights of the bundled model are not kept; its file is. Multiplied out, its weights
compute the same but are no start for training, since the export scaled their channels for
rounding (smooth.py and exact.py in qna_widget/export/int8). Here that is undone: what stands
before a product goes back into its weights, and where two weights meet (query and key, value
and output) both get the same norm, by head or channel. Rounding to 8 bits remains, and the
temperature of calibration in the last product.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import numpy_helper
from safetensors.numpy import save_file

from qna_widget.export.int8.exact import GELU_SCALE
from qna_widget.models import files, registry
from training.command import command
from training.data import DataError

Floats = NDArray[np.float64]

EMBEDDINGS = "bert.embeddings."
LAYER = "bert.encoder.layer.{}."


class Graph:
    """The weights of an exported BERT, by name, and what its attention is scaled by."""

    def __init__(self, model: onnx.ModelProto) -> None:
        self.weights = {t.name: numpy_helper.to_array(t) for t in model.graph.initializer}
        nodes = model.graph.node
        # Of scores: what the product of scaled queries and keys is multiplied by.
        self.alphas = [
            attribute.f
            for node in nodes
            if node.op_type == "FusedMatMul"
            for attribute in node.attribute
            if attribute.name == "alpha"
        ]
        # Of values: one factor a head, divided by the sum of the exponentials.
        self.restores = [
            self[node.input[0]].reshape(-1)
            for node in nodes
            if node.op_type == "Div" and node.input[0].endswith(":restore")
        ]
        self.layers = len(self.restores)
        if not self.layers or len(self.alphas) != self.layers:
            raise DataError("Not the 8-bit file of a BERT, as `qna-widget export` writes it.")
        self.heads = len(self.restores[0])

    def __getitem__(self, name: str) -> Floats:
        if name not in self.weights:
            raise DataError(f"The file has no {name!r}. Give the 8-bit file of a BERT.")
        return self.weights[name].astype(np.float64)

    def matrix(self, name: str) -> Floats:
        """The weight `name` multiplied out, [inputs, outputs], with the factor before it."""
        stored, zero = self[f"{name}_quantized"], self[f"{name}_zero_point"]
        value: Floats = (stored - zero) * self[f"{name}_scale"]
        factor = name.removesuffix(".weight") + ".smooth"
        return value * self[factor][:, None] if factor in self.weights else value


def balanced(first: Floats, second: Floats, product: float = 1.0) -> tuple[float, float]:
    """Two factors of the product that is asked for, which make the two norms equal."""
    ratio = np.linalg.norm(second) / max(float(np.linalg.norm(first)), 1e-12)
    share = float(np.sqrt(max(ratio, 1e-12) * product))
    return share, product / share


def recovered(graph: Graph) -> dict[str, Floats]:
    """Weights by the names of a transformers checkpoint."""
    out: dict[str, Floats] = {}
    for name in ("word_embeddings", "token_type_embeddings"):
        out[f"{EMBEDDINGS}{name}.weight"] = graph.matrix(f"{EMBEDDINGS}{name}.weight")
    out[f"{EMBEDDINGS}position_embeddings.weight"] = graph[f"{EMBEDDINGS}positions"]
    norms = [f"{EMBEDDINGS}LayerNorm"]
    for number in range(graph.layers):
        layer = LAYER.format(number)
        norms += [f"{layer}attention.output.LayerNorm", f"{layer}output.LayerNorm"]
        out |= _attention(graph, layer, graph.alphas[number], graph.restores[number])
        wide, narrow = f"{layer}intermediate.dense", f"{layer}output.dense"
        # Gelu is computed of x times a scale, and comes out twice as large again.
        out[f"{wide}.weight"] = graph.matrix(f"{wide}.weight").T / GELU_SCALE
        out[f"{wide}.bias"] = graph[f"{wide}.bias"] / GELU_SCALE
        out[f"{narrow}.weight"] = graph.matrix(f"{narrow}.weight").T * 2 * GELU_SCALE
        out[f"{narrow}.bias"] = graph[f"{narrow}.bias"]
    for norm in norms:
        out |= {f"{norm}.{part}": graph[f"{norm}.{part}"] for part in ("weight", "bias")}
    out["qa_outputs.weight"] = graph["qa_outputs.weight"].T
    out["qa_outputs.bias"] = graph["qa_outputs.bias"]
    return out


def _attention(graph: Graph, layer: str, alpha: float, restore: Floats) -> dict[str, Floats]:
    name = f"{layer}attention.self.qkv"
    query, key, value = np.split(graph.matrix(f"{name}.weight"), 3, axis=1)
    biases = np.split(graph[f"{name}.bias"], 3)
    output = graph.matrix(f"{layer}attention.output.dense.weight")
    width = query.shape[1] // graph.heads
    factors = [np.empty(query.shape[1]) for _ in range(3)]
    for head in range(graph.heads):
        own = slice(head * width, (head + 1) * width)
        # BERT divides scores by the root of a head's width.
        pair = balanced(query[:, own], key[:, own], alpha * float(np.sqrt(width)))
        factors[0][own], factors[1][own] = pair
        for channel in range(own.start, own.stop):
            up, down = balanced(value[:, channel] * restore[head], output[channel])
            factors[2][channel] = up * restore[head]
            output[channel] *= down
    out = {f"{layer}attention.output.dense.weight": output.T}
    out[f"{layer}attention.output.dense.bias"] = graph[f"{layer}attention.output.dense.bias"]
    parts = zip(("query", "key", "value"), (query, key, value), biases, factors, strict=True)
    for part, weight, bias, factor in parts:
        out[f"{layer}attention.self.{part}.weight"] = (weight * factor).T
        out[f"{layer}attention.self.{part}.bias"] = bias * factor
    return out


def config(graph: Graph) -> dict[str, Any]:
    """The config.json of the BERT that `recovered` gives the weights of."""
    words, hidden = graph.weights[f"{EMBEDDINGS}word_embeddings.weight_quantized"].shape
    kinds = graph.weights[f"{EMBEDDINGS}token_type_embeddings.weight_quantized"]
    return {
        "architectures": ["BertForQuestionAnswering"],
        "model_type": "bert",
        "vocab_size": words,
        "hidden_size": hidden,
        "num_hidden_layers": graph.layers,
        "num_attention_heads": graph.heads,
        "intermediate_size": len(graph[f"{LAYER.format(0)}intermediate.dense.bias"]),
        "max_position_embeddings": len(graph[f"{EMBEDDINGS}positions"]),
        "type_vocab_size": len(kinds),
        "hidden_act": "gelu",
        "layer_norm_eps": 1e-12,
        "dtype": "float32",
    }


def run(model: str, out: Path) -> None:
    """Write the checkpoint of `model`, a name or a folder, to the folder `out`."""
    if out.exists():
        raise DataError(f"{out} exists already; give another folder")
    manifest = registry.resolve(model)
    graph = Graph(onnx.load_from_string(files.read(manifest.onnx)))
    weights = recovered(graph)
    out.mkdir(parents=True)
    single = {name: np.ascontiguousarray(w, dtype=np.float32) for name, w in weights.items()}
    save_file(single, out / "model.safetensors", metadata={"format": "pt"})
    described = config(graph)
    if manifest.layout_signs:
        described["layout_signs"] = True
    (out / "config.json").write_text(json.dumps(described, indent=2) + "\n", encoding="utf-8")
    (out / "vocab.txt").write_bytes(files.read(manifest.vocab))


@command
def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m training.recover",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("out", type=Path, help="folder for the checkpoint")
    parser.add_argument("--model", default="bundled", help="a name or a folder (%(default)s)")
    args = parser.parse_args()
    run(args.model, args.out)


if __name__ == "__main__":
    sys.exit(main())
