"""scripts/run_tests.py: both halves run, are shown whole and in order, and count."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]
PASSES = "def test_well(): print('seen by nobody')\n"
FAILS = "def test_ill(): assert 6 * 9 == 42\n"


@pytest.fixture
def runner() -> Any:
    """The script as a module."""
    spec = importlib.util.spec_from_file_location("run_tests", ROOT / "scripts" / "run_tests.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(("first", "second"), [(FAILS, PASSES), (PASSES, FAILS)])
def test_a_failure_of_either_half_is_shown_and_counts(
    runner: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfdbinary: pytest.CaptureFixture[bytes],
    first: str,
    second: str,
) -> None:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")  # starts sooner
    halves = {}
    for name, code in (("one", first), ("other", second)):
        file = tmp_path / f"test_{name}.py"
        file.write_text(code, encoding="utf-8")
        halves[name] = [str(file), "-p", "no:cacheprovider", f"--basetemp={tmp_path / name}"]
    assert runner.main(["-q", "-ra"], halves) == 1
    said = capfdbinary.readouterr().out.decode()
    parts = said.split("=== Tests ")[1:]
    assert [part.split(" ===")[0] for part in parts] == [
        "one",
        "other",
        f"one: {'failed' if first is FAILS else 'passed'}",
        f"other: {'failed' if second is FAILS else 'passed'}",
    ]
    for text, whole, last in ((first, *parts[0::2]), (second, *parts[1::2])):
        failed = text is FAILS
        assert ("assert (6 * 9) == 42" in whole) is failed
        assert ("FAILED" in last) is failed
        assert f"1 {'failed' if failed else 'passed'}" in last


def test_each_test_is_in_one_half(runner: Any) -> None:
    def takes(half: list[str], file: str) -> bool:
        ignored = f"--ignore={file}" in half
        return not ignored and any(Path(file).is_relative_to(path) for path in half)

    files = [str(file.relative_to(ROOT)) for file in (ROOT / "tests").rglob("test_*.py")]
    assert len(files) > 100
    for file in files:
        assert [takes(half, file) for half in runner.HALVES.values()].count(True) == 1, file


def test_nothing_is_imported_from_a_conftest() -> None:
    """There are several of that name, and which one comes depends on what else is run."""
    own = Path(__file__)
    for file in (ROOT / "tests").rglob("*.py"):
        assert file == own or "from conftest import" not in file.read_text(encoding="utf-8"), file
