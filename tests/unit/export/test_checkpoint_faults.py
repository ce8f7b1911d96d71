"""Checkpoints as people have them: read as the library reads them, or refused with what to do."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from qna_widget.errors import ModelError, ModelNotFoundError
from qna_widget.export.checkpoint import read_checkpoint
from qna_widget.export.recipe import float_graph
from qna_widget.export.vocabulary import read_vocabulary
from qna_widget.models import registry

TINY = Path(__file__).parents[2] / "parity" / "tiny_bert"
WEIGHTS = "model.safetensors"
LFS = b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 438000000\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(TINY, tmp_path / "tiny")
    return tmp_path / "tiny"


def rename(folder: Path, change: Callable[[str], str]) -> None:
    weights = {change(name): value for name, value in load_file(folder / WEIGHTS).items()}
    save_file(weights, folder / WEIGHTS)


def put(folder: Path, name: str, value: np.ndarray) -> None:
    save_file({**load_file(folder / WEIGHTS), name: value}, folder / WEIGHTS)


def write(folder: Path, name: str, content: Any) -> None:
    (folder / name).write_text(json.dumps(content), encoding="utf-8")


def configure(folder: Path, changes: Mapping[str, Any], *, without: str = "") -> None:
    config = {**json.loads((folder / "config.json").read_text(encoding="utf-8")), **changes}
    config.pop(without, None)
    write(folder, "config.json", config)


def vocabulary(folder: Path, *more: str) -> None:
    """Write a vocabulary of those words besides the marks."""
    tokens = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *more]
    (folder / "vocab.txt").write_text("".join(f"{token}\n" for token in tokens), encoding="utf-8")


# What torch puts before every name, or a trainer that holds the model as one of its parts.
@pytest.mark.parametrize(
    "change",
    [
        lambda name: f"module.{name}",
        lambda name: f"_orig_mod.{name}",
        lambda name: f"module._orig_mod.{name}",
        lambda name: f"_orig_mod.module.{name}",
        lambda name: f"model.{name}",
        lambda name: name.replace("bert.", "bert._orig_mod.", 1),
        lambda name: name.replace(".layer.0.", ".layer.0._orig_mod.", 1),
        lambda name: name.replace("LayerNorm.weight", "LayerNorm.gamma"),
    ],
)
def test_names_are_found_behind_what_wraps_them(folder: Path, change: Callable[[str], str]) -> None:
    rename(folder, change)
    found, wanted = read_checkpoint(folder), read_checkpoint(TINY)
    assert found.weights.keys() == wanted.weights.keys()
    assert float_graph(found) == float_graph(wanted)


@pytest.mark.parametrize("mark", ["utf-8-sig", "utf-8"])
@pytest.mark.parametrize("name", ["config.json", "vocab.txt"])
def test_a_byte_order_mark_is_none_of_the_file(folder: Path, name: str, mark: str) -> None:
    text = (folder / name).read_text(encoding="utf-8")
    (folder / name).write_text(text, encoding=mark)
    found, wanted = read_checkpoint(folder), read_checkpoint(TINY)
    assert (found.config, found.vocabulary) == (wanted.config, wanted.vocabulary)


def test_empty_lines_at_a_vocabularys_end_are_no_tokens(folder: Path) -> None:
    with (folder / "vocab.txt").open("a", encoding="utf-8") as file:
        file.write("\n\r\n\n")
    assert registry.resolve(folder).max_seq_len == 24
    assert read_checkpoint(folder).vocabulary == read_checkpoint(TINY).vocabulary


def test_the_class_of_the_model_says_its_type(folder: Path) -> None:
    configure(folder, {}, without="model_type")
    assert float_graph(read_checkpoint(folder)) == float_graph(read_checkpoint(TINY))
    assert registry.resolve(folder).max_seq_len == 24
    configure(folder, {"architectures": ["T5ForQuestionAnswering"]}, without="model_type")
    with pytest.raises(ModelError, match="type 't5'; known are bert"):
        registry.resolve(folder)


def test_a_vocabulary_with_capitals_keeps_case(tmp_path: Path) -> None:
    vocabulary(tmp_path, "the", "The", "ferry", "Ferry", "##s")
    assert read_vocabulary(tmp_path).options.lowercase is False
    # The library's word goes before: whoever trained it lower-cased, lower-cases.
    write(tmp_path, "tokenizer_config.json", {"do_lower_case": True})
    assert read_vocabulary(tmp_path).options.lowercase is True


def test_a_vocabulary_without_capitals_lower_cases(tmp_path: Path) -> None:
    vocabulary(tmp_path, "[unused0]", "the", "ferry", "##s", "東", "ß")
    assert read_vocabulary(tmp_path).options.lowercase is True


ROW = {"content": "[ROW]", "special": True}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("added_tokens.json", {"[ROW]": 16}),
        ("special_tokens_map.json", {"additional_special_tokens": ["[ROW]"]}),
        ("special_tokens_map.json", {"additional_special_tokens": [ROW]}),
        ("tokenizer_config.json", {"additional_special_tokens": ["[ROW]"]}),
        ("tokenizer_config.json", {"extra_special_tokens": {"row": "[ROW]"}}),
        ("tokenizer_config.json", {"added_tokens_decoder": {"16": ROW}}),
        ("tokenizer_config.json", {"added_tokens_decoder": {"16": {**ROW, "special": False}}}),
    ],
)
def test_tokens_that_are_added_are_refused(folder: Path, name: str, content: Any) -> None:
    write(folder, name, content)
    with pytest.raises(ModelError, match=r"adds the token '\[ROW\]', which is found in text"):
        registry.resolve(folder)


def test_the_marks_of_every_bert_are_none_of_them(folder: Path) -> None:
    marks = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    write(folder, "added_tokens.json", {})
    kept = {str(i): {"content": mark, "special": True} for i, mark in enumerate(marks)}
    write(folder, "tokenizer_config.json", {"added_tokens_decoder": kept})
    write(folder, "special_tokens_map.json", {"cls_token": "[CLS]", "mask_token": "[MASK]"})
    assert read_checkpoint(folder).vocabulary == read_checkpoint(TINY).vocabulary


def lfs(name: str) -> Callable[[Path], object]:
    return lambda folder: (folder / name).write_bytes(LFS)


def with_weights(name: str, values: np.ndarray) -> Callable[[Path], object]:
    return lambda folder: put(folder, name, values.astype(np.float32))


ATTENTION = "bert.encoder.layer.1.attention.self.query"


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lfs(WEIGHTS), r"model\.safetensors is not the file itself.*git lfs pull"),
        (lfs("vocab.txt"), r"vocab\.txt is not the file itself.*git lfs pull"),
        (lfs("config.json"), r"config\.json is not the file itself.*git lfs pull"),
        (with_weights("qa_outputs.bias", np.array([0, np.nan])), "bias holds numbers that are not"),
        (with_weights(f"{ATTENTION}.bias", np.full(16, np.inf)), "bias holds numbers that are not"),
        (with_weights("qa_outputs.weight", np.ones((3, 16))), "gives 3 numbers per token"),
        (with_weights("qa_outputs.weight", np.ones((1, 16))), "gives 1 numbers per token"),
        (
            lambda f: configure(f, {"max_position_embeddings": 12}),
            r"max_position_embeddings is 12 in config\.json, and its weights have 24 rows",
        ),
        (
            lambda f: configure(f, {"max_position_embeddings": 99}),
            r"max_position_embeddings is 99 in config\.json, and its weights have 24 rows",
        ),
        (
            with_weights("bert.embeddings.word_embeddings.weight", np.ones((9, 16))),
            r"vocab_size is 16 in config\.json, and its weights have 9 rows",
        ),
        (lambda f: configure(f, {"num_hidden_layers": 1}), r"16 weights that its config\.json has"),
        (
            with_weights(f"{ATTENTION}.scale", np.ones(16)),
            r"1 weights that its config\.json has no place for, such as 'bert\.encoder",
        ),
        (with_weights(f"{ATTENTION}.lora_A.default.weight", np.ones(16)), "an adapter beside its"),
        (
            lambda f: rename(f, lambda name: name.replace("query", "query.base_layer")),
            "an adapter beside its.*merge_and_unload",
        ),
        (lambda f: (f / "config.json").unlink(), r"no config\.json that says what kind"),
        (lambda f: write(f, "config.json", {"num_hidden_layers": 2}), r"no config\.json that says"),
        (lambda f: (f / "config.json").write_text("[" * 200_000), r"config\.json is not JSON"),
        (lambda f: (f / "vocab.txt").write_bytes(b"\xff\xfe["), r"vocab\.txt is not UTF-8"),
        (
            lambda f: write(f, "tokenizer_config.json", {"additional_special_tokens": [[1]]}),
            r"adds the token '\[1\]'",
        ),
        (
            lambda f: (
                write(f, "tokenizer_config.json", {"do_lower_case": True, "strip_accents": 2})
                or write(f, "tokenizer.json", {"model": {"type": "WordPiece"}, "added_tokens": 3})
            ),
            "splits words by None|do not fit together",
        ),
        (lambda f: configure(f, {"is_decoder": True}), "is_decoder is True"),
        (lambda f: configure(f, {"pruned_heads": {"0": [1]}}), "pruned_heads is not empty"),
        (
            lambda f: write(f, "special_tokens_map.json", {"sep_token": "</s>"}),
            r"sep_token is '</s>'; only BERT's \[SEP\]",
        ),
    ],
)
def test_a_fault_is_named_with_what_to_do(
    folder: Path, damage: Callable[[Path], object], words: str
) -> None:
    damage(folder)
    with pytest.raises(ModelError, match=words):
        registry.resolve(folder)


def deeper(folder: Path) -> None:
    """Make what transformers' Trainer leaves: checkpoints in a folder of no model."""
    for step in (500, 1000, 1500):
        shutil.copytree(TINY, folder / f"checkpoint-{step}")
    for file in TINY.iterdir():
        (folder / file.name).unlink()
    (folder / "trainer_state.json").write_text("{}")


def adapter(folder: Path) -> None:
    write(folder, "adapter_config.json", {"base_model_name_or_path": "bert-base-uncased"})
    (folder / WEIGHTS).rename(folder / "adapter_model.safetensors")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (deeper, r"holds no model. Its folder 'checkpoint-1500' looks like a checkpoint: give"),
        (adapter, r"holds an adapter \(adapter_config\.json\), not a whole model: let peft merge"),
    ],
)
def test_what_a_folder_holds_instead_is_said(
    folder: Path, change: Callable[[Path], None], words: str
) -> None:
    change(folder)
    with pytest.raises(ModelNotFoundError, match=words):
        registry.resolve(folder)


def test_the_newest_of_a_trainers_checkpoints_answers(folder: Path) -> None:
    deeper(folder)
    assert registry.resolve(folder / "checkpoint-1500").max_seq_len == 24
