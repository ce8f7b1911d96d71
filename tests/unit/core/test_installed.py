"""Whether a package is there is found out without importing it."""

from __future__ import annotations

import sys
from types import ModuleType

import pytest

from qna_widget.core.installed import is_installed
from qna_widget.hosts.widget import kernel
from qna_widget.models import auto


def test_what_is_there_and_what_is_not() -> None:
    assert is_installed("json")
    assert not is_installed("no_such_package")


def test_a_module_without_a_spec_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """As a stub of a notebook or a test puts it into sys.modules; nobody raises over it."""
    for name in ("onnxruntime", "huggingface_hub"):
        monkeypatch.setitem(sys.modules, name, ModuleType(name))
    monkeypatch.setattr(auto, "_found", set())
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    assert is_installed("onnxruntime")
    assert kernel.available()
    assert "HF_HUB_OFFLINE is set" in auto.obstacle()


def test_a_finder_that_refuses_means_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    class Refuses:
        def find_spec(self, name: str, path: object = None, target: object = None) -> None:
            if name == "no_such_package":
                raise ImportError(name)

    monkeypatch.setattr(sys, "meta_path", [Refuses(), *sys.meta_path])
    assert not is_installed("no_such_package")
