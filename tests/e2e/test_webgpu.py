"""WebGPU on an adapter that Chromium plays in software: the right numbers, not the speed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from chromium import CHROMIUM_ARGS, chromium_path
from harness import PASSAGE, QUESTION, Harness, assert_answers, told
from playwright.sync_api import Browser, Playwright
from webgpu_model import serve_asset, with_webgpu

from benchmarks.transformers.checkpoint import write_checkpoint
from qna_widget.answering.answerer import QuestionAnswerer
from qna_widget.core.pipeline import prepare
from qna_widget.core.types import FeatureOptions
from qna_widget.export.checkpoint import read_checkpoint
from qna_widget.export.recipe import float_graph
from qna_widget.runtime.session import Session

TINY = Path(__file__).parents[1] / "parity" / "tiny_bert"
SOFTWARE = {"software_gpu": True}
WASM = "wasm, 1 thread"
TOLERANCE = 1e-3
"""Logits; they span about 20. Both compute in 32 bits and add up in different orders."""

# Chromium's own switches for a WebGPU adapter without a graphics card.
GPU_ARGS = ["--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader"]

# What `window.worker_hook` holds is run in each worker before its own script.
HOOKED = """
const Whole = window.Blob;
window.Blob = class extends Whole {
  constructor(parts, options) {
    const script = options?.type?.startsWith("text/javascript");
    super(script ? [window.worker_hook ?? "", ...parts] : parts, options);
  }
};
"""
KEEP_DEVICE = """
const request = GPUAdapter.prototype.requestDevice;
GPUAdapter.prototype.requestDevice = async function (...args) {
  self.device = await request.apply(this, args);
  return self.device;
};
"""
WRONG_RESULTS = """
const range = GPUBuffer.prototype.getMappedRange;
GPUBuffer.prototype.getMappedRange = function (...args) {
  const got = range.apply(this, args);
  if (this.usage & GPUBufferUsage.MAP_READ) new Float32Array(got).reverse();
  return got;
};
"""


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    args = [arg for arg in CHROMIUM_ARGS if arg != "--disable-gpu"] + GPU_ARGS
    browser = playwright.chromium.launch(executable_path=chromium_path(), args=args)
    yield browser
    browser.close()


def tiny(harness: Harness) -> dict[str, Any]:
    """A model of a few kilobytes whose answers mean nothing: for what comes between."""
    checkpoint = read_checkpoint(TINY)
    standard = float_graph(checkpoint).SerializeToString()
    fused = float_graph(checkpoint, fused=True).SerializeToString()
    vocab = "".join(f"{token}\n" for token in checkpoint.vocabulary.tokens).encode()
    files = {
        name: serve_asset(harness, name, data, packed=True)
        for name, data in (("onnx", fused), ("vocab", vocab))
    }
    changes = {"name": "tiny", "title": "Tiny", "max_seq_len": 24, "optimized": False}
    return with_webgpu(harness, standard, **files, **changes, layout_signs=False)


def test_webgpu_agrees_with_wasm_and_python(offline: Any, harness: Harness, tmp_path: Path) -> None:
    weights = read_checkpoint(write_checkpoint(tmp_path))
    standard = float_graph(weights).SerializeToString()
    page = harness.open(offline.page())
    asked = page.evaluate(
        """async ({ manifest, inputs }) => {
          const { client, loaded } = await qna.open(
            manifest, () => {}, qna.runtime({ software_gpu: true }));
          const found = await qna.ask(client, inputs);
          return { loaded, notice: client.notice, found };
        }""",
        told() | {"manifest": with_webgpu(harness, standard)},
    )
    assert asked["loaded"] == {"backend": "WebGPU"}
    assert asked["notice"] == ""
    [window] = asked["found"]["windows"]
    options = FeatureOptions(max_seq_len=384)
    tokenizer = QuestionAnswerer("bundled").tokenizer
    prepared = prepare(QUESTION, PASSAGE, tokenizer, options)
    assert [f.input_ids.tolist() for f in prepared.features] == [window["input_ids"]]
    [logits] = Session(standard, threads=1).run(prepared.features)
    for name in ("start_logits", "end_logits"):
        ours = getattr(logits, name)
        assert np.ptp(ours) > 1, "logits that hardly differ would prove nothing"
        np.testing.assert_allclose(window[name], ours, atol=TOLERANCE, rtol=0)


def test_a_wrong_result_leaves_it_to_wasm(offline: Any, harness: Harness) -> None:
    offline.context.add_init_script(HOOKED)
    page = harness.open(offline.page())
    page.evaluate("hook => { window.worker_hook = hook; }", WRONG_RESULTS)
    state = page.evaluate("mount", told(runtime=SOFTWARE) | {"manifest": tiny(harness)})
    assert (state["status"], state["error"], state["backend"]) == ("ready", "", WASM)
    assert state["asked"] == QUESTION
    assert "The graphics card is not used" in state["notice"]
    assert "differ from wasm's" in state["notice"]
    # The engine, and its hand.
    assert len(page.workers) == 2, "the worker that is not used was not ended"


def test_a_lost_device_loses_no_question(offline: Any, harness: Harness) -> None:
    offline.context.add_init_script(HOOKED)
    page = harness.open(offline.page())
    page.evaluate("hook => { window.worker_hook = hook; }", KEEP_DEVICE)
    given = told(PASSAGE * 40, runtime=SOFTWARE) | {"manifest": tiny(harness)}
    page.evaluate(
        """async ({ manifest, inputs, runtime }) => {
          const client = qna.runtime(runtime).connect();
          const root = document.getElementById("root");
          window.mounted = qna.mount(root, manifest, { inputs, client });
          await mounted.until(({ progress }) => progress?.stage === "run" && progress.loaded > 0);
        }""",
        given,
    )
    states = "mounted.host.states"
    assert page.evaluate(f"{states}.at(-1).status") == "running"
    page.workers[0].evaluate("device.destroy()")
    state = page.evaluate("mounted.until(isDone).then(summary)")
    assert (state["status"], state["error"], state["backend"]) == ("ready", "", WASM)
    assert state["asked"] == QUESTION
    assert "The graphics card is not used: the graphics device was lost" in state["notice"]
    done = page.evaluate(
        "[mounted.component.state.result].map(r => r.windows_total - r.windows_done)"
    )
    assert done == [0]
    # And the next one is asked of wasm at once.
    assert page.evaluate("ask", "Who is Ernie?")["backend"] == WASM
    assert page.evaluate("workers.length") == 2


NO_ADAPTER = {
    "null": "GPU.prototype.requestAdapter = async () => null;",
    "none": "Object.defineProperty(Navigator.prototype, 'gpu', { value: undefined });",
    "played by the processor": "",
}


@pytest.mark.parametrize("how", NO_ADAPTER)
def test_without_an_adapter_it_is_wasm_and_nothing_is_said(
    offline: Any, harness: Harness, how: str
) -> None:
    offline.context.add_init_script(NO_ADAPTER[how])
    page = harness.open(offline.page())
    software = {} if how == "played by the processor" else SOFTWARE
    state = page.evaluate("mount", told(runtime=software) | {"manifest": tiny(harness)})
    assert (state["status"], state["error"]) == ("ready", "")
    assert (state["backend"], state["notice"]) == (WASM, "")
    sent = [path for path, _ in harness.sent]
    assert not [path for path in sent if "webgpu" in path or "asyncify" in path]


def test_missing_files_of_the_optional_runtime_are_a_notice(offline: Any, harness: Harness) -> None:
    page = harness.open(offline.page())
    given = tiny(harness)
    path = given["runtime"]["webgpu"]["wasm"]["path"]
    del harness.replaced[f"/qna_widget/{path}"]
    state = page.evaluate("mount", told(runtime=SOFTWARE) | {"manifest": given})
    assert (state["status"], state["backend"]) == ("ready", WASM)
    assert "could not be loaded" in state["notice"]


def test_the_bundled_model_has_no_use_for_it(offline: Any, harness: Harness) -> None:
    page = harness.open(offline.page())
    given = with_webgpu(harness, b"")
    given["model"]["onnx_webgpu"] = None
    state = page.evaluate("mount", told(runtime=SOFTWARE) | {"manifest": given})
    assert_answers(state)
    assert (state["backend"], state["notice"]) == (WASM, "")
