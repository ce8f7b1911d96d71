"""Models in headless Chromium: one page (and process) per model, driven and timed from here."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, CDPSession, Page, sync_playwright

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
ORT = ROOT / "js/node_modules/onnxruntime-web/dist"
TINY = ROOT / "tests/parity/tiny_bert"
ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
]
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
        status = Path(f"/proc/{self._process}/status").read_text()
        lines = dict(line.split(":", 1) for line in status.splitlines() if ":" in line)
        return {
            name: round(int(lines[key].split()[0]) / 1024)
            for name, key in (("rss", "VmRSS"), ("peak", "VmHWM"))
        }

    def close(self) -> None:
        self._page.context.close()

    def _timed(self, expression: str, argument: Any) -> Cost:
        before = cpu_ms(self._process)
        wall = self._page.evaluate(expression, argument)
        return Cost(wall, cpu_ms(self._process) - before)


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
        return Bench(page, self._process_of(page), variant)

    def _process_of(self, page: Page) -> int:
        """Return the process that works when the page is told to: Chromium names none."""
        page.wait_for_timeout(700)  # until processes kept in reserve have started
        before = self._renderers()
        page.evaluate("() => { const t = performance.now(); while (performance.now() < t + 300); }")
        after = self._renderers()
        return max(after, key=lambda process: after[process] - before.get(process, 0))

    def _renderers(self) -> dict[int, float]:
        """Return the processor time of each page's process, milliseconds."""
        found = self._processes.send("SystemInfo.getProcessInfo")["processInfo"]
        return {p["id"]: cpu_ms(p["id"]) for p in found if p["type"] == "renderer"}


def cpu_ms(process: int) -> float:
    """Return the processor time that all threads of a process have taken so far."""
    threads = Path(f"/proc/{process}/task").iterdir()
    return sum(int((thread / "schedstat").read_text().split()[0]) for thread in threads) / 1e6


@contextmanager
def chromium(models: Path, extra: dict[str, Path] | None = None) -> Iterator[Chromium]:
    """Serve `models` (and folders at other prefixes), start Chromium, stop both at the end."""
    path = (
        os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    )
    if path is None:
        raise SystemExit("This benchmark drives Chromium and found none; run `make chromium`.")
    folders = {"models": models, "ort": ORT, **(extra or {})}
    warm = _warm_model()

    class Handler(SimpleHTTPRequestHandler):
        def do_GET(self) -> None:
            requested = urlsplit(self.path).path
            body = warm if requested.startswith("/warm.onnx") else self.read(requested)
            if body is None:
                self.send_error(404)
                return
            self.send_response(200)
            self.send_header("Content-Type", self.guess_type(requested))
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Cache-Control", "no-store")
            self.end_headers()
            self.wfile.write(body)

        @staticmethod
        def read(requested: str) -> bytes | None:
            first, _, rest = requested.lstrip("/").partition("/")
            folder = folders.get(first)
            file = folder / rest if folder is not None else HERE / first
            return file.read_bytes() if file.is_file() else None

        def log_message(self, format: str, *args: object) -> None:
            """The output is for the figures."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=path, args=ARGS)
            yield Chromium(browser, f"http://127.0.0.1:{server.server_port}")
            browser.close()
    finally:
        server.shutdown()
        server.server_close()


def _warm_model() -> bytes:
    from qna_widget.export.checkpoint import read_checkpoint
    from qna_widget.export.recipe import float_graph

    data: bytes = float_graph(read_checkpoint(TINY)).SerializeToString()
    return data
