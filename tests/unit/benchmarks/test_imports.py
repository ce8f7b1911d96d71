"""`make bench` runs seldom, so that a name which has moved would be missed only then."""

import importlib
from pathlib import Path

import pytest

PEERS = Path(__file__).parents[3] / "benchmarks" / "peers"
# Has an environment of its own.
ELSEWHERE = ("tensorflow_graph",)
MODULES = sorted(file.stem for file in PEERS.glob("*.py") if file.stem not in ELSEWHERE)


@pytest.mark.parametrize("module", MODULES)
def test_every_module_finds_the_names_that_it_imports(module: str) -> None:
    importlib.import_module(f"benchmarks.peers.{module}")
