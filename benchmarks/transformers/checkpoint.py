"""Writes the bundled model's weights as a transformers checkpoint, so that both run the same.

The shipped file holds 8-bit weights with a scale per column and a factor per input channel, and
what attention and Gelu need of scales has gone into them (qna_widget/export/int8/exact.py); as
floats all this is multiplied out. What comes out is the shipped model without its rounding of
activations, which `qna-widget export --precision fp32` and transformers both read.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import onnx
from onnx import numpy_helper
from safetensors.numpy import save_file

from qna_widget.export.int8.exact import GELU_SCALE
from qna_widget.models import files, registry

HIDDEN_PER_HEAD = 32


def write_checkpoint(folder: Path) -> Path:
    """Write config.json, model.safetensors, vocab.txt and tokenizer_config.json into `folder`."""
    manifest = registry.resolve("bundled")
    graph = onnx.load_from_string(files.read(manifest.onnx)).graph
    tensors = {t.name: numpy_helper.to_array(t) for t in graph.initializer}

    def floats(name: str) -> np.ndarray:
        steps = tensors[f"{name}_quantized"].astype(np.float32)
        zero = tensors[f"{name}_zero_point"].astype(np.float32)
        return (steps - zero) * tensors[f"{name}_scale"]

    weights: dict[str, np.ndarray] = {}
    for name, value in tensors.items():
        if name == "bert.embeddings.positions":
            weights["bert.embeddings.position_embeddings.weight"] = value
        elif name.endswith("_embeddings.weight_quantized"):
            weights[name.removesuffix("_quantized")] = floats(name.removesuffix("_quantized"))
        elif name.endswith("LayerNorm.weight") or (
            name.endswith(".bias") and not name.endswith("qkv.bias")
        ):
            weights[name] = value
        elif name == "qa_outputs.weight":
            weights[name] = value.T
        elif name.endswith(".weight_quantized"):
            product = name.removesuffix(".weight_quantized")
            # A factor that went into other weights has left no tensor of its own.
            factor = tensors.get(f"{product}.smooth", np.float32(1))
            matrix = (np.reshape(factor, (-1, 1)) * floats(f"{product}.weight")).T
            if product.endswith(".qkv"):
                parts = zip(
                    ("query", "key", "value"),
                    np.split(matrix, 3),
                    np.split(tensors[f"{product}.bias"], 3),
                    strict=True,
                )
                for part, weight, bias in parts:
                    own = f"{product.removesuffix('qkv')}{part}"
                    weights[f"{own}.weight"], weights[f"{own}.bias"] = weight, bias
            else:
                weights[f"{product}.weight"] = matrix
    _undo_scales(graph, tensors, weights)
    words = weights["bert.embeddings.word_embeddings.weight"]
    config = {
        "architectures": ["BertForQuestionAnswering"],
        "model_type": "bert",
        "vocab_size": words.shape[0],
        "hidden_size": words.shape[1],
        "num_hidden_layers": sum(name.endswith("intermediate.dense.weight") for name in weights),
        "num_attention_heads": words.shape[1] // HIDDEN_PER_HEAD,
        "intermediate_size": weights["bert.encoder.layer.0.intermediate.dense.weight"].shape[0],
        "max_position_embeddings": weights["bert.embeddings.position_embeddings.weight"].shape[0],
        "type_vocab_size": 2,
        "hidden_act": "gelu",
        "layer_norm_eps": 1e-12,
    }
    folder.mkdir(parents=True, exist_ok=True)
    whole = {name: np.ascontiguousarray(value) for name, value in weights.items()}
    save_file(whole, str(folder / "model.safetensors"), metadata={"format": "pt"})
    vocab = "".join(f"{token}\n" for token in files.read_vocab(manifest.vocab))
    (folder / "vocab.txt").write_text(vocab, encoding="utf-8")
    for name, content in (
        ("config.json", config),
        ("tokenizer_config.json", {"do_lower_case": True, "tokenizer_class": "BertTokenizer"}),
    ):
        (folder / name).write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    return folder


def _undo_scales(
    graph: onnx.GraphProto, tensors: Mapping[str, np.ndarray], weights: dict[str, np.ndarray]
) -> None:
    """Give the weights around attention and Gelu the scales that they had as floats."""
    scores = [
        {a.name: a for a in node.attribute}["alpha"].f
        for node in graph.node
        if node.op_type == "FusedMatMul" and any(a.name == "transBatchA" for a in node.attribute)
    ]
    values = [
        tensors[name].ravel()
        for node in graph.node
        for name in node.input
        if name.endswith(":restore")
    ]
    for layer, (step, value) in enumerate(zip(scores, values, strict=True)):
        base = f"bert.encoder.layer.{layer}"
        factors = {
            # Queries alone take what is left of a score's scale: nobody sees how keys share in it.
            f"{base}.attention.self.query": np.float32(step * HIDDEN_PER_HEAD**0.5),
            f"{base}.attention.self.value": np.repeat(value, HIDDEN_PER_HEAD),
            f"{base}.intermediate.dense": np.float32(1 / GELU_SCALE),
        }
        for name, factor in factors.items():
            weights[f"{name}.weight"] = weights[f"{name}.weight"] * np.reshape(factor, (-1, 1))
            weights[f"{name}.bias"] = weights[f"{name}.bias"] * factor
        weights[f"{base}.output.dense.weight"] *= np.float32(2 * GELU_SCALE)
