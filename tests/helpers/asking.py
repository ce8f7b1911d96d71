"""Questions to a widget whose pages are played by the test."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from recorded import READY, report

from qna_widget.hosts.widget import dialogue
from qna_widget.hosts.widget.widget import QnA

QUESTION = "Where does Bert live?"
LONG = 60.0  # never reached


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> float:
    """Wait less for pages that are not there."""
    monkeypatch.setattr(dialogue, "PATIENCE", 0.3)
    return 0.3


def soon(act: Callable[[], None]) -> None:
    """Let a page speak once the loop runs."""
    asyncio.get_running_loop().call_later(0.05, act)


def answers_to(widget: QnA, question: str) -> dict[str, Any]:
    return report(widget.passage, READY, question=question)
