"""What a reader comes to the demo for can be done, on a desk and on a telephone.

Clicks, keys and seconds are counted and left in tests/output/reader-tasks.json; nothing is timed.
"""

from __future__ import annotations

import json
import re
import time
from pathlib import Path

import pytest
from chromium import Offline
from playwright.sync_api import Locator, expect

from qna_widget.hosts.streamlit.demo import report

PATIENCE = 120_000


class Reader:
    """Somebody at the page; what they do is counted by task."""

    def __init__(self, offline: Offline, address: str, width: int, height: int) -> None:
        offline.context.grant_permissions(["clipboard-read", "clipboard-write"])
        self.page = offline.page()
        self.page.set_default_timeout(PATIENCE)
        self.page.set_viewport_size({"width": width, "height": height})
        self.is_narrow = width < 820
        self.page.goto(address)
        self.root = self.page.locator(".qna-root")
        self.question = self.root.get_by_label("Question", exact=True)
        self.best = self.root.get_by_role("article")
        self.done: dict[str, dict[str, float]] = {}
        self.begin("first answer")
        self.sees("1,880 euros")

    def begin(self, task: str) -> None:
        self.task = self.done[task] = {"clicks": 0, "keys": 0, "seconds": 0.0}
        self.since = time.monotonic()

    def click(self, what: Locator) -> None:
        what.click()
        self.task["clicks"] += 1

    def asks(self, question: str) -> None:
        """Three clicks on the field mark what stands there; typing replaces it."""
        self.question.click(click_count=3)
        self.task["clicks"] += 3
        self.question.press_sequentially(question, delay=5)
        self.task["keys"] += len(question)

    def press(self, what: Locator, key: str) -> None:
        what.press(key)
        self.task["keys"] += 1

    def sees(self, words: str) -> None:
        """Read words in the final answer, without looking for it."""
        final = self.root.locator("article[data-final]")
        expect(final).to_contain_text(words, timeout=PATIENCE)
        expect(final.locator(".qna-best-text")).to_be_in_viewport()
        self.task["seconds"] = round(time.monotonic() - self.since, 1)

    def pasted(self) -> str:
        """Return what was copied."""
        copied = self.page.evaluate("navigator.clipboard.readText()")
        assert isinstance(copied, str)
        return copied


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (390, 844)])
def test_five_tasks(
    offline: Offline, demo_address: str, width: int, height: int, screenshots: Path
) -> None:
    reader = Reader(offline, demo_address, width, height)
    ask_three_questions(reader)
    see_that_there_is_no_answer(reader)
    change_the_threshold(reader)
    quote_a_pdf(reader)
    share_by_link(reader, offline)
    file = screenshots / "reader-tasks.json"
    known = json.loads(file.read_text()) if file.exists() else {}
    file.write_text(json.dumps({**known, str(width): reader.done}, indent=1))
    assert offline.errors == []


def ask_three_questions(reader: Reader) -> None:
    reader.begin("three questions")
    reader.click(reader.page.get_by_role("button", name="Who pays for small repairs?"))
    reader.sees("The tenant")
    reader.asks("When is the rent due?")
    reader.sees("third working day")
    reader.asks("Who is the caretaker?")
    reader.sees("Lindqvist")


def see_that_there_is_no_answer(reader: Reader) -> None:
    reader.begin("no answer, and why")
    reader.click(reader.page.get_by_role("button", name="Are dogs allowed?"))
    reader.sees("The text does not say")
    reader.sees("What came nearest:")
    expect(reader.best.locator("mark")).to_be_visible()


def change_the_threshold(reader: Reader) -> None:
    reader.begin("threshold")
    settings = reader.root.locator(".qna-settings")
    reader.click(settings.locator("summary").first)
    slider = settings.get_by_role("slider")
    field = settings.locator(".qna-field", has=reader.page.get_by_role("slider"))
    hint = field.locator(".qna-hint")
    expect(hint).to_contain_text(re.compile(r"“no answer” leads by \d+\.\d; a threshold of \d"))
    reader.click(slider)
    reader.press(slider, "End")
    expect(reader.best).to_have_attribute("data-kind", "answer")
    expect(hint).to_contain_text("A higher one lets less certain answers through.")
    allowed = re.compile(r"“No answer” leads by \d+\.\d, which the threshold of 12(\.0)? allows")
    expect(reader.best).to_contain_text(allowed)
    reader.click(settings.get_by_role("button", name="Reset"))
    expect(reader.best).to_have_attribute("data-kind", "none")
    reader.task["seconds"] = round(time.monotonic() - reader.since, 1)


def quote_a_pdf(reader: Reader) -> None:
    reader.begin("a fact of a PDF, quoted with its page")
    # The demo's own report would bring its questions along.
    other = report.pdf().replace(b"Annual report 2025", b"Report of the year")
    file = {"name": "harbour.pdf", "mimeType": "application/pdf", "buffer": other}
    with reader.page.expect_file_chooser() as chooser:
        uploader = reader.page.get_by_test_id("stFileUploaderDropzone")
        reader.click(uploader.get_by_text("Upload", exact=True))
    chooser.value.set_files([file])
    reader.task["clicks"] += 1  # on the file
    passage = reader.root.get_by_label("Passage", exact=True)
    expect(passage).to_have_value(re.compile("Report of the year"))
    reader.asks("Who is the new harbour master?")
    reader.sees("Ingrid Solberg")
    reader.sees("Page 5")
    # Beside the answer the text shows its place by itself; below it, at a click.
    mark = reader.root.locator('.qna-mark[data-ranks~="1"]').first
    if reader.is_narrow:
        reader.click(reader.best.get_by_role("button", name="Show in text"))
    expect(mark).to_be_in_viewport(ratio=0.5)
    reader.click(reader.best.get_by_role("button", name="Copy"))
    expect(reader.best).to_contain_text("Copied")
    words, sentence, place = reader.pasted().split("\n")
    assert words == "Ingrid Solberg"
    assert sentence.startswith("“Ingrid Solberg became harbour master on 1 May")
    assert place.startswith("(Page 5")


def share_by_link(reader: Reader, offline: Offline) -> None:
    reader.begin("link")
    page = reader.page
    page.get_by_role("radiogroup", name="Text").get_by_text("Minutes").click()
    page.get_by_role("button", name="How much may the bicycle shed cost?").click()
    reader.sees("6,500")
    reader.begin("link")
    reader.click(page.get_by_text("Link, downloads and Python code"))
    code = page.get_by_test_id("stCode").first
    expect(code).to_contain_text("bicycle")
    code.hover()
    reader.click(code.get_by_role("button"))
    reader.task["seconds"] = round(time.monotonic() - reader.since, 1)
    other = offline.page()
    other.goto(reader.pasted())
    expect(other.get_by_label("Question", exact=True)).to_have_value(
        "How much may the bicycle shed cost?"
    )
    expect(other.locator("article[data-final]")).to_contain_text("6,500", timeout=PATIENCE)
