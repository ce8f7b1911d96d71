"""Frames per second while the pointer crosses a 512-token score matrix.

    python benchmarks/inspector_fps.py [--seconds 5] [--width 1280]

A headless Chromium without GPU shows the real view with a scripted model over a passage of at
least 512 tokens, all of them in the matrix. The pointer is moved across the matrix once per
frame by the page itself (synthetic pointer events, so that the test driver's own speed does not
count). Reported: frames per second, the longest frame, the share of frames over 20 ms (50 per
second), and the processor time that each frame takes of the page's main thread: 20 ms are there
for it at 50 frames per second, and unlike the others it says the same on a busy machine.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).parents[1]
JS = ROOT / "js"
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Inspector</title>
<body><div id="host"></div><script src="harness.js"></script>"""
SENTENCES = [
    "The clocks of the old town hall were striking thirteen when the mill stopped.",
    "Bert lived at 123 Sesame Street, in the basement apartment, with Ernie and a pigeon.",
    "Nobody at the mill remembered the rain, nor the long summer that had come before it.",
]
TOKENS = 512

MEASURE = """async ([seconds, moves]) => {
  const stage = document.querySelector('.qna-matrix-stage');
  const canvas = stage.querySelector('canvas');
  const readout = document.querySelector('.qna-readout-text');
  const frames = [], costs = [], texts = new Set();
  const box = canvas.getBoundingClientRect();
  const begun = performance.now();
  let last = begun;
  for (let n = 0; performance.now() - begun < seconds * 1000; n++) {
    const now = await new Promise(requestAnimationFrame);
    if (n > 0) frames.push(now - last);
    last = now;
    if (moves) {
      // Along the diagonal, where the candidates are, back and forth across its breadth.
      const t = (n % 400) / 400;
      const across = 20 + t * (box.width - 60);
      const clientX = box.left + across + 6 + 5 * Math.sin(n);
      const clientY = box.top + across;
      const start = performance.now();
      canvas.dispatchEvent(new PointerEvent('pointermove',
        { clientX, clientY, bubbles: true, pointerType: 'mouse' }));
      costs.push(performance.now() - start);
    }
    texts.add(document.querySelector('.qna-readout-text').textContent);
  }
  return { frames, costs, texts: texts.size };
}"""


def passage() -> str:
    return " ".join(SENTENCES[n % 3] for n in range(40))


def chromium() -> str:
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        raise SystemExit("This benchmark drives Chromium and found none; run `make chromium`.")
    return path


def open_matrix(page: Page, folder: Path) -> None:
    """Show the inspector with all tokens of the matrix."""
    page.goto((folder / "harness.html").as_uri())
    page.evaluate("harness.mount(false)")
    case = {
        "passage": passage(),
        "question": "Where did Bert live?",
        "spans": [["123 Sesame Street, in the basement apartment", 9.3], ["the mill stopped", 6]],
        "null_score": 1.9,
        "max_seq_len": 600,
    }
    page.evaluate("given => harness.script.answer(given)", case)
    page.locator(".qna-inspector > summary").click()
    page.locator(".qna-readout-text").wait_for()
    page.get_by_label("Tokens on a side").select_option(str(TOKENS))
    page.locator(".qna-matrix-stage").scroll_into_view_if_needed()
    page.wait_for_timeout(500)


class MainThread:
    """Processor time of the page's main thread, which other processes do not lengthen."""

    NAMES = ("TaskDuration", "ScriptDuration", "LayoutDuration", "RecalcStyleDuration")

    def __init__(self, page: Page) -> None:
        self.session = page.context.new_cdp_session(page)
        self.session.send("Performance.enable", {"timeDomain": "threadTicks"})
        self.before = self._read()

    def spent(self, frames: int) -> dict[str, float]:
        after = self._read()
        return {
            name: round(1000 * (after[name] - self.before[name]) / frames, 2) for name in self.NAMES
        }

    def _read(self) -> dict[str, float]:
        metrics = self.session.send("Performance.getMetrics")["metrics"]
        return {metric["name"]: metric["value"] for metric in metrics}


def figures(frames: list[float]) -> dict[str, Any]:
    ordered = sorted(frames)
    return {
        "frames_per_second": round(1000 * len(frames) / sum(frames), 1),
        "median_frame_ms": round(ordered[len(ordered) // 2], 2),
        "p95_frame_ms": round(ordered[int(0.95 * len(ordered))], 2),
        "longest_frame_ms": round(ordered[-1], 1),
        "share_over_20_ms": round(sum(frame > 20.5 for frame in frames) / len(frames), 3),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--width", type=int, default=1280, help="of the page, CSS pixels")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary, sync_playwright() as playwright:
        folder = Path(temporary)
        (folder / "harness.html").write_text(PAGE)
        bundle = [
            JS / "node_modules/.bin/esbuild",
            "tests/page/view-harness.ts",
            "--bundle",
            "--minify",
        ]
        output = [f"--outfile={folder / 'harness.js'}", "--loader:.css=text", "--log-level=error"]
        subprocess.run([*bundle, *output], cwd=JS, check=True)
        browser = playwright.chromium.launch(
            executable_path=chromium(), args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(viewport={"width": options.width, "height": 900})
        open_matrix(page, folder)
        idle = page.evaluate(MEASURE, [min(2, options.seconds), False])
        clock = MainThread(page)
        hovering = page.evaluate(MEASURE, [options.seconds, True])
        spent = clock.spent(len(hovering["frames"]))
        browser.close()
    costs = sorted(hovering["costs"])
    report = {
        "tokens_on_a_side": TOKENS,
        "idle": figures(idle["frames"]),
        "hovering": figures(hovering["frames"]),
        "cpu_ms_per_frame": spent,
        "spans_named": hovering["texts"],
        "script_ms_per_move": {
            "median": round(costs[len(costs) // 2], 3),
            "p95": round(costs[int(0.95 * len(costs))], 3),
        },
    }
    print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
