"""What stands above the figures: machine, date, versions."""

from __future__ import annotations

import json
import os
import platform
import subprocess
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from .cases import ROOT

PYTHON = ("onnxruntime", "tokenizers", "numpy")
NPM = (
    "@huggingface/transformers",
    "onnxruntime-web",
    "@tensorflow-models/qna",
    "@tensorflow/tfjs-core",
)


def machine() -> str:
    """Return the processor as lscpu names it, with its cores and the memory."""
    said = subprocess.run(
        ["lscpu"], capture_output=True, text=True, check=True, env={**os.environ, "LC_ALL": "C"}
    )
    lines = dict(line.split(":", 1) for line in said.stdout.splitlines() if ":" in line)
    wanted = ("Model name", "CPU family", "Model", "CPU(s)", "Hypervisor vendor")
    parts = [f"{name} {lines[name].strip()}" for name in wanted if name in lines]
    gib = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return "; ".join([*parts, f"{gib:.0f} GiB of memory"])


def versions(modules: Path, chromium: str) -> str:
    """Return the versions of whatever took part."""
    own = json.loads((ROOT / "js/node_modules/onnxruntime-web/package.json").read_text())
    found = [f"Chromium {chromium}", f"Python {platform.python_version()}"]
    found += [f"{name} {version(name)}" for name in PYTHON]
    found.append(f"onnxruntime-web {own['version']} (ours)")
    for name in NPM:
        said = json.loads((modules / name / "package.json").read_text())
        theirs = " (transformers.js')" if name == "onnxruntime-web" else ""
        found.append(f"{name} {said['version']}{theirs}")
    return ", ".join(found)


def about(out: Path, chromium: str) -> dict[str, str]:
    """Return what is known before the first measurement."""
    return {
        "Date": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        "Machine": machine(),
        "Versions": versions(out / "node_modules", chromium),
    }
