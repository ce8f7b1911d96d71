"""The bill of materials names everything that is shipped, with version and licence."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


def test_everything_shipped_is_in_the_bill_with_its_licence() -> None:
    script = ROOT / "scripts" / "sbom.py"
    said = subprocess.run([sys.executable, str(script)], stdout=subprocess.PIPE, check=True).stdout
    bill = json.loads(said)
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    found = {component["name"]: component for component in bill["components"]}
    licences = {name: it["licenses"][0]["license"]["name"] for name, it in found.items()}
    assert [name for name, licence in licences.items() if licence in ("", "not said")] == []
    assert licences["onnxruntime-web"] == "MIT"
    assert licences["qna_widget/models/bundled/model.onnx.gz"].startswith("CC BY-SA")
    assert found["anywidget"]["version"] == metadata.version("anywidget")
    assert {"onnxruntime", "tokenizers", "numpy", "huggingface-hub"} <= found.keys()
    shipped = [file.name for file in (ROOT / "qna_widget" / "static").iterdir() if file.is_file()]
    assert {f"qna_widget/static/{name}" for name in shipped if name[0] != "."} <= found.keys()


INSTALLED = {
    "qna-widget": ["alpha", "beta[fast]; extra == 'kernel'", "qna-widget[kernel]; extra == 'demo'"],
    "alpha": ["tester; extra == 'test'", "elsewhere; sys_platform == 'nowhere'"],
    "beta": [
        "Gamma_Ray>=1; extra == 'fast'",
        "tester; extra == 'test'",
        "missing; extra == 'fast'",
    ],
    "gamma-ray": ["beta"],
    "tester": [],
    "elsewhere": [],
}


def test_only_extras_that_are_asked_for_are_needed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, needs in INSTALLED.items():
        lines = ["Metadata-Version: 2.1", f"Name: {name}", "Version: 1", "License: MIT"]
        lines += [f"Provides-Extra: {extra}" for extra in ("kernel", "demo", "fast", "test")]
        about = tmp_path / f"{name.replace('-', '_')}-1.dist-info"
        about.mkdir()
        lines += [f"Requires-Dist: {need}" for need in needs]
        (about / "METADATA").write_text("\n".join(lines) + "\n")
    monkeypatch.syspath_prepend(tmp_path)
    spec = importlib.util.spec_from_file_location("sbom", ROOT / "scripts" / "sbom.py")
    assert spec is not None
    assert spec.loader is not None
    sbom = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(sbom)
    assert [found["name"] for found in sbom.python()] == ["alpha", "beta", "gamma-ray"]
