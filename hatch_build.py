"""Builds the browser's files before the package is packed."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class FrontendBuildHook(BuildHookInterface):  # type: ignore[type-arg]
    """Runs the front end's own build, so that `pip install .` needs no second command."""

    def dependencies(self) -> list[str]:
        """Return what the build needs besides hatchling: Node.js, where none is on the PATH."""
        if not self._must_build() or has_fit_node(self._js):
            return []
        return self._node_of_pypi()

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Fill qna_widget/static; QNA_WIDGET_PREBUILT=1 packs what is there already.

        QNA_WIDGET_WEBGPU=1 adds what WebGPU needs. That is 6.7 MB, more than all the rest but the
        model, and few readers have a graphics card, a model with a file for it, and the wait.
        """
        if not self._must_build():
            if not self._manifest.is_file():
                raise RuntimeError(
                    f"QNA_WIDGET_PREBUILT=1, but {self._manifest} is missing. "
                    "Run `make build` first, or unset the variable."
                )
            return
        npm = shutil.which("npm")
        if npm is None or not has_fit_node(self._js):
            raise RuntimeError(
                "Building qna-widget needs Node.js 20.19 or newer with npm on the PATH. With build "
                "isolation pip brings it; without, run: pip install -r js/requirements.txt"
            )
        if self._must_install():
            # No install scripts: none of the packages needs one, and one fewer thing can run code.
            command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
            subprocess.run(command, cwd=self._js, check=True)
            self._installed.touch()  # npm may leave an older time; make looks at it, too
        build = [npm, "run", "--silent", "build"]
        subprocess.run(build, cwd=self._js, check=True)
        if _wants_webgpu():
            subprocess.run([*build, "--", "--webgpu"], cwd=self._js, check=True)

    @property
    def _js(self) -> Path:
        return Path(self.root) / "js"

    @property
    def _installed(self) -> Path:
        return self._js / "node_modules" / ".package-lock.json"

    @property
    def _manifest(self) -> Path:
        return Path(self.root) / "qna_widget" / "static" / "manifest.json"

    def _must_build(self) -> bool:
        """Tell whether the front end is to be built; a source distribution carries it, built."""
        if os.environ.get("QNA_WIDGET_PREBUILT") == "1":
            return False
        packed = (Path(self.root) / "PKG-INFO").is_file() and self._manifest.is_file()
        return not packed or _wants_webgpu()

    def _must_install(self) -> bool:
        """Tell whether npm's packages are missing, or older than the files that name them."""
        if not self._installed.is_file():
            return True
        named = [self._js / name for name in ("package.json", "package-lock.json")]
        return max(file.stat().st_mtime for file in named) > self._installed.stat().st_mtime

    def _node_of_pypi(self) -> list[str]:
        lines = (self._js / "requirements.txt").read_text(encoding="utf-8").splitlines()
        return [line for line in lines if line and not line.startswith("#")]


def has_fit_node(js: Path) -> bool:
    """Tell whether the PATH has npm, and a Node.js that is new enough."""
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        return False
    return subprocess.run([node, "fit.mjs"], cwd=js, capture_output=True).returncode == 0


def _wants_webgpu() -> bool:
    return os.environ.get("QNA_WIDGET_WEBGPU") == "1"
