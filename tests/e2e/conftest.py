"""A real Chromium with the outside world cut off; every try to reach it is counted."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from chromium import CHROMIUM_ARGS, Offline, chromium_path, watched
from component_app import write_app
from find_pages import served_pages
from harness import Harness, serve
from playwright.sync_api import Browser, Playwright, expect, sync_playwright
from servers import demo, streamlit

from qna_widget.export.bundle import Origin
from qna_widget.export.recipe import export_checkpoint

# Milliseconds that a page may take on a busy machine, unless a test says otherwise.
expect.set_options(timeout=60_000)


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


@pytest.fixture(scope="module")
def regular(browser: Browser) -> Iterator[Offline]:
    """Give the browser context of `returning`."""
    with watched(browser) as offline:
        yield offline


@pytest.fixture
def returning(regular: Offline) -> Iterator[Offline]:
    """Give a browser that keeps scripts and models from one test of a module to the next.

    For what is not about the first visit, which takes as long again.
    """
    for said in (regular.outside, regular.local, regular.errors):
        said.clear()
    yield regular
    for page in regular.context.pages:
        page.close()
    assert regular.outside == [], f"requests left the machine: {regular.outside}"


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


@pytest.fixture(scope="session")
def demo_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve the demo as `qna-widget demo` does; each page that opens it is a visitor of its own."""
    with demo(tmp_path_factory.mktemp("demo") / "log.txt") as address:
        yield address


@pytest.fixture(scope="session")
def own_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder of the user's with a model."""
    origin = Origin("tiny", "Tiny random BERT", "tests/parity/tiny_bert", "MIT")
    folder = tmp_path_factory.mktemp("own") / "model"
    source = Path(__file__).parents[1] / "parity" / "tiny_bert"
    return export_checkpoint(source, folder, origin, max_seq_len=24, precision="fp32").parent


@pytest.fixture(scope="session")
def app_address(own_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve the app of component_app.py."""
    folder = tmp_path_factory.mktemp("streamlit")
    with streamlit(write_app(folder, own_model), folder / "log.txt") as address:
        yield address


@pytest.fixture
def screenshots() -> Path:
    """Where tests leave pictures for people to look at."""
    folder = Path(__file__).parents[1] / "output"
    folder.mkdir(exist_ok=True)
    return folder
