"""Models in headless Chromium: one page (and process) per model, driven and timed from here."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, CDPSession, Page, sync_playwright

from benchmarks import web

HERE = Path(__file__).parent
TINY = web.ROOT / "tests/parity/tiny_bert"
TIMEOUT_MS = 300_000


@dataclass(frozen=True)
class Variant:
    """A model file, and how its session is created; `page` is what runs it."""

    name: str
    path: str
    """Below the served folder."""
    options: dict[str, Any] = field(default_factory=dict)
    """For `InferenceSession.create`."""
    page: str = "page.html"


@dataclass
class Cost:
    """What one thing cost."""

    wall_ms: float
    cpu_ms: float
    """Of all threads of the page's process."""


class Bench:
    """A page that holds one model."""

    def __init__(self, page: Page, process: int, variant: Variant) -> None:
        self._page, self._process, self.variant = page, process, variant
        page.wait_for_function("window.bench !== undefined")
        page.evaluate("bench.warm('/warm.onnx')")
        self.before_mb = self.memory_mb()["rss"]

    def create(self) -> Cost:
        self._page.evaluate("url => bench.fetch(url)", f"/models/{self.variant.path}")
        return self._timed("options => bench.create(options)", self.variant.options)

    def run(self, length: int) -> Cost:
        return self._timed("length => bench.run(length)", length)

    def logits(self, windows: list[dict[str, Any]]) -> list[Any]:
        found: list[Any] = self._page.evaluate("windows => bench.logits(windows)", windows)
        return found

    def memory_mb(self) -> dict[str, float]:
        """Resident memory of the page's process, now and at its most."""
        return web.memory_mb(self._process)

    def close(self) -> None:
        self._page.context.close()

    def _timed(self, expression: str, argument: Any) -> Cost:
        before = web.cpu_ms(self._process)
        wall = self._page.evaluate(expression, argument)
        return Cost(wall, web.cpu_ms(self._process) - before)


class Chromium:
    """A browser that sees `models` at /models/ and nothing outside this machine."""

    def __init__(self, browser: Browser, base: str) -> None:
        self._browser, self._base = browser, base
        self._processes: CDPSession = browser.new_browser_cdp_session()

    def open(self, variant: Variant) -> Bench:
        # A context of its own means a process of its own.
        page = self._browser.new_context().new_page()
        page.set_default_timeout(TIMEOUT_MS)
        page.goto(f"{self._base}/{variant.page}")
        return Bench(page, web.process_of(page, self._listed), variant)

    def _listed(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._processes.send("SystemInfo.getProcessInfo")[
            "processInfo"
        ]
        return found


@contextmanager
def chromium(models: Path, extra: dict[str, Path] | None = None) -> Iterator[Chromium]:
    """Serve `models` (and folders at other prefixes), start Chromium, stop both at the end."""
    path = web.find_chromium()
    folders = {"models": models, "ort": web.ORT, **(extra or {})}
    warm = _warm_model()

    def reply(path: str) -> web.Reply | None:
        if path == "/warm.onnx":
            return web.Reply(warm)
        own = HERE / path.lstrip("/")
        body = own.read_bytes() if own.parent == HERE and own.is_file() else None
        body = body or web.in_folders(folders, path)
        return None if body is None else web.Reply(body)

    with web.served(reply) as port, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=web.ARGS)
        yield Chromium(browser, f"http://127.0.0.1:{port}")
        browser.close()


def _warm_model() -> bytes:
    from qna_widget.export.checkpoint import read_checkpoint
    from qna_widget.export.recipe import float_graph

    data: bytes = float_graph(read_checkpoint(TINY)).SerializeToString()
    return data
