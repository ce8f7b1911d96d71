"""How the inspector looks: every state, theme and width; nothing serious for axe-core."""

from __future__ import annotations

from pathlib import Path

import pytest
from accessibility import axe
from inspector_cases import CASES, ask, cell, open_inspector, settle, sticking_out
from playwright.sync_api import expect
from view_page import View, put
from view_states import STATES, THEMES


@pytest.mark.parametrize(
    ("theme", "width"), [*((theme, 1000) for theme in THEMES), ("light", 320), ("dark", 320)]
)
def test_each_state_is_accessible(view: View, screenshots: Path, theme: str, width: int) -> None:
    page = view(theme=theme, width=width)
    ask(page, CASES["short"])
    open_inspector(page)
    for name, case in CASES.items():
        ask(page, case)
        settle(page)
        assert sticking_out(page) == [], f"in the state {name}"
        if name == "hard":
            path = screenshots / f"inspector-{name}-{theme}-{width}.png"
            page.screenshot(path=path, full_page=True)
        assert axe(page, ".qna-inspector") == [], f"in the state {name}"
        page.get_by_label("as a table").set_checked(name == "short")
    put(page, {**STATES["error"], "scores": None})
    assert axe(page, ".qna-inspector") == [], "after an error"


def test_an_error_takes_the_old_picture_away_and_an_answer_brings_it_back(view: View) -> None:
    page = view()
    ask(page, CASES["short"])
    open_inspector(page)
    put(page, {**STATES["error"], "scores": None})
    expect(page.get_by_text("There are scores when there is an answer.")).to_be_visible()
    expect(page.locator(".qna-inspected")).to_be_hidden()
    ask(page, CASES["no-answer"])
    expect(page.locator(".qna-readout-text")).to_be_visible()
    expect(page.locator(".qna-matrix-stage")).to_be_visible()
    assert sticking_out(page) == []


def test_pointed_at(view: View, screenshots: Path) -> None:
    for width, theme in [(1000, "light"), (360, "dark")]:
        page = view(theme=theme, width=width)
        ask(page, CASES["short"])
        open_inspector(page)
        page.locator(".qna-matrix-stage").scroll_into_view_if_needed()
        page.mouse.click(*cell(page, -2, 1))
        settle(page)
        assert page.locator(".qna-spots > div").count() > 0
        name = f"inspector-pointed-{theme}-{width}.png"
        page.screenshot(path=screenshots / name, full_page=True)


def test_a_change_of_theme_is_drawn(view: View) -> None:
    page = view(theme="light")
    ask(page, CASES["short"])
    open_inspector(page)

    def brightness() -> float:
        return page.evaluate(
            "() => { const c = document.querySelector('.qna-legend-scale');"
            " const [r, g, b] = getComputedStyle(c).backgroundImage.match(/\\d+/g).map(Number);"
            " return (r + g + b) / 3; }"
        )

    assert brightness() > 170
    page.emulate_media(color_scheme="dark")
    page.wait_for_function(
        "() => getComputedStyle(document.querySelector('.qna-legend-scale'))"
        ".backgroundImage.startsWith('linear-gradient(to right, rgb(0, 32, 77)')"
    )
    assert brightness() < 80


def test_forced_colours(view: View, screenshots: Path) -> None:
    page = view(theme="light")
    page.emulate_media(forced_colors="active", color_scheme="dark")
    ask(page, CASES["short"])
    open_inspector(page)
    page.get_by_role("slider", name="Words of the passage").focus()
    page.keyboard.press("ArrowRight")
    settle(page)
    page.screenshot(path=screenshots / "inspector-forced-colours.png", full_page=True)
    spot = page.locator(".qna-spots > div").first
    assert spot.evaluate("e => getComputedStyle(e).outlineStyle") == "solid"
