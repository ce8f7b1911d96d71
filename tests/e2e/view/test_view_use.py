"""What a reader does with the view: type, walk by keyboard, choose, wait, cancel, set."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from view_page import View, boxes, calls, focused, marked, put
from view_states import ANSWERED, BOOK, SPANS, STATES, answer, result, state, utf16

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
    # Places are told in code points, as in Python.
    start = passage.index("last line")
    row = page.locator("[data-rank='4']")
    expect(row).to_contain_text(f"characters {start}–{start + 9}")
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


def test_everything_by_keyboard(view: View) -> None:
    page = view(ANSWERED)
    walk = []
    for _ in range(8):
        page.keyboard.press("Tab")
        walk.append(focused(page))
    texts = [text for text, _, _ in SPANS]
    assert walk == ["Outside", "Question", "Passage", *texts]
    page.keyboard.press("Tab")
    assert focused(page) == "Why these scores?"
    page.keyboard.press("Tab")
    assert focused(page) == "Settings"
    page.keyboard.press("Enter")
    for label in ("Answers shown", "Longest answer", "No-answer threshold", "Overlap"):
        page.keyboard.press("Tab")
        assert focused(page) == label
    page.keyboard.press("Tab")
    assert focused(page) == "History (1)"
    page.locator("[data-rank='1']").focus()
    page.keyboard.press("ArrowDown")
    assert focused(page) == texts[1]
    ring = page.locator("[data-rank='2']")
    expect(ring).to_have_css("outline-style", "solid")
    page.keyboard.press("Enter")
    expect(ring).to_have_attribute("aria-pressed", "true")
    expect(page.locator("mark[data-active]")).to_have_text(texts[1])
    page.keyboard.press("Escape")
    expect(ring).to_have_attribute("aria-pressed", "false")
    expect(page.locator("mark[data-active]")).to_have_count(0)


def test_jupyterlab_keeps_its_keys_to_itself(view: View) -> None:
    page = view(STATES["partial"])
    page.locator(".qna-settings > summary").click()
    controls = page.locator(".qna-root :is(button, summary, select, input, [tabindex])")
    assert controls.count() >= 10
    for control in controls.all():
        expect(control).to_have_attribute("data-lm-suppress-shortcuts", "true")
    # In cells it prevents line breaks and undo by a listener on whatever is typed into.
    area = page.get_by_label("Passage")
    area.evaluate("e => e.addEventListener('beforeinput', event => event.preventDefault())")
    area.press("Control+Home")
    area.press("Enter")
    expect(area).to_have_value("\n" + BOOK)
    area.press("Control+z")
    expect(area).to_have_value(BOOK)


def test_answer_and_place_are_linked(view: View) -> None:
    page = view(STATES["partial"], width=600)
    scroller = page.locator(".qna-scroller")
    assert scroller.evaluate("e => e.scrollTop") == 0
    page.locator("[data-rank='1']").click()
    mark = page.locator("mark[data-active]").first
    expect(mark).to_be_in_viewport()
    page.wait_for_function(
        "() => { const e = document.querySelector('.qna-scroller');"
        " const box = e.getBoundingClientRect();"
        " const mark = document.querySelector('mark[data-active]').getBoundingClientRect();"
        " return mark.top >= box.top && mark.bottom <= box.bottom; }"
    )
    # The next windows come in: choice and focus stay.
    more = {**STATES["partial"]["result"], "windows_done": 40}
    more["answers"] = [answer(BOOK, "the rain", 12.0, 0.9), *more["answers"]]
    put(page, {"result": more})
    expect(page.locator("[data-rank='2']")).to_have_attribute("aria-pressed", "true")
    assert focused(page) == "123 Sesame Street, in the basement apartment"
    put(page, ANSWERED)
    page.set_viewport_size({"width": 1000, "height": 900})
    [place] = boxes(page.locator("mark", has_text="basement apartment"))
    page.mouse.move(place["x"] + place["width"] / 2, place["y"] + place["height"] / 2)
    expect(page.locator("[data-hot][data-rank]")).to_contain_text("basement apartment")
    page.locator("[data-rank='3']").hover()
    expect(page.locator("mark[data-hot]")).to_have_text("on the front door")


def test_waiting_hides_the_old_answers_and_moves_nothing(view: View) -> None:
    page = view(ANSWERED)
    parts = page.locator(".qna-passage, .qna-answer, .qna-settings, .qna-status")
    before = boxes(parts)
    page.get_by_label("Question").press("End")
    page.keyboard.type("!")
    rows = page.locator(".qna-answers")
    expect(rows).to_have_attribute("aria-hidden", "true")
    expect(page.get_by_role("button", name="123 Sesame Street")).to_have_count(0)
    expect(page.locator(".qna-answer-text bdi").first).to_have_css("color", "rgba(0, 0, 0, 0)")
    expect(page.locator(".qna-mark").first).to_have_css("opacity", "0")
    assert boxes(parts) == before
    put(page, {"result": ANSWERED["result"]})
    expect(rows).not_to_have_attribute("aria-hidden", "true")
    assert boxes(parts) == before


def test_progress_cancel_and_retry(view: View) -> None:
    page = view(STATES["loading"])
    bar = page.get_by_role("progressbar")
    expect(bar).to_have_attribute("aria-valuenow", "48")
    words = "Loading model.onnx: 12.4 of 25.7 MB, from the notebook kernel"
    expect(bar).to_have_attribute("aria-valuetext", words)
    expect(page.get_by_text(words)).to_be_visible()
    expect(page.get_by_text("kept in this browser afterwards")).to_be_visible()
    page.get_by_role("button", name="Cancel").click()
    assert calls(page) == [["cancel"]]
    expect(bar).to_be_hidden()
    expect(page.get_by_text("Stopped.")).to_be_visible()
    assert "Stopped" in focused(page), "the focus must not get lost with the button"
    page.get_by_role("button", name="Ask again").click()
    assert calls(page)[1:] == [["retry"]]
    put(page, STATES["partial"])
    page.get_by_label("Question").press("Escape")
    assert calls(page)[2:] == [["cancel"]]
    put(page, STATES["error"])
    expect(page.get_by_role("alert")).to_contain_text("model.onnx could not be loaded.")
    page.get_by_role("button", name="Retry").click()
    assert calls(page)[3:] == [["retry"]]


def test_no_answer_is_an_answer(view: View) -> None:
    page = view(STATES["no-answer"])
    rows = page.get_by_role("listitem").filter(has=page.locator(".qna-answer"))
    expect(rows).to_have_count(4)
    expect(rows.first).to_contain_text("No answer in this passage")
    expect(rows.first).to_contain_text("by 1.8 over the best span, threshold 0")
    put(page, ANSWERED)
    expect(rows.last).to_contain_text("No answer")
    expect(rows.last).to_contain_text("would need 7.4 more")
    expect(page.get_by_role("status").first).to_have_text(
        "Answer: 123 Sesame Street, 78.4% probable. 4 more answers."
    )


def test_settings(view: View) -> None:
    page = view(ANSWERED)
    page.locator(".qna-settings > summary").click()
    page.get_by_label("No-answer threshold").press("ArrowRight")
    page.get_by_label("Answers shown").fill("3")
    page.get_by_label("Longest answer").fill("9999")
    expect(page.get_by_label("Longest answer")).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_text("A whole number from 1 to 384")).to_be_visible()
    page.get_by_label("Longest answer").press("Tab")
    expect(page.get_by_label("Longest answer")).to_have_value("30")
    expect(page.get_by_text("A whole number from 1 to 384")).to_have_count(0)
    page.get_by_label("Overlap").select_option("nested")
    page.get_by_role("button", name="Reset").click()
    expect(page.get_by_role("button", name="Reset")).to_be_disabled()
    assert [options for _, options in calls(page)] == [
        {"no_answer_threshold": 0.1},
        {"top_k": 3},
        {"overlap": "nested"},
        {"top_k": 5, "max_answer_len": 30, "no_answer_threshold": None, "overlap": "none"},
    ]


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
    page.locator("[data-rank='1']").click()
    expect(page.locator("mark[data-active]")).to_be_in_viewport()
