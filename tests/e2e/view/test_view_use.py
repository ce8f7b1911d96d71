"""What a reader does with the view: type, walk by keyboard, choose, wait, cancel, set."""

from __future__ import annotations

from playwright.sync_api import expect
from view_page import View, boxes, calls, focused, put
from view_states import ANSWERED, BOOK, SPANS, STATES, answer, result, state


def test_everything_by_keyboard(view: View) -> None:
    page = view(ANSWERED)
    walk = []
    for _ in range(8):
        page.keyboard.press("Tab")
        walk.append(focused(page))
    texts = [text for text, _, _ in SPANS]
    line = "Read in 96 ms by MiniLM-L6, in your browser."
    assert walk[:3] == ["Outside", "Question", line]
    assert walk[3:] == [
        "Show in text",
        "Copy",
        "4 less likely answers",
        "Passage",
        "Why these scores?",
    ]
    page.keyboard.press("Tab")
    assert focused(page) == "Settings"
    page.keyboard.press("Enter")
    for label in ("Answers shown", "Longest answer", "No-answer threshold", "Overlap"):
        page.keyboard.press("Tab")
        assert focused(page) == label
    page.keyboard.press("Tab")
    assert focused(page) == "History (1)"
    page.locator(".qna-less > summary").click()
    page.get_by_role("button", name="Show in text").focus()
    page.keyboard.press("ArrowDown")
    assert focused(page) == texts[1]
    ring = page.locator(".qna-answer[data-rank='2']")
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
    assert controls.count() >= 12
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
    page.get_by_role("button", name="Show in text").click()
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
    row = page.locator(".qna-answer[data-rank='2']")
    expect(row).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".qna-best-text")).to_have_text("the rain")
    put(page, ANSWERED)
    page.set_viewport_size({"width": 1000, "height": 900})
    page.locator(".qna-less > summary").click()
    [place] = boxes(page.locator(".qna-mark", has_text="basement apartment"))
    page.mouse.move(place["x"] + place["width"] / 2, place["y"] + place["height"] / 2)
    expect(page.locator("[data-hot][data-rank]")).to_contain_text("basement apartment")
    page.locator("[data-rank='3']").hover()
    expect(page.locator("mark[data-hot]")).to_have_text("on the front door")


def test_waiting_hides_the_old_answers_and_moves_nothing(view: View) -> None:
    page = view(ANSWERED)
    page.locator(".qna-less > summary").click()
    parts = page.locator(".qna-passage, .qna-best, .qna-answer, .qna-settings, .qna-status")
    before = boxes(parts)
    page.get_by_label("Question").press("End")
    page.keyboard.type("!")
    rows = page.locator(".qna-found")
    expect(rows).to_have_attribute("aria-hidden", "true")
    expect(page.get_by_role("button", name="Show in text")).to_have_count(0)
    for part in (".qna-best-text", ".qna-quote", ".qna-quoted", ".qna-answer-text"):
        expect(page.locator(part).first).to_have_css("color", "rgba(0, 0, 0, 0)")
    expect(page.locator(".qna-mark").first).to_have_css("opacity", "0")
    assert boxes(parts) == before
    put(page, {"result": ANSWERED["result"]})
    expect(rows).not_to_have_attribute("aria-hidden", "true")
    assert boxes(parts) == before


def test_first_answers_say_nothing_for_good(view: View) -> None:
    """Neither "no answer" nor a percentage before everything is read, or when it is stopped."""
    page = view()
    partial = STATES["partial"]
    timing = {**partial["result"]["timing"], "total_ms": 1440}
    null = {"text": "", "start": 0, "end": 0, "score": 9.0, "probability": 0.999}
    nothing = {
        **partial["result"],
        "answers": [null, *partial["result"]["answers"]],
        "no_answer": True,
        "null_probability": 0.999,
        "timing": timing,
    }
    put(page, {**partial, "result": nothing})
    results = page.locator(".qna-results")
    best = page.get_by_role("article")
    expect(best).to_have_text("Nothing found yet; about 9 s left", use_inner_text=True)
    expect(results).not_to_contain_text("%")
    expect(page.locator(".qna-mark, .qna-answer")).to_have_count(0)
    expect(results).to_contain_text("12 of 87 parts read")
    page.get_by_role("button", name="Stop here").click()
    expect(best).to_have_text("Nothing found in 12 of 87 parts", use_inner_text=True)
    expect(results).to_contain_text("Stopped after 12 of 87 parts.")
    expect(page.get_by_role("status").first).to_have_text("")
    put(page, {**partial, "result": {**partial["result"], "timing": timing}})
    expect(best).to_contain_text("Best so far; about 9 s left")
    expect(best).not_to_contain_text("%")
    put(
        page,
        {
            "status": "ready",
            "progress": None,
            "result": result(BOOK, [("123 Sesame Street", 9, 0.9)]),
        },
    )
    expect(best).to_contain_text("90%")


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
    expect(page.get_by_text("Stopped.").first).to_be_visible()
    assert "Stopped" in focused(page), "the focus must not get lost with the button"
    page.get_by_role("button", name="Read on").click()
    assert calls(page)[1:] == [["retry"]]
    put(page, STATES["partial"])
    page.get_by_label("Question").press("Escape")
    assert calls(page)[2:] == [["cancel"]]
    put(page, STATES["error"])
    expect(page.get_by_role("alert")).to_contain_text("model.onnx could not be loaded.")
    page.get_by_role("button", name="Try again").click()
    assert calls(page)[3:] == [["retry"]]


def test_no_answer_is_as_calm_as_an_answer(view: View) -> None:
    page = view(STATES["no-answer"])
    best = page.locator(".qna-best")
    expect(best).to_contain_text("The text does not say")
    expect(best).to_contain_text("Fairly sure81%")
    expect(best).to_contain_text("What came nearest:The pair share the basement apartment at 123")
    expect(page.locator(".qna-less > summary")).to_have_text("2 other places that came less near")
    expect(page.get_by_role("button", name="Copy")).to_be_hidden()
    page.locator(".qna-settings > summary").click()
    lead = "“no answer” leads by 1.8; a threshold of 1.8 shows the best answer."
    expect(page.get_by_text(lead)).to_be_visible()
    put(page, ANSWERED)
    expect(best).to_contain_text("123 Sesame Street")
    expect(page.get_by_text("a threshold below −7.4 refuses it.")).to_be_visible()
    expect(page.get_by_role("status").first).to_have_text("Answer: 123 Sesame Street. Fairly sure.")


def test_the_answer_comes_into_sight_by_itself(view: View) -> None:
    """Once it is final, and only where the reader is not at work in the text."""
    page = view(STATES["partial"], width=600)
    scroller = page.locator(".qna-scroller")
    top = "e => e.scrollTop"
    seen = """() => { const e = document.querySelector('.qna-scroller').getBoundingClientRect();
      const mark = document.querySelector("mark[data-ranks='1']").getBoundingClientRect();
      return mark.top >= e.top && mark.bottom <= e.bottom; }"""
    assert scroller.evaluate(top) == 0, "first answers move nothing"
    answers = result(BOOK, [("123 Sesame Street", 9.0, 0.9), ("the rain", 2.0, 0.01)])
    page_top = page.evaluate("scrollY")
    put(page, {"status": "ready", "progress": None, "result": answers})
    page.wait_for_function(seen)
    assert page.evaluate("scrollY") == page_top, "the page itself stays"
    # The reader looks around: the next answer leaves the text where it is.
    put(page, {"status": "running", "result": None})
    scroller.hover()
    page.mouse.wheel(0, -5000)
    page.wait_for_function("() => document.querySelector('.qna-scroller').scrollTop === 0")
    put(page, {"status": "ready", "result": answers})
    page.wait_for_timeout(100)
    assert scroller.evaluate(top) == 0
    put(page, {"status": "running", "result": None})
    page.get_by_label("Passage").press("Control+Home")
    page.wait_for_function("() => document.querySelector('.qna-scroller').scrollTop < 50")
    before = scroller.evaluate(top)
    put(page, {"status": "ready", "result": answers})
    page.wait_for_timeout(100)
    assert scroller.evaluate(top) == before


def test_copy_takes_answer_sentence_and_place(view: View) -> None:
    page = view()
    page.evaluate(
        "() => { window.copied = []; Object.defineProperty(navigator, 'clipboard', {"
        " value: { writeText: async (text) => { copied.push(text); } }, configurable: true }); }"
    )
    passage = "# Rent\n\nIt is due in May. The rent is 900 euros 😀 a month.\f\nIt ends."
    put(page, state(passage, result=result(passage, [("900 euros", 9.0, 0.9)])))
    best = page.get_by_role("article")
    expect(best).to_contain_text("Page 1 · under “Rent”")
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    start = passage.index("900")
    assert page.evaluate("copied") == [
        "900 euros\n“The rent is 900 euros 😀 a month.”\n"
        f"(Page 1 · under “Rent”, characters {start}–{start + 9})"
    ]
    # On plain http a page has no clipboard.
    page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    page.evaluate(
        "document.addEventListener('copy', () => {"
        " copied.push(document.activeElement.value.split('\\n')[0]); })"
    )
    page.get_by_role("button", name="Copied").click()
    page.wait_for_function("copied.length === 2")
    assert page.evaluate("copied[1]") == "900 euros"
    assert focused(page).startswith("Cop")


def test_questions_to_click(view: View) -> None:
    page = view({**ANSWERED, "examples": ["Where does Bert live?", "What does <b>he</b> like?"]})
    first = page.get_by_role("button", name="Where does Bert live?")
    expect(first).to_have_attribute("aria-current", "true")
    page.get_by_role("button", name="What does <b>he</b> like?").click()
    assert calls(page) == [["setQuestion", "What does <b>he</b> like?"]]
    expect(first).not_to_have_attribute("aria-current", "true")
    # In one line that scrolls, the question that was asked is in sight.
    page.set_viewport_size({"width": 390, "height": 800})
    many = [*(f"Is this question number {n}?" for n in range(9)), "Where does Bert live?"]
    put(page, {**ANSWERED, "examples": many})
    expect(page.get_by_role("button", name="Where does Bert live?")).to_be_in_viewport(ratio=0.9)
    put(page, {"examples": []})
    expect(page.get_by_text("Try:")).to_be_hidden()


def test_settings(view: View) -> None:
    page = view(ANSWERED)
    page.locator(".qna-settings > summary").click()
    page.get_by_label("No-answer threshold").press("ArrowRight")
    page.get_by_label("Answers shown").fill("3")
    page.get_by_label("Longest answer").fill("9999")
    expect(page.get_by_label("Longest answer")).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_text("A whole number is needed, 1 to 384 tokens")).to_be_visible()
    page.get_by_label("Longest answer").press("Tab")
    expect(page.get_by_label("Longest answer")).to_have_value("384")
    expect(page.get_by_text("9999 is not allowed; 384 is taken (1 to 384 tokens")).to_be_visible()
    expect(page.get_by_text("1 to 100 answers", exact=True)).to_be_visible()
    overlap = page.get_by_label("Overlap")
    expect(overlap).to_have_accessible_description("which answers may share words")
    overlap.select_option("nested")
    page.get_by_role("button", name="Reset").click()
    expect(page.get_by_role("button", name="Reset")).to_be_disabled()
    assert [options for _, options in calls(page)] == [
        {"no_answer_threshold": 0.1},
        {"top_k": 3},
        {"max_answer_len": 384},
        {"overlap": "nested"},
        {"top_k": 5, "max_answer_len": 30, "no_answer_threshold": None, "overlap": "none"},
    ]
