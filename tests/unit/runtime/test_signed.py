"""Unsigned weights as signed ones: only where nothing changes but the speed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

from qna_widget.core.types import LOGIT_NAMES, Feature
from qna_widget.export.checkpoint import read_checkpoint
from qna_widget.export.recipe import float_graph
from qna_widget.models import files, registry
from qna_widget.runtime import session
from qna_widget.runtime.session import PROBE, Session, batches, signed_products_are_exact
from qna_widget.runtime.signed_weights import outline, with_signed_weights
from tests.parity.make_probe import probe

TINY = Path(__file__).parents[2] / "parity" / "tiny_bert"
RNG = np.random.default_rng(5)


@pytest.fixture(scope="module")
def bundled() -> bytes:
    return files.read(registry.resolve("bundled").onnx)


def feature(length: int) -> Feature:
    ids = RNG.integers(1000, 20000, length).astype(np.int32)
    return Feature(ids, (np.arange(length) > 9).astype(np.int32), 10, 0, length - 11)


def signed(data: bytes) -> bytes:
    found = outline(data)
    assert found is not None
    return with_signed_weights(data, found)


def test_the_probe_is_made_by_its_command() -> None:
    assert probe() == PROBE


def test_the_outline_is_what_the_onnx_package_reads(bundled: bytes) -> None:
    graph = onnx.load_from_string(bundled).graph
    found = outline(bundled)
    assert found is not None
    assert found.nodes == [(node.op_type, list(node.input)) for node in graph.node]
    assert {name: t.data_type for name, t in found.tensors.items()} == {
        t.name: t.data_type for t in graph.initializer
    }
    assert found.declared == {v.name for v in (*graph.input, *graph.output, *graph.value_info)}
    assert found.scales_per_run
    plain = outline(float_graph(read_checkpoint(TINY)).SerializeToString())
    assert plain is not None
    assert not plain.scales_per_run


def test_each_weight_and_zero_point_moves_by_128_and_nothing_else_changes(bundled: bytes) -> None:
    before, after = onnx.load_from_string(bundled), onnx.load_from_string(signed(bundled))
    onnx.checker.check_model(after, full_check=False)
    weights = {n for node in before.graph.node if node.op_type == "DynamicQuantizeMatMul"
               for n in (node.input[1], node.input[3])}  # fmt: skip
    assert len(weights) == 48
    for old, new in zip(before.graph.initializer, after.graph.initializer, strict=True):
        if old.name in weights:
            assert (old.data_type, new.data_type) == (TensorProto.UINT8, TensorProto.INT8)
            a, b = numpy_helper.to_array(old), numpy_helper.to_array(new)
            np.testing.assert_array_equal(a.astype(int) - 128, b.astype(int))
        else:
            assert old == new
    del before.graph.initializer[:], after.graph.initializer[:]
    assert before == after


def test_logits_are_the_same_to_the_last_bit(bundled: bytes) -> None:
    if not signed_products_are_exact():
        pytest.skip("products overflow here, so the file runs as it is: the next test holds that")
    plain = onnxruntime.InferenceSession(bundled)
    for length in (12, 70, 200):
        one = feature(length)
        feeds = session.model_inputs(one)
        feeds = {tensor.name: feeds[tensor.name] for tensor in plain.get_inputs()}
        wanted = plain.run(LOGIT_NAMES, feeds)
        (found,) = Session(bundled, threads=1).run([one])
        np.testing.assert_array_equal(found.start_logits, wanted[0][0])
        np.testing.assert_array_equal(found.end_logits, wanted[1][0])


def test_where_such_products_overflow_the_file_runs_as_it_is(
    bundled: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded = []
    load = session._load
    monkeypatch.setattr(session, "_load", lambda data, *_: loaded.append(data) or load(data))
    for exact in (False, True):
        monkeypatch.setattr(session, "signed_products_are_exact", lambda exact=exact: exact)
        Session(bundled)
    assert loaded == [bundled, signed(bundled)]
    assert loaded[0] != loaded[1]


def test_the_probe_is_one_product_and_tells_an_overflow(monkeypatch: pytest.MonkeyPatch) -> None:
    model = onnx.load_from_string(PROBE)
    onnx.checker.check_model(model)
    (node,) = model.graph.node
    assert (node.op_type, list(node.input)) == ("MatMulInteger", ["a", "b"])
    types = [value.type.tensor_type.elem_type for value in model.graph.input]
    assert types == [TensorProto.UINT8, TensorProto.INT8]

    class Saturating:
        """Adds pairs of products in 16 bits, as vpmaddubsw does."""

        def run(self, _: list[str], feeds: dict[str, np.ndarray]) -> list[np.ndarray]:
            a, b = feeds["a"].astype(int), feeds["b"].astype(int)
            pairs = a[:, ::2, None] * b[None, ::2] + a[:, 1::2, None] * b[None, 1::2]
            return [np.clip(pairs, -32768, 32767).sum(axis=1)]

    monkeypatch.setattr(session, "_load", lambda *_: Saturating())
    signed_products_are_exact.cache_clear()
    assert signed_products_are_exact() is False
    signed_products_are_exact.cache_clear()


def graph(nodes: list[onnx.NodeProto], *, declared: bool = False) -> bytes:
    """A graph with an 8-bit weight w, its zero point z, and another weight v."""
    value = helper.make_tensor_value_info
    tensors = [
        numpy_helper.from_array(RNG.integers(0, 256, (4, 4)).astype(np.uint8), name)
        for name in ("w", "v")
    ]
    tensors.append(numpy_helper.from_array(np.array(7, np.uint8), "z"))
    inputs = [value("a", TensorProto.UINT8, ["m", 4])]
    if declared:
        inputs.append(value("w", TensorProto.UINT8, [4, 4]))
    made = helper.make_graph(nodes, "g", inputs, [value("y", TensorProto.INT32, None)], tensors)
    opset = [helper.make_opsetid("", 17)]
    return helper.make_model(made, opset_imports=opset, ir_version=9).SerializeToString()


PRODUCT = helper.make_node("MatMulInteger", ["a", "w", "", "z"], ["y"])
SHARES = helper.make_node("MatMulInteger", ["a", "v", "", "z"], ["x"])
CAST = helper.make_node("Cast", ["w"], ["c"], to=TensorProto.FLOAT)
CAST_SHARED = helper.make_node("Cast", ["v"], ["c"], to=TensorProto.FLOAT)
NO_ZERO = helper.make_node("MatMulInteger", ["a", "w"], ["y"])


@pytest.mark.parametrize(
    ("data", "moves"),
    [
        (graph([PRODUCT]), True),
        (graph([PRODUCT, SHARES]), True),
        (graph([PRODUCT, CAST]), False),  # somebody else reads the weight
        (graph([PRODUCT, SHARES, CAST_SHARED]), False),  # v must stay, so z, so w
        (graph([NO_ZERO]), False),  # a zero point that is not there cannot move
        (graph([PRODUCT], declared=True), False),  # its type is declared elsewhere, too
        (b"", False),
    ],
)
def test_what_anything_else_depends_on_stays(data: bytes, moves: bool) -> None:
    assert (signed(data) != data) == moves
    if moves:
        a = RNG.integers(0, 256, (3, 4)).astype(np.uint8)
        old, new = (
            onnxruntime.InferenceSession(d).run(["y"], {"a": a}) for d in (data, signed(data))
        )
        np.testing.assert_array_equal(old, new)


def test_broken_files_have_no_outline(bundled: bytes) -> None:
    assert outline(bundled[:1000]) is None
    assert outline(b"\xff" * 40) is None
    assert outline(b"not a model at all") is None


def test_batches_hold_like_lengths_up_to_a_number_of_tokens() -> None:
    lengths = [10, 300, 50, 12, 60, 11, 256]
    found = list(batches(lengths, 256))
    assert found == [[1], [6], [4, 2, 3, 5], [0]]
    assert list(batches(lengths, 0)) == [[i] for i in (1, 6, 4, 2, 3, 5, 0)]
    assert list(batches([], 256)) == []


def test_batched_logits_equal_those_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Across texts of all lengths, in order, to rounding; and batches are really formed."""
    tiny = float_graph(read_checkpoint(TINY)).SerializeToString()
    ran = []
    run = Session._run
    monkeypatch.setattr(
        Session, "_run", lambda self, batch: ran.append(len(batch)) or run(self, batch)
    )
    lengths = RNG.integers(3, 24, 50).tolist()
    features = [
        Feature(RNG.integers(5, 16, n).astype(np.int32), np.zeros(n, np.int32), 1, 0, n - 2)
        for n in lengths
    ]
    found = list(Session(tiny, threads=2).run(features))
    assert sum(ran) == 50
    assert max(ran) > 8
    plain = onnxruntime.InferenceSession(tiny)
    for one, logits in zip(features, found, strict=True):
        start, end = plain.run(LOGIT_NAMES, session.model_inputs(one))
        np.testing.assert_allclose(logits.start_logits, start[0], atol=2e-5)
        np.testing.assert_allclose(logits.end_logits, end[0], atol=2e-5)


def test_models_that_scale_per_run_or_take_no_mask_are_never_batched(bundled: bytes) -> None:
    assert Session(bundled)._batch_tokens == 0
    tiny = onnx.load_from_string(float_graph(read_checkpoint(TINY)).SerializeToString())
    assert Session(tiny.SerializeToString())._batch_tokens > 0
    for value in tiny.graph.input:
        value.type.tensor_type.shape.dim[0].dim_value = 1
    assert Session(tiny.SerializeToString())._batch_tokens == 0
