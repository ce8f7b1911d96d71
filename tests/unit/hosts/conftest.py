"""A stand-in for the browser that shows Streamlit's component."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from mounted import Browser


@pytest.fixture
def browser(monkeypatch: pytest.MonkeyPatch) -> Browser:
    from mounted import stand_in  # Streamlit takes a second to import: only its tests do

    return stand_in(monkeypatch)
