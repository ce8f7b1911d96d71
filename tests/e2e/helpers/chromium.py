"""A Chromium with the outside world cut off, and what its pages asked for."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request

# The resolver rule cuts the network below the page, workers and service workers included; the
# background switches keep Chromium itself from calling home.
CHROMIUM_ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
]


def chromium_path() -> str:
    """Return the Chromium to drive; a missing browser is a failure, never a skip."""
    path = (
        os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    )
    if path is None:
        pytest.fail(
            "The end-to-end tests need Chromium and found none on the PATH. "
            "Run `make chromium` (Debian's package), or set CHROMIUM=/path/to/chromium."
        )
    return path


@dataclass
class Offline:
    """A browser context and what its pages asked for."""

    context: BrowserContext
    outside: list[str] = field(default_factory=list)
    local: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def page(self) -> Page:
        """Open a page whose uncaught errors are kept in `errors`."""
        page = self.context.new_page()
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        return page

    def _on_request(self, request: Request) -> None:
        url = urlsplit(request.url)
        if url.scheme in {"data", "blob", "about", "chrome-error"}:
            return
        inside = url.scheme == "file" or url.hostname in {"localhost", "127.0.0.1", "::1"}
        (self.local if inside else self.outside).append(request.url)


@contextlib.contextmanager
def watched(browser: Browser) -> Iterator[Offline]:
    """Give a fresh browser context."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    offline = Offline(context)
    context.on("request", offline._on_request)
    yield offline
    context.close()
