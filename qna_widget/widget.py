"""The Jupyter widget: passage and question as traits, answers from the browser that shows it."""

from __future__ import annotations

import zlib
from typing import Any
from uuid import uuid4

import anywidget
import traitlets

from . import registry
from .assets import AssetError, AssetReader, built, manifest, model_files, runtime_files
from .contract import INPUTS, OUTPUTS, InputTrait, OutputTrait, default_inputs, refuse_unknown
from .errors import ModelError

_LAYOUT = ("layout", "tooltip", "tabbable")  # what ipywidgets itself takes
# What a result is made of; without a result these stand at their defaults.
_RESULT = ("answers", "null_score", "timing")


class QnA(anywidget.AnyWidget):
    """Asks questions about a text; the model runs in the browser that shows the widget.

    ``answers``, ``null_score`` and ``timing`` always belong to the inputs as they stand: they are
    emptied as soon as one of these changes, and filled when the browser has answered. While a
    cell runs, the kernel takes no news from the browser: read ``answers`` in a later cell, or
    ``observe`` it.
    """

    passage = InputTrait("passage")
    """The text to search."""
    question = InputTrait("question")
    top_k = InputTrait("top_k")
    """Most answers to return."""
    max_answer_len = InputTrait("max_answer_len")
    """Longest answer, in tokens."""
    doc_stride = InputTrait("doc_stride")
    """Step from one window over a long passage to the next, in tokens."""
    no_answer_threshold = InputTrait("no_answer_threshold")
    """"No answer" ranks first when null_score - best score exceeds this (logits)."""
    overlap = InputTrait("overlap")
    """Which overlapping answers to list: "none", "nested" or "allow"."""
    model = InputTrait("model")

    answers = OutputTrait("answers")
    """Best first: dicts of text, start, end (code points), score (logits), probability."""
    null_score = OutputTrait("null_score")
    """Score of "no answer" (logits); None before there is a result."""
    status = OutputTrait("status")
    """"idle", "loading", "ready", "running" or "error"."""
    progress = OutputTrait("progress")
    """What is being waited for: stage, name, loaded, total, unit; empty when nothing is."""
    error = OutputTrait("error")
    backend = OutputTrait("backend")
    """What the browser computes with, such as "wasm, 1 thread"."""
    timing = OutputTrait("timing")
    """tokens, windows, run_ms, total_ms of the last result."""

    _esm = traitlets.Unicode().tag(sync=True)
    _id = traitlets.Unicode().tag(sync=True)
    _manifest = traitlets.Dict().tag(sync=True)

    def __init__(self, passage: str = "", question: str = "", **options: Any) -> None:
        """Take any input of the contract by name, besides ipywidgets' layout and tooltip.

        Raises TypeError for an unknown name, traitlets.TraitError for a value that is not allowed,
        AssetError when the front end was not built.
        """
        refuse_unknown(options, dict.fromkeys([*default_inputs(), *_LAYOUT]))
        self._assets = AssetReader(runtime_files())
        self._held: dict[str, Any] | None = None
        super().__init__(passage=passage, question=question, **options)
        self.on_msg(self._on_message)

    @property
    def bytes_sent(self) -> int:
        """Bytes of model and runtime that the kernel has sent to browsers for this widget.

        It stays at 0 where the browser has kept them from an earlier visit.
        """
        return self._assets.bytes_read

    @traitlets.default("_esm")
    def _default_esm(self) -> str:
        return built("widget.js").read_text(encoding="utf-8")

    @traitlets.default("_id")
    def _default_id(self) -> str:
        return uuid4().hex

    @traitlets.default("_manifest")
    def _default_manifest(self) -> dict[str, Any]:
        return self._resolve(self.model)

    @traitlets.validate("model")
    def _check_model(self, proposal: dict[str, Any]) -> str:
        try:
            self._manifest = self._resolve(proposal["value"])
        except ModelError as error:
            raise traitlets.TraitError(str(error)) from error
        return str(proposal["value"])

    def _resolve(self, model: str) -> dict[str, Any]:
        resolved = registry.resolve(model)
        self._assets.add(model_files(resolved))
        return manifest(resolved)

    @traitlets.observe(*INPUTS)
    def _forget(self, _change: object) -> None:
        """Empty what belongs to the former inputs, at once."""
        with self.hold_sync(), self.hold_trait_notifications():
            for name in (*_RESULT, "status", "progress", "error"):
                self.set_trait(name, getattr(type(self), name).make_dynamic_default())
            if self._held is not None:
                self._take(self._held)

    def _on_message(self, _widget: object, content: dict[str, Any], _buffers: object) -> None:
        if content.get("kind") == "asset.read":
            self._send_chunk(content)
        elif content.get("kind") == "report":
            self._take(content)

    def _send_chunk(self, wanted: dict[str, Any]) -> None:
        reply = {"request": wanted.get("request")}
        try:
            asset, data = self._assets.read(
                wanted.get("sha256"), wanted.get("offset"), wanted.get("length")
            )
        except AssetError as error:
            self.send({**reply, "kind": "asset.error", "message": str(error)})
            return
        chunk = {"sha256": asset.sha256, "offset": wanted["offset"], "total": asset.bytes}
        self.send({**reply, "kind": "asset.chunk", **chunk}, [data])

    def _take(self, report: dict[str, Any]) -> None:
        """Set the outputs if they belong to the inputs as they stand.

        A report can overtake the inputs that it belongs to (Jupyter holds trait changes back while
        the kernel is busy, but not messages), so the newest that does not fit is kept for them.
        """
        if not self._fits(report):
            self._held = report
            return
        self._held = None
        outputs: dict[str, Any] = report["outputs"]
        with self.hold_sync(), self.hold_trait_notifications():
            for name in OUTPUTS:
                if name in outputs:
                    self.set_trait(name, outputs[name])

    def _fits(self, report: dict[str, Any]) -> bool:
        others = {name: getattr(self, name) for name in INPUTS if name != "passage"}
        return bool(report["inputs"] == others and report["passage_crc32"] == crc32(self.passage))


def crc32(text: str) -> int:
    """Return the CRC-32 of the text's UTF-8 bytes: tells passages apart without sending them."""
    return zlib.crc32(text.encode("utf-8"))
