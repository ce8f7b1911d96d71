"""Asks the built front end in a headless browser: what the reader gets, measured.

The page is a host without a view (js/src/hosts/headless.ts): the same component, engine and worker
as a reader's, with files by their sha256. Nothing but this machine is asked.
"""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

from qna_widget.core.contract import INPUTS
from qna_widget.core.manifest import ModelManifest
from qna_widget.errors import QnaError, needs_extra
from qna_widget.hosts.assets import built, wasm
from qna_widget.hosts.page import page_manifest
from qna_widget.models import files, names, registry

from . import Prediction, Predictor
from .squad import Example

if TYPE_CHECKING:
    from playwright.sync_api import Page

# Seconds for one question; the first one waits for the model too.
TIMEOUT = 120.0

PAGE = b"""<!doctype html><meta charset="utf-8"><title>qna-widget eval</title>
<script src="/headless.js"></script>
"""


def browser_predictor(model: names.ModelLike) -> Predictor:
    """Predict with the front end in headless Chromium ($CHROMIUM, the PATH's, or playwright's)."""
    needed = registry.resolve(model)

    def predict(examples: Sequence[Example]) -> Iterator[Prediction]:
        with needs_extra("Evaluating in the browser", "browser"):
            from playwright.sync_api import Error, sync_playwright
        with _served(needed) as url, sync_playwright() as playwright:
            try:
                chromium = playwright.chromium.launch(
                    executable_path=find_chromium(), args=["--no-sandbox", "--disable-gpu"]
                )
                page = chromium.new_page()
                page.goto(url)
                page.evaluate("given => qna_widget.start(given)", _given(needed))
                yield from _ask(page, examples)
                chromium.close()
            except Error as error:
                raise QnaError(f"The browser did not answer: {error.message}") from error

    return Predictor(needed, predict)


def _given(model: ModelManifest) -> dict[str, object]:
    # "No answer" as far away as the contract allows: the best span comes first.
    threshold = INPUTS["no_answer_threshold"]["maximum"]
    inputs = {"top_k": 1, "no_answer_threshold": threshold}
    return {"inputs": inputs, "manifest": page_manifest(model)}


def _ask(page: Page, examples: Sequence[Example]) -> Iterator[Prediction]:
    for example in examples:
        inputs = {"passage": example.passage, "question": example.question}
        answered = page.evaluate("given => qna_widget.ask(...given)", [inputs, TIMEOUT])
        yield Prediction(answered["answers"][0]["text"], answered["null_margin"])


def find_chromium() -> str | None:
    """Return the browser to start; None leaves the choice to playwright.

    Raises QnaError where CHROMIUM names none.
    """
    if named := os.environ.get("CHROMIUM"):
        if not shutil.which(named):
            raise QnaError(
                f"CHROMIUM is {named!r}, no program that can be started. Name a browser, or unset "
                "it."
            )
        return named
    names = ("chromium", "chromium-browser", "google-chrome")
    return next(filter(None, map(shutil.which, names)), None)


@contextmanager
def _served(model: ModelManifest) -> Iterator[str]:
    """Serve the page, the front end and the model's files on this machine; yield the address."""
    bodies = {
        "/": ("text/html", PAGE),
        "/headless.js": ("text/javascript", built("headless.js").read_bytes()),
    }
    for asset in (wasm(), model.onnx, model.vocab):
        bodies[f"/{asset.sha256}"] = ("application/octet-stream", files.read_packed(asset))

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            kind, body = bodies.get(self.path, ("text/plain", b""))
            self.send_response(200 if self.path in bodies else 404)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Keep the terminal for the progress bar."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
