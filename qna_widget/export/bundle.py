"""Packs a model for shipping: compressed files and the model.json that describes them."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from qna_widget.core.manifest import Asset, ModelManifest, Provenance, path_of

from .vocabulary import Vocabulary


@dataclass(frozen=True)
class Origin:
    """What a reader should know about a model; goes into model.json as it is."""

    name: str
    title: str
    source: str
    licence: str


@dataclass(frozen=True, eq=False)
class Model:
    """A model, ready to be written."""

    graph: bytes
    """The ONNX file."""
    vocabulary: Vocabulary
    max_seq_len: int
    optimized: bool
    weights_sha256: str
    precision: str = ""
    """"" for a graph that was taken as it is."""
    no_answer_threshold: float = 0.0
    """Its own (logits)."""
    cut_share: float = 0.0
    """Its own: how much of the probability of other cuts counts for an answer."""


def write_model(model: Model, origin: Origin, target: Path) -> Path:
    """Write model.onnx.gz, vocab.txt.gz and model.json into `target`; return model.json's path."""
    target.mkdir(parents=True, exist_ok=True)
    manifest = ModelManifest(
        name=origin.name,
        title=origin.title,
        note="",
        max_seq_len=model.max_seq_len,
        **asdict(model.vocabulary.options),
        optimized=model.optimized,
        onnx=pack("model.onnx", model.graph, target / "model.onnx.gz"),
        no_answer_threshold=model.no_answer_threshold,
        cut_share=model.cut_share,
        vocab=pack("vocab.txt", _lines(model.vocabulary.tokens), target / "vocab.txt.gz"),
    )
    return manifest.write(
        target,
        Provenance(
            source=origin.source,
            licence=origin.licence,
            command="qna-widget export CHECKPOINT OUT",
            weights_sha256=model.weights_sha256,
            precision=model.precision,
        ),
    )


def pack(name: str, data: bytes, target: Path) -> Asset:
    """Write `data` compressed to `target` and return its asset.

    The same data gives the same bytes: the archive holds neither a time nor a file name.
    """
    packed = gzip.compress(data, compresslevel=9, mtime=0)
    target.write_bytes(packed)
    return Asset(
        name=name,
        path=path_of(target.resolve()),
        sha256=hashlib.sha256(packed).hexdigest(),
        bytes=len(packed),
        encoding="gzip",
        unpacked_bytes=len(data),
        unpacked_sha256=hashlib.sha256(data).hexdigest(),
    )


def _lines(tokens: Iterable[str]) -> bytes:
    return "".join(f"{token}\n" for token in tokens).encode()
