"""Every architecture against transformers' logits (tests/parity/make_model_fixture.py).

Between them the fixtures hold batches with padding, NoNorm scales that are zero, tiny, huge and
negative, both bottlenecks of MobileBERT, weights in three types, and weights in several files.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import numpy_helper
from safetensors.numpy import load_file, save_file

from qna_widget.errors import ExportError
from qna_widget.export.bundle import Origin
from qna_widget.export.checkpoint import read_checkpoint, weight_files
from qna_widget.export.int8.affine import WIDEST, plan
from qna_widget.export.recipe import export_checkpoint, float_graph, int8_graph
from qna_widget.models import files, registry

PARITY = Path(__file__).parents[2] / "parity"
KINDS = ["bert", "mobilebert", "mobilebert_alt", "distilbert", "electra"]
OUTPUTS = ["start_logits", "end_logits"]


class Oracle:
    """What transformers was given and what it gave."""

    def __init__(self, kind: str) -> None:
        self.folder = PARITY / f"tiny_{kind}"
        file = json.loads((self.folder / "logits.json").read_text(encoding="utf-8"))
        self.logits = np.array([file.pop(name) for name in OUTPUTS])
        self.inputs = {name: np.array(value, np.int64) for name, value in file.items()}
        self.attended = self.inputs["attention_mask"].astype(bool)
        assert np.ptp(self.logits[:, self.attended]) > 1, "logits so alike would prove nothing"

    def error(self, model: bytes) -> np.ndarray:
        """Return found minus wanted, of attended tokens, in standard deviations of the logits.

        A model that takes one text at a time gets the first.
        """
        session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
        shapes = {tensor.name: tensor.shape for tensor in session.get_inputs()}
        attended = self.attended if shapes["input_ids"][0] == "batch" else self.attended[:1]
        length = attended.sum(axis=1).max()
        feeds = {name: self.inputs[name][: len(attended), :length] for name in shapes}
        found = np.array(session.run(OUTPUTS, feeds))
        attended = attended[:, :length]
        wanted = self.logits[:, : len(attended), :length]
        return (found - wanted)[:, attended] / self.logits[:, self.attended].std()


@pytest.fixture(params=KINDS)
def oracle(request: pytest.FixtureRequest) -> Oracle:
    return Oracle(request.param)


@pytest.mark.parametrize("fused", [False, True])
def test_float_graphs_equal_transformers(oracle: Oracle, fused: bool) -> None:
    graph = float_graph(read_checkpoint(oracle.folder), fused=fused)
    assert np.abs(oracle.error(graph.SerializeToString())).max() < 2e-5
    assert [tensor.name for tensor in graph.graph.input] == list(oracle.inputs)


def test_standard_graphs_are_valid_and_have_no_norms_left(oracle: Oracle) -> None:
    graph = float_graph(read_checkpoint(oracle.folder))
    onnx.checker.check_model(graph, full_check=True)
    assert {node.domain for node in graph.graph.node} == {""}
    layer_norms = [node for node in graph.graph.node if node.op_type == "LayerNormalization"]
    assert bool(layer_norms) == ("mobilebert" not in oracle.folder.name)


def test_int8_is_close(oracle: Oracle) -> None:
    model = int8_graph(read_checkpoint(oracle.folder), 24)
    # The networks are tiny and their weights wild: the rounding of 8 bits shows, and no more.
    assert np.sqrt((oracle.error(model) ** 2).mean()) < 0.2
    kinds = {node.op_type for node in onnx.load_from_string(model).graph.node}
    assert "DynamicQuantizeMatMul" in kinds


def test_padding_changes_nothing(oracle: Oracle, tmp_path: Path) -> None:
    """MobileBERT's words see their neighbours, so what [PAD] looks like must not matter."""
    copy = tmp_path / "copy"
    shutil.copytree(oracle.folder, copy)
    (file,) = [f for f in weight_files(copy) if b"word_embeddings" in f.read_bytes()]
    if "distilbert" not in oracle.folder.name:  # NumPy does not know its bfloat16
        weights = load_file(file)
        (table,) = [value for name, value in weights.items() if "word_embeddings" in name]
        table[0] = 1.0
        save_file(weights, file, {"format": "pt"})
    model = float_graph(read_checkpoint(copy)).SerializeToString()
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    together = np.array(session.run(OUTPUTS, oracle.inputs))
    for row, attended in enumerate(oracle.attended):
        alone = {name: value[row : row + 1, attended] for name, value in oracle.inputs.items()}
        found = np.array(session.run(OUTPUTS, alone))[:, 0]
        np.testing.assert_allclose(together[:, row, attended], found, rtol=1e-4, atol=1e-4)


def without_names(folder: Path) -> None:
    names = {"model_input_names": ["input_ids", "attention_mask"]}
    (folder / "tokenizer_config.json").write_text(json.dumps(names), encoding="utf-8")


def of_distilbert(folder: Path) -> None:
    name = {"tokenizer_class": "DistilBertTokenizerFast"}
    (folder / "tokenizer_config.json").write_text(json.dumps(name), encoding="utf-8")


def with_one_segment(folder: Path) -> None:
    weights = load_file(folder / "model.safetensors")
    (name,) = (name for name in weights if "token_type_embeddings" in name)
    weights[name] = weights[name][:1].copy()
    save_file(weights, folder / "model.safetensors", {"format": "pt"})


@pytest.mark.parametrize("change", [without_names, of_distilbert, with_one_segment])
@pytest.mark.parametrize("kind", ["bert", "mobilebert", "electra"])
def test_without_segments_every_token_is_in_the_first(
    tmp_path: Path, kind: str, change: Callable[[Path], None]
) -> None:
    """As in transformers, where a model that gets no token_type_ids takes zeros."""
    oracle = Oracle(kind)
    folder = edited(oracle.folder, tmp_path)
    change(folder)
    found = float_graph(read_checkpoint(folder))
    assert [tensor.name for tensor in found.graph.input] == ["input_ids", "attention_mask"]
    oracle.inputs["token_type_ids"][:] = 0
    whole = float_graph(read_checkpoint(oracle.folder)).SerializeToString()
    session = onnxruntime.InferenceSession(whole, providers=["CPUExecutionProvider"])
    told_apart, oracle.logits = oracle.logits, np.array(session.run(OUTPUTS, oracle.inputs))
    assert np.abs(oracle.logits - told_apart)[:, oracle.attended].max() > 0.1
    assert np.abs(oracle.error(found.SerializeToString())).max() < 2e-5


def test_a_real_shape_folds_into_sums_without_products(tmp_path: Path) -> None:
    """NoNorms of usual scales cost nothing; only a scale of zero makes the network multiply."""
    tame = tmp_path / "tame"
    shutil.copytree(PARITY / "tiny_mobilebert", tame)
    weights = load_file(tame / "model.safetensors")
    random = np.random.default_rng(0)
    for name, value in weights.items():
        if name.endswith("LayerNorm.weight"):
            weights[name] = random.uniform(0.3, 3.0, value.shape).astype(np.float32)
    save_file(weights, tame / "model.safetensors", {"format": "pt"})
    found = {}
    for folder in (tame, PARITY / "tiny_mobilebert"):
        nodes = float_graph(read_checkpoint(folder), fused=True).graph.node
        found[folder.name] = sum(node.op_type == "Mul" for node in nodes) - 1  # the mask
    assert found["tame"] == 0
    assert found["tiny_mobilebert"] > 0


@pytest.mark.parametrize("bad", [[0.0], [1e-30], [np.inf], [1e-3, 1e-3, 1e3]])
def test_plan_keeps_stored_values_near_the_networks_own(bad: list[float]) -> None:
    gammas = [np.array([0.5, 1.0, -2.0]) for _ in range(9)]
    for number, value in enumerate(bad):
        gammas[3 + number][1] = value
    scale, steps = plan(gammas)
    assert len(steps) == len(gammas)
    for gamma, step in zip(gammas, steps, strict=True):
        kept = 1.0 if step.factor is None else step.factor
        with np.errstate(invalid="ignore"):
            np.testing.assert_allclose(scale * gamma, kept * step.scale, rtol=1e-12)
        scale = step.scale
        assert np.all((np.abs(scale) >= 1 / WIDEST) & (np.abs(scale) <= WIDEST))


def edited(folder: Path, tmp_path: Path, **values: Any) -> Path:
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    config = json.loads((copy / "config.json").read_text(encoding="utf-8"))
    (copy / "config.json").write_text(json.dumps({**config, **values}), encoding="utf-8")
    return copy


@pytest.mark.parametrize(
    ("kind", "values", "message"),
    [
        ("mobilebert", {"normalization_type": "layer_norm"}, "only 'no_norm' is supported"),
        ("mobilebert", {"use_bottleneck": False}, "use_bottleneck is False; only True"),
        ("mobilebert", {"key_query_shared_bottleneck": False}, "one of them must be true"),
        ("mobilebert", {"hidden_act": "gelu_new"}, "hidden_act is 'gelu_new'; allowed are gelu"),
        ("mobilebert", {"num_hidden_layers": 4}, r"no weight 'mobilebert\.encoder\.layer\.3"),
        ("mobilebert", {"num_feedforward_networks": 0}, "num_feedforward_networks is 0, not a"),
        ("mobilebert", {"num_attention_heads": 5}, "num_attention_heads is 5, which does not"),
        ("distilbert", {"activation": "silu"}, "activation is 'silu'"),
        ("distilbert", {"n_heads": 5}, "n_heads is 5, which does not divide 16"),
        ("bert", {"model_type": "roberta"}, "known are: bert, distilbert, electra, mobilebert"),
    ],
)
def test_variants_that_are_not_supported_are_named(
    tmp_path: Path, kind: str, values: dict[str, Any], message: str
) -> None:
    folder = edited(PARITY / f"tiny_{kind}", tmp_path, **values)
    with pytest.raises(ExportError, match=message):
        float_graph(read_checkpoint(folder))


def test_a_model_without_a_head_is_refused(tmp_path: Path) -> None:
    folder = edited(PARITY / "tiny_distilbert", tmp_path)
    weights = {
        f"distilbert.{name}": np.zeros((2, 2), np.float32) for name in ("a.weight", "b.weight")
    }
    save_file(weights, folder / "model.safetensors")
    with pytest.raises(ExportError, match=r"distilbert\.embeddings\.word_embeddings\.weight"):
        float_graph(read_checkpoint(folder))


def test_weights_are_read_in_every_type(tmp_path: Path) -> None:
    """bfloat16 through the fixture's file; the others by writing what is known."""
    known = np.array([[1.5, -2.25], [0.0, 65504.0]])
    for kind in (np.float16, np.float32, np.float64):
        folder = edited(PARITY / "tiny_bert", tmp_path / kind.__name__)
        ids = np.arange(4, dtype=np.int64)[None]
        old = {"bert.embeddings.LayerNorm.gamma": known.astype(kind), "bert.position_ids": ids}
        save_file(old, folder / "model.safetensors")
        weights = read_checkpoint(folder).weights
        assert list(weights) == ["bert.embeddings.LayerNorm.weight"]
        np.testing.assert_array_equal(weights["bert.embeddings.LayerNorm.weight"], known)
    header = (PARITY / "tiny_distilbert" / "model.safetensors").read_bytes()[:4000]
    assert b'"BF16"' in header
    assert b'"F32"' not in header


@pytest.mark.parametrize(
    ("shards", "message"),
    [
        ({"a": "../../etc/passwd"}, r"names a file outside its folder: '\.\./\.\./etc/passwd'"),
        ({"a": "model-9.safetensors"}, r"model-9\.safetensors does not exist"),
        ({}, "names no weights"),
    ],
)
def test_an_index_names_files_beside_it(
    tmp_path: Path, shards: dict[str, str], message: str
) -> None:
    folder = edited(PARITY / "tiny_mobilebert_alt", tmp_path)
    index = folder / "model.safetensors.index.json"
    index.write_text(json.dumps({"weight_map": shards}), encoding="utf-8")
    with pytest.raises(ExportError, match=message):
        read_checkpoint(folder)


def test_a_shard_cut_short_is_damaged(tmp_path: Path) -> None:
    folder = edited(PARITY / "tiny_mobilebert_alt", tmp_path)
    file = folder / "model-00002-of-00002.safetensors"
    file.write_bytes(file.read_bytes()[:-7])
    with pytest.raises(ExportError, match=r"model-00002-of-00002\.safetensors is no safetensors"):
        read_checkpoint(folder)


def test_16_bits_halve_the_weights_and_keep_floats_at_the_borders(
    oracle: Oracle, tmp_path: Path
) -> None:
    origin = Origin("tiny", "Tiny", "", "MIT")
    file = export_checkpoint(oracle.folder, tmp_path, origin, max_seq_len=24, precision="fp16")
    data = files.read(registry.resolve(file.parent).onnx)
    assert np.abs(oracle.error(data)).max() < 0.02
    matrices = [t for t in onnx.load_from_string(data).graph.initializer if len(t.dims) > 1]
    assert {numpy_helper.to_array(t).dtype.name for t in matrices} == {"float16"}
