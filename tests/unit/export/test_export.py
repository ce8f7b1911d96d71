"""The exporter against logits that transformers computed (tests/parity/make_model_fixture.py)."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest

from qna_widget.answering.answerer import QuestionAnswerer
from qna_widget.answering.engine import Engine
from qna_widget.errors import ExportError, ModelFileError
from qna_widget.export.bundle import Origin
from qna_widget.export.checkpoint import read_checkpoint
from qna_widget.export.recipe import export_checkpoint, float_graph, int8_graph
from qna_widget.models import files, registry

TINY = Path(__file__).parents[2] / "parity" / "tiny_bert"
ORIGIN = Origin("tiny", "Tiny", "random", "MIT")
OUTPUTS = ["start_logits", "end_logits"]


@pytest.fixture(scope="module")
def oracle() -> dict[str, Any]:
    return json.loads((TINY / "logits.json").read_text(encoding="utf-8"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(TINY, tmp_path / "tiny")
    return tmp_path / "tiny"


def inputs(oracle: dict[str, Any]) -> dict[str, np.ndarray]:
    names = ("input_ids", "attention_mask", "token_type_ids")
    return {name: np.array(oracle[name], np.int64) for name in names}


def run(model: bytes, feeds: dict[str, np.ndarray]) -> np.ndarray:
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    return np.array(session.run(OUTPUTS, feeds))


@pytest.mark.parametrize("fused", [False, True])
def test_float_graph_equals_transformers(oracle: dict[str, Any], fused: bool) -> None:
    graph = float_graph(read_checkpoint(TINY), fused=fused)
    found = run(graph.SerializeToString(), inputs(oracle))
    wanted = np.array([oracle[name] for name in OUTPUTS])
    attended = np.array(oracle["attention_mask"], bool)
    assert np.ptp(wanted[:, attended]) > 1, "logits that hardly differ would prove nothing"
    np.testing.assert_allclose(found[:, attended], wanted[:, attended], rtol=1e-4, atol=1e-5)


def test_standard_graph_is_valid_onnx_without_contrib_operators() -> None:
    graph = float_graph(read_checkpoint(TINY))
    onnx.checker.check_model(graph, full_check=True)
    assert {node.domain for node in graph.graph.node} == {""}
    names = [tensor.name for tensor in graph.graph.input]
    assert names == ["input_ids", "attention_mask", "token_type_ids"]
    axes = [dim.dim_param for dim in graph.graph.input[0].type.tensor_type.shape.dim]
    assert axes == ["batch", "sequence"]


def test_int8_graph_is_close_and_fused(oracle: dict[str, Any]) -> None:
    model = int8_graph(read_checkpoint(TINY), 24)
    length = sum(oracle["attention_mask"][0])
    feeds = {name: value[:1, :length] for name, value in inputs(oracle).items()}
    del feeds["attention_mask"]
    wanted = np.array([oracle[name] for name in OUTPUTS])[:, :1, :length]
    difference = run(model, feeds) - wanted
    # The network is tiny and its weights are wild: the rounding of 8 bits shows, and no more.
    assert np.sqrt((difference**2).mean()) < 0.1 * wanted.std()
    kinds = {node.op_type for node in onnx.load_from_string(model).graph.node}
    assert "DynamicQuantizeMatMul" in kinds
    assert "DynamicQuantizeLinear" not in kinds, "rounding and product are one operator"
    assert "Erf" not in kinds


@pytest.mark.parametrize(("precision", "tolerance"), [("fp32", 1e-4), ("fp16", 0.02)])
def test_float_files_equal_transformers(
    oracle: dict[str, Any], tmp_path: Path, precision: Any, tolerance: float
) -> None:
    file = export_checkpoint(TINY, tmp_path, ORIGIN, max_seq_len=24, precision=precision)
    model = registry.resolve(file.parent)
    data = files.read(model.onnx)
    found, wanted = run(data, inputs(oracle)), np.array([oracle[name] for name in OUTPUTS])
    attended = np.array(oracle["attention_mask"], bool)
    np.testing.assert_allclose(found[:, attended], wanted[:, attended], rtol=0, atol=tolerance)
    graph = onnx.load_from_string(data).graph
    assert {node.domain for node in graph.node} == {""}
    kinds = {tensor.data_type for tensor in graph.initializer if len(tensor.dims) > 1}
    assert kinds == {{"fp32": onnx.TensorProto.FLOAT, "fp16": onnx.TensorProto.FLOAT16}[precision]}


def test_unknown_precisions_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="precision is 'q4'; allowed are int8, fp32, fp16"):
        export_checkpoint(TINY, tmp_path, ORIGIN, max_seq_len=24, precision="q4")  # type: ignore[arg-type]


def test_the_bundled_model_takes_one_text_at_a_time() -> None:
    """In 8 bits texts that run together would share the steps of their rounding."""
    model = files.read(registry.resolve().onnx)
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    shapes = {tensor.name: tensor.shape for tensor in session.get_inputs()}
    assert shapes == {name: [1, "sequence"] for name in ("input_ids", "token_type_ids")}
    two = np.ones((2, 40), np.int64)
    with pytest.raises(Exception, match="Got: 2 Expected: 1"):
        session.run(OUTPUTS, dict.fromkeys(shapes, two))


def test_export_gives_a_model_that_answers(tmp_path: Path) -> None:
    file = export_checkpoint(TINY, tmp_path / "out", ORIGIN, max_seq_len=24)
    description = json.loads(file.read_text(encoding="utf-8"))
    assert (description["name"], description["licence"]) == ("tiny", "MIT")
    answer = QuestionAnswerer(file.parent, threads=1)(
        "who sat ?", "the cat sat . a dog saw the mat .", no_answer_threshold=float("inf")
    )
    assert answer.text
    assert answer.text == "the cat sat . a dog saw the mat ."[answer.start : answer.end]


@pytest.mark.parametrize(("name", "value"), [("no_answer_threshold", -1.25), ("cut_share", 0.4)])
def test_a_checkpoint_s_own_ways_go_along(
    folder: Path, tmp_path: Path, name: str, value: float
) -> None:
    for number, (given, kept) in enumerate([({}, 0.0), ({name: value}, value)]):
        change(folder, **given)
        file = export_checkpoint(folder, tmp_path / str(number), ORIGIN, max_seq_len=24)
        assert json.loads(file.read_text(encoding="utf-8"))[name] == kept
        assert getattr(registry.resolve(file.parent), name) == kept
    change(folder, **{name: "soon"})
    with pytest.raises(ExportError, match=rf"config\.json: {name} must be a number"):
        export_checkpoint(folder, tmp_path / "out", ORIGIN, max_seq_len=24)


def test_a_model_that_reads_signs_for_the_layout_says_so(folder: Path, tmp_path: Path) -> None:
    change(folder, layout_signs=True)
    with pytest.raises(ModelFileError, match=r"lacks ¶, \|"):
        export_checkpoint(folder, tmp_path / "lacking", ORIGIN, max_seq_len=24)
    words = (folder / "vocab.txt").read_text(encoding="utf-8")
    signs = words.replace("dog\nsat", "¶\n|")
    (folder / "vocab.txt").write_text(signs, encoding="utf-8")
    file = export_checkpoint(folder, tmp_path / "out", ORIGIN, max_seq_len=24)
    assert json.loads(file.read_text(encoding="utf-8"))["layout_signs"] is True
    engine = Engine(registry.resolve(file.parent), threads=1)
    tokens = engine.tokenizer.encode_passage("the cat\nsaw  a mat").input_ids
    assert [engine.tokenizer.vocab[i] for i in tokens] == [
        "the",
        "cat",
        "¶",
        "saw",
        "|",
        "a",
        "mat",
    ]
    change(folder, layout_signs="soon")
    with pytest.raises(ExportError, match=r"config\.json: layout_signs must be True or False"):
        export_checkpoint(folder, tmp_path / "other", ORIGIN, max_seq_len=24)


def test_export_is_reproducible(tmp_path: Path) -> None:
    files = [
        export_checkpoint(TINY, tmp_path / name, ORIGIN, max_seq_len=24) for name in ("a", "b")
    ]
    first, second = (file.read_bytes() for file in files)
    assert first == second
    assert (tmp_path / "a/model.onnx.gz").read_bytes() == (
        tmp_path / "b/model.onnx.gz"
    ).read_bytes()


def test_vocab_comes_from_tokenizer_json_too(folder: Path) -> None:
    words = (folder / "vocab.txt").read_text(encoding="utf-8").split()
    (folder / "vocab.txt").unlink()
    tokenizer = {
        "model": {"type": "WordPiece", "vocab": {word: i for i, word in enumerate(words)}},
        "normalizer": {"type": "BertNormalizer"},
        "pre_tokenizer": {"type": "BertPreTokenizer"},
    }
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer), encoding="utf-8")
    assert list(read_checkpoint(folder).vocabulary.tokens) == words


def change(folder: Path, **values: Any) -> None:
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    (folder / "config.json").write_text(json.dumps({**config, **values}), encoding="utf-8")


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"model_type": "gpt2"}, "type 'gpt2'; known are: bert"),
        ({"hidden_act": "swish"}, "hidden_act is 'swish'; allowed are gelu"),
        ({"position_embedding_type": "relative_key"}, "only 'absolute'"),
        ({"num_hidden_layers": 3}, r"no weight 'bert\.encoder\.layer\.2"),
        ({"num_attention_heads": None}, "num_attention_heads is None"),
    ],
)
def test_what_cannot_be_exported_is_said(
    folder: Path, values: dict[str, Any], message: str
) -> None:
    change(folder, **values)
    with pytest.raises(ExportError, match=message):
        float_graph(read_checkpoint(folder))


@pytest.mark.parametrize("name", ["config.json", "model.safetensors", "vocab.txt"])
def test_missing_and_broken_files_are_said(folder: Path, name: str) -> None:
    if name != "vocab.txt":
        (folder / name).write_bytes(b"\x80nonsense")
        with pytest.raises(ExportError, match=name.replace(".", r"\.")):
            read_checkpoint(folder)
    (folder / name).unlink()
    with pytest.raises(ExportError, match=name.replace(".", r"\.")):
        read_checkpoint(folder)


def test_too_long_windows_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="max_seq_len is 25; this model allows 8 to 24"):
        export_checkpoint(TINY, tmp_path, ORIGIN, max_seq_len=25)
