"""The contenders' pages: one Chromium with a profile on disk, one site per contender and cache."""

from __future__ import annotations

import gzip
import json
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, CDPSession, Page, sync_playwright

from benchmarks import web
from qna_widget.core.contract import INPUTS
from qna_widget.core.manifest import ModelManifest
from qna_widget.hosts.assets import built, wasm
from qna_widget.hosts.page import page_manifest
from qna_widget.models import registry

HERE = Path(__file__).parent
# Large enough that a model in one file is kept: Chromium keeps no file over an eighth of it.
CACHE = "--disk-cache-size=2000000000"
# What public servers send compressed; our own files are compressed already.
TEXT = (".js", ".mjs", ".json", ".wasm", ".txt")
KEPT = {"Cache-Control": "public, max-age=31536000, immutable"}
# Threads need a page that is isolated.
ISOLATED = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
}
TIMEOUT_MS = 600_000
RESET_PEAK = "5"


class Server:
    """Everything that pages load, from this machine; counts what it sends."""

    def __init__(self, out: Path) -> None:
        """`out` is what prepare.py wrote, with node_modules."""
        modules = out / "node_modules"
        tfjs = modules / "@tensorflow"
        self.folders = {
            "models": out,
            "ort": web.ORT,
            "ort-1.17": modules / "onnxruntime-web-1.17/dist",
            "ort-1.22": modules / "onnxruntime-web-1.22/dist",
            "hub": out,
            "peer": modules / "@huggingface/transformers/dist",
            "peer-ort": modules / "onnxruntime-web/dist",
            "tfjs": out / "tfjs",
            "plugins": HERE / "plugins",
        }
        self._wasm = tfjs / "tfjs-backend-wasm/dist"
        self._scripts = {
            "/tf/tf-core.js": tfjs / "tfjs-core/dist/tf-core.min.js",
            "/tf/tf-converter.js": tfjs / "tfjs-converter/dist/tf-converter.min.js",
            "/tf/tf-backend-wasm.js": self._wasm / "tf-backend-wasm.min.js",
            "/tf/qna.js": modules / "@tensorflow-models/qna/dist/qna.min.js",
            "/harness.js": HERE / "harness.js",
            "/harness.html": HERE / "harness.html",
            "/isolated.html": HERE / "harness.html",
            "/headless.js": built("headless.js"),
        }
        self._ours: dict[str, bytes | Path] = {}
        models = {"bundled": registry.resolve("bundled"), "mobilebert": widget(out)}
        for name, model in models.items():
            said = {
                "page": page_manifest(model),
                "threshold": INPUTS["no_answer_threshold"]["maximum"],
            }
            self._ours[f"/manifest/{name}.json"] = json.dumps(said).encode()
            for asset in (wasm(), model.onnx, model.vocab):
                self._ours[f"/{asset.sha256}"] = asset.file
        bundled = models["bundled"].onnx.file.read_bytes()
        self._ours["/bundled.onnx"] = gzip.decompress(bundled)
        self.sent = 0
        """Bytes of all bodies."""
        # Ahead of time, or the first page would wait for it.
        for path in [*self._scripts, *self._packed()]:
            self._reply(path)

    def _packed(self) -> list[str]:
        """Return the paths of what is sent compressed."""
        wanted = {
            "ort": "ort*wasm*.*",
            "peer": "transformers.min.js",
            "peer-ort": "ort-wasm*.*",
            "tfjs": "*.json",
            "plugins": "*.js",
        }
        found = [
            f"/{folder}/{file.relative_to(self.folders[folder])}"
            for folder, pattern in wanted.items()
            for file in self.folders[folder].glob(pattern)
        ]
        found += [f"/tf/{file.name}" for file in self._wasm.glob("*.wasm")]
        return [path for path in found if path.endswith(TEXT)]

    def reply(self, path: str) -> web.Reply | None:
        found = self._reply(path)
        if found is None:
            return None
        body, packed = found
        headers = {} if path.endswith(".html") else KEPT
        encoding = {"Content-Encoding": "gzip"} if packed else {}
        isolated = ISOLATED if "ort" in path or "isolated" in path or path == "/harness.js" else {}
        return web.Reply(body, {**headers, **encoding, **isolated})

    def count(self, sent: int) -> None:
        self.sent += sent

    @cache  # noqa: B019 - one server for the whole run
    def _reply(self, path: str) -> tuple[bytes, bool] | None:
        body = self._read(path)
        if body is None:
            return None
        packed = path.endswith(TEXT) and not path.startswith("/hub/")  # read in ranges
        return (gzip.compress(body, 6) if packed else body), packed

    def _read(self, path: str) -> bytes | None:
        own = self._ours.get(path) or self._scripts.get(path)
        if isinstance(own, bytes):
            return own
        if own is None and path.startswith("/tf/"):
            own = self._wasm / path.removeprefix("/tf/")
        if own is not None:
            return own.read_bytes() if own.is_file() else None
        return web.in_folders(self.folders, path)


def widget(out: Path) -> ModelManifest:
    """Return our MobileBERT of random weights."""
    return ModelManifest.read(out / "widget")


@dataclass(frozen=True)
class Timed:
    """What one call of a page took."""

    ms: float
    cpu_ms: float
    stall_ms: float
    peak_mb: float
    bytes: int
    value: Any


class ContenderPage:
    """A page with one plug-in."""

    def __init__(self, page: Page, server: Server, process: int) -> None:
        self._page, self._server, self._process = page, server, process
        self._empty_mb = web.memory_mb(process)["rss"] if process else 0

    def call(self, method: str, *arguments: object) -> Timed:
        """Call `bench.METHOD` of harness.js."""
        before, sent = self._begin()
        told = self._page.evaluate(
            "([method, given]) => bench[method](...given)", [method, list(arguments)]
        )
        cpu = web.cpu_ms(self._process) - before if self._process else 0
        peak = web.memory_mb(self._process)["peak"] - self._empty_mb if self._process else 0
        moved = self._server.sent - sent
        return Timed(told["ms"], cpu, told["stall"], peak, moved, told["value"])

    def _begin(self) -> tuple[float, int]:
        if not self._process:
            return 0, self._server.sent
        Path(f"/proc/{self._process}/clear_refs").write_text(RESET_PEAK)
        return web.cpu_ms(self._process), self._server.sent

    def close(self) -> None:
        self._page.close()


class Browser:
    """A Chromium that sees nothing outside this machine."""

    def __init__(self, context: BrowserContext, server: Server, port: int) -> None:
        self._context, self._server, self._port = context, server, port
        assert context.browser is not None
        self._processes: CDPSession = context.browser.new_browser_cdp_session()
        self.version = context.browser.version

    def open(self, site: str, *, measured: bool = True, isolated: bool = False) -> ContenderPage:
        """Open an empty page of `site`, which has caches of its own.

        Looking for its process takes a second: without `measured` there is neither memory nor
        processor time.
        """
        page = self._context.new_page()
        page.set_default_timeout(TIMEOUT_MS)
        file = "isolated" if isolated else "harness"
        page.goto(f"http://{site}.localhost:{self._port}/{file}.html")
        page.wait_for_function("window.bench !== undefined")
        process = web.process_of(page, self._listed) if measured else 0
        return ContenderPage(page, self._server, process)

    def _listed(self) -> list[dict[str, Any]]:
        told: Mapping[str, Any] = self._processes.send("SystemInfo.getProcessInfo")
        found: list[dict[str, Any]] = told["processInfo"]
        return found


@contextmanager
def browser(out: Path) -> Iterator[Browser]:
    """Start server and Chromium, stop both at the end."""
    server = Server(out)
    with (
        web.served(server.reply, server.count) as port,
        sync_playwright() as playwright,
        tempfile.TemporaryDirectory() as profile,
    ):
        context = playwright.chromium.launch_persistent_context(
            profile, executable_path=web.find_chromium(), args=[*web.ARGS, CACHE]
        )
        try:
            yield Browser(context, server, port)
        finally:
            context.close()
