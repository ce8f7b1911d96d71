"""The bar of <qna-find>: keys, what is said, looks, and a page that changes under its marks."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from chromium import Offline
from found import LABEL, PATIENCE, ask, count, field, in_sight, line, marked, settle
from playwright.sync_api import Page, expect

from qna_widget.standalone import write_find

AXE = Path(__file__).parents[2] / "js/node_modules/axe-core/axe.min.js"


@pytest.fixture
def article(offline: Offline, pages: str) -> Page:
    """Give the page about a lighthouse, with its first question answered."""
    page: Page = offline.page()
    page.goto(f"{pages}/article.html")
    ask(page, "Who has moved into the keeper's house?")
    settle(page)
    return page


def test_nothing_is_fetched_before_a_reader_goes_to_the_bar(offline: Offline, pages: str) -> None:
    page = offline.page()
    page.goto(f"{pages}/article.html")
    page.mouse.wheel(0, 300)
    files = {url.removeprefix(f"{pages}/").partition("/")[0] for url in offline.local}
    assert [url for url in offline.local if "/qna/" in url] == [f"{pages}/qna/qna-find.js"]
    assert files <= {"article.html", "looks.css", "qna", "favicon.ico"}


def test_from_place_to_place_by_key(offline: Offline, pages: str) -> None:
    page = offline.page()
    page.set_viewport_size({"width": 800, "height": 300})
    page.goto(f"{pages}/forum.html")
    ask(page, "How cold is the kitchen at night?")
    settle(page)
    total = int(re.fullmatch(r"1 of (\d)", count(page).inner_text())[1])
    assert total > 1, "the thread says it several times"
    assert "17 degrees" in marked(page)
    assert "17 degrees" in marked(page, "qna-answer")
    for key, at in (
        ("Enter", 2),
        ("Shift+Enter", 1),
        ("Shift+F3", total),
        ("F3", 1),
        ("Control+g", 2),
    ):
        page.keyboard.press(key)
        expect(count(page)).to_have_text(f"{at} of {total}")
        assert in_sight(page)
    page.get_by_role("button", name="Previous answer").click()
    expect(count(page)).to_have_text(f"1 of {total}")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("F3")
    expect(count(page)).to_have_text(f"2 of {total}")
    words = marked(page)
    field(page).focus()
    page.keyboard.press("Escape")
    assert marked(page) == marked(page, "qna-answer") == ""
    assert page.evaluate("CSS.highlights.size") == 0
    assert page.evaluate("document.adoptedStyleSheets.length") == 0
    assert page.evaluate("getSelection().toString().replace(/\\s+/g, ' ')") == words
    assert page.evaluate("document.activeElement === document.body")
    expect(count(page)).to_have_text("")
    field(page).focus()
    expect(count(page)).to_have_text(f"1 of {total}", timeout=PATIENCE)
    assert offline.errors == []


def test_a_page_may_give_the_marks_its_own_looks(article: Page) -> None:
    looks = "getComputedStyle(document.querySelector('b'), '::highlight(qna-answer-current)')"
    assert article.evaluate(f"{looks}.backgroundColor") == "rgb(255, 159, 64)"
    article.add_style_tag(content="::highlight(qna-answer-current) { background-color: #010203 }")
    assert article.evaluate(f"{looks}.backgroundColor") == "rgb(1, 2, 3)"


def test_what_stands_nowhere(article: Page) -> None:
    ask(article, "Which football club won the cup?")
    settle(article)
    expect(line(article)).to_contain_text("The page does not say.")
    expect(article.locator("qna-find").get_by_role("alert")).to_have_count(0)
    assert marked(article) == marked(article, "qna-answer") == ""
    expect(count(article)).to_have_text("")
    assert marked(article, "qna-answer-near") != ""


def test_what_a_screen_reader_is_told(article: Page) -> None:
    said = article.locator("qna-find").get_by_role("status")
    expect(said).to_contain_text("Answer 1 of ")
    expect(said).to_contain_text("Torunn Aas. In: ")
    expect(said).to_contain_text("a retired ferry captain")


def rest(page: Page) -> None:
    """Let the bar see that the page has come to rest: by its clock, however busy the machine is."""
    page.evaluate("new Promise((done) => setTimeout(done, 600))")


def test_marks_follow_a_page_that_changes(article: Page) -> None:
    words = marked(article)
    assert "Torunn" in words
    article.evaluate(
        """() => {
          const ad = document.createElement("p");
          ad.textContent = "An advertisement that came late.";
          document.querySelector("main").prepend(ad);
          document.querySelector("time").textContent = "1870";
        }"""
    )
    rest(article)
    assert marked(article) == words
    expect(line(article)).not_to_contain_text("has changed")
    # Drawn anew with the same words, as front-end frameworks do.
    article.evaluate("document.querySelector('main').innerHTML += ''")
    rest(article)
    assert marked(article) == words
    article.evaluate("document.querySelector('b').textContent = 'Nils Berg'")
    assert marked(article) == "", "a mark never stands on other words"
    expect(line(article)).to_have_text("The page has changed since it was read.")
    article.get_by_role("button", name="Read again").click()
    settle(article)
    assert "Nils Berg" in marked(article).replace("\u00a0", " ")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_looks_on_a_narrow_screen(article: Page, scheme: Any) -> None:
    article.emulate_media(color_scheme=scheme)
    article.set_viewport_size({"width": 390, "height": 700})
    assert article.evaluate("document.documentElement.scrollWidth") <= 390
    box = field(article).bounding_box()
    assert box is not None
    assert box["width"] > 120, "a question can be read"
    article.evaluate(AXE.read_text(encoding="utf-8"))
    found = article.evaluate("axe.run('qna-find', { resultTypes: ['violations'] })")
    assert found["passes"]
    assert [(rule["id"], rule["nodes"][0]["html"]) for rule in found["violations"]] == []
    moving = "document.querySelector('qna-find').shadowRoot.getAnimations().length"
    assert article.evaluate(moving) == 0


def test_an_element_that_is_not_there(article: Page) -> None:
    article.evaluate("document.querySelector('qna-find').setAttribute('for', '#nowhere[')")
    ask(article, "Where is it?")
    alert = article.locator("qna-find").get_by_role("alert")
    expect(alert).to_have_text(
        '<qna-find for="#nowhere[">: the page has no element of this id or selector.'
    )
    article.evaluate("document.querySelector('qna-find').removeAttribute('for')")
    ask(article, "In which year was the Mandal Courier founded?")
    settle(article)
    assert "1890" in marked(article), "without `for`, all of the page is read"


def test_the_example_and_what_a_page_from_disk_says(
    offline: Offline, pages: str, tmp_path: Path
) -> None:
    page = offline.page()
    page.goto(f"{pages}/qna/example.html")
    ask(page, "Where does Bert live?")
    settle(page)
    assert "123 Sesame Street" in marked(page)
    page.goto((write_find(tmp_path, model="bundled").parent / "example.html").as_uri())
    page.get_by_role("textbox", name=LABEL).focus()
    alert = page.locator("qna-find").get_by_role("alert")
    expect(alert).to_contain_text("Put the folder on a web server")
