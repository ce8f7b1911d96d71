"""Session creation and forward pass of full-size MobileBERT, side by side in headless Chromium.

    python -m benchmarks.models.speed OUT --peer NODE_MODULES [--creations 5] [--runs 15]

OUT is what random_checkpoints wrote with --plain; NODE_MODULES holds @huggingface/transformers
(`npm ci --ignore-scripts` in this folder). All of the same weights, one thread:

    int8, fp32        our files, optimised ahead of time
    plain             torch's own export
    transformers.js   with its default dtype, q8: `plain` in 8 bits, as its own script makes them
    its q8 file       that file in the runtime that we ship

Rounds are shuffled, figures are medians. CPU time is of all threads of the page's process. Session
creation leaves out fetching the file and starting the runtime, except for transformers.js, which
does all in one step. Memory is what the process grew by.
"""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path

from qna_widget.export.checkpoint import read_checkpoint
from qna_widget.export.recipe import float_graph, int8_graph

from .browser import Variant, chromium
from .peer_files import peer_files
from .timing import Figures, creation, forward

OPTIMISED = {"graphOptimizationLevel": "disabled"}
PEER = "transformers.js"
LENGTHS = (128, 384)


def prepare(out: Path) -> list[Variant]:
    """Write what is missing; return what is measured."""
    checkpoint = read_checkpoint(out / "mobilebert")
    (out / "int8.onnx").write_bytes(int8_graph(checkpoint, 384))
    (out / "fp32.onnx").write_bytes(float_graph(checkpoint).SerializeToString())
    quantised = peer_files(out)
    return [
        Variant("int8", "int8.onnx", OPTIMISED),
        Variant("fp32", "fp32.onnx", OPTIMISED),
        Variant("plain", "plain.onnx"),
        Variant("its q8 file", str(quantised.relative_to(out))),
        Variant(PEER, "peer", page="peer.html"),
    ]


def ratios(created: Figures, ran: Figures) -> dict[str, float]:
    """What is promised: both below 1, the first at most a third."""

    def ratio(figures: Figures, other: str, length: int | None, clock: str) -> float:
        ours, theirs = (
            figures[name] if length is None else figures[name][str(length)]
            for name in ("int8", other)
        )
        return round(ours[clock] / theirs[clock], 3)

    return {
        f"{what}, {clock}": ratio(figures, other, length, clock)
        for clock in ("wall_ms", "cpu_ms")
        for what, figures, other, length in (
            ("session creation, int8 / plain", created, "plain", None),
            (f"128 tokens, int8 / {PEER}", ran, PEER, 128),
            (f"384 tokens, int8 / {PEER}", ran, PEER, 384),
        )
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("--peer", type=Path, required=True, help="node_modules")
    parser.add_argument("--creations", type=int, default=5)
    parser.add_argument("--runs", type=int, default=15)
    options = parser.parse_args()
    peer = options.peer / "@huggingface/transformers"
    nested = peer / "node_modules/onnxruntime-web/dist"
    runtime = nested if nested.is_dir() else options.peer / "onnxruntime-web/dist"
    variants = prepare(options.out)
    load = [os.getloadavg()[0]]
    with chromium(options.out, {"peer": peer / "dist", "peer-ort": runtime}) as browser:
        created = creation(browser, variants, options.creations)
        ran = forward(browser, variants, LENGTHS, options.runs)
    load.append(os.getloadavg()[0])
    figures = {"session_creation": created, "forward_pass": ran}
    print(json.dumps({**figures, "ratios": ratios(created, ran), "load": load}, indent=2))


if __name__ == "__main__":
    main()
