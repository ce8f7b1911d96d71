"""A server of its own and a page for each test of the demo."""

import gc
from collections.abc import Iterator

import pytest
from demo_page import Page, shown

from qna_widget.hosts.streamlit.demo import session, settle


@pytest.fixture(autouse=True)
def _own_server() -> Iterator[None]:
    """Each test is another server; what one offers is fixed when it starts."""
    session.shelf.cache_clear()
    settle.once.cache_clear()
    yield
    session.shelf.cache_clear()
    gc.unfreeze()


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> Page:
    return shown(monkeypatch)
