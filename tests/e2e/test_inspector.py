"""The inspector on the real model: its matrix against Python, its threshold against decoding."""

from __future__ import annotations

import io
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest
from harness import ROOT, Harness, manifest
from pictures import keep, list_pictures
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect
from servers import demo

from qna_widget.answering.answerer import QuestionAnswerer
from qna_widget.core.features import max_context_windows
from qna_widget.core.pipeline import prepare
from qna_widget.core.types import Feature, FeatureOptions
from qna_widget.evaluation.squad import read_examples
from qna_widget.models import registry

PASSAGES = 50
SIDE = 40
MAX_ANSWER_LEN = 30
# The sum of two logits; see test_parity.py on what 8 bits do to one.
RMS_TOLERANCE, MAX_TOLERANCE = 0.12, 2.0
DOCUMENTED = ROOT / "docs" / "images"
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
PICTURED = "What killed most of the exposed animals?"
PICTURE_STYLE = """
  html { background: #fff } body { margin: 0; padding: 16px; --st-font: "DejaVu Sans" }
  @media (prefers-color-scheme: dark) { html { background: #06080b } }
"""
PASSAGE = (
    "Bert is Ernie's best friend and roommate on Sesame Street. The pair share the basement "
    "apartment at 123 Sesame Street."
)


def matrix(
    features: list[Feature], logits: list[tuple[np.ndarray, np.ndarray]], first: int, side: int
) -> np.ndarray:
    """start[i] + end[j] of the window that gives i its maximal context; NaN where not allowed."""
    owner = max_context_windows(features)
    sums = np.full((side, side), np.nan)
    for row in range(side):
        window = owner[first + row]
        feature = features[window]
        shift = feature.passage_position - feature.window_start
        start, end = (part.astype(np.float64) for part in logits[window])
        stop = min(first + side, feature.window_start + feature.window_length)
        for j in range(first + row, min(stop, first + row + MAX_ANSWER_LEN)):
            sums[row, j - first] = start[first + row + shift] + end[j + shift]
    return sums


def test_the_matrix_is_start_plus_end_of_python(
    offline: Any, harness: Harness, questions_file: Path
) -> None:
    examples = {example.passage: example for example in read_examples(questions_file)}
    chosen = list(examples.values())[:: max(1, len(examples) // PASSAGES)][:PASSAGES]
    assert len(chosen) >= min(PASSAGES, len(examples)) > 10
    answerer = QuestionAnswerer("bundled")
    given = manifest()
    options = FeatureOptions(max_seq_len=given["model"]["max_seq_len"])
    page = harness.open(offline.page())
    found = page.evaluate(
        """async ({ manifest, cases, side }) => {
          const { client } = await qna.open(manifest);
          const found = [];
          for (const one of cases) found.push(await qna.matrix(client, one, side));
          return found;
        }""",
        {
            "manifest": given,
            "cases": [{"question": e.question, "passage": e.passage} for e in chosen],
            "side": SIDE,
        },
    )
    differences = []
    for example, browser in zip(chosen, found, strict=True):
        features = list(
            prepare(example.question, example.passage, answerer.tokenizer, options).features
        )
        first, side = browser["matrix"]["first_token"], browser["matrix"]["size"]
        cells = np.array(browser["matrix"]["cells"], np.float64).reshape(side, side)
        assert np.isfinite(cells).any()
        named = [
            tuple(np.array(window[name], np.float32) for name in ("start_logits", "end_logits"))
            for window in browser["windows"]
        ]
        # Of the browser's own logits, bit by bit; of Python's, within what the two runtimes differ.
        np.testing.assert_array_equal(cells, matrix(features, named, first, side))
        ours = [(x.start_logits, x.end_logits) for x in answerer.session.run(features)]
        theirs = matrix(features, ours, first, side)
        assert (np.isnan(cells) == np.isnan(theirs)).all()
        differences.append((cells - theirs)[np.isfinite(cells)])
    all_cells = np.concatenate(differences)
    rms, largest = np.sqrt(np.mean(all_cells**2)), np.abs(all_cells).max()
    print(f"{len(chosen)} passages, {len(all_cells)} cells: rms {rms:.4f}, at most {largest:.4f}")
    assert rms < RMS_TOLERANCE
    assert largest < MAX_TOLERANCE


def mount(page: Page, passage: str, question: str, **options: int) -> None:
    """Mount a real component, and wait for its answers."""
    page.evaluate(
        """async ({ manifest, inputs }) => {
          window.mounted = qna.mount(document.getElementById("root"), manifest, { inputs });
          await mounted.until(({ status, result }) => status === "ready" && result !== null);
        }""",
        {"manifest": manifest(), "inputs": {"passage": passage, "question": question, **options}},
    )


@pytest.fixture
def inspected(offline: Any, harness: Harness) -> Page:
    """Open the inspector of a real component with a real answer."""
    page = harness.open(offline.page())
    mount(page, PASSAGE, "Where does Bert live?")
    assert page.evaluate("mounted.component.state.scores") is None
    page.get_by_text("Why these scores?").click()
    page.locator(".qna-readout-text").wait_for()
    return page


def test_the_threshold_flips_the_real_answer_at_null_minus_best(inspected: Page) -> None:
    page = inspected
    line = page.locator(".qna-threshold-line")
    margin = page.evaluate("mounted.component.state.result.null_margin")
    assert margin < 0, "the passage holds the answer"

    def settled() -> tuple[float, bool]:
        result = """mounted.until(({ status, result }) => status === "ready" && result !== null)
          .then(({ inputs, result }) => [inputs.no_answer_threshold, result.no_answer])"""
        threshold, none = page.evaluate(result)
        return threshold, none

    line.focus()
    line.press("Home")
    seen = [settled()]
    while seen[-1][0] + 1 <= margin:
        line.press("PageUp")
        seen.append(settled())
    while seen[-1][0] < margin:
        line.press("ArrowRight")
        seen.append(settled())
    assert [none for _, none in seen] == [margin > threshold for threshold, _ in seen]
    assert [none for _, none in seen[-2:]] == [True, False]
    assert seen[-1][0] - seen[-2][0] == pytest.approx(0.1)
    expect(page.locator(".qna-verdict")).to_contain_text("so the best span wins.")
    expect(page.locator(".qna-best[data-kind='none']")).to_have_count(0)
    line.press("ArrowLeft")
    expect(page.locator(".qna-best[data-kind='none']")).to_contain_text("The text does not say")
    # The scores were fetched once: a threshold changes the answer, not what the model said.
    assert page.evaluate("mounted.component.state.scores !== null")


def test_the_readout_is_the_answer_of_the_list(inspected: Page) -> None:
    page = inspected
    text, score = page.evaluate(
        "(({ result }) => [result.answers[0].text, result.answers[0].score])"
        "(mounted.component.state)"
    )
    expect(page.locator(".qna-readout-text")).to_have_text(f"“{text}”")
    shown = f"{score:.2f}".replace("-", "−")
    expect(page.locator(".qna-sum > b")).to_have_text(shown)


def test_the_pictures_of_the_documentation(
    harness: Harness,
    browser: Browser,
    own_texts: Path,
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> None:
    """With --update-screenshots they are drawn anew: real questions to the bundled model."""
    model = registry.resolve("bundled").onnx.sha256
    if request.config.getoption("--update-screenshots"):
        draw_first_screen(browser, tmp_path / "log.txt")
        [example] = (one for one in read_examples(own_texts) if one.question == PICTURED)
        for theme in THEMES:
            page = pictured(browser, theme, width=1080, height=900)
            harness.open(page)
            page.add_style_tag(content=PICTURE_STYLE)
            mount(page, example.passage, example.question, top_k=3)
            page.get_by_text("Why these scores?").click()
            page.locator(".qna-readout-text").wait_for()
            draw(page, page.locator("body"), f"inspector-{theme}")
            page.close()
        list_pictures(DOCUMENTED, model=model)
    pictures = sorted(DOCUMENTED.glob("*.png"))
    names = {f"{what}-{theme}" for what in ("answered", "inspector") for theme in THEMES}
    assert {path.stem for path in pictures} == names
    listed = (DOCUMENTED / "README.md").read_text()
    assert f"`model` `{model}`" in listed, "the pictures show another model's answers"
    for path in pictures:
        assert path.stat().st_size < 150_000, path.name
        assert f"`{path.name}` `{sha256(path.read_bytes()).hexdigest()}`" in listed


def draw_first_screen(browser: Browser, log: Path) -> None:
    """Draw what a stranger sees of the demo."""
    with demo(log) as address:
        for theme in THEMES:
            page = pictured(browser, theme, width=1280, height=800)
            page.goto(address)
            page.locator("article[data-final]").wait_for(timeout=120_000)
            draw(page, page, f"answered-{theme}")
            page.close()


def pictured(browser: Browser, theme: Literal["light", "dark"], width: int, height: int) -> Page:
    return browser.new_page(
        viewport={"width": width, "height": height},
        device_scale_factor=2,
        color_scheme=theme,
        reduced_motion="reduce",
    )


def draw(page: Page, part: Page | Locator, name: str) -> None:
    page.mouse.move(0, 0)
    page.evaluate("scrollTo(0, 0)")
    page.wait_for_timeout(1000)
    png = part.screenshot(scale="css", animations="disabled", caret="hide")
    keep(Image.open(io.BytesIO(png)).convert("RGB"), DOCUMENTED / f"{name}.png")
