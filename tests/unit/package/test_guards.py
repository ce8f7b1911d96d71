"""The guards that scripts/mutate_guards.py takes out of the source are there, and their tests."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
SCRIPT = ROOT / "scripts" / "guards.py"


def guards() -> list[tuple[str, str, str, str]]:
    spec = importlib.util.spec_from_file_location("guards", SCRIPT)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["guards"] = module  # for its dataclass
    spec.loader.exec_module(module)
    return [(guard.name, guard.file, guard.old, guard.test) for guard in module.GUARDS]


GUARDS = guards()


def test_there_are_enough_in_both_languages() -> None:
    files = [file for _, file, _, _ in GUARDS]
    assert sum(file.endswith(".py") for file in files) >= 5
    assert sum(file.endswith(".ts") for file in files) >= 5


@pytest.mark.parametrize(("name", "file", "old", "test"), GUARDS, ids=lambda part: part[:30])
def test_a_guard_stands_once_and_its_test_is_there(
    name: str, file: str, old: str, test: str
) -> None:
    assert (ROOT / file).read_text(encoding="utf-8").count(old) == 1, name
    place, _, called = test.partition("::")
    text = (ROOT / place).read_text(encoding="utf-8")
    assert (f"def {called}(" if place.endswith(".py") else called) in text
