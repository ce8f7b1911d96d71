"""The encoder that BERT and its kin share, weights to graph (Devlin et al. 2018, arXiv:1810.04805).

What differs between them are names, and what is added up at the input; `Layout` says it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import onnx

from qna_widget.errors import ExportError
from qna_widget.export.checkpoint import Checkpoint

from .graph import Array, Graph

# Stays in float: it is tiny, and its rounding would go straight into the scores.
HEAD = "qa_outputs"
KEEP_FLOAT = [HEAD]
ATTENDING = ("query", "key", "value")
ACTIVATIONS = {"gelu": "Gelu", "relu": "Relu"}


@dataclass(frozen=True)
class Layout:
    """Where a kind of model keeps its parts: names in config.json and in the weights."""

    base: str
    """Prefix of all weights but the head's."""
    layer: str
    """Prefix of a layer, below `base`; `{}` is its number."""
    parts: Mapping[str, str]
    """Weights of a layer: query, key, value, attended, attended_norm, wide, narrow, narrow_norm."""
    settings: Mapping[str, str]
    """Names in config.json: heads, layers, activation."""
    segments: bool = True
    """Whether question and passage have embeddings of their own (token_type_ids)."""

    def build(self, checkpoint: Checkpoint, *, fused: bool) -> onnx.ModelProto:
        """Return the checkpoint's float32 graph.

        Raises ExportError when the configuration asks for something that this graph has not.
        """
        activation = activation_of(checkpoint, self.settings["activation"])
        refuse_unless(checkpoint, "position_embedding_type", "absolute")
        refuse_other_attention(checkpoint)
        epsilon = checkpoint.number("layer_norm_eps", 1e-12)
        graph = Graph()
        layers = _Layers(graph, checkpoint, epsilon)
        x = self._embeddings(graph, layers, checkpoint)
        for index in range(checkpoint.integer(self.settings["layers"])):
            prefix = f"{self.base}.{self.layer.format(index)}"
            names = {part: f"{prefix}.{name}" for part, name in self.parts.items()}
            # One product for query, key and value: the input is quantised and read once.
            weights, biases = (
                np.concatenate([checkpoint[f"{names[part]}.{kind}"] for part in ATTENDING])
                for kind in ("weight", "bias")
            )
            own = names["query"].rpartition(".")[0]
            joined = graph.linear(x, f"{own}.qkv", weights, biases)
            query, key, value = graph.ops("Split", 3, joined, axis=-1, num_outputs=3)
            heads, size = attention_heads(checkpoint, self.settings["heads"], len(biases) // 3)
            context = graph.attention(query, key, value, "attention_mask", heads, size, fused=fused)
            attended = graph.op("Add", layers.linear(names["attended"], context), x)
            x = layers.norm(names["attended_norm"], attended)
            wide = graph.activation(activation, layers.linear(names["wide"], x))
            x = layers.norm(
                names["narrow_norm"], graph.op("Add", layers.linear(names["narrow"], wide), x)
            )
        return graph.answers(graph.linear(x, HEAD, *head(checkpoint)))

    def _embeddings(self, graph: Graph, layers: _Layers, checkpoint: Checkpoint) -> str:
        """Words, positions and segments, summed and normalised, widened where the model says so."""
        base = f"{self.base}.embeddings"
        words, segments = (f"{base}.{n}_embeddings.weight" for n in ("word", "token_type"))
        total = graph.rows(words, checkpoint[words], "input_ids")
        positions = checkpoint[f"{base}.position_embeddings.weight"]
        if self.segments and segments_differ(checkpoint, checkpoint[segments]):
            rows = graph.rows(segments, checkpoint[segments], "token_type_ids")
            total = graph.op("Add", total, rows)
        elif self.segments:
            positions = positions + checkpoint[segments][0]
        total = graph.op("Add", total, graph.positions(f"{base}.positions", positions))
        x = layers.norm(f"{base}.LayerNorm", total)
        project = f"{self.base}.embeddings_project"
        return layers.linear(project, x) if f"{project}.weight" in checkpoint.weights else x


@dataclass(frozen=True)
class _Layers:
    """Layers with the checkpoint's weights."""

    graph: Graph
    checkpoint: Checkpoint
    epsilon: float

    def linear(self, name: str, x: str) -> str:
        weight, bias = (self.checkpoint[f"{name}.{kind}"] for kind in ("weight", "bias"))
        return self.graph.linear(x, name, weight, bias)

    def norm(self, name: str, x: str) -> str:
        weight, bias = (self.checkpoint[f"{name}.{kind}"] for kind in ("weight", "bias"))
        return self.graph.layer_norm(x, name, weight, bias, self.epsilon)


def segments_differ(checkpoint: Checkpoint, table: Array) -> bool:
    """Tell whether question and passage get different rows of the segments' table.

    Otherwise every token gets the first row, which the table of positions can take in.
    """
    return checkpoint.vocabulary.segments and len(table) > 1


def attention_heads(checkpoint: Checkpoint, name: str, width: int) -> tuple[int, int]:
    """Return how many heads there are and how many channels each has."""
    heads = checkpoint.integer(name)
    if width % heads:
        raise ExportError(f"{name} is {heads}, which does not divide {width}.")
    return heads, width // heads


def activation_of(checkpoint: Checkpoint, name: str, default: str = "gelu") -> str:
    """Return the operator of the activation function that config.json names."""
    given = checkpoint.config.get(name, default)
    activation = ACTIVATIONS.get(str(given))
    if activation is None:
        raise ExportError(f"{name} is {given!r}; allowed are {', '.join(ACTIVATIONS)}.")
    return activation


def refuse_unless(checkpoint: Checkpoint, name: str, wanted: object) -> None:
    """Raise ExportError when config.json gives `name` another value than the one supported."""
    given = checkpoint.config.get(name, wanted)
    if given != wanted:
        raise ExportError(f"{name} is {given!r}; only {wanted!r} is supported.")


def refuse_other_attention(checkpoint: Checkpoint) -> None:
    """Raise ExportError when words do not see all others (a decoder), or heads were taken out."""
    refuse_unless(checkpoint, "is_decoder", False)
    if checkpoint.config.get("pruned_heads"):
        raise ExportError("pruned_heads is not empty; a model with all of its heads is needed.")


def head(checkpoint: Checkpoint) -> tuple[Array, Array]:
    """Return weight [2, hidden] and bias of the question-answering head."""
    weight, bias = checkpoint["qa_outputs.weight"], checkpoint["qa_outputs.bias"]
    if len(weight) != 2:
        raise ExportError(
            f"{checkpoint.folder}: its head (qa_outputs) gives {len(weight)} numbers per token; a "
            "question-answering model gives 2, start and end."
        )
    return weight, bias
