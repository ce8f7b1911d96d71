"""What a reader does with the inspector: point, hold, pin, drag, read the tables."""

from __future__ import annotations

import re

import pytest
from inspector_cases import CASES, LONG, NO_ANSWER, SHORT, ask, cell, lit, open_inspector, settle
from playwright.sync_api import Page, expect
from view_page import View, calls

SUM = re.compile(r"(−?[\d.]+) \+ end at “.*” (−?[\d.]+) = (−?[\d.]+)")


@pytest.fixture
def inspector(view: View) -> View:
    def open_view(case: object, **options: object) -> Page:
        page = view(**options)
        ask(page, case)
        open_inspector(page)
        return page

    return open_view


def number(text: str) -> float:
    return float(text.replace("−", "-"))


def summands(page: Page) -> list[float]:
    """Read start, end and score from the readout."""
    found = SUM.search(page.locator(".qna-sum").inner_text())
    assert found is not None
    return [number(group) for group in found.groups()]


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


def test_every_cell_is_its_start_plus_its_end(inspector: View) -> None:
    page = inspector(SHORT)
    page.locator(".qna-matrix-stage").scroll_into_view_if_needed()
    seen = set()
    for rows, columns in [(0, 0), (0, 3), (-4, 0), (-2, 2), (1, 4), (-7, -1)]:
        page.mouse.move(5, 5)
        settle(page)
        page.mouse.move(*cell(page, rows, columns))
        settle(page)
        text, start, end = page.evaluate(
            """([rows, columns]) => {
              const { inputs, result, scores } = harness.script.state;
              const { passage, features: [{ passage_position }], logits: [logits] } = scores;
              const i = passage.starts.indexOf(result.answers[0].start) + rows;
              const j = passage.ends.indexOf(result.answers[0].end) + columns;
              return [inputs.passage.slice(passage.starts[i], passage.ends[j]),
                logits.start_logits[passage_position + i], logits.end_logits[passage_position + j]];
            }""",
            [rows, columns],
        )
        expect(page.locator(".qna-readout-text")).to_have_text(f"“{text}”")
        assert lit(page) == text
        assert summands(page) == pytest.approx([start, end, start + end], abs=0.0051)
        seen.add(text)
    assert len(seen) == 6


def test_pin_compare_unpin(inspector: View) -> None:
    page = inspector(SHORT)
    page.locator(".qna-matrix-stage").scroll_into_view_if_needed()
    table = page.get_by_role("region", name="Spans compared")
    rows = table.locator("tbody tr")
    listed = rows.count()
    page.mouse.click(*cell(page, 0, 2))
    expect(rows).to_have_count(listed + 1)
    text = page.locator(".qna-readout-text").inner_text().strip("“”")
    assert text.startswith("123 Sesame Street")
    expect(rows.last).to_contain_text(text)
    start, end, score, to_best = (
        number(figure) for figure in rows.last.locator(".qna-number").all_inner_texts()[:4]
    )
    assert [start, end, score] == pytest.approx(summands(page))
    best = number(rows.first.locator(".qna-number").nth(2).inner_text())
    assert to_best == pytest.approx(score - best, abs=0.011)
    expect(page.get_by_role("button", name="Pinned")).to_be_disabled()
    # Another question about the same passage: the pinned span is compared there, too.
    ask(page, NO_ANSWER)
    expect(table.get_by_role("button", name=text, exact=True)).to_have_count(1)
    table.get_by_role("button", name=f"Unpin {text}").click()
    expect(table.get_by_role("button", name=text, exact=True)).to_have_count(0)


def test_the_matrix_by_keyboard(inspector: View) -> None:
    page = inspector(SHORT)
    matrix = page.get_by_role("application", name="Scores of all spans")
    matrix.focus()
    page.keyboard.press("ArrowRight")
    settle(page)
    assert lit(page) == "123 Sesame Street."
    page.keyboard.press("ArrowUp")
    settle(page)
    assert lit(page) == "at 123 Sesame Street."
    expect(page.locator(".qna-sum")).to_contain_text("start at “at”")
    said = page.get_by_role("status").filter(has_text="score")
    expect(said).to_contain_text("at 123 Sesame Street.: score ")
    page.keyboard.press("ArrowUp")  # into the middle of a word: what of it is meant is said
    expect(page.locator(".qna-sum")).to_contain_text("start at “…t”")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    table = page.get_by_role("region", name="Spans compared")
    expect(table.get_by_role("button", name="Unpin at 123 Sesame Street.")).to_be_visible()
    for _ in range(60):  # a start after its end is no span: the last one stays
        page.keyboard.press("ArrowDown")
    settle(page)
    assert lit(page) == "."
    page.keyboard.press("Home")
    settle(page)
    assert lit(page) == "123 Sesame Street"


def test_a_finger_points_and_pins_by_the_button(view: View, offline: object) -> None:
    page = view(width=360)
    ask(page, SHORT)
    open_inspector(page)
    page.mouse.move(5, 5)
    page.locator(".qna-matrix-stage").scroll_into_view_if_needed()
    touch = page.context.new_cdp_session(page)
    touch.send("Emulation.setTouchEmulationEnabled", {"enabled": True})
    settle(page)  # its scroll bars take no room
    x, y = cell(page, 0, 1)
    touch.send(
        "Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]}
    )
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    settle(page)
    assert lit(page).replace("\n", " ") == "123 Sesame Street."
    expect(page.get_by_role("button", name="Unpin")).to_have_count(0)
    page.get_by_role("button", name="Pin", exact=True).click()
    expect(page.get_by_role("button", name="Unpin 123 Sesame Street.")).to_be_visible()


@pytest.mark.parametrize("case", ["short", "no-answer"])
def test_dragging_the_threshold_flips_exactly_at_null_minus_best(
    inspector: View, case: str
) -> None:
    page = inspector(CASES[case])
    page.locator("summary", has_text="Settings").click()
    line = page.get_by_role("slider", name="No-answer threshold").and_(
        page.locator(".qna-threshold-line")
    )
    axis = page.locator(".qna-axis")
    axis.scroll_into_view_if_needed()
    box = axis.bounding_box()
    assert box is not None
    margin = page.evaluate("harness.script.state.result.null_margin")
    reach = float(line.get_attribute("aria-valuemax") or 0)
    middle = box["x"] + box["width"] / 2

    def state() -> tuple[float, bool]:
        threshold = page.evaluate("harness.script.state.inputs.no_answer_threshold")
        none = page.evaluate("harness.script.state.result.no_answer")
        assert none == (margin > threshold)
        words = "no answer wins" if none else "the best span wins"
        assert (line.get_attribute("aria-valuetext") or "").endswith(words)
        expect(page.locator(".qna-verdict")).to_contain_text(f"so {words}.")
        expect(page.locator(".qna-none")).to_have_count(1)
        assert (page.locator(".qna-none[data-wins]").count() == 1) == none
        return threshold, none

    page.mouse.move(middle, box["y"] + 60)
    page.mouse.down()
    seen = []
    for step in range(-9, 10):
        page.mouse.move(middle + step / 10 * box["width"] / 2, box["y"] + 60)
        seen.append(state())
    page.mouse.up()
    assert {none for _, none in seen} == {True, False}
    assert [threshold for threshold, _ in seen] == sorted(threshold for threshold, _ in seen)
    assert max(threshold for threshold, _ in seen) == pytest.approx(0.9 * reach, abs=0.11)
    # By keyboard to both sides of the margin, a tenth apart.
    line.focus()
    page.keyboard.press("Home")
    assert state() == (-reach, True)
    threshold = -reach
    while threshold + 1 <= margin:
        page.keyboard.press("PageUp")
        threshold = state()[0]
    while threshold < margin:
        assert state()[1]
        page.keyboard.press("ArrowRight")
        threshold = state()[0]
    assert state()[1] is False
    assert threshold - margin < 0.1
    page.keyboard.press("ArrowLeft")
    assert state()[1] is True
    slider = page.locator(".qna-settings").get_by_label("No-answer threshold")
    assert float(slider.input_value()) == pytest.approx(state()[0])


def test_windows_of_a_long_passage(inspector: View) -> None:
    page = inspector(LONG)
    windows = page.get_by_role("slider", name="Windows of the passage")
    count = page.evaluate("harness.script.state.scores.features.length")
    assert count > 5
    assert windows.get_attribute("aria-valuemax") == str(count)
    windows.focus()
    page.keyboard.press("Home")
    said = windows.get_attribute("aria-valuetext") or ""
    assert re.match(r"Window 1, tokens 1 to \d+: no answer 1.90, best span the mill stopped", said)
    expect(page.locator(".qna-readout")).to_contain_text(f"Window 1 of {count}")
    assert lit(page).startswith("The clocks of the old town hall")
    page.keyboard.press("Escape")
    # The best span, window by window: the same numbers as the model gave in each.
    held = page.locator(".qna-held li")
    given = page.evaluate(
        """() => {
          const { passage, features, logits } = harness.script.state.scores;
          const answer = harness.script.state.result.answers[0];
          const [i, j] = [passage.starts.indexOf(answer.start), passage.ends.indexOf(answer.end)];
          return features.flatMap((f, w) => {
            if (i < f.window_start || j >= f.window_start + f.window_length) return [];
            const shift = f.passage_position - f.window_start;
            return [[w + 1, logits[w].start_logits[i + shift] + logits[w].end_logits[j + shift]]];
          });
        }"""
    )
    assert len(given) > 1
    assert held.count() == len(given)
    for item, (window, score) in zip(held.all(), given, strict=True):
        expect(item).to_contain_text(f"Window {window}: {score:.2f}".replace("-", "−"))
    assert page.locator(".qna-held li[data-counts]").count() == 1


def test_probability_is_shared_out(inspector: View) -> None:
    page = inspector(SHORT)
    shares = page.locator(".qna-mass-list b").all_inner_texts()
    assert len(shares) == 4
    total = sum(float(share.strip("<>%")) for share in shares)
    assert total == pytest.approx(100, abs=0.4)
    best = page.evaluate("harness.script.state.result.answers[0].probability")
    assert shares[0] == f"{best * 100:.1f}%"


def test_an_answer_of_the_list_is_taken_apart(inspector: View) -> None:
    page = inspector(SHORT)
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
