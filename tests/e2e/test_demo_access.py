"""The demo for those who zoom, who have no mouse, and who have it read aloud."""

from __future__ import annotations

import pytest
from accessibility import axe
from chromium import Offline
from playwright.sync_api import Page, expect

PATIENCE = 120_000
FOCUSED = """() => {
    let at = document.activeElement;
    while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
    const label = at.labels?.[0] ?? at;
    return (at.getAttribute('aria-label') ?? label.textContent).trim();
}"""


def answered(offline: Offline, address: str, width: int, height: int) -> Page:
    page = offline.page()
    page.set_viewport_size({"width": width, "height": height})
    page.goto(address)
    expect(page.locator("article[data-final]")).to_contain_text("1,880", timeout=PATIENCE)
    expect(page.get_by_test_id("stExpander")).to_contain_text("Answers as CSV")
    return page


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (390, 844)])
def test_axe_finds_nothing(offline: Offline, demo_address: str, width: int, height: int) -> None:
    page = answered(offline, demo_address, width, height)
    page.get_by_text("Link, downloads and Python code").click()
    expect(page.get_by_test_id("stCode").first).to_be_visible()
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        page.wait_for_timeout(500)
        # The colours of code are Streamlit's own.
        found = [one for one in axe(page, "body") if 'class="token' not in one[1]]
        assert found == [], theme
    page.emulate_media(forced_colors="active")
    chosen = page.get_by_role("radio", name="Rental contract")
    expect(chosen).to_have_css("outline-style", "solid")
    expect(page.get_by_role("radio", name="Recipe")).to_have_css("outline-style", "none")


@pytest.mark.parametrize(("width", "height"), [(640, 400), (320, 256)])
def test_twice_and_four_times_as_large_nothing_is_cut_off(
    offline: Offline, demo_address: str, width: int, height: int
) -> None:
    """A screen of 1280 pixels at 200% and 400%."""
    page = answered(offline, demo_address, width, height)
    page.get_by_text("Link, downloads and Python code").click()
    expect(page.get_by_test_id("stCode").first).to_be_visible()
    scroller = page.get_by_test_id("stMain")
    assert scroller.evaluate("e => e.scrollWidth <= e.clientWidth"), "it scrolls across"
    within = page.viewport_size
    assert within is not None
    parts = page.locator(
        "h1, [role=radio], .qna-question, .qna-best, .qna-scroller, .qna-disclosure > summary"
    )
    for part in parts.all():
        box = part.bounding_box()
        if box is not None:
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= within["width"]


def test_without_a_mouse(offline: Offline, demo_address: str) -> None:
    page = answered(offline, demo_address, 1280, 800)
    names: list[str] = []
    for _ in range(40):
        page.keyboard.press("Tab")
        name = page.evaluate(FOCUSED)
        if len(name) > 100:
            continue  # all of the page, which scrolls
        names.append(name)
        if names[-1].endswith("Link, downloads and Python code"):
            break
    wanted = ["Rental contract", "Upload", "Question", "Who pays for small repairs?"]
    wanted += ["Show in text", "Copy", "Passage", "Why these scores?", "Settings", "History"]
    wanted += ["Link, downloads and Python code"]
    missing = [want for want in wanted if not any(want in name for name in names)]
    assert missing == [], names
    order = [next(i for i, name in enumerate(names) if want in name) for want in wanted]
    assert order == sorted(order), names
    # Back to the texts, and on to the next of them.
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("stCode").first).to_be_visible()
    for _ in names:
        if page.evaluate(FOCUSED) != "Rental contract":
            page.keyboard.press("Shift+Tab")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    expect(page.locator("article[data-final]")).to_contain_text("20 minutes", timeout=PATIENCE)
