"""The project's page, served below a path as any web server would, with the network cut off."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

import pytest
from chromium import Offline
from found import ask, marked, settle
from playwright.sync_api import expect
from web_server import served

ROOT = Path(__file__).parents[2]
PREFIX = "some/where"
PATIENCE = 120_000


class Links(HTMLParser):
    """What a page links to, what it loads, and its anchors."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.anchors = {""}

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        for name, value in attributes:
            if name == "id":
                self.anchors.add(value or "")
            elif name == "src" or (tag == "link" and name == "href"):
                self.loaded.append(value or "")
            elif name == "href":
                self.links.append(value or "")


def read(page: Path) -> Links:
    links = Links()
    links.feed(page.read_text(encoding="utf-8"))
    return links


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("site")
    script = str(ROOT / "docs" / "site" / "build.py")
    done = subprocess.run([sys.executable, script, str(root / PREFIX)], capture_output=True)
    assert done.returncode == 0, done.stderr.decode()
    return root / PREFIX / "html"


@pytest.fixture
def start(site: Path) -> Iterator[str]:
    """The address of the project's page."""
    with served(site.parents[len(Path(PREFIX).parts)]) as address:
        yield f"{address}/{PREFIX}/html/"


def test_every_link_leads_somewhere_and_nothing_is_loaded_from_elsewhere(site: Path) -> None:
    pages = {page: read(page) for page in site.rglob("*.html")}
    assert len(pages) > 15
    checked = 0
    for page, found in pages.items():
        if "qna" in page.relative_to(site).parts:
            continue
        for link in [*found.links, *found.loaded]:
            whole = urljoin(page.as_uri(), link)
            if urlsplit(whole).scheme != "file":
                assert link not in found.loaded, f"{page.name} loads {link}"
                continue
            place, anchor = urldefrag(whole)
            target = Path(unquote(urlsplit(place).path))
            assert target.is_file(), f"{page.name} links to {link}"
            checked += 1
            if anchor and target in pages and target.name != "genindex.html":
                assert unquote(anchor) in pages[target].anchors, f"{page.name} links to {link}"
    assert checked > 500


def test_the_live_component_answers_below_a_path(offline: Offline, start: str) -> None:
    page = offline.page()
    page.set_default_timeout(PATIENCE)
    page.goto(start)
    live = page.frame_locator("iframe")
    expect(live.get_by_role("article")).to_contain_text("Sesame Street", timeout=PATIENCE)
    live.get_by_label("Question", exact=True).fill("Where does Bert keep pigeons?")
    expect(live.get_by_role("article")).to_contain_text("roof", timeout=PATIENCE)
    page.get_by_role("complementary").get_by_role("link", name="Reference").click()
    expect(page.get_by_role("heading", name="Answers in the kernel")).to_be_visible()
    assert all(url.startswith(start) for url in offline.local)
    assert offline.errors == []


def test_a_guide_is_searched_by_question(offline: Offline, start: str) -> None:
    page = offline.page()
    page.set_default_timeout(PATIENCE)
    page.goto(f"{start}docs/long-texts.html")
    ask(page, "After how many tokens is nothing left of a word?")
    settle(page)
    assert "32" in marked(page)
    assert all(url.startswith(start) for url in offline.local)
    assert offline.errors == []
