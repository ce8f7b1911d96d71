"""The real front end on a test page: js/tests/page/harness.ts, served with the package's files."""

from __future__ import annotations

import subprocess
import threading
from dataclasses import dataclass, field
from functools import cache
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import mkdtemp
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Page

ROOT = Path(__file__).parents[3]
PAGES = Path(__file__).parent
PACKAGE = ROOT / "qna_widget"


PASSAGE = (
    "Bert is Ernie's best friend and roommate on Sesame Street. "
    "The pair share the basement apartment at 123 Sesame Street."
)
QUESTION = "Where does Bert live?"
OTHER_QUESTION = "Who is Bert's best friend?"


@cache
def build() -> Path:
    """Bundle harness.js once per test run; return the folder that holds it."""
    folder = Path(mkdtemp(prefix="qna-harness-"))
    subprocess.run(["node", "build.mjs", "--harness", str(folder)], cwd=ROOT / "js", check=True)
    return folder


def manifest() -> dict[str, Any]:
    """What Python tells the browser about its files (core/manifest.ts, Manifest)."""
    from qna_widget.hosts.page import page_manifest
    from qna_widget.models import registry

    return page_manifest(registry.resolve("bundled"))


def told(passage: str = PASSAGE, question: str = QUESTION, **options: Any) -> dict[str, Any]:
    """What `mount` on the test page takes."""
    inputs = {"passage": passage, "question": question}
    return {"manifest": manifest(), "inputs": inputs, **options}


def assert_answers(state: dict[str, Any], question: str = QUESTION) -> None:
    """Hold a summary of the page against PASSAGE: answered, with the text at its offset."""
    assert state["error"] == ""
    assert state["status"] == "ready"
    assert state["asked"] == state["question"] == question
    assert state["text"]
    assert PASSAGE[state["start"] :].startswith(state["text"])
    if question == QUESTION:
        assert "Sesame Street" in state["text"]


@dataclass
class Harness:
    """A server on this machine; what it sent is counted."""

    url: str
    server: ThreadingHTTPServer
    sent: list[tuple[str, int]] = field(default_factory=list)
    """Path and body bytes of every answer."""
    headers: dict[str, str] = field(default_factory=dict)
    """Added to every answer."""
    replaced: dict[str, bytes] = field(default_factory=dict)
    """Bodies that stand in for the files at these paths."""

    @property
    def asset_bytes(self) -> int:
        """Bytes of package files (wasm, model, vocabulary) sent so far."""
        return sum(size for path, size in self.sent if path.startswith("/qna_widget/"))

    def open(self, page: Page, path: str = "/index.html") -> Page:
        """Open the test page and wait until `window.qna` is there."""
        page.goto(self.url + path)
        page.wait_for_function("window.qna !== undefined")
        return page

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


def serve() -> Harness:
    """Start a server for the test page on a free port."""
    scripts = build()

    class Handler(SimpleHTTPRequestHandler):
        def do_GET(self) -> None:
            path = urlsplit(self.path).path
            file = self.file(path)
            if path not in harness.replaced and (file is None or not file.is_file()):
                self.send_error(404)
                return
            body = harness.replaced.get(path) or file.read_bytes()
            self.send_response(200)
            self.send_header("Content-Type", self.guess_type(path))
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Cache-Control", "no-store")
            for name, value in harness.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)
            harness.sent.append((path, len(body)))

        @staticmethod
        def file(path: str) -> Path | None:
            if path == "/harness.js":
                return scripts / "harness.js"
            folder = ROOT if path.startswith("/qna_widget/") else PAGES
            file = (folder / path.lstrip("/")).resolve()
            return file if file.is_relative_to(folder) else None

        def log_message(self, format: str, *args: object) -> None:
            """The tests' output is for the tests."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    harness = Harness(f"http://127.0.0.1:{server.server_port}", server)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return harness
