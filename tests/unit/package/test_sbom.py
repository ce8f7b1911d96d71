"""The bill of materials names everything that is shipped, with version and licence."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib import metadata
from pathlib import Path

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
