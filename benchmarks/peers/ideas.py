"""What was tried within the published onnxruntime-web to run our int8 file faster. One table.

Each is the shipped way (onnxruntime-web's wasm build, one thread, the file optimised ahead of time)
with one thing changed; two change the file. What cannot be tried says why.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path

import onnx
from playwright.sync_api import Error

from qna_widget.runtime.signed_weights import outline, with_signed_weights

from .contenders import NATIVE, SHIPPED, Contender, ids_only
from .measurement import Job, shuffled
from .native import Native
from .page import Browser, ContenderPage
from .samples import Run, Sample

INT8, SIGNED, FIXED_OPSET = "int8.onnx", "int8-signed.onnx", "int8-opset.onnx"
OPSET = 22
"""A later one than the file's."""
LENGTHS = (128, 384)

UNTRIED = {
    "relaxed SIMD": "no published file is built with it; env.wasm.simd only asks for such a file",
    "XNNPACK": "not in the published wasm",
    "WebGPU, WebNN": "need a device; the software one is slower than wasm",
    "threads without isolation": "need SharedArrayBuffer, so a page that is cross-origin isolated",
    "an .ort file": "changes how a session starts, not how it runs",
    "batches": "the int8 file takes one text: its scales are of one run",
}
"""By idea, why it is not in the run."""


def ideas() -> list[tuple[Contender, bool]]:
    """Return what is tried, the shipped way first; and whether it needs an isolated page."""
    plain = [
        _idea("shipped", "as shipped"),
        *(
            _idea(f"opt-{level}", f"graphOptimizationLevel: {level}", session={LEVEL: level})
            for level in ("basic", "extended", "layout", "all")
        ),
        _idea("no-arena", "enableCpuMemArena: false", session={"enableCpuMemArena": False}),
        _idea("no-pattern", "enableMemPattern: false", session={"enableMemPattern": False}),
        _idea("parallel", "executionMode: parallel", session={"executionMode": "parallel"}),
        _idea("denormals", "denormals as zero", session=_extra("set_denormal_as_zero", "1")),
        _idea("prepacking", "no prepacking", session=_extra("disable_prepacking", "1")),
        _idea("arena", "initializers by the device's allocator", session=_extra(DEVICE, "1")),
        _idea("fixed", "shapes fixed (freeDimensionOverrides)", fix=FREE, session={LEVEL: "all"}),
        _idea("inputs", "inputs made once", reuse="inputs"),
        _idea("outputs", "outputs made once, too", reuse="outputs"),
        _idea("signed", "signed weights, as in Python", file=SIGNED),
        _idea("opset", f"the file at opset {OPSET}, its newest IR", file=FIXED_OPSET),
        _idea("fp32", "32 bits instead of 8", file="fp32.onnx"),
        _idea(
            "q8", "onnxruntime's own 8 bits of torch's export", file=PEER_Q8, session={LEVEL: "all"}
        ),
        _build("jsep", "ort.min.mjs (WebGPU's build), on wasm", "/ort/ort.min.mjs"),
        _build("all", "ort.all.min.mjs, on wasm", "/ort/ort.all.min.mjs"),
        _build("jspi", "ort.jspi.min.mjs, on wasm", "/ort/ort.jspi.min.mjs"),
        _build("dev", "onnxruntime-web 1.31 (nightly)", "/peer-ort/ort.wasm.min.mjs", "/peer-ort/"),
        _build("1.22", "onnxruntime-web 1.22", "/ort-1.22/ort.wasm.min.mjs", "/ort-1.22/"),
        _build("1.17", "onnxruntime-web 1.17, no threads built in", *OLD),
    ]
    isolated = [_idea("threads-2", "two threads (isolated page)", env={"numThreads": 2})]
    return [*((idea, False) for idea in plain), *((idea, True) for idea in isolated)]


LEVEL = "graphOptimizationLevel"
DEVICE = "use_device_allocator_for_initializers"
FREE = {"batch": "batch", "tokens": "sequence"}
PEER_Q8 = "peer/onnx/model_quantized.onnx"
OLD = ("/ort-1.17/esm/ort.wasm.min.js", "/ort-1.17/")


def _idea(
    name: str,
    title: str,
    *,
    file: str = INT8,
    session: Mapping[str, object] | None = None,
    **more: object,
) -> Contender:
    options = ids_only(file, {**SHIPPED, **(session or {})})
    return Contender(f"idea-{name}", title, "session.js", {**options, **more})


def _build(name: str, title: str, runtime: str, wasm: str = "/ort/") -> Contender:
    return _idea(name, title, runtime=runtime, wasm=wasm)


def _extra(name: str, value: str) -> dict[str, object]:
    return {"extra": {"session": {name: value}}}


def write_files(out: Path) -> None:
    """Write the files that two ideas change, from OUT/int8.onnx."""
    data = (out / INT8).read_bytes()
    found = outline(data)
    if found is not None:
        (out / SIGNED).write_bytes(bytes(with_signed_weights(data, found)))
    model = onnx.load_from_string(data)
    for imported in model.opset_import:
        if imported.domain in ("", "ai.onnx"):
            imported.version = OPSET
    model.ir_version = 10
    (out / FIXED_OPSET).write_bytes(model.SerializeToString())


class Trials:
    """The ideas' pages, all open side by side."""

    def __init__(self, chromium: Browser, native: Native, run: Run) -> None:
        self._native, self._run = native, run
        self._pages: dict[str, ContenderPage] = {}
        for idea, isolated in ideas():
            run.ideas[idea.name] = idea.title
            page = chromium.open(idea.name, measured=False, isolated=isolated)
            try:
                page.call("load", idea.plugin, idea.options)
                for length in LENGTHS:
                    page.call("forward", length)
            except Error as error:
                run.without[f"idea: {idea.title}"] = error.message.split("\n", 1)[0]
                page.close()
            else:
                self._pages[idea.name] = page
        run.ideas[NATIVE] = "native onnxruntime"

    def round(self, number: int) -> list[Job]:
        """Return what may be measured in this round, in a new order."""
        return shuffled(
            [
                Job(("idea", str(length), name), 2, partial(self._run_one, name, length, number))
                for name in [*self._pages, NATIVE]
                for length in LENGTHS
            ]
        )

    def _run_one(self, name: str, length: int, number: int) -> None:
        call = (
            self._native.forward if name == NATIVE else partial(self._pages[name].call, "forward")
        )
        self._run.samples.append(Sample("idea", str(length), name, number, call(length).ms))
