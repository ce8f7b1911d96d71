"""Both sides of the comparison."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from .core import Core

BUNDLED = Path(__file__).parents[2] / "qna_widget/models/bundled"


@pytest.fixture(scope="session")
def core(tmp_path_factory: pytest.TempPathFactory) -> Core:
    return Core(tmp_path_factory.mktemp("core"))


@pytest.fixture(scope="session")
def vocab() -> list[str]:
    """The bundled model's vocabulary."""
    text = gzip.decompress((BUNDLED / "vocab.txt.gz").read_bytes()).decode("utf-8")
    return text.removesuffix("\n").split("\n")
