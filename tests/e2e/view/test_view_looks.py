"""How the view looks: every state, theme and width; nothing leaks in or out."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from accessibility import axe
from playwright.sync_api import Page, expect
from pypdf import PdfReader
from view_page import View, boxes, bundle, finish_fades, overflow, put
from view_states import ANSWERED, BOOK, PASSAGE, SPANS, STATES, THEMES, result, state

# The others are in tests/e2e/screenshots.
PICTURED = {"answered", "loading"}


@pytest.mark.parametrize("theme", THEMES)
def test_each_state_is_accessible_in_each_theme(view: View, screenshots: Path, theme: str) -> None:
    page = view(theme=theme, shadow=theme.startswith("streamlit"))
    for name, scripted in STATES.items():
        put(page, scripted)
        finish_fades(page)
        if name in PICTURED:
            page.screenshot(path=screenshots / f"view-{name}-{theme}.png", full_page=True)
        assert axe(page, "#host") == [], f"in the state {name}"
        if name == "no-question":
            page.locator(".qna-settings > summary").click()
        if name == "answered":
            page.locator(".qna-history > summary").click()


@pytest.mark.parametrize("width", [280, 320, 640, 1280])
def test_nothing_sticks_out_at_any_width(view: View, screenshots: Path, width: int) -> None:
    page = view(width=width)
    page.locator(".qna-settings > summary").click()
    page.locator(".qna-history > summary").click()
    for name, scripted in STATES.items():
        put(page, scripted)
        assert overflow(page) == [], f"in the state {name}"
        if name in PICTURED:
            finish_fades(page)
            page.screenshot(path=screenshots / f"view-{name}-{width}.png", full_page=True)
    # A long name wraps in its menu instead of being cut.
    name = "somebody/a-model-with-a-rather-long-name-distilled-squad2@v1.0"
    model = {"name": name, "title": name, "where": "cache", "bytes": 1, "cached": True}
    put(page, {**ANSWERED, "inputs": {**ANSWERED["inputs"], "model": name}, "models": [model]})
    one_line, menu = boxes(page.locator(".qna-fields select"))
    assert menu["height"] > 1.5 * one_line["height"]
    assert overflow(page) == []


TARGETS = """() => [...document.querySelectorAll('.qna-root :is(button, summary, select, input)')]
  .filter(e => e.checkVisibility({ visibilityProperty: true }))
  .map(e => [e.textContent || e.className || e.type, e.getBoundingClientRect()])
  .map(([name, box]) => [name, box.width, box.height])"""


def test_a_thumb_finds_everything(view: View) -> None:
    page = view({**ANSWERED, "examples": ["Where does Bert live?", "Who laughs?"]}, width=390)
    touch = page.context.new_cdp_session(page)
    touch.send("Emulation.setTouchEmulationEnabled", {"enabled": True})
    page.wait_for_function("matchMedia('(pointer: coarse)').matches")
    for summary in (".qna-less", ".qna-settings", ".qna-history"):
        page.locator(f"{summary} > summary").click()
    targets = page.evaluate(TARGETS)
    names = [name for name, _, _ in targets]
    assert {"Show in text", "Copy", "Who laughs?", "Settings", "Reset"} <= set(names), names
    small = [name for name, *size in targets if min(size) < 44 and "range" not in name]
    assert len(small) == 1, small
    assert small[0].startswith("Read in 96 ms")  # may be pressed around it
    page.evaluate("scrollTo(0, 0)")
    line = page.locator(".qna-report > summary").bounding_box()
    assert line is not None
    page.mouse.click(line["x"] + line["width"] / 2, line["y"] - 8)
    expect(page.locator(".qna-report")).to_have_attribute("open", "")
    assert overflow(page) == []


def test_wide_puts_passage_and_answers_side_by_side(view: View) -> None:
    def tops(page: Page) -> list[float]:
        boxes = [page.locator(name).bounding_box() for name in (".qna-passage", ".qna-results")]
        return [box["y"] for box in boxes if box is not None]

    wide, narrow = tops(view(ANSWERED, width=1000)), tops(view(ANSWERED, width=600))
    assert wide[0] == wide[1]
    assert narrow[1] < narrow[0], "the answer comes first"


@pytest.mark.parametrize(
    ("theme", "background", "text"),
    [
        ("light", "rgb(255, 255, 255)", "rgb(28, 33, 40)"),
        ("dark", "rgb(15, 19, 24)", "rgb(232, 235, 239)"),
        ("streamlit-dark", "rgb(14, 17, 23)", "rgb(250, 250, 250)"),
        ("jupyter-dark", "rgb(17, 17, 17)", "rgba(255, 255, 255, 0.87)"),
        ("jupyter-light", "rgb(255, 255, 255)", "rgba(0, 0, 0, 0.87)"),
    ],
)
def test_colours_come_from_the_host(view: View, theme: str, background: str, text: str) -> None:
    page = view(ANSWERED, theme=theme, shadow=theme.startswith("streamlit"))
    panel = page.locator(".qna-panel")
    expect(panel).to_have_css("background-color", background)
    expect(panel).to_have_css("color", text)


def test_nothing_leaks_out_or_stays(view: View, offline: Any) -> None:
    page = view()
    outside = (
        "() => ['#outside', 'main > button', 'body'].map(name =>"
        " [...getComputedStyle(document.querySelector(name))]"
        ".filter(property => !property.endsWith('-size') && property !== 'height'"
        " && !property.includes('origin'))"
        ".map(property => getComputedStyle(document.querySelector(name))[property]).join())"
    )
    for _ in range(2):
        page.evaluate("harness.unmount()")
        assert page.locator("#host").inner_html() == ""
        assert page.evaluate("harness.script.listeners.size") == 0
        bare = page.evaluate(outside)
        page.evaluate("harness.mount(false)")
        put(page, ANSWERED)
        assert page.evaluate(outside) == bare
        assert page.locator(".qna-root").count() == 1
    page.evaluate("harness.unmount()")
    assert page.locator("#host").inner_html() == ""
    assert offline.errors == []


def test_host_styles_do_not_leak_in(view: View) -> None:
    page = view(ANSWERED)
    page.locator("h1, main > button").evaluate_all("all => all.forEach(e => e.remove())")
    page.locator(".qna-less > summary").click()
    parts = page.locator(
        ".qna-label, .qna-best *, .qna-answer, .qna-rank, .qna-question, .qna-text, .qna-mark"
    )
    before = boxes(parts)
    page.add_style_tag(
        content="button { padding: 2em; text-transform: uppercase } ol { padding: 3em }"
        " h2, h3 { margin: 2em; font-size: 3em } p { margin: 2em } label { margin: 1em }"
        " textarea { padding: 3em; line-height: 3; letter-spacing: 2px; border: 5px solid red }"
        " mark { padding: 1em; background: red } li { margin: 1em }"
        " blockquote { margin: 3em; padding: 2em; font-style: italic } summary { padding: 2em }"
    )
    assert boxes(parts) == before


def test_the_view_is_small(tmp_path: Path) -> None:
    out = bundle("src/view/view.ts", tmp_path / "view.js", "esm")
    assert 10_000 < out.stat().st_size <= 133_000


def test_still_when_motion_is_unwanted_and_visible_in_forced_colours(
    view: View, screenshots: Path
) -> None:
    page = view(STATES["starting"])
    page.emulate_media(reduced_motion="no-preference")
    fill = page.locator(".qna-progress-fill").first
    expect(fill).to_have_css("animation-name", "qna-sweep")
    page.emulate_media(reduced_motion="reduce", forced_colors="active")
    expect(fill).to_have_css("animation-name", "none")
    put(page, {**ANSWERED, "examples": ["Where does Bert live?", "Who laughs?"]})
    expect(page.locator(".qna-example[aria-current]")).to_have_css("outline-style", "solid")
    mark = page.locator(".qna-mark", has_text="123 Sesame Street")
    assert mark.evaluate("e => getComputedStyle(e).boxShadow") != "none"
    page.screenshot(path=screenshots / "view-answered-forced-colours.png", full_page=True)
    assert PASSAGE in page.get_by_label("Passage").input_value()


def test_a_new_theme_shows_at_once(view: View) -> None:
    page = view(ANSWERED)
    page.emulate_media(reduced_motion="no-preference")
    colours = page.evaluate(
        "() => { document.body.style.cssText ="
        " '--st-background-color: rgb(14, 17, 23); --st-text-color: rgb(250, 250, 250)';"
        " const row = getComputedStyle(document.querySelector('.qna-best'));"
        " const text = getComputedStyle(document.querySelector('.qna-best-text'));"
        " return [row.backgroundColor, text.color]; }"
    )
    assert colours == ["rgb(14, 17, 23)", "rgb(250, 250, 250)"]


def test_paper_has_the_whole_passage(view: View) -> None:
    page = view(state(BOOK, result=result(BOOK, SPANS[:1])))
    pages = PdfReader(BytesIO(page.pdf())).pages
    printed = " ".join(" ".join(sheet.extract_text() for sheet in pages).split())
    for words in ("striking thirteen", "remembered the rain"):
        assert printed.count(words) == BOOK.count(words)
    page.emulate_media(media="print")
    scroller, mark = page.locator(".qna-scroller"), page.locator(".qna-mark")
    assert scroller.evaluate("e => e.clientHeight === e.scrollHeight && !e.scrollTop")
    assert mark.evaluate("e => getComputedStyle(e).color") == "rgb(28, 33, 40)"
    put(page, {"status": "running", "result": None})
    expect(mark).to_have_css("opacity", "1")
    expect(mark).to_have_css("background-color", "rgba(0, 0, 0, 0)")


def test_from_right_to_left_all_points_the_other_way(view: View) -> None:
    page = view(STATES["starting"], shadow=True)
    page.evaluate("document.dir = 'rtl'")
    page.emulate_media(reduced_motion="no-preference")
    beyond = page.locator(".qna-progress-fill").first.evaluate(
        "e => { const [sweep] = e.getAnimations(); sweep.pause(); sweep.currentTime = 1399;"
        " return e.getBoundingClientRect().left - e.parentElement.getBoundingClientRect().left; }"
    )
    assert abs(beyond) < 3, "the bar sweeps to its end, which is on the left"
    arrow = page.locator(".qna-settings > summary")
    turned = arrow.evaluate(  # where it ends; it turns for a moment
        "e => { e.getAnimations({subtree: true}).forEach(turn => turn.finish());"
        " return getComputedStyle(e, '::before').rotate; }"
    )
    assert turned == "135deg"
    arrow.click()
    menu = page.locator(".qna-settings select").last
    # "calc(100% - …)" on the right.
    assert "%" not in menu.evaluate("e => getComputedStyle(e).backgroundPositionX")
