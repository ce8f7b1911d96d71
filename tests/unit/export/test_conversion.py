"""Which file a model is made of, and ONNX files that others exported."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from qna_widget import QuestionAnswerer
from qna_widget.core.types import LOGIT_NAMES, Feature
from qna_widget.errors import ExportError, ModelFileError, ModelNotFoundError
from qna_widget.export import conversion
from qna_widget.export.checkpoint import read_checkpoint
from qna_widget.export.recipe import float_graph
from qna_widget.models import files, registry
from qna_widget.runtime.session import Session

TINY = Path(__file__).parents[2] / "parity" / "tiny_bert"
BERT = {"model_type": "bert"}


@pytest.mark.parametrize(
    ("files", "config", "chosen"),
    [
        (["model.safetensors", "onnx/model.onnx"], BERT, "model.safetensors"),
        (["model.safetensors.index.json", "x"], BERT, "model.safetensors.index.json"),
        (["model.safetensors", "onnx/model.onnx"], {"model_type": "new"}, "onnx/model.onnx"),
        (["onnx/model.onnx", "onnx/model_quantized.onnx"], {}, "onnx/model_quantized.onnx"),
        (["pytorch_model.bin", "model.onnx"], BERT, "model.onnx"),
        (["mine.onnx"], {}, "mine.onnx"),
    ],
)
def test_what_a_model_is_made_of(files: list[str], config: dict[str, str], chosen: str) -> None:
    assert conversion.choose(files, config, "x") == chosen


@pytest.mark.parametrize(
    ("files", "config", "words"),
    [
        (["pytorch_model.bin", "tf_model.h5"], BERT, r"only pytorch_model\.bin, tf_model\.h5"),
        (["model.safetensors"], {"model_type": "t5"}, "type 't5'; known are bert"),
        (["model.safetensors"], {}, "no config.json that says what kind of model it is"),
        (["a.onnx", "b.onnx"], {}, "holds no model"),
        ([], {}, "holds no model"),
    ],
)
def test_what_none_can_be_made_of(files: list[str], config: dict[str, str], words: str) -> None:
    with pytest.raises((ExportError, ModelNotFoundError), match=words):
        conversion.choose(files, config, "x")


def test_parts_of_the_weights_are_needed_with_their_index(tmp_path: Path) -> None:
    parts = ["model-00001-of-00002.safetensors", "z.safetensors"]
    others = ["README.md", "pytorch_model.bin", "model-00001-of-00003.safetensors"]
    files = [*others, "config.json", "vocab.txt", *parts]
    index = "model.safetensors.index.json"
    named = {"weight_map": {"a": parts[1], "b": parts[0], "c": parts[1]}}
    (tmp_path / index).write_text(json.dumps(named), encoding="utf-8")
    wanted = ("config.json", index, "vocab.txt", *parts)
    assert conversion.needed(index, [*files, index], tmp_path, "x") == wanted
    assert conversion.needed("model.onnx", files, tmp_path, "x") == ("config.json", "vocab.txt")
    with pytest.raises(
        ExportError, match=r"x lacks z\.safetensors, which its model\.safet.* names"
    ):
        conversion.needed(index, [*files[:-1], index], tmp_path, "x")


@pytest.fixture
def ready(tmp_path: Path) -> Path:
    """A folder as publishers of ONNX files make them: no weights besides."""
    shutil.copytree(TINY, tmp_path / "ready")
    (tmp_path / "ready" / "model.safetensors").unlink()
    return tmp_path / "ready"


def put(folder: Path, model: onnx.ModelProto) -> None:
    (folder / "onnx").mkdir(exist_ok=True)
    (folder / "onnx" / "model.onnx").write_bytes(model.SerializeToString())


def plain() -> onnx.ModelProto:
    return float_graph(read_checkpoint(TINY))


def with_int32_inputs(model: onnx.ModelProto) -> None:
    """Take int32 and widen it inside, as exports from TensorFlow do."""
    graph = model.graph
    for value in graph.input:
        inside = f"{value.name}_wide"
        for node in graph.node:
            node.input[:] = [inside if name == value.name else name for name in node.input]
        cast = helper.make_node("Cast", [value.name], [inside], to=TensorProto.INT64)
        graph.node.insert(0, cast)
        value.type.tensor_type.elem_type = TensorProto.INT32


def with_float16_outputs(model: onnx.ModelProto) -> None:
    graph = model.graph
    for value in graph.output:
        inside = f"{value.name}_wide"
        for node in graph.node:
            node.output[:] = [inside if name == value.name else name for name in node.output]
        graph.node.append(helper.make_node("Cast", [inside], [value.name], to=TensorProto.FLOAT16))
        value.type.tensor_type.elem_type = TensorProto.FLOAT16


def without_segments(model: onnx.ModelProto) -> None:
    """Make token_type_ids part of the graph: zeros, as DistilBERT has none."""
    graph = model.graph
    kept = [value for value in graph.input if value.name != "token_type_ids"]
    del graph.input[:]
    graph.input.extend(kept)
    zeros = helper.make_node("Sub", ["input_ids", "input_ids"], ["token_type_ids"])
    graph.node.insert(0, zeros)


def fixed(**sizes: int) -> Callable[[onnx.ModelProto], None]:
    def change(model: onnx.ModelProto) -> None:
        for value in model.graph.input:
            for dim in value.type.tensor_type.shape.dim:
                if dim.dim_param in sizes:
                    dim.dim_value = sizes[dim.dim_param]

    return change


@pytest.mark.parametrize(
    "change",
    [None, with_int32_inputs, with_float16_outputs, fixed(batch=1), fixed(batch=-1, sequence=-1)],
)
def test_a_ready_file_gives_the_logits_of_its_weights(
    ready: Path, change: Callable[[onnx.ModelProto], None] | None
) -> None:
    oracle = json.loads((TINY / "logits.json").read_text(encoding="utf-8"))
    model = plain()
    if change:
        change(model)
    put(ready, model)
    adopted = registry.resolve(ready)
    assert (adopted.max_seq_len, adopted.lowercase, adopted.optimized) == (24, True, False)
    session = Session(files.read(adopted.onnx), threads=1)
    feature = Feature(*(np.array(oracle[name][0], np.int32) for name in IDS), 0, 0, 0)
    (logits,) = session.run([feature])
    for name in LOGIT_NAMES:
        found = getattr(logits, name)
        assert found.dtype == np.float32
        np.testing.assert_allclose(found, oracle[name][0], rtol=2e-3, atol=2e-3)


IDS = ("input_ids", "token_type_ids")


def test_a_ready_file_without_segments_answers(ready: Path) -> None:
    model = plain()
    without_segments(model)
    put(ready, model)
    passage = "The dog saw the cats."
    assert QuestionAnswerer(ready)("who saw?", passage).text in passage


def test_a_ready_file_whose_tokenizer_gives_no_segments_reads_zeros(ready: Path) -> None:
    put(ready, plain())
    names = {"model_input_names": ["input_ids", "attention_mask"]}
    (ready / "tokenizer_config.json").write_text(json.dumps(names), encoding="utf-8")
    adopted = Session(files.read(registry.resolve(ready).onnx), threads=1)
    ids = np.arange(5, 12, dtype=np.int32)
    ones, zeros = (Feature(ids, np.full_like(ids, kind), 0, 0, 0) for kind in (1, 0))
    (found,) = adopted.run([ones])
    (wanted,) = Session(plain().SerializeToString(), threads=1).run([zeros])
    np.testing.assert_allclose(found.start_logits, wanted.start_logits, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(("name", "value"), [("no_answer_threshold", -1.25), ("cut_share", 0.4)])
def test_a_ready_file_s_own_ways_go_along(ready: Path, name: str, value: float) -> None:
    put(ready, plain())
    config = json.loads((ready / "config.json").read_text(encoding="utf-8"))
    assert getattr(registry.resolve(ready), name) == 0
    (ready / "config.json").write_text(json.dumps({**config, name: value}), encoding="utf-8")
    assert getattr(registry.resolve(ready), name) == value
    (ready / "config.json").write_text(json.dumps({**config, name: "soon"}), encoding="utf-8")
    with pytest.raises(ExportError, match=rf"config\.json: {name} must be a number"):
        registry.resolve(ready)


def test_a_ready_file_whose_vocabulary_lacks_the_signs_it_is_to_read_is_refused(
    ready: Path,
) -> None:
    put(ready, plain())
    config = json.loads((ready / "config.json").read_text(encoding="utf-8"))
    (ready / "config.json").write_text(json.dumps({**config, "layout_signs": True}))
    with pytest.raises(ModelFileError, match=r"lacks ¶, \|"):
        registry.resolve(ready)
    words = (ready / "vocab.txt").read_text(encoding="utf-8").replace("dog\nsat", "¶\n|")
    (ready / "vocab.txt").write_text(words, encoding="utf-8")
    assert registry.resolve(ready).layout_signs


def test_a_good_ready_file_is_kept_byte_by_byte(ready: Path) -> None:
    put(ready, plain())
    kept = files.read(registry.resolve(ready).onnx)
    assert kept == (ready / "onnx" / "model.onnx").read_bytes()


def rename(kind: str, name: str, to: str) -> Callable[[onnx.ModelProto], None]:
    def change(model: onnx.ModelProto) -> None:
        for node in model.graph.node:
            for names in (node.input, node.output):
                names[:] = [to if found == name else found for found in names]
        for value in getattr(model.graph, kind):
            value.name = to if value.name == name else value.name

    return change


def outside(model: onnx.ModelProto) -> None:
    tensor = model.graph.initializer[0]
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="../../../../etc/passwd")


def of_floats(model: onnx.ModelProto) -> None:
    model.graph.input[1].type.tensor_type.elem_type = TensorProto.FLOAT


def not_finite(model: onnx.ModelProto) -> None:
    (bias,) = (each for each in model.graph.initializer if each.name == "qa_outputs.bias")
    bias.CopyFrom(onnx.numpy_helper.from_array(np.full(2, np.nan, np.float32), bias.name))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (rename("output", "start_logits", "logits"), "gives logits, end_logits; a question-ans"),
        (rename("input", "token_type_ids", "position_ids"), "position_ids; needed is input_ids"),
        (rename("input", "input_ids", "pixels"), "takes pixels, "),
        (of_floats, "attention_mask is of type FLOAT"),
        (outside, "keeps its weights in a second file"),
        (fixed(batch=1, sequence=24), r"fixed shape, \[1, 24\].* tokens must be left open"),
        (fixed(batch=8), r"fixed shape, \[8, any\] \(texts, tokens\).* texts open or 1"),
        (not_finite, "numbers that are not finite"),
    ],
)
def test_what_is_no_model_for_us_is_refused(
    ready: Path, change: Callable[[onnx.ModelProto], None], words: str
) -> None:
    model = plain()
    change(model)
    put(ready, model)
    with pytest.raises(ExportError, match=words):
        registry.resolve(ready)


@pytest.mark.parametrize("data", [b"", b"\x80\x04pickle", b"not a model"])
def test_what_is_no_onnx_at_all_is_refused(ready: Path, data: bytes) -> None:
    (ready / "model.onnx").write_bytes(data)
    with pytest.raises(ExportError, match=r"model\.onnx"):
        registry.resolve(ready)


def test_a_precision_is_not_for_ready_files(ready: Path, tmp_path: Path) -> None:
    put(ready, plain())
    files: Any = ("onnx/model.onnx", "config.json", "vocab.txt")
    source = conversion.Source(ready, "onnx/model.onnx", files, "x", "x", "", "")
    with pytest.raises(ExportError, match="no weights to convert"):
        conversion.convert(source, tmp_path / "out", precision="fp32")
