"""The pages of tests/e2e/pages on a server of their own, with the files of <qna-find>."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from long_page import long_page

from qna_widget.standalone import write_find

PAGES = Path(__file__).parents[1] / "pages"
# As tight as a page can be that has the element.
POLICY = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; "
    "style-src 'self' 'unsafe-inline'; frame-src 'self'"
)


class Handler(SimpleHTTPRequestHandler):
    """Any web server, with a content security policy."""

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", POLICY)
        super().end_headers()

    def log_message(self, *_: object) -> None:
        """The tests' output is for the tests."""


@contextmanager
def served_pages(folder: Path) -> Iterator[str]:
    """Serve the pages from a new folder; give the address, without a slash at its end."""
    for page in PAGES.iterdir():
        (folder / page.name).write_bytes(page.read_bytes())
    article = (PAGES / "article.html").read_text(encoding="utf-8")
    plain = re.sub(r"<script.*?</script>|<qna-find.*?</qna-find>", "", article)
    (folder / "plain.html").write_text(plain, encoding="utf-8")  # nothing of ours in it
    (folder / "long.html").write_text(long_page(), encoding="utf-8")
    write_find(folder / "qna", model="bundled")
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
