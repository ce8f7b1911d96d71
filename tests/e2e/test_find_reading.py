"""What <qna-find> reads of whole pages, as Chromium lays them out."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from chromium import Offline
from playwright.sync_api import Page

JS = Path(__file__).parents[2] / "js"


@pytest.fixture(scope="module")
def reading(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the reading module as a script."""
    out = tmp_path_factory.mktemp("reading") / "reading.js"
    entry = "src/hosts/page/reading.ts"
    command = [JS / "node_modules/.bin/esbuild", entry, "--bundle", "--global-name=reading"]
    subprocess.run([*command, f"--outfile={out}", "--log-level=error"], cwd=JS, check=True)
    return out.read_text(encoding="utf-8")


def read(page: Page, reading: str, target: str) -> str:
    text: str = page.evaluate(
        "([script, target]) => new Function(script + '; return reading')()"
        ".readPage(document.querySelector(target)).text.text",
        [reading, target],
    )
    return text


PAGES = {
    "article": "main",
    "documentation": "article",
    "shop": "#product",
    "forum": "#thread",
    "table": "main",
    "right-to-left": "main",
    "recipe": "main",
}
# Shown by innerText and not read, by page; docs/find-in-page.md says why.
UNREAD = {
    "article": ["Figure"],
    "documentation": ["¶"],
    "shop": ["Moss", "Slate", "Former", "price"],
}


def test_pages_are_read_as_the_browser_shows_them(
    offline: Offline, pages: str, reading: str
) -> None:
    page = offline.page()
    for name, target in PAGES.items():
        # A test may run scripts that the page itself forbids.
        page.goto(f"{pages}/{name}.html")
        text = read(page, reading, target)
        shown = page.evaluate("target => document.querySelector(target).innerText", target)
        words = [word for word in shown.split() if word not in UNREAD.get(name, [])]
        # Without spaces: innerText has none between two boxes in a line.
        assert "".join(text.split()) == "".join(words), name


def test_rows_lists_and_code_keep_their_lines(offline: Offline, pages: str, reading: str) -> None:
    page = offline.page()
    page.goto(f"{pages}/table.html")
    rows = read(page, reading, "main").splitlines()
    assert "Eidfjord\t08:40\tC\t1 hour 10 minutes\t96 crowns" in rows
    page.goto(f"{pages}/documentation.html")
    code = "[network]\ntimeout = 45      # seconds\nretries = 5\nproxy"
    assert code in read(page, reading, "article")
    page.goto(f"{pages}/shop.html")
    assert "Volume: 40 litres\nWeight: 1,180 g\n" in read(page, reading, "#product")


def test_shadow_roots_frames_and_what_is_hidden(offline: Offline, pages: str, reading: str) -> None:
    page = offline.page()
    page.goto(f"{pages}/shadow.html")
    text = read(page, reading, "#town")
    assert text.index("Library") < text.index("64,000 books") < text.index("Tadeusz Wolny")
    assert "closed until June" in text
    assert "Nobody sees this" not in text
    page.goto(f"{pages}/frame.html")
    text = read(page, reading, "main")
    assert text.index("basses") < text.index("Christmas Oratorio") < text.index("The conductor")
    page.evaluate("document.querySelector('iframe').style.visibility = 'hidden'")
    assert "Oratorio" not in read(page, reading, "main")
    page.goto(f"{pages}/frames.html")
    text = read(page, reading, "frameset")
    assert text.index("lentil") < text.index("Oratorio") < text.index("The conductor")
    page.goto(f"{pages}/recipe.html")
    text = read(page, reading, "body")
    assert "Nobody sees this" not in text
    assert "Enjoy" in text
    page.evaluate("document.querySelector('ul').hidden = 'until-found'")
    page.evaluate("document.querySelector('ul').setAttribute('hidden', 'until-found')")
    assert "cumin\n1 lemon" not in read(page, reading, "main")
