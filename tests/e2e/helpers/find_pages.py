"""The pages of tests/e2e/pages on a server of their own, with the files of <qna-find>."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from long_page import long_page
from web_server import served

from qna_widget.standalone import write_find

PAGES = Path(__file__).parents[1] / "pages"
# As tight as a page can be that has the element.
POLICY = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; "
    "style-src 'self' 'unsafe-inline'; frame-src 'self'"
)


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
    with served(folder, Content_Security_Policy=POLICY) as address:
        yield address
