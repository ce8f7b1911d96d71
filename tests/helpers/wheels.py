"""Builds wheels as pip does."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def built(source: Path, out: Path, **environment: str) -> Path:
    """Let pip build a wheel of a folder or an archive, without asking the network."""
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-index"]
    subprocess.run(
        [*command, "--no-build-isolation", "--wheel-dir", str(out), str(source)],
        check=True,
        env={k: v for k, v in os.environ.items() if k != "QNA_WIDGET_PREBUILT"} | environment,
    )
    (wheel,) = out.glob("*.whl")
    return wheel
