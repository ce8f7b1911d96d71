"""The demo in a real browser: as `qna-widget demo` serves it, and as a cloud host does."""

import base64
import csv
import io
import json
import re
from pathlib import Path

import pytest
from chromium import Offline
from playwright.sync_api import Locator, Page, expect
from servers import ROOT, free_port, streamlit

from qna_widget.hosts.streamlit.demo import report

PATIENCE = 120_000


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
        self.history = root.locator(".qna-history")
        self.folded = self.page.get_by_test_id("stExpander")

    def choose(self, text: str) -> None:
        self.page.get_by_role("radiogroup", name="Text").get_by_text(text, exact=True).click()

    def settled(self, question: str) -> None:
        """Wait until Python has the answers to `question`."""
        expect(self.folded).to_contain_text(f"question={question!r}", timeout=PATIENCE)
        expect(self.folded).to_contain_text("Answers as CSV")

    def unfold(self) -> Locator:
        """Open what can be taken along."""
        link = self.folded.get_by_test_id("stCode").first
        if not link.is_visible():
            self.folded.get_by_text("Link, downloads and Python code").click()
        expect(link).to_be_visible()
        return self.folded

    def download(self, label: str) -> bytes:
        button = self.unfold().get_by_role("button", name=label)
        with self.page.expect_download() as waiting:
            button.click()
        return Path(waiting.value.path()).read_bytes()

    def link(self) -> str:
        return self.unfold().get_by_test_id("stCode").first.inner_text().strip()


def test_a_visit(offline: Offline, demo_address: str, screenshots: Path) -> None:
    demo = Demo(offline, demo_address)
    deposit, repairs = "How much is the deposit?", "Who pays for small repairs?"
    expect(demo.question).to_have_value(deposit)
    expect(demo.best).to_contain_text("1,880 euros")
    demo.settled(deposit)
    demo.page.screenshot(path=screenshots / "demo.png")

    demo.question.press_sequentially(" Tell me!", delay=20)
    demo.settled(f"{deposit} Tell me!")
    expect(demo.question).to_have_value(f"{deposit} Tell me!")
    demo.page.get_by_role("button", name=repairs).click()
    expect(demo.best).to_contain_text("The tenant")
    demo.settled(repairs)

    simmer = "How long does the soup simmer?"
    demo.choose("Recipe")
    expect(demo.question).to_have_value(simmer)
    expect(demo.best).to_contain_text("20 minutes")
    demo.settled(simmer)
    best = demo.best.inner_text()
    rows = list(csv.DictReader(io.StringIO(demo.download("Answers as CSV").decode("utf-8-sig"))))
    assert rows[0]["text"] in best
    answers = json.loads(demo.download("Answers as JSON"))
    assert [one["question"] for one in answers["questions"]] == [simmer]

    # An earlier question comes back with its text, and the page before by the browser's button.
    demo.history.locator("summary").click()
    demo.history.get_by_role("button", name=repairs).click()
    expect(demo.question).to_have_value(repairs)
    expect(demo.passage).to_have_value(re.compile("^Tenancy agreement"))
    demo.settled(repairs)
    expect(demo.page.get_by_role("button", name=deposit, exact=True)).to_be_visible()
    demo.page.go_back()
    expect(demo.question).to_have_value(simmer)
    demo.settled(simmer)

    demo.question.fill("What makes the soup vegan?")
    demo.settled("What makes the soup vegan?")
    link = demo.link()
    assert link == demo.page.url
    other = Demo(offline, link)
    expect(other.question).to_have_value("What makes the soup vegan?")
    expect(other.best).to_contain_text("Coconut milk")
    assert other.page.url == link
    assert offline.errors == []


@pytest.mark.parametrize(("width", "height", "within"), [(1280, 800, 500), (390, 844, 844)])
def test_question_and_answer_are_on_the_first_screen(
    offline: Offline, demo_address: str, width: int, height: int, within: int, screenshots: Path
) -> None:
    demo = Demo(offline, demo_address)
    demo.page.set_viewport_size({"width": width, "height": height})
    expect(demo.best).to_have_attribute("data-final", "")
    demo.settled("How much is the deposit?")
    demo.page.screenshot(path=screenshots / f"demo-{width}.png")
    for part in (demo.question, demo.best.locator(".qna-best-text"), demo.best.locator("mark")):
        box = part.bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= within
    across = "document.documentElement.scrollWidth <= innerWidth"
    assert demo.page.evaluate(across), "nothing sticks out"
    for words in ("Deploy", "pip install", "null score"):
        expect(demo.page.get_by_text(words)).to_have_count(0)


def test_a_pdf_dropped_on_the_passage_is_answered_with_its_page(
    offline: Offline, demo_address: str, screenshots: Path
) -> None:
    demo = Demo(offline, f"{demo_address}/?example=own&question=Who+is+the+new+harbour+master%3F")
    expect(demo.question).to_have_value("Who is the new harbour master?")
    # The demo's own report would be known as that.
    other = report.pdf().replace(b"Annual report 2025", b"Report of the year")
    carry(demo.page, "harbour.pdf", other)
    demo.page.screenshot(path=screenshots / "demo-drop.png")
    drop(demo.page, demo.passage)
    # A process of its own reads it, within a minute.
    expect(demo.passage).to_have_value(re.compile("Report of the year"), timeout=120_000)
    expect(demo.best).to_contain_text("Ingrid Solberg")
    expect(demo.best).to_contain_text("Page 5")
    menu = demo.page.get_by_role("radiogroup", name="Text")
    expect(menu.get_by_text("harbour.pdf")).to_be_visible()
    expect(demo.page.locator("body.takes-files")).to_have_count(0)
    assert offline.errors == []


def carry(page: Page, name: str, content: bytes) -> None:
    """Carry a file over the page, as from the desktop, once the page is there to take it."""
    expect(page.locator("input[type=file]")).to_be_attached()
    page.wait_for_function("window.qnaTakesFiles")
    page.evaluate(
        """([name, content]) => {
            window.carried = new DataTransfer();
            const bytes = Uint8Array.from(atob(content), (c) => c.charCodeAt(0));
            window.carried.items.add(new File([bytes], name));
            document.body.dispatchEvent(new DragEvent("dragenter",
                {dataTransfer: window.carried, bubbles: true, cancelable: true}));
        }""",
        [name, base64.b64encode(content).decode()],
    )


def drop(page: Page, onto: Locator) -> None:
    """Let go of it over what is there in the middle of an element."""
    box = onto.bounding_box()
    assert box is not None
    page.evaluate(
        """([x, y]) => {
            const target = document.elementFromPoint(x, y);
            for (const type of ["dragenter", "dragover", "drop"])
                target.dispatchEvent(new DragEvent(type, {dataTransfer: window.carried,
                    bubbles: true, cancelable: true, composed: true}));
        }""",
        [box["x"] + box["width"] / 2, box["y"] + box["height"] / 2],
    )


def test_own_text_from_a_file(offline: Offline, demo_address: str, screenshots: Path) -> None:
    demo = Demo(offline, f"{demo_address}/?example=own&question=Who+wrote+the+letter%3F")
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

    # It is neither lost by loading the page anew nor by a look at another text.
    demo.page.reload()
    expect(demo.passage).to_have_value("The letter was written by Marta in May.")
    demo.settled("Who wrote the letter?")
    demo.choose("Recipe")
    demo.settled("How long does the soup simmer?")
    demo.page.go_back()
    expect(demo.passage).to_have_value("The letter was written by Marta in May.")
    expect(demo.question).to_have_value("Who wrote the letter?")

    # Another own text takes none away.
    demo.passage.fill("Odd painted the boat green.")
    demo.question.fill("Who painted the boat?")
    demo.settled("Who painted the boat?")
    demo.page.screenshot(path=screenshots / "demo-own-texts.png")
    demo.page.reload()
    expect(demo.passage).to_have_value("Odd painted the boat green.")
    demo.settled("Who painted the boat?")
    demo.choose("letter.html")
    expect(demo.passage).to_have_value("The letter was written by Marta in May.")
    demo.settled("Who wrote the letter?")
    demo.choose("Odd painted the boat green.")
    demo.settled("Who painted the boat?")
    assert offline.errors == []


def test_a_hostile_link_shows_as_text(offline: Offline, demo_address: str) -> None:
    demo = Demo(
        offline, f"{demo_address}/?top_k=![x](http://evil.example/x.png)&:red[a]=%3Cimg+src=x%3E"
    )
    warning = demo.page.get_by_test_id("stAlert")
    expect(warning).to_contain_text("got '![x](http://evil.example/x.png)'")
    expect(warning).to_contain_text("Nothing here is called ':red[a]'")
    expect(warning.locator("img")).to_have_count(0)
    expect(demo.best).to_contain_text("1,880 euros")


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
        expect(demo.folded).to_contain_text(repr(passage))
        expect(demo.passage).to_have_value(passage)
        expect(demo.question).to_have_value(when)
        expect(demo.best).to_contain_text("1987")
