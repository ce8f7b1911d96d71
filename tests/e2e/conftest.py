"""A real Chromium with the outside world cut off; every try to reach it is counted."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from chromium import CHROMIUM_ARGS, Offline, chromium_path, watched
from find_pages import served_pages
from harness import Harness, serve
from playwright.sync_api import Browser, Playwright, sync_playwright


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-screenshots",
        action="store_true",
        help="write the pictures that are kept anew instead of failing where they differ",
    )


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as p:
        yield p


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    browser = playwright.chromium.launch(executable_path=chromium_path(), args=CHROMIUM_ARGS)
    yield browser
    browser.close()


@pytest.fixture
def offline(browser: Browser) -> Iterator[Offline]:
    """Give a fresh browser context; at the end nothing may have left the machine."""
    with watched(browser) as offline:
        yield offline
    assert offline.outside == [], f"requests left the machine: {offline.outside}"


@pytest.fixture
def harness() -> Iterator[Harness]:
    """Serve the test page, where `window.qna` drives the real front end."""
    served = serve()
    yield served
    served.close()


@pytest.fixture(scope="session")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve the pages that <qna-find> is tried on; give their address."""
    with served_pages(tmp_path_factory.mktemp("pages")) as address:
        yield address


@pytest.fixture
def screenshots() -> Path:
    """Where tests leave pictures for people to look at."""
    folder = Path(__file__).parents[1] / "output"
    folder.mkdir(exist_ok=True)
    return folder
