"""The menu of models while the cache changes beside: no model twice, none forgotten."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import tiny_model

from qna_widget.cli import main
from qna_widget.models import cache, menu, names

ENTRY = cache.Entry(names.MOBILEBERT, "c0", "k")


def come() -> None:
    """Let MobileBERT be in the cache, as another process does once it has fetched it."""
    tiny_model.write(ENTRY.folder)
    cache.remember(ENTRY)


def go() -> None:
    """Let its name be gone."""
    shutil.rmtree(cache.root() / "names", ignore_errors=True)


def after_each_look(monkeypatch: pytest.MonkeyPatch, change: Callable[[], None]) -> None:
    """Have the cache changed just after anybody has looked at it."""
    for name in ("find", "entries"):
        look: Callable[..., Any] = getattr(cache, name)

        def looked(*given: Any, look: Callable[..., Any] = look) -> Any:
            found = look(*given)
            change()
            return found

        monkeypatch.setattr(cache, name, looked)


@pytest.mark.parametrize(("before", "after"), [(go, come), (come, go)])
def test_what_changes_while_the_menu_is_made(
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    before: Callable[[], None],
    after: Callable[[], None],
) -> None:
    before()
    after_each_look(monkeypatch, after)
    mobilebert = [line for line in menu.available() if line.name == "mobilebert"]
    assert [line.cached for line in mobilebert] == [before is come]
    before()
    assert main(["models", "--json"]) == 0
    lines = [line for line in json.loads(capsys.readouterr().out) if line["name"] == "mobilebert"]
    folder = str(ENTRY.folder) if before is come else ""
    assert [(line["cached"], line["folder"]) for line in lines] == [(before is come, folder)]


def test_a_folder_that_is_gone_is_listed_for_its_owner_and_not_offered_in_a_page(
    home: Path, tmp_path: Path
) -> None:
    checkpoint = tmp_path / "checkpoint"
    checkpoint.mkdir()
    entry = cache.Entry(names.Folder(checkpoint), "", "k")
    tiny_model.write(entry.folder)
    cache.remember(entry)
    assert str(checkpoint) in [line.name for line in menu.offered()]
    checkpoint.rmdir()
    assert str(checkpoint) in [line.name for line in menu.available()]
    assert str(checkpoint) not in [line.name for line in menu.offered()]
