"""What the page's main thread does with a text of 500,000 characters: paste, type, mark, scroll.

    python benchmarks/long_text_stalls.py [--characters 500000]

A headless Chromium shows the real view over a scripted model; no model runs. Of each step: the
longest main-thread task (Long Tasks API, milliseconds of wall time; 0: none above 50), and the
processor time of the main thread, which other processes do not lengthen, with the share of layout
and style in it. A bare textarea of the same text stands beside it: what the browser itself costs.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from inspector_fps import JS, MainThread, chromium
from playwright.sync_api import Page, sync_playwright

PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Long text</title>
<style>#bare { position: absolute; inline-size: 640px; block-size: 24em; }</style>
<body><textarea id="bare" hidden></textarea><div id="host"></div><script src="harness.js"></script>
<script>
let tasks = [];
new PerformanceObserver((list) => tasks.push(...list.getEntries().map((e) => e.duration)))
  .observe({ type: 'longtask' });
const frames = async (n) => {
  for (let i = 0; i < n; i++) await new Promise(requestAnimationFrame);
};
const settle = async () => {
  await frames(2);
  await new Promise((resolve) => setTimeout(resolve, 600));
};
const insert = (area, text) => {
  area.focus();
  document.execCommand('insertText', false, text);
};
</script>"""
SENTENCES = [
    "The clocks of the old town hall were striking thirteen when the mill stopped. ",
    "Bert lived at 123 Sesame Street, in the basement apartment, with Ernie and a pigeon. ",
    "Nobody at the mill remembered the rain, nor the long summer that had come before it.\n\n",
]
PASTE = "Control+V"
STEPS = {
    "show a bare textarea": "bare.hidden = false; bare.focus();",
    "paste into it": PASTE,
    "type ten letters into it": """
      bare.setSelectionRange(text.length / 2, text.length / 2);
      for (const letter of 'abcdefghij') { insert(bare, letter); await frames(1); }""",
    "remove it": "bare.remove(); area.focus();",
    "paste": PASTE,
    "type ten letters": """
      area.setSelectionRange(text.length / 2, text.length / 2);
      for (const letter of 'abcdefghij') { insert(area, letter); await frames(1); }""",
    "set the text from Python": """
      harness.script.set({ inputs: { passage: text.slice(1) }, result: null });""",
    "first answers": "harness.script.answer({ ...given, passage: text.slice(1) });",
    "other answers": "harness.script.setOptions({ top_k: 20 });",
    "scroll through it": """
      const scroller = document.querySelector('.qna-scroller');
      for (let at = 0; at < 60; at++) {
        scroller.scrollTop = (scroller.scrollHeight * at) / 60;
        await frames(1);
      }""",
    "point at an answer": """
      for (let at = 0; at < 20; at++) {
        area.dispatchEvent(new PointerEvent('pointermove',
          { clientX: 100 + at, clientY: 300, bubbles: true }));
        await frames(1);
      }""",
    "open the scores": "document.querySelector('.qna-inspector > summary').click();",
    "point at windows": """
      const stage = document.querySelector('.qna-windows-stage');
      const box = stage.getBoundingClientRect();
      for (let at = 1; at < 20; at++) {
        stage.dispatchEvent(new PointerEvent('pointermove',
          { clientX: box.left + (box.width * at) / 20, clientY: box.top + 30, bubbles: true }));
        await frames(1);
      }""",
}


def text_of(characters: int) -> str:
    whole = "".join(SENTENCES)
    return (whole * (characters // len(whole) + 1))[:characters]


def measure(page: Page, text: str) -> list[dict[str, Any]]:
    page.evaluate(
        """text => {
          window.text = text;
          window.bare = document.getElementById('bare');
          window.given = {
            question: 'Where did Bert live?',
            spans: [['123 Sesame Street, in the basement apartment', 9.3], ['the mill', 6]],
            null_score: 1.9,
            max_seq_len: 384,
          };
          harness.mount(false);
          window.area = document.querySelector('.qna-text');
        }""",
        text,
    )
    # Onto the clipboard, as a reader does it.
    page.evaluate(
        """() => {
          const source = document.body.appendChild(document.createElement('textarea'));
          source.id = 'source';
          source.value = text;
          source.select();
        }"""
    )
    page.keyboard.press("Control+C")
    page.evaluate("document.getElementById('source').remove()")
    found = []
    for name, step in STEPS.items():
        page.wait_for_timeout(500)
        page.evaluate("tasks = []")
        thread = MainThread(page)
        if step == PASTE:
            page.keyboard.press(PASTE)
            page.evaluate("settle()")
        else:
            # In a task of its own, which the observer sees.
            page.evaluate(
                "async () => { await new Promise((resolve) => setTimeout(resolve));"
                f"{step}\nawait settle(); }}"
            )
        spent = thread.spent(1)
        found.append(
            {
                "step": name,
                "longest_ms": round(page.evaluate("Math.max(0, ...tasks)")),
                "processor_ms": round(spent["TaskDuration"]),
                "layout_ms": round(spent["LayoutDuration"] + spent["RecalcStyleDuration"]),
                "script_ms": round(spent["ScriptDuration"]),
            }
        )
        print(json.dumps(found[-1]), flush=True)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--characters", type=int, default=500_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        out = Path(folder)
        entry = "tests/page/view-harness.ts"
        command = [JS / "node_modules/.bin/esbuild", entry, "--bundle", "--loader:.css=text"]
        subprocess.run([*command, f"--outfile={out / 'harness.js'}"], cwd=JS, check=True)
        (out / "harness.html").write_text(PAGE, encoding="utf-8")
        browser = playwright.chromium.launch(executable_path=chromium())
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto((out / "harness.html").as_uri())
        measure(page, text_of(options.characters))
        browser.close()


if __name__ == "__main__":
    main()
