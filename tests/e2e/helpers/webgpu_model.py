"""Models with a second file for WebGPU, and the optional runtime: what the page is told of them."""

from __future__ import annotations

import gzip
import hashlib
import json
import subprocess
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from harness import ROOT, Harness, manifest


@cache
def build() -> Path:
    """Build the optional files once per test run; return the folder that holds them."""
    folder = Path(mkdtemp(prefix="qna-webgpu-"))
    subprocess.run(["node", "build.mjs", "--webgpu", str(folder)], cwd=ROOT / "js", check=True)
    return folder


def serve_runtime(harness: Harness) -> dict[str, Any]:
    """Let the page fetch the optional files; return what the manifest says of them."""
    listed: dict[str, Any] = json.loads((build() / "webgpu.json").read_text())
    for asset in listed.values():
        content = (build() / Path(asset["path"]).name).read_bytes()
        harness.replaced[f"/qna_widget/{asset['path']}"] = content
    return listed


def serve_asset(harness: Harness, name: str, data: bytes, *, packed: bool) -> dict[str, Any]:
    """Let the page fetch a file of a model; return its entry in the manifest."""
    shipped = gzip.compress(data, 1) if packed else data
    harness.replaced[f"/qna_widget/tests/{name}"] = shipped
    return {
        "name": name,
        "path": f"tests/{name}",
        "sha256": hashlib.sha256(shipped).hexdigest(),
        "bytes": len(shipped),
        "encoding": "gzip" if packed else "identity",
        "unpacked_bytes": len(data),
    }


def with_webgpu(harness: Harness, onnx_webgpu: bytes, **changes: Any) -> dict[str, Any]:
    """Return the bundled model's manifest with a file for WebGPU and other changes."""
    told = manifest()
    second = serve_asset(harness, "webgpu.onnx", onnx_webgpu, packed=False)
    return {
        "model": told["model"] | {"onnx_webgpu": second} | changes,
        "runtime": told["runtime"] | {"webgpu": serve_runtime(harness)},
    }
