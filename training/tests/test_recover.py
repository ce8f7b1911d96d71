"""What comes out of an 8-bit file computes the same, and looks like what went in."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import BertForQuestionAnswering

from qna_widget.export.bundle import Origin
from qna_widget.export.recipe import export_checkpoint
from training.data import DataError
from training.modelling import tokenizer_of
from training.recover import run

TINY = Path(__file__).parents[2] / "tests" / "parity" / "tiny_bert"
ORIGIN = Origin("tiny", "Tiny", "random", "MIT")


def logits(folder: Path) -> np.ndarray:
    """Of transformers, for a row that the exporter's own test knows."""
    rows = json.loads((TINY / "logits.json").read_text(encoding="utf-8"))
    names = ("input_ids", "attention_mask", "token_type_ids")
    model = BertForQuestionAnswering.from_pretrained(folder, dtype=torch.float32).eval()
    with torch.no_grad():
        output = model(**{name: torch.tensor(rows[name]) for name in names})
    shown = torch.tensor(rows["attention_mask"]).bool()
    return torch.stack([output.start_logits[shown], output.end_logits[shown]]).numpy()


def test_a_recovered_checkpoint_computes_what_was_exported(tmp_path: Path) -> None:
    export_checkpoint(TINY, tmp_path / "model", ORIGIN, max_seq_len=24)
    run(str(tmp_path / "model"), tmp_path / "out")
    wanted, found = logits(TINY), logits(tmp_path / "out")
    # The rounding of 8 bits shows, and no more.
    assert np.sqrt(((found - wanted) ** 2).mean()) < 0.1 * wanted.std()
    assert (tmp_path / "out/vocab.txt").read_text() == (TINY / "vocab.txt").read_text()


def test_a_recovered_checkpoint_reads_lines_as_the_model_did(tmp_path: Path) -> None:
    source = tmp_path / "source"
    shutil.copytree(TINY, source)
    words = (source / "vocab.txt").read_text(encoding="utf-8").replace("dog\nsat", "¶\n|")
    (source / "vocab.txt").write_text(words, encoding="utf-8")
    config = json.loads((source / "config.json").read_text(encoding="utf-8"))
    (source / "config.json").write_text(json.dumps(config | {"layout_signs": True}))
    export_checkpoint(source, tmp_path / "model", ORIGIN, max_seq_len=24)
    run(str(tmp_path / "model"), tmp_path / "out")
    read = tokenizer_of(tmp_path / "out").encode_passage("the cat\nsaw").input_ids
    assert read.tolist() == [words.splitlines().index(word) for word in ("the", "cat", "¶", "saw")]
    export_checkpoint(TINY, tmp_path / "plain", ORIGIN, max_seq_len=24)
    run(str(tmp_path / "plain"), tmp_path / "other")
    assert not tokenizer_of(tmp_path / "other").options.layout_signs


def test_scales_are_shared_evenly_between_weights_that_meet(tmp_path: Path) -> None:
    export_checkpoint(TINY, tmp_path / "model", ORIGIN, max_seq_len=24)
    run(str(tmp_path / "model"), tmp_path / "out")
    model = BertForQuestionAnswering.from_pretrained(tmp_path / "out")
    heads = model.config.num_attention_heads
    for layer in model.bert.encoder.layer:
        own = layer.attention.self
        query, key = (part.weight.unflatten(0, (heads, -1)) for part in (own.query, own.key))
        assert torch.allclose(query.norm(dim=(1, 2)), key.norm(dim=(1, 2)), rtol=1e-4)
        values, outputs = own.value.weight, layer.attention.output.dense.weight
        assert torch.allclose(values.norm(dim=1), outputs.norm(dim=0), rtol=1e-4)


def test_another_file_is_refused(tmp_path: Path) -> None:
    export_checkpoint(TINY, tmp_path / "model", ORIGIN, max_seq_len=24, precision="fp32")
    with pytest.raises(DataError, match="Not the 8-bit file of a BERT"):
        run(str(tmp_path / "model"), tmp_path / "out")
    assert not (tmp_path / "out").exists()
    with pytest.raises(DataError, match="exists already"):
        run("bundled", tmp_path)
