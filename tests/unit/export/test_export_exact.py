"""The 8-bit graph that ships: nothing in it may depend on the order of a sum."""

from __future__ import annotations

import logging
import math
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper

from qna_widget.core.pipeline import prepare
from qna_widget.core.tokenizer import Tokenizer
from qna_widget.core.types import LOGIT_NAMES, Feature, FeatureOptions
from qna_widget.errors import ExportError
from qna_widget.evaluation.squad import read_examples
from qna_widget.export.architectures.encoder import KEEP_FLOAT
from qna_widget.export.checkpoint import read_checkpoint
from qna_widget.export.int8.attention import GRID, TOP
from qna_widget.export.int8.exact import GELU, exact
from qna_widget.export.int8.quantize import optimize, quantize
from qna_widget.export.recipe import float_graph
from qna_widget.models.files import read, read_vocab
from qna_widget.models.registry import resolve
from qna_widget.runtime.session import model_inputs

TINY = Path(__file__).parents[2] / "parity" / "tiny_bert"


def features(tokenizer: Tokenizer, own_texts: Path, max_seq_len: int) -> list[Feature]:
    """Windows over the repository's own texts, short ones and full ones."""
    options = FeatureOptions(max_seq_len=max_seq_len)
    return [
        feature
        for example in read_examples(own_texts)[::4]
        for feature in prepare(example.question, example.passage, tokenizer, options).features
    ]


def values(model: onnx.ModelProto, names: list[str], feature: Feature) -> list[np.ndarray]:
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    feeds = model_inputs(feature)
    found: list[np.ndarray] = session.run(
        names, {each.name: feeds[each.name] for each in session.get_inputs()}
    )
    return found


def steps(x: np.ndarray) -> np.ndarray:
    """Return `x` over the largest power of two of which every element is a multiple."""
    wide = np.abs(x.astype(np.float64))
    for exponent in range(60):
        counted = wide * 2.0**exponent
        if (counted == np.rint(counted)).all():
            return counted
    raise AssertionError("not multiples of one power of two")


def test_what_the_bundled_model_sums_in_float_is_exact(own_texts: Path) -> None:
    manifest = resolve("bundled")
    model = onnx.load_from_string(read(manifest.onnx))
    tokenizer = Tokenizer(read_vocab(manifest.vocab), manifest.tokenizer)
    summed = [
        node
        for node in model.graph.node
        if node.op_type in {"MatMul", "FusedMatMul", "ReduceSum", "ReduceMean"}
        and node.name not in KEEP_FLOAT
    ]
    exponents = [node.input[0] for node in model.graph.node if node.op_type == "Exp"]
    operands = sorted({name for node in summed for name in node.input[:2]})
    constants = {tensor.name for tensor in model.graph.initializer}
    operands = [name for name in operands if name not in constants]
    assert {node.op_type for node in summed} == {"FusedMatMul", "ReduceSum", "ReduceMean"}
    assert len(exponents) == 6
    for name in (*operands, *exponents):
        model.graph.output.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, None))
    for feature in features(tokenizer, own_texts, manifest.max_seq_len)[::3]:
        names = [*operands, *exponents]
        found = dict(zip(names, values(model, names, feature), strict=True))
        for node in summed:
            a = steps(found[node.input[0]])
            if node.op_type == "FusedMatMul":
                b = steps(found[node.input[1]])
                flags = {each.name: each.i for each in node.attribute}
                a = a.transpose(1, 2, 0, 3) if flags.get("transBatchA") else a
                b = b.transpose(1, 2, 0, 3) if flags.get("transBatchB") else b
                largest = a @ b
            else:
                largest = a.sum(-1)
            # Any order's partial sums are whole numbers up to this, which float32 holds.
            assert largest.max() < 2**24, node.name
        for name in exponents:
            multiples = found[name].astype(np.float64) / GRID
            assert (multiples == np.rint(multiples)).all()
            assert found[name].max() <= TOP


def test_no_exponential_is_near_enough_to_a_half_to_be_rounded_either_way() -> None:
    exponents = np.arange(TOP, -1.0, -GRID)
    assert len(exponents) == 685
    found = np.array([math.exp(x) for x in exponents])
    distance = np.abs(found - np.floor(found) - 0.5)
    assert (distance > 3 * np.spacing(found.astype(np.float32))).all()


@pytest.mark.parametrize("disabled", [False, True])
def test_whoever_wants_no_logs_gets_none_afterwards(
    disabled: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logging.getLogger(), "disabled", disabled)
    quantize(float_graph(read_checkpoint(TINY), fused=True), KEEP_FLOAT)
    assert logging.getLogger().disabled is disabled


def test_the_rewritten_graph_computes_the_same(own_texts: Path) -> None:
    checkpoint = read_checkpoint(TINY)
    texts = features(Tokenizer(checkpoint.vocabulary.tokens), own_texts, 24)
    before = onnx.load_from_string(
        optimize(quantize(float_graph(checkpoint, fused=True), KEEP_FLOAT))
    )
    after = exact(before, KEEP_FLOAT, texts)
    onnx.checker.check_model(after)
    assert {"MultiHeadAttention", "Gelu", "Softmax"}.isdisjoint(
        node.op_type for node in after.graph.node
    )
    assert [each.name for each in after.graph.input] == ["input_ids", "token_type_ids"]
    for feature in texts:
        wanted, found = (np.array(values(m, LOGIT_NAMES, feature)) for m in (before, after))
        assert np.ptp(wanted) > 1, "logits that hardly differ would prove nothing"
        assert np.sqrt(((found - wanted) ** 2).mean()) < 0.02 * np.ptp(wanted)


def test_gelu_is_as_near_as_it_says() -> None:
    for x in np.linspace(-8, 8, 1001):
        tail = abs(x) * max(0.0, GELU[0] - GELU[1] * abs(x)) ** 4
        assert max(x, 0) - tail == pytest.approx(x * math.erfc(-x / math.sqrt(2)) / 2, abs=0.004)


def test_an_operator_without_an_exact_form_is_refused() -> None:
    x, y = (helper.make_tensor_value_info(n, TensorProto.FLOAT, [1]) for n in "xy")
    graph = helper.make_graph([helper.make_node("Tanh", ["x"], ["y"], name="t")], "g", [x], [y])
    with pytest.raises(ExportError, match=r"Tanh \(t\) may differ"):
        exact(helper.make_model(graph), KEEP_FLOAT, [])
