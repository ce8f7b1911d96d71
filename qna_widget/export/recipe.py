"""Turns a transformers checkpoint into the files that the browser and the kernel load.

checkpoint (weights, configuration) → architecture (float graph) → smooth → quantize (int8, fused)
→ exact → shapes → bundle

A further architecture is one more function `build(checkpoint, *, fused)`, entered in ARCHITECTURES.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import get_args

import onnx

from qna_widget.core.contract import own_cut_share, own_threshold
from qna_widget.core.tokenizer import Tokenizer
from qna_widget.core.types import Feature, Precision
from qna_widget.errors import ExportError

from .architectures.bert import BERT, ELECTRA
from .architectures.distilbert import DISTILBERT
from .architectures.encoder import KEEP_FLOAT
from .architectures.mobilebert import build as build_mobilebert
from .bundle import Model, Origin, write_model
from .calibration import calibration_features, logits, peaks
from .checkpoint import Checkpoint, read_checkpoint
from .checkpoint_files import read_own
from .int8.exact import exact
from .int8.quantize import half, optimize, quantize
from .int8.smooth import ALPHAS, smooth, smoothed
from .shapes import declare_shapes

# How each kind of model (config.json: model_type) becomes a graph.
ARCHITECTURES: dict[str, Callable[..., onnx.ModelProto]] = {
    "bert": BERT.build,
    "distilbert": DISTILBERT.build,
    "electra": ELECTRA.build,
    "mobilebert": build_mobilebert,
}


def float_graph(checkpoint: Checkpoint, *, fused: bool = False) -> onnx.ModelProto:
    """Return the checkpoint's float32 graph, in standard operators unless `fused`."""
    graph = _architecture(checkpoint)(checkpoint, fused=fused)
    checkpoint.refuse_unread()
    return graph


def graph_file(checkpoint: Checkpoint, precision: Precision, max_seq_len: int) -> bytes:
    """Return the serialised graph that ships, optimised ahead of time.

    Raises ExportError for another precision.
    """
    if precision == "int8":
        return int8_graph(checkpoint, max_seq_len)
    if precision not in get_args(Precision):
        raise ExportError(
            f"precision is {precision!r}; allowed are {', '.join(get_args(Precision))}."
        )
    graph = declare_shapes(float_graph(checkpoint))
    data: bytes = (half(graph) if precision == "fp16" else graph).SerializeToString()
    return data


def int8_graph(checkpoint: Checkpoint, max_seq_len: int) -> bytes:
    """Return the serialised graph with 8-bit weights and fused operators."""
    tokenizer = Tokenizer(checkpoint.vocabulary.tokens, checkpoint.vocabulary.options)
    features = calibration_features(tokenizer, max_seq_len)
    graph = float_graph(checkpoint, fused=True)
    fused = onnx.load_from_string(_least_error(graph, features))
    data: bytes = declare_shapes(exact(fused, KEEP_FLOAT, features)).SerializeToString()
    return data


def _least_error(graph: onnx.ModelProto, features: list[Feature]) -> bytes:
    """Return the 8-bit graph whose logits are nearest to the float graph's."""
    largest = peaks(graph, smoothed(graph, KEEP_FLOAT), features)
    wanted = logits(graph.SerializeToString(), features)
    found: list[tuple[float, bytes]] = []
    for alpha in ALPHAS:
        # Quantised before fusing: the other way round multiplies the rounding error.
        data = optimize(quantize(smooth(graph, KEEP_FLOAT, largest, alpha), KEEP_FLOAT))
        found.append((float(((logits(data, features) - wanted) ** 2).mean()), data))
    return min(found, key=lambda each: each[0])[1]


def export_checkpoint(
    folder: Path,
    target: Path,
    origin: Origin,
    *,
    max_seq_len: int = 384,
    precision: Precision = "int8",
) -> Path:
    """Write model.onnx.gz, vocab.txt.gz and model.json into `target`; return model.json's path.

    `folder` is a transformers checkpoint; `max_seq_len` counts tokens, special ones included.
    Raises ExportError when the checkpoint cannot be read or its architecture is not known.
    """
    checkpoint = read_checkpoint(folder)
    positions = checkpoint.integer("max_position_embeddings")
    if not 8 <= max_seq_len <= positions:
        raise ExportError(f"max_seq_len is {max_seq_len}; this model allows 8 to {positions}.")
    onnx_file = graph_file(checkpoint, precision, max_seq_len)
    exported = Model(
        graph=onnx_file,
        vocabulary=checkpoint.vocabulary,
        max_seq_len=max_seq_len,
        # A session has nothing to do for the others; for fp16 it folds the casts once.
        optimized=precision != "fp16",
        weights_sha256=checkpoint.weights_sha256,
        precision=precision,
        no_answer_threshold=read_own(folder, own_threshold),
        cut_share=read_own(folder, own_cut_share),
    )
    return write_model(exported, origin, target)


def _architecture(checkpoint: Checkpoint) -> Callable[..., onnx.ModelProto]:
    kind = checkpoint.config.get("model_type")
    try:
        return ARCHITECTURES[str(kind)]
    except KeyError:
        raise ExportError(
            f"{checkpoint.folder} holds a model of type {kind!r}; "
            f"known are: {', '.join(ARCHITECTURES)}."
        ) from None
