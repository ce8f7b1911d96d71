"""Who takes part, and with what settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

OURS, BUNDLED, NATIVE = "mobilebert", "bundled", "native"
QNA, PLAIN, PEER, PEER_BEST = "qna", "plain", "transformers", "transformers-best"
READS = {PEER: 512, PEER_BEST: 512}
"""Tokens beyond which a contender reads nothing."""
DEFAULT_DTYPE = "q8"
"""What transformers.js takes on wasm when nothing is said."""
PEER_TITLE = "transformers.js 4.3"
# What the worker says: the file holds the optimised graph.
SHIPPED = {"graphOptimizationLevel": "disabled"}
WITHOUT = {
    "TensorFlow.js qna, the published weights": (
        "they can be had from its own server only; the graph here is made by the last transformers "
        "with TensorFlow's classes and by TensorFlow.js' own converter, of random weights"
    ),
    "TensorFlow.js qna, 24 files of weights": (
        "as published; the page waited for ever for them over HTTP/1.1, so they are one file"
    ),
    "TensorFlow.js qna, 100,000 characters": (
        "it puts all windows, about 200 of 384 tokens, into one batch: minutes and gigabytes, "
        "going by 5,000 characters"
    ),
    "TensorFlow.js qna, forward at 32 and 128 tokens": "it always runs 384",
    "TensorFlow.js on WebGL, all on WebGPU": "need a graphics device, which this machine lacks",
    "transformers.js, int8": "the same file as q8 for a model without convolutions",
    "transformers.js, q4f16, bnb4, q2, q1": "not made: 4 bits are measured as q4, 16 as fp16",
    "torch's export, end to end": "a model file: it has neither tokenizer nor decoding",
    "QuestionAnswerer and native onnxruntime, cold, warm, memory": "no page to open",
    "Memory and time of the browser's other processes": "only the page's own process is read",
}
"""What this benchmark cannot have, and why."""


def reads_all(name: str, tokens: int) -> bool:
    """Whether a contender reads the whole of so many tokens."""
    return tokens <= READS.get(name, tokens)


@dataclass(frozen=True)
class Contender:
    """Somebody who takes part."""

    name: str
    title: str
    plugin: str = ""
    """Its file in plugins/; none: it runs in this Python."""
    options: Mapping[str, object] = field(default_factory=dict)
    """What the plug-in is loaded with."""

    @property
    def page(self) -> str:
        """What contenders share a page by."""
        return f"{self.plugin} {dict(self.options)}"


def asked(best_dtype: str) -> list[Contender]:
    """Return who takes a text and a question; `best_dtype` is transformers.js' quickest."""
    return [
        Contender(OURS, "qna-widget, MobileBERT", "ours.js", {"model": OURS}),
        Contender(BUNDLED, "qna-widget, bundled model", "ours.js", {"model": BUNDLED}),
        *_peers(best_dtype),
        Contender(QNA, "TensorFlow.js qna 1.0.2 (wasm)", "qna.js"),
        Contender(NATIVE, "QuestionAnswerer, MobileBERT"),
    ]


def ran(best_dtype: str) -> list[Contender]:
    """Return who takes token ids."""
    bundled = {"url": "/bundled.onnx", "session": SHIPPED}
    return [
        Contender(OURS, "qna-widget, MobileBERT", "session.js", ids_only("int8.onnx", SHIPPED)),
        Contender(BUNDLED, "qna-widget, bundled model", "session.js", bundled),
        *_peers(best_dtype),
        Contender(QNA, "TensorFlow.js qna 1.0.2 (wasm)", "qna.js"),
        Contender(
            PLAIN, "torch's export, fp32, onnxruntime-web", "session.js", ids_only(PLAIN_FILE)
        ),
        Contender(NATIVE, "native onnxruntime, our int8 file"),
    ]


PLAIN_FILE = "plain.onnx"


def ids_only(file: str, session: Mapping[str, object] | None = None) -> dict[str, object]:
    """Return session.js' options for a file of the prepared folder."""
    return {"url": f"/models/{file}", "session": dict(session or {})}


def _peers(best_dtype: str) -> list[Contender]:
    default = Contender(PEER, f"{PEER_TITLE}, default ({DEFAULT_DTYPE})", "transformers.js")
    if best_dtype == DEFAULT_DTYPE:
        return [default]
    best = dtype_contender(best_dtype)
    return [default, Contender(PEER_BEST, best.title, best.plugin, best.options)]


def dtype_contender(dtype: str) -> Contender:
    """Return transformers.js with a dtype."""
    return Contender(dtype, f"{PEER_TITLE}, {dtype}", "transformers.js", {"dtype": dtype})
