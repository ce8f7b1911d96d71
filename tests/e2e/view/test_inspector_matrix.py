"""The matrix of all spans: point, hold and pin, by mouse, key and finger."""

from __future__ import annotations

import re

import pytest
from inspector_cases import NO_ANSWER, SHORT, ask, cell, lit, open_inspector, settle
from playwright.sync_api import Page, expect
from view_page import View

SUM = re.compile(r"(−?[\d.]+) \+ end at “.*” (−?[\d.]+) = (−?[\d.]+)")


def number(text: str) -> float:
    return float(text.replace("−", "-"))


def summands(page: Page) -> list[float]:
    """Read start, end and score from the readout."""
    found = SUM.search(page.locator(".qna-sum").inner_text())
    assert found is not None
    return [number(group) for group in found.groups()]


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
