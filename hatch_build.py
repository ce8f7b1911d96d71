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

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Fill qna_widget/static; QNA_WIDGET_PREBUILT=1 packs what is there already.

        QNA_WIDGET_WEBGPU=1 adds what WebGPU needs. That is 6.7 MB, more than all the rest but the
        model, and few readers have a graphics card, a model with a file for it, and the wait.
        """
        js = Path(self.root) / "js"
        static = Path(self.root) / "qna_widget" / "static"
        if os.environ.get("QNA_WIDGET_PREBUILT") == "1":
            if not (static / "manifest.json").is_file():
                raise RuntimeError(
                    f"QNA_WIDGET_PREBUILT=1, but {static} holds no manifest.json. "
                    "Run `make build` first, or unset the variable."
                )
            return
        npm = shutil.which("npm")
        if npm is None:
            raise RuntimeError(
                "Building qna-widget from source needs Node.js 20.19 or newer with npm, "
                "and there is no npm on the PATH. Install Node.js, or a wheel, which needs none."
            )
        if not (js / "node_modules" / ".package-lock.json").is_file():
            # No install scripts: none of the packages needs one, and one fewer thing can run code.
            command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
            subprocess.run(command, cwd=js, check=True)
        build = [npm, "run", "--silent", "build"]
        subprocess.run(build, cwd=js, check=True)
        if os.environ.get("QNA_WIDGET_WEBGPU") == "1":
            subprocess.run([*build, "--", "--webgpu"], cwd=js, check=True)
