"""The demo in a real browser: as `qna-widget demo` serves it, and as a cloud host does."""

import contextlib
import csv
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import Offline
from playwright.sync_api import Locator, Page, TimeoutError, expect
from servers import ROOT, free_port, streamlit
from servers import demo as served_demo

PATIENCE = 120_000
expect.set_options(timeout=60_000)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    log = tmp_path_factory.mktemp("demo") / "log.txt"
    with served_demo(log) as address:
        yield address


class Demo:
    """The page, with words for its parts."""

    def __init__(self, offline: Offline, address: str) -> None:
        self.page: Page = offline.page()
        self.page.set_default_timeout(PATIENCE)
        self.page.goto(address)
        root = self.page.locator(".qna-root")
        self.question = root.get_by_label("Question", exact=True)
        self.passage = root.get_by_label("Passage", exact=True)
        self.best = root.get_by_role("article")

    def choose(self, menu: str, option: str) -> None:
        wanted = self.page.get_by_role("option", name=option)
        for _ in range(5):  # answers that arrive just then close a menu
            self.page.get_by_role("combobox", name=menu).click()
            with contextlib.suppress(TimeoutError):
                return wanted.click(timeout=5_000)
        return wanted.click()

    def tab(self, name: str) -> Locator:
        self.page.get_by_role("tab", name=name).click()
        return self.page.get_by_role("tabpanel").filter(visible=True)

    def settled(self, question: str) -> None:
        """Wait until Python has the answers to `question`."""
        expect(self.tab("Python")).to_contain_text(repr(question), timeout=PATIENCE)
        expect(self.tab("Answers").get_by_test_id("stDataFrame")).to_be_visible()

    def download(self, tab: str, kind: str) -> bytes:
        panel = self.tab(tab)
        with self.page.expect_download() as waiting:
            panel.get_by_role("button", name=f"{tab} as {kind}").click()
        return Path(waiting.value.path()).read_bytes()

    def link(self) -> str:
        return self.tab("Link").get_by_test_id("stCode").inner_text().strip()


def test_a_visit(offline: Offline, address: str, screenshots: Path) -> None:
    demo = Demo(offline, address)
    expect(demo.question).to_have_value("Where does Bert live?")
    expect(demo.best).to_contain_text("Sesame Street")
    demo.settled("Where does Bert live?")
    demo.page.screenshot(path=screenshots / "demo.png")

    demo.question.press_sequentially(" Tell me!", delay=20)
    demo.settled("Where does Bert live? Tell me!")
    expect(demo.question).to_have_value("Where does Bert live? Tell me!")

    demo.choose("Text", "The lighthouse")
    expect(demo.question).to_have_value("When did the lamp get electricity?")
    expect(demo.best).to_contain_text("1962")
    demo.settled("When did the lamp get electricity?")
    best = demo.best.inner_text()

    rows = list(csv.DictReader(io.StringIO(demo.download("Answers", "CSV").decode("utf-8-sig"))))
    assert rows[0]["text"] in best
    history = json.loads(demo.download("History", "JSON"))
    asked = [one["question"] for one in history["questions"]]
    assert asked[0] == "Where does Bert live?"
    assert asked[-1] == "When did the lamp get electricity?"

    # An earlier question comes back with its text, and the page before by the browser's button.
    demo.tab("History")
    demo.choose("Go back to", "Where does Bert live? Tell me!")
    expect(demo.question).to_have_value("Where does Bert live? Tell me!")
    expect(demo.passage).to_have_value(re.compile("^Bert is Ernie's best friend"))
    demo.settled("Where does Bert live? Tell me!")
    demo.page.go_back()
    expect(demo.question).to_have_value("When did the lamp get electricity?")
    demo.settled("When did the lamp get electricity?")

    demo.question.fill("When was it first lit?")
    demo.settled("When was it first lit?")
    link = demo.link()
    assert link == demo.page.url
    other = Demo(offline, link)
    expect(other.question).to_have_value("When was it first lit?")
    expect(other.best).to_contain_text("4 October 1871")
    assert other.page.url == link
    assert offline.errors == []


def test_own_text_from_a_file(offline: Offline, address: str, screenshots: Path) -> None:
    demo = Demo(offline, f"{address}/?example=own&question=Who+wrote+the+letter%3F")
    expect(demo.question).to_have_value("Who wrote the letter?")
    chooser = demo.page.locator("input[type=file]")
    page = "<title>no</title><script>x()</script><p>The letter was written by Ada &amp; Grace."
    file = {"name": "letter.html", "mimeType": "text/html", "buffer": page.encode()}
    chooser.set_input_files([file])
    expect(demo.passage).to_have_value("The letter was written by Ada & Grace.")
    expect(demo.best).to_contain_text("Ada")
    demo.settled("Who wrote the letter?")
    assert "letter+was" not in demo.link()

    demo.passage.fill("The letter was written by Marta in May.")
    expect(demo.best).to_contain_text("Marta")
    wrong = {"name": "<b>scan.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4 broken"}
    chooser.set_input_files([wrong])
    expect(demo.page.get_by_test_id("stAlert").last).to_contain_text(
        "<b>scan.pdf is not a readable"
    )
    expect(demo.passage).to_have_value("The letter was written by Marta in May.")
    expect(demo.question).to_have_value("Who wrote the letter?")
    demo.page.screenshot(path=screenshots / "demo-own-text.png")
    assert offline.errors == []


def test_a_hostile_link_shows_as_text(offline: Offline, address: str) -> None:
    demo = Demo(
        offline, f"{address}/?top_k=![x](http://evil.example/x.png)&:red[a]=%3Cimg+src=x%3E"
    )
    warning = demo.page.get_by_test_id("stAlert")
    expect(warning).to_contain_text("got '![x](http://evil.example/x.png)'")
    expect(warning).to_contain_text("Nothing here is called ':red[a]'")
    expect(warning.locator("img")).to_have_count(0)
    expect(demo.best).to_contain_text("Sesame Street")


def test_a_restarted_server_takes_no_words_away(offline: Offline, tmp_path: Path) -> None:
    passage, port = "Marta painted the boat green in 1987.", free_port()
    who, when = "Who painted the boat?", "When was the boat painted?"
    with streamlit(ROOT / "streamlit_app.py", tmp_path / "first.txt", port=port) as address:
        demo = Demo(offline, f"{address}/?example=own")
        demo.passage.fill(passage)
        demo.question.fill(who)
        demo.settled(who)
        expect(demo.best).to_contain_text("Marta")
    connected = demo.page.locator("[data-test-connection-state=CONNECTED]")
    expect(connected).to_have_count(0)
    # The browser answers on; Python hears of it from the page, which comes back by itself.
    demo.question.fill(when)
    expect(demo.best).to_contain_text("1987")
    with streamlit(ROOT / "streamlit_app.py", tmp_path / "second.txt", port=port):
        expect(connected).to_have_count(1, timeout=PATIENCE)
        demo.settled(when)
        expect(demo.tab("Python")).to_contain_text(repr(passage))
        expect(demo.passage).to_have_value(passage)
        expect(demo.question).to_have_value(when)
        expect(demo.best).to_contain_text("1987")
