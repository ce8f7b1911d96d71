"""Where Panel's page cannot have anywidget's script, the server's log says what to do."""

from __future__ import annotations

import sys
from collections.abc import Callable
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
