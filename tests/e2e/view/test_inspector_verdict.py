"""Answer or no answer: the threshold, the probability, and what each window says."""

from __future__ import annotations

import re

import pytest
from inspector_cases import CASES, LONG, SHORT, lit
from playwright.sync_api import expect
from view_page import View


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
        assert (page.locator(".qna-best[data-kind='none']").count() == 1) == none
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


def test_probability_is_shared_out(inspector: View) -> None:
    page = inspector(SHORT)
    shares = page.locator(".qna-mass-list b").all_inner_texts()
    assert len(shares) == 4
    total = sum(float(share.strip("<>%")) for share in shares)
    assert total == pytest.approx(100, abs=0.4)
    best = page.evaluate("harness.script.state.result.answers[0].probability")
    assert shares[0] == f"{best * 100:.1f}%"


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
