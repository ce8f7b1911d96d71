"""`pip install .` builds the front end; the wheel then works where there is no Node."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build a wheel from a copy of the tracked files, as pip does from a clone."""
    source = tmp_path_factory.mktemp("source")
    tracked = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split("\0")
    for name in filter(None, tracked):
        if (ROOT / name).is_file():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, source / name)
    # The packages are the registry's, not ours: the copy borrows those already installed.
    (source / "js" / "node_modules").symlink_to(ROOT / "js" / "node_modules")
    out = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [
            sys.executable,
            "-m",
            "pip",
            "wheel",
            "--quiet",
            "--no-deps",
            "--no-build-isolation",
            "--no-index",
            "--wheel-dir",
            str(out),
            str(source),
        ],
        check=True,
        env={k: v for k, v in os.environ.items() if k != "QNA_WIDGET_PREBUILT"},
    )
    (built,) = out.glob("*.whl")
    return built


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
