"""What a reader does with the inspector: open it, point at words, read the tables."""

from __future__ import annotations

from inspector_cases import CASES, SHORT, ask, lit, open_inspector, settle
from playwright.sync_api import expect
from view_page import View, calls


def test_scores_are_fetched_only_while_it_is_open(view: View) -> None:
    page = view()
    ask(page, SHORT)
    assert ["inspect"] not in calls(page)
    open_inspector(page)
    page.locator(".qna-inspector > summary").click()
    page.wait_for_function("harness.script.calls.at(-1)[1] === 'ended'")
    assert page.evaluate("harness.script.state.scores") is None
    assert page.locator(".qna-spots > div").count() == 0


def test_a_word_pointed_at_is_named_and_lit(inspector: View) -> None:
    page = inspector(SHORT)
    strip = page.locator(".qna-strip")
    strip.scroll_into_view_if_needed()
    box = strip.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 70)
    settle(page)
    word = page.locator(".qna-readout-text").inner_text().strip("“”")
    assert word
    assert lit(page) == word
    expect(page.locator(".qna-readout")).to_contain_text("start score")
    page.mouse.move(5, 5)
    settle(page)
    assert lit(page) == ""
    expect(page.locator(".qna-readout-text")).to_have_text("“123 Sesame Street”")


def test_words_by_keyboard(inspector: View) -> None:
    page = inspector(SHORT)
    strip = page.get_by_role("slider", name="Words of the passage")
    strip.focus()
    for key, word in [("Home", "Bert"), ("ArrowRight", "is"), ("ArrowRight", "Ernie")]:
        page.keyboard.press(key)
        settle(page)
        assert (strip.get_attribute("aria-valuetext") or "").startswith(f"{word}: start ")
        assert lit(page) == word
    page.keyboard.press("Escape")
    assert lit(page) == ""


def test_word_pieces_on_demand(inspector: View) -> None:
    page = inspector(SHORT)
    strip = page.get_by_role("slider", name="Words of the passage")
    words = int(strip.get_attribute("aria-valuemax") or 0)
    page.get_by_label("word pieces").check()
    assert int(strip.get_attribute("aria-valuemax") or 0) > words
    page.get_by_label("as a table").check()
    cells = page.get_by_role("region", name="Scores of words").get_by_role("rowheader")
    texts = cells.all_inner_texts()
    assert "basement" in texts
    assert texts[texts.index("apartmen") + 1] == "t"


def test_an_answer_of_the_list_is_taken_apart(inspector: View) -> None:
    page = inspector(SHORT)
    page.locator(".qna-less > summary").click()
    page.locator("[data-rank='2']").hover()
    expect(page.locator(".qna-readout-text")).to_have_text("“basement apartment”")
    page.locator("[data-rank='3']").click()
    page.mouse.move(5, 5)
    expect(page.locator(".qna-readout-text")).to_have_text("“on the front door”")


def test_typing_blanks_the_old_scores(inspector: View) -> None:
    page = inspector(SHORT)
    page.get_by_label("Question").press("End")
    page.keyboard.type("!")
    content = page.locator(".qna-inspected")
    expect(content).to_have_attribute("inert", "")
    ask(page, SHORT)
    expect(content).not_to_have_attribute("inert", "")


def test_hostile_text_stays_text(inspector: View, offline: object) -> None:
    page = inspector(CASES["hard"])
    page.get_by_label("as a table").check()
    texts = page.locator(".qna-inspected th bdi").all_inner_texts()
    assert "𝔘𝔫𝔦" in texts
    assert page.locator(".qna-inspected b b, .qna-inspected bdi > *").count() == 0
    page.locator(".qna-table button", has_text="𝔘𝔫𝔦 at the café").first.focus()
    settle(page)
    assert lit(page) == "𝔘𝔫𝔦 at the café"
