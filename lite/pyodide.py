"""Puts a Pyodide together for the site: its core from npm, packages from PyPI, no CDN.

    python lite/pyodide.py FOLDER

Pyodide's own releases are not on a package registry, but their core is on npm, and the pure Python
packages that a kernel starts with are on PyPI in the very versions that its lock file names.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from jupyterlite_pyodide_kernel.constants import PYODIDE_VERSION

CORE = (
    "pyodide.mjs",
    "pyodide.asm.mjs",
    "pyodide.asm.wasm",
    "python_stdlib.zip",
    "package.json",
)
LOCK = "pyodide-lock.json"
ROOTS = ("micropip", "ipython", "jedi", "packaging", "typing-extensions")
"""What the kernel imports; all that these depend on comes, too."""


def main(folder: Path) -> None:
    """Fill `folder`, to be served as static/pyodide."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        core = _core(Path(temporary))
        for name in CORE:
            shutil.copy(core / name, folder)
        lock = json.loads((core / LOCK).read_text(encoding="utf-8"))
    packages = lock["packages"]
    lock["packages"] = {name: _package(packages[name], folder) for name in _closure(packages)}
    (folder / LOCK).write_text(json.dumps(lock), encoding="utf-8")


def _core(temporary: Path) -> Path:
    npm = shutil.which("npm")
    if npm is None:
        sys.exit("There is no npm on the PATH. Run this by `make lite`, which brings one.")
    command = [npm, "pack", "--silent", f"pyodide@{PYODIDE_VERSION}"]
    subprocess.run(command, cwd=temporary, check=True, stdout=subprocess.DEVNULL)
    (archive,) = temporary.glob("*.tgz")
    with tarfile.open(archive) as packed:
        packed.extractall(temporary, filter="data")
    return temporary / "package"


def _closure(packages: dict[str, dict[str, object]]) -> list[str]:
    found: dict[str, None] = {}
    waiting = list(ROOTS)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found[name] = None
            depends = packages[name]["depends"]
            assert isinstance(depends, list)
            waiting += [dependency.replace("_", "-") for dependency in depends]
    return sorted(found)


def _package(said: dict[str, object], folder: Path) -> dict[str, object]:
    """Fetch one wheel; return what the lock file says of it, with the digest of PyPI's file."""
    wanted = f"{said['name']}=={said['version']}"
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
    command += ["--disable-pip-version-check", "--only-binary", ":all:", "--platform", "any"]
    with tempfile.TemporaryDirectory() as temporary:
        command += ["--python-version", "3.14", "--dest", temporary, wanted]
        subprocess.run(command, check=True)
        (wheel,) = Path(temporary).glob("*-none-any.whl")
        shutil.copy(wheel, folder)
        digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
        return {**said, "file_name": wheel.name, "sha256": digest}


if __name__ == "__main__":
    main(Path(sys.argv[1]))
