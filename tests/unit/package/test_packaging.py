"""`pip install .` builds the front end; the wheel then works where there is no Node."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

from wheels import built

ROOT = Path(__file__).parents[3]


def test_wheel_is_pure_python_and_holds_what_the_browser_needs(wheel: Path) -> None:
    assert wheel.name.endswith("-py3-none-any.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        wasm = json.loads(archive.read("qna_widget/static/manifest.json"))["wasm"]
        model = json.loads(archive.read("qna_widget/models/bundled/model.json"))
        sizes = {f"qna_widget/{wasm['path']}": wasm["bytes"]}
        for asset in model["files"].values():
            sizes[f"qna_widget/models/bundled/{asset['path']}"] = asset["bytes"]
        assert {name: archive.getinfo(name).file_size for name in sizes} == sizes
    assert {"qna_widget/static/widget.js", "qna_widget/static/streamlit.js"} <= names
    assert not [name for name in names if name.startswith(("js/", "tests/"))]


def test_installed_wheel_answers_without_node(wheel: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    subprocess.run(
        [
            sys.executable,
            "-m",
            "pip",
            "install",
            "--quiet",
            "--no-deps",
            "--no-index",
            "--target",
            str(site),
            str(wheel),
        ],
        check=True,
    )
    code = (
        "import qna_widget, pathlib, sys\n"
        f"assert pathlib.Path(qna_widget.__file__).is_relative_to({str(site)!r})\n"
        "widget = qna_widget.QnA(passage='Paris is in France.', question='Where is Paris?')\n"
        "assert len(widget._esm) > 10_000\n"
        "answer = qna_widget.QuestionAnswerer()(\n"
        "    question='Where is Paris?', passage='Paris is in France.')\n"
        "print(answer.text)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": "/nonexistent", "PYTHONPATH": str(site), "HOME": str(tmp_path)},
    )
    assert done.returncode == 0, done.stderr
    assert "France" in done.stdout


def test_a_source_distribution_holds_the_front_end_built(
    source: Path, wheel: Path, tmp_path: Path
) -> None:
    """`wheel` was built in `source` before, so the front end is there."""
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-d", str(tmp_path)],
        cwd=source,
        check=True,
        env={**os.environ, "QNA_WIDGET_PREBUILT": "1"},
    )
    (sdist,) = tmp_path.glob("*.tar.gz")
    again = built(sdist, tmp_path / "wheel", PATH="/nonexistent")
    with zipfile.ZipFile(wheel) as one, zipfile.ZipFile(again) as other:
        assert {item.filename: item.CRC for item in one.infolist()} == {
            item.filename: item.CRC for item in other.infolist()
        }
