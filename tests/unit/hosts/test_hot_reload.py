"""While the front end is worked on, widgets that are shown get each new build."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from qna_widget import QnA
from qna_widget.hosts.widget import hot_reload, widget


@pytest.fixture
def script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "widget.js"
    file.write_text("first")
    monkeypatch.setattr(widget, "built", lambda name: tmp_path / name)
    monkeypatch.setattr(hot_reload, "PAUSE", 0.01)
    return file


def rebuild(script: Path, content: str) -> None:
    """Replace the file as a whole, as the build does."""
    fresh = script.with_suffix(".new")
    fresh.write_text(content)
    fresh.replace(script)


def test_a_new_build_reaches_every_widget(script: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANYWIDGET_HMR", "1")
    shown = [QnA(), QnA()]
    assert [w._esm for w in shown] == ["first", "first"]
    for content in ("second", "third, longer"):
        rebuild(script, content)
        deadline = time.monotonic() + 60
        while any(w._esm != content for w in shown):
            assert time.monotonic() < deadline, [w._esm for w in shown]
            time.sleep(0.01)


def test_without_the_switch_nothing_is_watched(
    script: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ANYWIDGET_HMR", raising=False)
    before = set(hot_reload._watching)
    assert QnA()._esm == "first"
    assert hot_reload._watching == before
