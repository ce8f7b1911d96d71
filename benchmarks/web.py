"""Headless Chromium, a server on this machine for it, and what the processes of its pages take."""

from __future__ import annotations

import os
import re
import shutil
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Page

ROOT = Path(__file__).parents[1]
ORT = ROOT / "js/node_modules/onnxruntime-web/dist"
ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
]
RANGE = re.compile(r"bytes=(\d+)-(\d*)")


@dataclass(frozen=True)
class Reply:
    """What the server sends for a path."""

    body: bytes
    headers: Mapping[str, str] = field(default_factory=lambda: {"Cache-Control": "no-store"})


def find_chromium() -> str:
    """Return the path of $CHROMIUM, or of the PATH's."""
    names = ("chromium", "chromium-browser")
    path = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    if path is None:
        raise SystemExit("This benchmark drives Chromium and found none; run `make chromium`.")
    return path


def in_folders(folders: Mapping[str, Path], path: str) -> bytes | None:
    """Return the bytes of /NAME/rest below the folder of that name."""
    name, _, rest = path.lstrip("/").partition("/")
    file = folders[name] / rest if name in folders else None
    return file.read_bytes() if file is not None and file.is_file() else None


@contextmanager
def served(
    reply: Callable[[str], Reply | None], sent: Callable[[int], None] = lambda count: None
) -> Iterator[int]:
    """Serve on this machine what `reply` gives for a path; yield the port.

    `sent` hears of the bytes of each body.
    """

    class Handler(SimpleHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            path = urlsplit(self.path).path
            found = reply(path)
            if found is None:
                self.send_error(404)
                return
            body, status, more = found.body, 200, {}
            wanted = RANGE.fullmatch(self.headers.get("Range", ""))
            if wanted and "Content-Encoding" not in found.headers:
                first, last = int(wanted[1]), int(wanted[2] or len(body) - 1)
                status, more = 206, {"Content-Range": f"bytes {first}-{last}/{len(body)}"}
                body = body[first : last + 1]
            sent(len(body))
            self.send_response(status)
            headers = {"Content-Type": self.guess_type(path), **found.headers, **more}
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            with suppress(ConnectionError):  # a page may have what it wants
                self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """The output is for the figures."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()


def process_of(page: Page, processes: Callable[[], list[dict[str, Any]]]) -> int:
    """Return the process that works when the page is told to: Chromium names none.

    `processes` is what `SystemInfo.getProcessInfo` says now.
    """

    def renderers() -> dict[int, float]:
        return {p["id"]: cpu_ms(p["id"]) for p in processes() if p["type"] == "renderer"}

    page.wait_for_timeout(700)  # until processes kept in reserve have started
    before = renderers()
    page.evaluate("() => { const t = performance.now(); while (performance.now() < t + 300); }")
    after = renderers()
    # One that started meanwhile has done much, and is not the page's.
    return max(before, key=lambda process: after.get(process, 0) - before[process])


def cpu_ms(process: int) -> float:
    """Return the processor time that all threads of a process have taken so far."""
    threads = Path(f"/proc/{process}/task").iterdir()
    return sum(int((thread / "schedstat").read_text().split()[0]) for thread in threads) / 1e6


def memory_mb(process: int) -> dict[str, float]:
    """Resident memory of a process, now and at its most."""
    status = Path(f"/proc/{process}/status").read_text()
    lines = dict(line.split(":", 1) for line in status.splitlines() if ":" in line)
    return {
        name: round(int(lines[key].split()[0]) / 1024)
        for name, key in (("rss", "VmRSS"), ("peak", "VmHWM"))
    }
