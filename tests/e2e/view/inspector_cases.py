"""Questions whose scores are known, for a scripted model (js/tests/page/scripted-model.ts)."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page
from view_states import BOOK, PASSAGE

SHORT: dict[str, Any] = {
    "passage": PASSAGE,
    "question": "Where does Bert live?",
    "spans": [
        ["123 Sesame Street", 9.3],
        ["basement apartment", 6.0],
        ["on the front door", 3.5],
        ["Sesame Street", 2.1],
    ],
    "null_score": 1.9,
}
LONG: dict[str, Any] = {
    **SHORT,
    "passage": BOOK[:9000],
    "spans": [
        ["123 Sesame Street, in the basement apartment", 9.3],
        ["the mill stopped", 6.0],
        ["Ernie", 2.5],
    ],
}
NO_ANSWER: dict[str, Any] = {**SHORT, "question": "Who is the mayor?", "null_score": 11.1}
HARD: dict[str, Any] = {
    "passage": "Zoë 😀😀 met 𝔘𝔫𝔦 at the café.\r\n\r\n"
    "שלום לעולם — 日本語のテキスト。 <b>bold</b> & more\r\n",
    "question": "Who?",
    "spans": [["𝔘𝔫𝔦 at the café", 7.0], ["日本語", 4.0], ["<b>bold</b>", 2.0]],
    "null_score": 0.0,
}
CASES = {"short": SHORT, "long": LONG, "no-answer": NO_ANSWER, "hard": HARD}


def ask(page: Page, case: dict[str, Any]) -> None:
    page.evaluate("given => harness.script.answer(given)", case)


def open_inspector(page: Page) -> None:
    page.locator(".qna-inspector > summary").click()
    page.locator(".qna-readout > *").first.wait_for()
    settle(page)


def settle(page: Page) -> None:
    """Let two frames go by: what was due is painted."""
    page.evaluate(
        "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
    )


def sticking_out(page: Page) -> list[str]:
    """Name what sticks out of the panel sideways and is not in a box that scrolls."""
    return page.evaluate(
        """() => {
          const right = document.querySelector('.qna-panel').getBoundingClientRect().right;
          const wide = document.documentElement.scrollWidth > innerWidth ? ['page'] : [];
          return [...wide, ...[...document.querySelectorAll('.qna-inspector *')]
            .filter(e => !e.parentElement.closest('.qna-strip, .qna-table-box, .qna-axis'))
            .filter(e => e.getBoundingClientRect().right > right + 0.5).map(e => e.className)];
        }"""
    )


def lit(page: Page) -> str:
    """Read what the boxes over the passage cover: the text of the lines' ranges under them."""
    return page.evaluate(
        """() => {
          const boxes = [...document.querySelectorAll('.qna-spots > div')]
            .map(box => box.getBoundingClientRect());
          const nodes = document.createTreeWalker(
            document.querySelector('.qna-layer'), NodeFilter.SHOW_TEXT);
          let text = '';
          for (let node = nodes.nextNode(); node; node = nodes.nextNode()) {
            const range = document.createRange();
            for (let at = 0; at < node.length; at++) {
              range.setStart(node, at); range.setEnd(node, at + 1);
              const mark = range.getBoundingClientRect();
              const x = (mark.left + mark.right) / 2, y = (mark.top + mark.bottom) / 2;
              if (boxes.some(b => x > b.left && x < b.right && y > b.top && y < b.bottom))
                text += node.data[at];
            }
          }
          return text;
        }"""
    )


def cell(page: Page, rows: int, columns: int) -> tuple[float, float]:
    """Give the middle of the cell so many rows below and columns right of the one shown."""
    box = page.locator(".qna-cell").bounding_box()
    cross = page.locator(".qna-cross").first.bounding_box()
    assert box is not None
    assert cross is not None
    step = cross["height"]
    return box["x"] + box["width"] / 2 + columns * step, box["y"] + box["height"] / 2 + rows * step
