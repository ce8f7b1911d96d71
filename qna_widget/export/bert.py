"""BERT for question answering, weights to graph (Devlin et al. 2018, arXiv:1810.04805)."""

from __future__ import annotations

import numpy as np
import onnx

from qna_widget.errors import ExportError

from .checkpoint import Checkpoint
from .graph import Graph

INPUTS = ["input_ids", "attention_mask", "token_type_ids"]
# Stays in float: it is tiny, and its rounding would go straight into the scores.
KEEP_FLOAT = ["qa_outputs"]
ACTIVATIONS = {"gelu": "Gelu", "relu": "Relu"}


def build(checkpoint: Checkpoint, *, fused: bool) -> onnx.ModelProto:
    """Return the float32 graph of a `BertForQuestionAnswering` checkpoint.

    Raises ExportError when the configuration asks for something that this graph has not.
    """
    config = checkpoint.config
    activation = ACTIVATIONS.get(str(config.get("hidden_act", "gelu")))
    if activation is None:
        raise ExportError(
            f"hidden_act is {config['hidden_act']!r}; allowed are {', '.join(ACTIVATIONS)}."
        )
    if config.get("position_embedding_type", "absolute") != "absolute":
        raise ExportError(
            f"position_embedding_type is {config['position_embedding_type']!r}; "
            "only 'absolute' is supported."
        )
    heads = checkpoint.integer("num_attention_heads")
    size = checkpoint.integer("hidden_size") // heads
    epsilon = float(config.get("layer_norm_eps", 1e-12))

    graph = Graph()
    x = _embeddings(graph, checkpoint, epsilon)
    for index in range(checkpoint.integer("num_hidden_layers")):
        layer = f"bert.encoder.layer.{index}"
        own = f"{layer}.attention.self"
        # One product for query, key and value: the input is quantised and read once.
        weights, biases = (
            np.concatenate(
                [checkpoint[f"{own}.{part}.{kind}"] for part in ("query", "key", "value")]
            )
            for kind in ("weight", "bias")
        )
        joined = graph.linear(x, f"{own}.qkv", weights, biases)
        query, key, value = graph.ops("Split", 3, joined, axis=-1, num_outputs=3)
        context = graph.attention(query, key, value, "attention_mask", heads, size, fused=fused)
        x = _residual(graph, checkpoint, f"{layer}.attention.output", context, x, epsilon)
        wide = _linear(graph, checkpoint, f"{layer}.intermediate.dense", x)
        x = _residual(graph, checkpoint, f"{layer}.output", graph.op(activation, wide), x, epsilon)

    logits = _linear(graph, checkpoint, "qa_outputs", x)
    start, end = graph.ops("Split", 2, logits, axis=-1, num_outputs=2)
    last = graph.integers(-1)
    return graph.model(INPUTS, graph.op("Squeeze", start, last), graph.op("Squeeze", end, last))


def _embeddings(graph: Graph, checkpoint: Checkpoint, epsilon: float) -> str:
    """Words, positions and segments, summed and normalised."""
    base = "bert.embeddings"

    def rows(table: str, ids: str) -> str:
        name = f"{base}.{table}.weight"
        return graph.op("Gather", graph.constant(name, checkpoint[name]), ids, name=name + ":rows")

    # A slice, not a gather: there is nothing to look up, and it stays in float.
    table = graph.constant(f"{base}.positions", checkpoint[f"{base}.position_embeddings.weight"])
    length = graph.op("Shape", "input_ids", start=1, end=2)
    positions = graph.op("Slice", table, graph.integers(0), length, graph.integers(0))
    words = rows("word_embeddings", "input_ids")
    segments = rows("token_type_embeddings", "token_type_ids")
    total = graph.op("Add", graph.op("Add", words, segments), positions)
    return _norm(graph, checkpoint, f"{base}.LayerNorm", total, epsilon)


def _residual(
    graph: Graph, checkpoint: Checkpoint, name: str, x: str, skipped: str, epsilon: float
) -> str:
    """Project, add what was skipped, normalise."""
    total = graph.op("Add", _linear(graph, checkpoint, f"{name}.dense", x), skipped)
    return _norm(graph, checkpoint, f"{name}.LayerNorm", total, epsilon)


def _linear(graph: Graph, checkpoint: Checkpoint, name: str, x: str) -> str:
    return graph.linear(x, name, checkpoint[f"{name}.weight"], checkpoint[f"{name}.bias"])


def _norm(graph: Graph, checkpoint: Checkpoint, name: str, x: str, epsilon: float) -> str:
    return graph.layer_norm(
        x, name, checkpoint[f"{name}.weight"], checkpoint[f"{name}.bias"], epsilon
    )
