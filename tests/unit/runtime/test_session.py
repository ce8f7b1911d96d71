"""The door to onnxruntime: order, independence of threads, stopping, and files that do not fit."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from qna_widget.core.types import Feature
from qna_widget.errors import ModelFileError
from qna_widget.export.checkpoint import read_checkpoint
from qna_widget.export.recipe import float_graph
from qna_widget.runtime.session import LOOK_AHEAD, Session, default_threads

TINY = Path(__file__).parents[2] / "parity" / "tiny_bert"


@pytest.fixture(scope="module")
def tiny() -> bytes:
    return float_graph(read_checkpoint(TINY)).SerializeToString()


def feature(length: int) -> Feature:
    ids = (np.arange(length, dtype=np.int32) % 11) + 5
    return Feature(ids, np.zeros(length, np.int32), 1, 0, length - 2)


def test_logits_come_in_order_whatever_the_threads(tiny: bytes) -> None:
    features = [feature(3 + i % 20) for i in range(40)]
    one, many = (list(Session(tiny, threads=n).run(features)) for n in (1, 4))
    assert [len(out.start_logits) for out in one] == [len(f.input_ids) for f in features]
    for a, b in zip(one, many, strict=True):
        np.testing.assert_array_equal(a.start_logits, b.start_logits)
        np.testing.assert_array_equal(a.end_logits, b.end_logits)


def test_features_are_drawn_as_needed_and_closing_stops(tiny: bytes) -> None:
    drawn = []

    def endless():
        while True:
            drawn.append(feature(5))
            yield drawn[-1]

    results = Session(tiny, threads=2).run(endless())
    for _ in range(3):
        next(results)
    results.close()
    assert len(drawn) <= 2 * LOOK_AHEAD


def test_what_waits_for_a_worker_is_dropped_on_closing(
    tiny: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, ran = Session(tiny, threads=2), []
    run, first, others = session._run, threading.Event(), threading.Event()

    def held(batch):
        length = len(batch[0].input_ids)
        assert (first if length == 5 else others).wait(60)
        ran.append(length)
        return run(batch)

    def five():
        for length in range(5, 10):
            if length == 9:  # the four before it have been handed to the workers
                first.set()
            yield feature(length)

    monkeypatch.setattr(session, "_run", held)
    monkeypatch.setattr(session, "_batch_tokens", 0)  # as of an 8-bit model
    results = session.run(five())
    next(results)
    results.close()
    others.set()
    session._pool().shutdown()
    assert set(ran) <= {5, 6, 7}, "8 and 9 had no worker yet"


def test_one_thread_is_the_callers_own(tiny: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that engines with a thread per processor fill them, and streams wait for nothing."""
    session, drawn, ran = Session(tiny, threads=1), [], []
    run = session._run

    def noted(batch):
        ran.append((threading.current_thread(), len(drawn)))
        return run(batch)

    monkeypatch.setattr(session, "_run", noted)
    monkeypatch.setattr(session, "_batch_tokens", 0)  # as of an 8-bit model
    results = session.run(drawn.append(n) or feature(5) for n in range(10))
    for count in (1, 2, 3):
        next(results)
        assert ran[count - 1 :] == [(threading.current_thread(), count)]


@pytest.mark.parametrize("threads", [1, 2])
def test_short_features_run_together_and_once(
    tiny: bytes, threads: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, ran = Session(tiny, threads=threads), []
    run = session._run
    monkeypatch.setattr(session, "_run", lambda batch: ran.append(len(batch)) or run(batch))
    assert len(list(session.run([feature(5)] * LOOK_AHEAD))) == LOOK_AHEAD
    assert ran == [LOOK_AHEAD]


def test_an_error_in_the_features_reaches_the_caller(tiny: bytes) -> None:
    def broken():
        yield feature(5)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(Session(tiny, threads=1).run(broken()))


def model(inputs: list[str], outputs: list[str]) -> bytes:
    """A graph without weights: each output is the first input as floats."""
    ids = [helper.make_tensor_value_info(n, TensorProto.INT64, ["b", "s"]) for n in inputs]
    out = [helper.make_tensor_value_info(n, TensorProto.FLOAT, ["b", "s"]) for n in outputs]
    nodes = [helper.make_node("Cast", [inputs[0]], [n], to=TensorProto.FLOAT) for n in outputs]
    graph = helper.make_graph(nodes, "g", ids, out)
    opset = [helper.make_opsetid("", 17)]
    return helper.make_model(graph, opset_imports=opset, ir_version=9).SerializeToString()


def test_a_model_without_token_types_works() -> None:
    session = Session(model(["input_ids", "attention_mask"], ["start_logits", "end_logits"]))
    (out,) = session.run([feature(6)])
    assert out.start_logits.tolist() == feature(6).input_ids.tolist()


@pytest.mark.parametrize(
    ("inputs", "outputs"),
    [
        (["input_ids"], ["logits"]),
        (["pixels"], ["start_logits", "end_logits"]),
        (["input_ids", "position_ids"], ["start_logits", "end_logits"]),
    ],
)
def test_other_models_are_refused(inputs: list[str], outputs: list[str]) -> None:
    with pytest.raises(ModelFileError, match=r"This ONNX file takes .* Needed are input_ids"):
        Session(model(inputs, outputs))


LIES = {
    "one for both texts": helper.make_node("ReduceMax", ["ids"], ["{}"], axes=[1], keepdims=0),
    "one too few": helper.make_node("Slice", ["ids", "one", "end", "one"], ["{}"]),
    "a third dimension": helper.make_node("Unsqueeze", ["ids", "two"], ["{}"]),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_model_file_that_lies_about_its_shapes_is_refused(lie: str) -> None:
    data = model(["input_ids"], ["start_logits", "end_logits"])
    loaded = onnx.load_from_string(data)
    del loaded.graph.node[:]
    loaded.graph.node.append(helper.make_node("Cast", ["input_ids"], ["ids"], to=TensorProto.FLOAT))
    for name, value in (("one", 1), ("two", 2), ("end", 99)):
        tensor = helper.make_tensor(name, TensorProto.INT64, [1], [value])
        loaded.graph.initializer.append(tensor)
    for name in ("start_logits", "end_logits"):
        node = onnx.NodeProto()
        node.CopyFrom(LIES[lie])
        node.output[0] = name
        loaded.graph.node.append(node)
    del loaded.graph.output[:]
    loaded.graph.output.extend(
        helper.make_tensor_value_info(name, TensorProto.FLOAT, None)
        for name in ("start_logits", "end_logits")
    )
    session = Session(loaded.SerializeToString())
    with pytest.raises(ModelFileError, match=r"gave start_logits as float32 of shape .* \(1, 6\)"):
        list(session.run([feature(6)]))


def test_a_model_that_fails_while_it_runs_is_told_in_words() -> None:
    data = model(["input_ids"], ["start_logits", "end_logits"])
    loaded = onnx.load_from_string(data)
    for value in loaded.graph.input:
        value.type.tensor_type.shape.dim[1].dim_value = 4
    session = Session(loaded.SerializeToString())
    with pytest.raises(ModelFileError, match="The model failed at 6 tokens"):
        list(session.run([feature(6)]))


def test_damaged_files_and_thread_counts_are_refused(tiny: bytes) -> None:
    with pytest.raises(ModelFileError, match="cannot load this ONNX file"):
        Session(tiny[:1000])
    with pytest.raises(ValueError, match="threads is 0; give 1 or more"):
        Session(tiny, threads=0)
    assert default_threads() >= 1
    assert onnx.load_from_string(tiny).opset_import[0].version >= 17


LATE = """
import atexit, threading, time
from qna_widget import QuestionAnswerer
answerer = QuestionAnswerer("bundled", threads=2)
passage = "Tamsin Vale runs the ferry. " * 200  # many windows
def ask():
    print(answerer("Who runs the ferry?", passage, top_k=1)[0].text, flush=True)
"""


@pytest.mark.parametrize(
    "when",
    [
        "atexit.register(ask)",
        "def later():\n    threading.main_thread().join()\n    ask()\n"
        "threading.Thread(target=later).start()",
        # The first workers are there already.
        "ask()\natexit.register(ask)",
    ],
)
def test_questions_are_answered_until_the_very_end(when: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LATE + when], capture_output=True, text=True, check=False
    )
    assert done.stderr == ""
    answers = done.stdout.splitlines()
    assert answers
    assert all("Tamsin Vale" in answer for answer in answers)


def test_where_no_thread_can_be_begun_the_caller_computes(
    tiny: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, features = Session(tiny, threads=4), [feature(3 + i) for i in range(9)]
    expected = list(Session(tiny, threads=1).run(features))

    def refuse(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    for found, wanted in zip(session.run(features), expected, strict=True):
        np.testing.assert_array_equal(found.start_logits, wanted.start_logits)
