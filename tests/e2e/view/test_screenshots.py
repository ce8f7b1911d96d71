"""The component as it looked when somebody last looked at it: each scene, light and dark, wide and
narrow, against the pictures in tests/e2e/screenshots (its README tells how they are made)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from inspector_cases import LONG, NO_ANSWER, SHORT, ask, settle
from pictures import compare, keep, list_pictures, reduce, show_difference
from PIL import Image
from playwright.sync_api import Browser, Page, expect
from view_page import put
from view_states import CHANGING, STATES

KEPT = Path(__file__).parents[1] / "screenshots"
THEMES = ("light", "dark")
NOON = "2026-01-31T12:00:00Z"
# Wide and narrow side by side. Fonts that a Debian without a desktop has beside its Chromium.
STYLE = """
  body { margin: 16px; --st-font: "DejaVu Sans"; --st-base-font-size: 14px }
  main { display: grid; grid-template-columns: 960px 340px; gap: 16px; align-items: start }
  main > :not(div) { display: none }
  @media (prefers-color-scheme: dark) { html { background: #06080b } }
"""
# A font that is there is as wide whatever would stand in for it.
HAS_FONT = """() => {
  const context = document.createElement('canvas').getContext('2d');
  const [a, b] = ['monospace', 'serif'].map((other) => {
    context.font = `20px "DejaVu Sans", ${other}`;
    return context.measureText('Where does Bert live? iiii').width;
  });
  return a === b;
}"""
Open = Callable[..., Page]


@pytest.fixture
def scene(browser: Browser, harness: str) -> Iterator[Open]:
    """Open two views of one state, at twice the pixels: letters then stand where the font has
    them, not where the machine's hinting likes them."""
    pages: list[Page] = []

    def open_scene(name: str, theme: str) -> Page:
        scheme: Any = theme
        page = browser.new_page(
            viewport={"width": 1348, "height": 900},
            device_scale_factor=2,
            color_scheme=scheme,
            reduced_motion="reduce",
            timezone_id="UTC",
            locale="en-US",
        )
        pages.append(page)
        page.clock.set_fixed_time(NOON)
        page.goto(harness)
        if not page.evaluate(HAS_FONT):
            pytest.fail("The pictures need the font DejaVu Sans (Debian: fonts-dejavu-core).")
        page.add_style_tag(content=STYLE)
        page.evaluate(
            "() => { document.querySelector('main').append("
            "Object.assign(document.createElement('div'), { id: 'narrow' }));"
            " harness.mount(false); harness.mount(false, 'narrow'); }"
        )
        SCENES[name](page)
        page.mouse.move(0, 0)
        page.evaluate("scrollTo(0, 0)")
        settle(page)
        return page

    yield open_scene
    for page in pages:
        page.close()


# Opening is seen by the component at its `toggle` event, some time after the click.
TOGGLED = """summary => ({ toggled: new Promise(done =>
  summary.parentElement.addEventListener('toggle', done, { once: true })) })"""


def press(page: Page, summary: str, within: str = "main") -> None:
    """Open or close all such parts, and let the component know of each."""
    for found in page.locator(within).locator("summary", has_text=summary).all():
        pressed = found.evaluate_handle(TOGGLED)
        found.click()
        pressed.evaluate("({ toggled }) => toggled.then(() => null)")


def answered(page: Page) -> None:
    ask(page, NO_ANSWER)
    ask(page, LONG)
    put(page, {"inputs": {"no_answer_threshold": 2.5}})
    put(page, {"examples": ["Where does Bert live?", "What does Bert like?", "Who laughs?"]})
    ask(page, SHORT)
    press(page, "History")
    press(page, "less likely")
    page.locator(".qna-answer[data-rank='2']").first.click()


def first_answers(page: Page) -> None:
    put(page, STATES["partial"])


def long(page: Page) -> None:
    put(page, {"inputs": {"top_k": 3}})
    ask(page, LONG)
    page.add_style_tag(content=".qna-root .qna-sides { display: none }")
    press(page, "Why these scores?", "#host")
    expect(page.locator(".qna-readout")).to_have_count(1)


def no_answer(page: Page) -> None:
    put(page, {**STATES["no-answer"], **CHANGING})
    press(page, "Settings")


def error(page: Page) -> None:
    ask(page, SHORT)
    press(page, "Why these scores?")
    press(page, "History")
    put(page, {**STATES["error"], "scores": None})


def inspector(page: Page) -> None:
    ask(page, SHORT)
    page.add_style_tag(
        content=".qna-root :is(.qna-ask, .qna-status, .qna-columns) { display: none }"
    )
    press(page, "Why these scores?")
    matrices = page.get_by_role("application")
    expect(matrices).to_have_count(2)
    for matrix in matrices.all():
        matrix.focus()
        page.keyboard.press("ArrowRight")
        page.keyboard.press("Enter")


SCENES: dict[str, Callable[[Page], None]] = {
    "answered": answered,
    "first-answers": first_answers,
    "long": long,
    "no-answer": no_answer,
    "error": error,
    "inspector": inspector,
}


def picture(page: Page) -> Image.Image:
    png = page.screenshot(full_page=True, scale="css", animations="disabled", caret="hide")
    return reduce(png)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("name", SCENES)
def test_looks_as_it_looked(
    scene: Open, name: str, theme: str, screenshots: Path, request: pytest.FixtureRequest
) -> None:
    actual = picture(scene(name, theme))
    path = KEPT / f"{name}-{theme}.png"
    if request.config.getoption("--update-screenshots"):
        keep(actual, path)
        list_pictures(KEPT)
    expected = Image.open(path)
    difference = compare(actual, expected)
    if difference.alike:
        return
    left = [screenshots / f"{name}-{theme}-{kind}.png" for kind in ("actual", "expected", "diff")]
    pictures = (actual, expected, show_difference(actual, difference))
    for one, out in zip(pictures, left, strict=True):
        one.save(out)
    pytest.fail(f"{difference}. See " + ", ".join(str(out) for out in left))


TAMPERED = {
    "a panel is missing": ".qna-results { visibility: hidden }",
    "a list is missing": ".qna-root ol.qna-asked-list { display: none }",
    "the panels changed places": ".qna-columns { direction: rtl }",
    "a part moved": ".qna-history { position: relative; inset-block-start: 12px }",
    "no place is highlighted": ".qna-root mark.qna-mark { background: none; box-shadow: none }",
    "an answer has another colour": "main .qna-root [data-hue='1'] { --hue: #56b4e9 }",
    "small print is too faint": "main .qna-root { --qna-muted: var(--qna-line) }",
    "only the narrow one lacks a button": "#narrow .qna-history-tools > * { visibility: hidden }",
}


def test_a_change_that_one_would_see_is_seen(scene: Open) -> None:
    expected = Image.open(KEPT / "answered-light.png")
    page = scene("answered", "light")
    assert compare(picture(page), expected).alike
    style = page.add_style_tag(content="main { translate: 1px 1px; -webkit-text-stroke: 0.2px }")
    assert compare(picture(page), expected).alike, "glyphs differ from machine to machine"
    for what, css in TAMPERED.items():
        style.evaluate("(style, css) => style.textContent = css", css)
        assert not compare(picture(page), expected).alike, what
    style.evaluate("style => style.remove()")
    assert compare(picture(page), expected).alike
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    difference = compare(picture(page), expected)
    assert difference.wrong.mean() > 0.9, "the theme"


def test_every_picture_kept_is_of_a_scene_small_and_listed() -> None:
    pictures = sorted(KEPT.glob("*.png"))
    assert {path.stem for path in pictures} == {f"{n}-{t}" for n in SCENES for t in THEMES}
    listed = (KEPT / "README.md").read_text()
    for path in pictures:
        assert path.stat().st_size < 30_000, path.name
        assert f"`{path.name}` `{sha256(path.read_bytes()).hexdigest()}`" in listed
