"""Logits of the converted models against transformers', in Python and in headless Chromium.

    python -m benchmarks.models.parity OUT

OUT is what random_checkpoints wrote with --windows: checkpoints, windows.json and, beside each
checkpoint, the logits that transformers gave. Prints the largest difference of any logit.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime

from qna_widget.export.checkpoint import read_checkpoint
from qna_widget.export.recipe import float_graph

from .browser import Variant, chromium

NAMES = ("mobilebert", "bert", "distilbert")


def in_python(model: Path, windows: list[dict[str, Any]]) -> list[Any]:
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    wanted = {tensor.name for tensor in session.get_inputs()}
    found = []
    for window in windows:
        feeds = {name: np.array(ids)[None] for name, ids in window.items() if name in wanted}
        feeds["attention_mask"] = np.ones_like(feeds["input_ids"])
        start, end = session.run(["start_logits", "end_logits"], feeds)
        found.append([start[0], end[0]])
    return found


def largest(found: list[Any], wanted: list[Any]) -> float:
    pairs = zip(found, wanted, strict=True)
    return max(float(np.abs(np.array(a) - np.array(b)).max()) for a, b in pairs)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("out", type=Path)
    out = parser.parse_args().out
    windows = json.loads((out / "windows.json").read_text())
    report = {}
    with chromium(out) as browser:
        for name in NAMES:
            model = out / f"{name}.onnx"
            model.write_bytes(float_graph(read_checkpoint(out / name)).SerializeToString())
            wanted = json.loads((out / f"{name}.logits.json").read_text())
            options = {"graphOptimizationLevel": "disabled"}
            bench = browser.open(Variant(name, model.name, options))
            bench.create()
            there = bench.logits(windows)
            bench.close()
            report[name] = {
                "windows": len(windows),
                "logits_standard_deviation": float(np.concatenate(wanted, axis=1).std()),
                "python": largest(in_python(model, windows), wanted),
                "chromium": largest(there, wanted),
            }
    print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
