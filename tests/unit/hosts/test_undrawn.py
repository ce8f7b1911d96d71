"""Where a host's page cannot have its scripts, its log or the page says what to do."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from recorded import from_browser
from recorded import front_end as front_end

from qna_widget.hosts.widget import undrawn
from qna_widget.hosts.widget.widget import QnA


class Clock:
    """Stands for threading.Timer: goes off when told."""

    def __init__(self, say: Callable[[], None]) -> None:
        self.say = say
        self.cancelled = False

    def start(self) -> None:
        self.cancelled = False

    def cancel(self) -> None:
        self.cancelled = True

    def go_off(self) -> None:
        if not self.cancelled:
            self.say()


@pytest.fixture
def clocks(monkeypatch: pytest.MonkeyPatch) -> list[Clock]:
    started: list[Clock] = []

    def timer(_seconds: float, say: Callable[[], None]) -> Clock:
        started.append(Clock(say))
        return started[-1]

    monkeypatch.setattr(undrawn, "Timer", timer)
    monkeypatch.setattr(undrawn.Watch, "said", False)
    return started


def panel(monkeypatch: pytest.MonkeyPatch, *, served: bool) -> None:
    document = SimpleNamespace(session_context=object() if served else None)
    monkeypatch.setitem(sys.modules, "panel", SimpleNamespace())
    monkeypatch.setitem(sys.modules, "bokeh.io", SimpleNamespace(curdoc=lambda: document))


def test_that_no_page_came_is_said_once(
    clocks: list[Clock], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    panel(monkeypatch, served=True)
    QnA(), QnA()
    for clock in clocks:
        clock.go_off()
    assert len(clocks) == 2
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "If one is open and shows none" in caplog.text
    assert "unpkg.com" in caplog.text
    QnA()
    assert len(clocks) == 2, "no further widget waits"


def test_nothing_is_said_once_a_page_spoke_or_none_is_to(
    clocks: list[Clock], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    panel(monkeypatch, served=True)
    shown, closed = QnA(), QnA()
    from_browser(shown, {"kind": "page.pong"})
    closed.close()
    for clock in clocks:
        clock.go_off()
    assert len(clocks) == 2
    assert caplog.records == []


def test_notebooks_are_not_waited_for(clocks: list[Clock], monkeypatch: pytest.MonkeyPatch) -> None:
    QnA()
    panel(monkeypatch, served=False)
    QnA()
    assert clocks == []


def test_solaras_server_has_a_note_for_pages_without_scripts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    own = ["/the/apps/own"]
    settings = SimpleNamespace(assets=SimpleNamespace(extra_locations=own))
    monkeypatch.setitem(sys.modules, "solara.server.settings", settings)
    undrawn.lend_solara_a_note()
    undrawn.lend_solara_a_note()
    assert own == ["/the/apps/own", undrawn.NOTE], "after the app's, and once"
    assert (Path(undrawn.NOTE) / "custom.js").is_file()


def test_other_servers_and_other_solaras_are_let_be(monkeypatch: pytest.MonkeyPatch) -> None:
    undrawn.lend_solara_a_note()
    for settings in (None, SimpleNamespace(), SimpleNamespace(assets=SimpleNamespace())):
        monkeypatch.setitem(sys.modules, "solara.server.settings", settings)
        undrawn.lend_solara_a_note()
