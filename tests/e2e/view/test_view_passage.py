"""The passage in its field: what is marked, what an edit changes, what others do to the page."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from view_page import View, calls, marked, put
from view_states import ANSWERED, BOOK, result, state, utf16

HARD = (
    "Zoë 😀😀 met 𝔘𝔫𝔦 at the café.\r\n\r\nTab\there,  two  spaces, "
    + "a" * 150
    + " and 👩‍👩‍👧 walked.\r\nשלום לעולם, said the visitor — 日本語のテキスト。\rlast line\r\n"
)
RIGHT_TO_LEFT = "שלום לעולם (123), hello! " + HARD
LONG_LINE = HARD + "one line of many words " * 2000


@pytest.mark.parametrize(
    ("passage", "width"),
    [(HARD, 320), (HARD, 1000), (RIGHT_TO_LEFT, 600), (LONG_LINE, 600)],
    ids=["narrow", "wide", "right to left", "long line"],
)
def test_highlights_are_exact(view: View, passage: str, width: int) -> None:
    texts = ["𝔘𝔫𝔦", "👩‍👩‍👧 walked.\r\nשלום", "日本語", "last line", "Zoë 😀"]
    spans = [(text, 5.0 - i, 0.1) for i, text in enumerate(texts)]
    page = view(state(passage, result=result(passage, spans)), width=width)
    for rank, text in enumerate(texts, 1):
        assert marked(page, rank) == text.replace("\r\n", "\n")
    assert calls(page) == [], "showing a passage must not change it"
    # The layer lies exactly under the textarea: each drawn alone gives the same pixels.
    area = page.locator(".qna-scroller")
    page.add_style_tag(
        content=".qna-root .qna-badges { display: none }"
        ".qna-root .qna-scroller { max-block-size: 600px }"
    )
    quiet = page.add_style_tag(content=".qna-layer { visibility: hidden }")
    in_textarea = area.screenshot(animations="disabled")
    quiet.evaluate(
        "style => style.textContent = `.qna-text { visibility: hidden }"
        " .qna-layer { color: var(--qna-text) !important }"
        " .qna-root .qna-layer mark { color: inherit !important; background: none !important;"
        " box-shadow: none !important; transition: none !important }`"
    )
    in_layer = area.screenshot(animations="disabled")
    assert in_textarea == in_layer
    quiet.evaluate("style => style.textContent = '.qna-layer, .qna-text { visibility: hidden }'")
    assert area.screenshot(animations="disabled") != in_layer


def test_an_edit_changes_only_what_was_edited(view: View) -> None:
    page = view(state("one\r\ntwo\rthree\r\n"))
    area = page.get_by_label("Passage")
    area.press("Control+Home")
    area.press("End")
    page.keyboard.type("!")
    assert calls(page) == [["setPassage", "one!\r\ntwo\rthree\r\n"]]
    page.keyboard.press("Control+z")
    assert calls(page)[-1] == ["setPassage", "one\r\ntwo\rthree\r\n"]
    page.keyboard.insert_text("pasted\ntext")
    expect(area).to_have_value("onepasted\ntext\ntwo\nthree\n")


def test_an_input_method_composes_in_peace(view: View) -> None:
    page = view(state(question=""))
    page.get_by_label("Question").focus()
    keyboard = page.context.new_cdp_session(page)
    for text in ("n", "に", "にほん"):
        compose = {"text": text, "selectionStart": len(text), "selectionEnd": len(text)}
        keyboard.send("Input.imeSetComposition", compose)
    assert calls(page) == []
    keyboard.send("Input.insertText", {"text": "日本"})
    assert calls(page) == [["setQuestion", "日本"]]


def test_marks_beside_the_scrollbar(view: View) -> None:
    page = view(ANSWERED, width=600)
    ticks = page.locator(".qna-rail > [data-tick]")
    page.wait_for_timeout(50)
    expect(ticks).to_have_count(0)  # all can be seen without scrolling
    put(page, state(BOOK, result=result(BOOK, [("Bert", 9.0, 0.9), ("thirteen", 2.0, 0.01)])))
    expect(ticks).to_have_count(1)  # what is folded away is marked nowhere
    page.locator(".qna-less > summary").click()
    expect(ticks).to_have_count(2)
    places = [float(tick.evaluate("e => e.style.getPropertyValue('--at')")) for tick in ticks.all()]
    share = BOOK.index("Bert") / len(BOOK)
    assert abs(places[1] - share) < 0.1
    assert places[0] < places[1], "the best one last: it lies over the others"
    page.locator(".qna-rail > [data-tick='2']").click()
    expect(page.locator("mark[data-ranks='2']")).to_be_in_viewport()


def test_a_page_translator_leaves_quotes_alone(view: View) -> None:
    page = view({**ANSWERED, "examples": ["Where?"]})
    page.locator(".qna-less > summary").click()
    page.locator(".qna-history > summary").click()
    quoting = (
        ".qna-text, .qna-layer, .qna-best-text, .qna-quote, .qna-answer-text, .qna-question,"
        " .qna-example, .qna-asked"
    )
    parts = page.locator(quoting)
    assert parts.count() >= 10
    for part in parts.all():
        assert part.evaluate("e => e.translate") is False, part.evaluate("e => e.className")
    assert page.locator(".qna-verdict-line").evaluate("e => e.translate") is True


def test_a_book_costs_few_nodes_and_an_edit_one(view: View) -> None:
    lines = [f"Line {n}: the mill stopped and nobody remembered the rain." for n in range(9000)]
    book = "\n".join(lines)
    assert utf16(book) > 500_000
    page = view(state(book, result=result(book, [("Line 8000", 9.0, 0.9)])))
    nodes = "document.querySelectorAll('.qna-layer *').length"
    assert page.evaluate(nodes) < 200
    assert marked(page, 1) == "Line 8000"
    page.evaluate(
        "() => { window.changed = 0; new MutationObserver(list => {"
        " for (const m of list) changed += m.addedNodes.length + m.removedNodes.length; })"
        ".observe(document.querySelector('.qna-layer'), {childList: true, subtree: true}); }"
    )
    page.get_by_label("Passage").press("Control+Home")
    page.evaluate("window.changed = 0")
    page.keyboard.type("x")
    page.wait_for_function("() => window.changed > 0")
    # The edited chunk and the one whose mark went: each out and in.
    assert page.evaluate("window.changed") <= 8
    put(page, {"result": result("x" + book, [("Line 8000", 9.0, 0.9)])})
    page.get_by_role("button", name="Show in text").click()
    expect(page.locator("mark[data-active]")).to_be_in_viewport()
