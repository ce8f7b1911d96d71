"""A widget whose comm only records: what Python sends, and what a page would say."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import comm
import pytest
from comm.base_comm import BaseComm

from qna_widget.core import contract
from qna_widget.core.crc32 import crc32
from qna_widget.hosts import assets
from qna_widget.hosts.widget import waiting
from qna_widget.hosts.widget.widget import QnA

PASSAGE = "🙂 Bert lives at 123 Sesame Street."
ANSWER = {"text": "123 Sesame Street", "start": 16, "end": 33, "score": 9.5, "probability": 0.9}


class RecordingComm(BaseComm):
    sent: list[tuple[dict[str, Any], list[bytes]]]

    def publish_msg(self, msg_type, data=None, metadata=None, buffers=None, **keys) -> None:
        self.__dict__.setdefault("sent", []).append((data, buffers))


@pytest.fixture(autouse=True)
def front_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Stand in for the built front end, and record what goes to the browser."""
    wasm = b"\0asm" * 10
    (tmp_path / "ort.wasm.gz").write_bytes(wasm)
    (tmp_path / "widget.js").write_text("export default {}")
    listed = {
        "name": "onnxruntime (wasm)",
        "path": str(tmp_path / "ort.wasm.gz"),
        "sha256": "ab" * 32,
        "bytes": len(wasm),
        "encoding": "gzip",
        "unpacked_bytes": 1,
    }
    (tmp_path / "manifest.json").write_text(json.dumps({"wasm": listed}))
    monkeypatch.setattr(assets, "STATIC", tmp_path)
    monkeypatch.setattr(comm, "create_comm", RecordingComm)
    monkeypatch.setattr(waiting.Pages, "silent", False)
    assets.wasm.cache_clear()
    yield
    assets.wasm.cache_clear()


def updates(widget: QnA) -> list[dict[str, Any]]:
    """Trait changes that went to the browser, oldest first."""
    sent = [data for data, _ in widget.comm.sent if data.get("method") == "update"]
    return [data["state"] for data in sent]


def customs(widget: QnA) -> list[tuple[dict[str, Any], list[bytes]]]:
    return [
        (data["content"], buffers)
        for data, buffers in widget.comm.sent
        if data.get("method") == "custom"
    ]


def from_browser(widget: QnA, content: dict[str, Any], *buffers: bytes) -> None:
    data = {"method": "custom", "content": content}
    widget._handle_msg({"content": {"data": data}, "buffers": list(buffers)})


def typed(widget: QnA, **state: object) -> None:
    widget._handle_msg(
        {
            "content": {"data": {"method": "update", "state": state, "buffer_paths": []}},
            "buffers": [],
        }
    )


_numbers = itertools.count(1)


def report(
    passage: str,
    outputs: dict[str, Any],
    *,
    page: str = "p",
    number: int | None = None,
    **inputs: object,
) -> dict[str, Any]:
    others = {**contract.default_inputs(), **inputs}
    del others["passage"]
    return {
        "kind": "report",
        "page": page,
        "number": next(_numbers) if number is None else number,
        "inputs": others,
        "passage_crc32": crc32(passage),
        "outputs": outputs,
    }


READY = {
    "status": "ready",
    "progress": {},
    "error": "",
    "backend": "wasm, 1 thread",
    "answers": [ANSWER],
    "null_score": -4.5,
    "timing": {"tokens": 20, "windows": 1, "run_ms": 5, "total_ms": 6},
}


def asked() -> QnA:
    return QnA(PASSAGE, "Where?")
