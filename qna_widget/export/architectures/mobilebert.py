"""MobileBERT for question answering, weights to graph (Sun et al. 2020, arXiv:2004.02984).

Two chains of sums run through it: one of hidden_size over all layers, and within each layer one of
the narrower intra_bottleneck_size over attention and the stacked feed-forward networks. Every sum
ends in a NoNorm, which affine.py folds away.
"""

from __future__ import annotations

import numpy as np
import onnx

from qna_widget.errors import ExportError
from qna_widget.export.checkpoint import Checkpoint
from qna_widget.export.int8.affine import Affine, Norm, Vector, plan

from .encoder import (
    HEAD,
    activation_of,
    attention_heads,
    head,
    refuse_other_attention,
    refuse_unless,
    segments_differ,
)
from .graph import Graph

BASE = "mobilebert"
# Nothing normalises, so attention scores may grow past what BERT adds to hide padding.
MASKED = -1e9


def build(checkpoint: Checkpoint, *, fused: bool) -> onnx.ModelProto:
    """Return the float32 graph of a `MobileBertForQuestionAnswering` checkpoint.

    Raises ExportError when the configuration asks for something that this graph has not.
    """
    refuse_unless(checkpoint, "normalization_type", "no_norm")
    refuse_unless(checkpoint, "use_bottleneck", True)
    refuse_other_attention(checkpoint)
    shared = checkpoint.config.get("key_query_shared_bottleneck", True)
    narrow = checkpoint.config.get("use_bottleneck_attention", False)
    if not shared and not narrow:
        raise ExportError(
            "key_query_shared_bottleneck and use_bottleneck_attention are both false; one of them "
            "must be true."
        )
    graph = Graph(masked=MASKED)
    layers = [
        _Layer(graph, checkpoint, f"{BASE}.encoder.layer.{index}", shared=not narrow, fused=fused)
        for index in range(checkpoint.integer("num_hidden_layers"))
    ]
    scale, steps = plan([layer.norm.gamma for layer in layers])
    x = _embeddings(graph, checkpoint, scale)
    for layer, step in zip(layers, steps, strict=True):
        narrowed = layer.within(x)
        weight, bias = layer.weights("output.bottleneck.dense")
        # The narrow tensor's scale and shift go into this product, the wide one's into the sum.
        x.add(
            f"{layer.name}.output.bottleneck.dense",
            narrowed.stored,
            weight * narrowed.scale,
            bias + weight @ narrowed.shift,
            layer.norm,
            step,
        )
    return graph.answers(x.linear(HEAD, *head(checkpoint)))


def _embeddings(graph: Graph, checkpoint: Checkpoint, scale: Vector) -> Affine:
    """Words (each with its neighbours), positions and segments, summed."""
    base = f"{BASE}.embeddings"
    norm = Norm.read(checkpoint, f"{base}.LayerNorm")
    table = f"{base}.word_embeddings.weight"
    words = graph.rows(table, checkpoint[table], "input_ids")
    trigrams = checkpoint.config.get("trigram_input", True)
    if trigrams:
        words = _trigrams(graph, words)
    # The chain begins here, so its scale costs nothing: tables and product take it.
    ratio = norm.gamma / scale
    if trigrams or checkpoint[table].shape[1] != len(ratio):
        name = f"{base}.embedding_transformation"
        weight = checkpoint[f"{name}.weight"] * ratio[:, None]
        total = graph.linear(words, name, weight, checkpoint[f"{name}.bias"] * ratio)
    else:
        total = graph.op("Mul", words, graph.constant(f"{base}.scale", ratio))
    segments = checkpoint[f"{base}.token_type_embeddings.weight"] * ratio
    positions = checkpoint[f"{base}.position_embeddings.weight"] * ratio
    if segments_differ(checkpoint, segments):
        total = graph.op("Add", total, graph.rows(f"{base}.segments", segments, "token_type_ids"))
    else:
        positions = positions + segments[0]
    total = graph.op("Add", total, graph.positions(f"{base}.positions", positions))
    return Affine(graph, total, scale, norm.beta)


def _trigrams(graph: Graph, words: str) -> str:
    """Join each word's embedding with the next one's and the one's before; zeros at the ends.

    Padding counts as the end: a text answers alike alone and in a batch. (transformers shows the
    last word the embedding of [PAD] instead, and so makes logits depend on the batch.)
    """
    mask = graph.op("Unsqueeze", graph.float_mask("attention_mask"), graph.integers(2))
    words = graph.op("Mul", words, mask)
    zero, one, axis = graph.integers(0), graph.integers(1), graph.integers(1)
    end, before_last = graph.integers(np.iinfo(np.int64).max), graph.integers(-1)
    following = graph.op("Slice", words, one, end, axis)
    preceding = graph.op("Slice", words, zero, before_last, axis)
    after = graph.op("Pad", following, graph.integers(0, 0, 0, 0, 1, 0))
    before = graph.op("Pad", preceding, graph.integers(0, 1, 0, 0, 0, 0))
    return graph.op("Concat", after, words, before, axis=-1)


class _Layer:
    """One layer's weights and how they follow each other."""

    def __init__(
        self, graph: Graph, checkpoint: Checkpoint, name: str, *, shared: bool, fused: bool
    ) -> None:
        self._graph, self._checkpoint, self.name = graph, checkpoint, name
        self._shared, self._fused = shared, fused
        self._activation = activation_of(checkpoint, "hidden_act", "relu")
        width = len(checkpoint[f"{name}.attention.self.query.bias"])
        self._heads, self._size = attention_heads(checkpoint, "num_attention_heads", width)
        stacked = range(checkpoint.integer("num_feedforward_networks") - 1)
        # Name of each feed-forward network's two products and of the NoNorm after them.
        self._networks = [*(f"ffn.{n}." for n in stacked), ""]
        self.norm = Norm.read(checkpoint, f"{name}.output.bottleneck.LayerNorm")

    def weights(self, name: str) -> tuple[Vector, Vector]:
        weight, bias = (self._checkpoint[f"{self.name}.{name}.{k}"] for k in ("weight", "bias"))
        return weight.astype(np.float64), bias.astype(np.float64)

    def within(self, x: Affine) -> Affine:
        """Return the narrow tensor that the layer's attention and networks leave behind."""
        norms = [
            Norm.read(self._checkpoint, f"{self.name}.{name}output.LayerNorm")
            for name in ("attention.", *self._networks)
        ]
        scale, steps = plan([norm.gamma for norm in norms])
        context, narrow = self._attention(x, scale)
        weight, bias = self.weights("attention.output.dense")
        name = f"{self.name}.attention.output.dense"
        narrow.add(name, context, weight, bias, norms[0], steps[0])
        for network, norm, step in zip(self._networks, norms[1:], steps[1:], strict=True):
            name = f"{network}intermediate.dense"
            wide = narrow.linear(f"{self.name}.{name}", *self.weights(name))
            name = f"{network}output.dense"
            wide = self._graph.activation(self._activation, wide)
            narrow.add(f"{self.name}.{name}", wide, *self.weights(name), norm, step)
        return narrow

    def _attention(self, x: Affine, scale: Vector) -> tuple[str, Affine]:
        """Return the attended values and the narrow copy of the input that they are added to."""
        own, graph = "attention.self", self._graph
        weight, bias = self._bottleneck("bottleneck.input", 1 / scale)
        parts = [(weight, bias)]
        if self._shared:
            parts += [self._bottleneck("bottleneck.attention"), self.weights(f"{own}.value")]
        # All that reads the wide input in one product: it is quantised and read once.
        joined = x.linear(f"{self.name}.bottleneck", *_stacked(parts))
        outputs = [joined]
        if self._shared:
            widths = graph.integers(*(len(bias) for _, bias in parts))
            outputs = graph.ops("Split", len(parts), joined, widths, axis=-1)
        narrow = Affine(graph, outputs[0], scale, np.zeros_like(scale))
        names = ["query", "key"] if self._shared else ["query", "key", "value"]
        weight, bias = _stacked([self.weights(f"{own}.{name}") for name in names])
        name = f"{self.name}.{own}"
        if self._shared:
            both = graph.linear(outputs[1], name, weight, bias)
            query, key = graph.ops("Split", 2, both, axis=-1, num_outputs=2)
            value = outputs[2]
        else:
            query, key, value = graph.ops(
                "Split", 3, narrow.linear(name, weight, bias), axis=-1, num_outputs=3
            )
        context = graph.attention(
            query, key, value, "attention_mask", self._heads, self._size, fused=self._fused
        )
        return context, narrow

    def _bottleneck(self, name: str, factor: Vector | float = 1.0) -> tuple[Vector, Vector]:
        """Return weight and bias of a bottleneck, its NoNorm and `factor` folded in."""
        weight, bias = self.weights(f"{name}.dense")
        norm = Norm.read(self._checkpoint, f"{self.name}.{name}.LayerNorm")
        gamma = norm.gamma * factor
        return weight * gamma[:, None], bias * gamma + norm.beta * factor


def _stacked(parts: list[tuple[Vector, Vector]]) -> tuple[Vector, Vector]:
    weights, biases = zip(*parts, strict=True)
    return np.concatenate(weights), np.concatenate(biases)
