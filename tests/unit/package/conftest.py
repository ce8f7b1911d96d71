"""A clone, and the wheel that pip makes of it."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from wheels import built

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="session")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy the tracked files, as a clone has them."""
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
            shutil.copy2(ROOT / name, source / name)  # with its time: the packages are newer
    # The packages are the registry's, not ours: the copy borrows those already installed.
    (source / "js" / "node_modules").symlink_to(ROOT / "js" / "node_modules")
    return source


@pytest.fixture(scope="session")
def wheel(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build a wheel from a clone, as pip does."""
    return built(source, tmp_path_factory.mktemp("wheel"))
