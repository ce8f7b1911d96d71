"""One browser for all hosts, and the table that they fill."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import table
from chromium import CHROMIUM_ARGS, chromium_path
from playwright.sync_api import Browser, sync_playwright


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--write-table", action="store_true", help="write docs/hosts.md anew if every host passes"
    )


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=CHROMIUM_ARGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def rows(request: pytest.FixtureRequest) -> Iterator[list[table.Row]]:
    """What the hosts of this run did, in order."""
    rows: list[table.Row] = []
    yield rows
    print(f"\n{table.markdown(rows)}")
    if request.config.getoption("--write-table") and request.session.testsfailed == 0:
        table.write(rows)
