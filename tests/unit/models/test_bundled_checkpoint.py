"""What benchmarks hand to transformers as the bundled model is the bundled model."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from benchmarks.transformers.checkpoint import write_checkpoint
from qna_widget.core.pipeline import prepare
from qna_widget.core.tokenizer import Tokenizer
from qna_widget.core.types import FeatureOptions
from qna_widget.evaluation.squad import read_examples
from qna_widget.export.checkpoint import read_checkpoint
from qna_widget.export.recipe import float_graph
from qna_widget.models.files import read, read_vocab
from qna_widget.models.registry import resolve
from qna_widget.runtime.session import Session


def test_its_float_weights_give_the_shipped_logits(tmp_path: Path, own_texts: Path) -> None:
    manifest = resolve("bundled")
    tokenizer = Tokenizer(read_vocab(manifest.vocab), manifest.tokenizer)
    features = [
        feature
        for example in read_examples(own_texts)[::4]
        for feature in prepare(
            example.question, example.passage, tokenizer, FeatureOptions()
        ).features
    ]
    graph = float_graph(read_checkpoint(write_checkpoint(tmp_path)))
    shipped, floats = (
        np.concatenate(
            [(logits.start_logits, logits.end_logits) for logits in session.run(features)], axis=1
        )
        for session in (Session(read(manifest.onnx)), Session(graph.SerializeToString()))
    )
    assert shipped.std() > 1
    # What 8 bits round off, and no more.
    assert np.sqrt(((shipped - floats) ** 2).mean()) < 0.15
