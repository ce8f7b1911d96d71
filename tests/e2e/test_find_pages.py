"""<qna-find> on ten pages written for these tests: questions, marks, and a page left as it was."""

from __future__ import annotations

import json
from pathlib import Path

from chromium import Offline
from found import ask, assert_untouched, line, marked, settle, watch
from playwright.sync_api import Page

QUESTIONS: dict[str, list[tuple[str, list[str]]]] = json.loads(
    (Path(__file__).parent / "pages" / "questions.json").read_text(encoding="utf-8")
)
# Of thirty.
RIGHT = 28
# Words that a right mark may have; a whole sentence is no answer.
LONGEST = 12


def is_right(words: str, accepted: list[str]) -> bool:
    found = any(answer.lower() in words.lower() for answer in accepted)
    return found and len(words.split()) <= LONGEST


def test_thirty_questions_on_ten_pages(offline: Offline, pages: str) -> None:
    wrong: list[str] = []
    asked = 0
    for name, questions in QUESTIONS.items():
        page = offline.page()
        page.goto(f"{pages}/{name}.html")
        before = watch(page)
        for question, accepted in questions:
            ask(page, question)
            if name == "long":
                words = read_until_right(page, accepted)
            else:
                settle(page)
                words = marked(page)
            asked += 1
            if not is_right(words, accepted):
                wrong.append(f"{name}: {question} {words!r}, {line(page).inner_text()}")
        assert_untouched(page, before)
        page.close()
    print("\n".join(wrong))
    assert asked == 30
    assert asked - len(wrong) >= RIGHT, wrong
    assert all(url.startswith(pages) for url in offline.local)
    assert offline.errors == []


def read_until_right(page: Page, accepted: list[str]) -> str:
    """Return what is marked while the long page is still being read, as soon as it is right."""
    words = ""
    for _ in range(100):
        page.wait_for_timeout(200)
        words = marked(page)
        if is_right(words, accepted):
            assert "so far" in line(page).inner_text(), "it was not read to its end"
            break
    return words
