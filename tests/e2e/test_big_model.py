"""A model of 100 MB through a real kernel into a real page, which must stay alive meanwhile."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from chromium import Offline
from lab import BERT, BERT_QUESTION, Lab, write
from onnx import TensorProto, helper, numpy_helper
from servers import jupyterlab

from qna_widget.export.checkpoint import read_checkpoint
from qna_widget.export.recipe import float_graph

TINY = Path(__file__).parents[1] / "parity" / "tiny_bert"
BALLAST = 25_000_000
"""Weights of four bytes that the answers do not depend on."""
LONGEST_STALL_MS = 2000
"""Generous: a page that copies or checks 100 MB in one go stands still for longer on a machine
that is as busy as this one may be."""
# Gaps between frames, while the page is shown.
WATCH = """
() => {
  let last = performance.now();
  window.gaps = [];
  const frame = (now) => {
    window.gaps.push(now - last);
    last = now;
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
}
"""


def with_ballast() -> bytes:
    """Return the tiny model with 100 MB of random weights, one of which is used: as zero."""
    model = float_graph(read_checkpoint(TINY), fused=True)
    weights = np.random.default_rng(7).standard_normal(BALLAST, np.float32)
    graph = model.graph
    for node in graph.node:
        node.output[:] = ["real" if name == "start_logits" else name for name in node.output]
    graph.initializer.extend(
        [
            numpy_helper.from_array(weights, "ballast"),
            numpy_helper.from_array(np.int64(BALLAST - 1), "ballast.last"),
            numpy_helper.from_array(np.float32(0), "ballast.zero"),
        ]
    )
    graph.node.extend(
        [
            helper.make_node("Gather", ["ballast", "ballast.last"], ["ballast.one"]),
            helper.make_node("Mul", ["ballast.one", "ballast.zero"], ["ballast.nothing"]),
            helper.make_node("Add", ["real", "ballast.nothing"], ["start_logits"]),
        ]
    )
    onnx.checker.check_model(model)
    assert graph.output[0].type.tensor_type.elem_type == TensorProto.FLOAT
    return bytes(model.SerializeToString())


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as `qna-widget export` writes it, packed quickly: random weights do not shrink."""
    folder = tmp_path_factory.mktemp("big")
    vocab = "".join(f"{token}\n" for token in read_checkpoint(TINY).vocabulary.tokens).encode()
    files: dict[str, Any] = {}
    for key, name, data in (("onnx", "model.onnx", with_ballast()), ("vocab", "vocab.txt", vocab)):
        packed = gzip.compress(data, 0)
        (folder / f"{name}.gz").write_bytes(packed)
        files[key] = {
            "name": name,
            "path": f"{name}.gz",
            "sha256": hashlib.sha256(packed).hexdigest(),
            "bytes": len(packed),
            "encoding": "gzip",
            "unpacked_bytes": len(data),
        }
    described = {"name": "big", "title": "Big", "max_seq_len": 24, "lowercase": True}
    described |= {"optimized": True, "files": files}
    (folder / "model.json").write_text(json.dumps(described))
    return folder


@pytest.fixture
def lab(offline: Offline, model: Path, tmp_path: Path) -> Iterator[Lab]:
    folder = tmp_path / "jupyter" / "notebooks"
    folder.mkdir(parents=True)
    make = (
        f"from qna_widget import QnA\nw = QnA({BERT!r}, {BERT_QUESTION!r}, model={str(model)!r})\nw"
    )
    with jupyterlab(folder, tmp_path / "log.txt") as address:
        yield Lab(offline.page(), address, write(folder, "big", make))


def resident_mb(lab: Lab) -> float:
    """Memory of the largest renderer of this browser, in megabytes."""
    session = lab.page.context.browser.new_browser_cdp_session()
    found = session.send("SystemInfo.getProcessInfo")["processInfo"]
    sizes = []
    for process in found:
        if process["type"] == "renderer":
            status = Path(f"/proc/{process['id']}/status").read_text()
            sizes.append(int(status.split("VmHWM:")[1].split()[0]) / 1000)
    session.detach()
    return max(sizes)


def test_100_mb_through_the_kernel(lab: Lab) -> None:
    before = resident_mb(lab)
    lab.page.evaluate(WATCH)
    lab.run(0)
    lab.answered()
    gaps = sorted(lab.page.evaluate("gaps"))
    peak = resident_mb(lab)
    sent = lab.value("w.bytes_sent")
    assert sent > 4 * BALLAST
    print(
        f"{sent / 1e6:.0f} MB through the kernel: longest gaps between frames "
        f"{', '.join(f'{gap:.0f}' for gap in gaps[-3:])} ms; the renderer's memory rose from "
        f"{before:.0f} to {peak:.0f} MB at most"
    )
    assert gaps[-1] < LONGEST_STALL_MS
    # The browser has kept it: nothing is sent to a new widget after a reload.
    lab.open()
    lab.run(0)
    lab.answered()
    assert lab.value("w.bytes_sent") == 0
