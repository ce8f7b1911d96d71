"""How much sooner two workers of a page read a long text than one, in one run.

    python -m benchmarks.two_workers [--windows 32] [--rounds 3]

One page of a headless Chromium has the bundled model in two workers. Each round asks a question
that was not asked before, of one worker and of two, in turn first; measured is the time from the
question to the answer as the engine has it. Printed are medians, their quotient, the quotient of
each round, and the processor time of the page's process, which should be the same: on a machine
that does something else besides, the quotient says little. About a minute on two quiet cores.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

from benchmarks.web import ARGS, Reply, cpu_ms, find_chromium, in_folders, process_of, served
from qna_widget.hosts.page import page_manifest
from qna_widget.models import registry

ROOT = Path(__file__).parents[1]
SENTENCE = "the mill stood still and nobody there remembered the rain of that long summer"
STRIDE = 128
"""Passage tokens from one window to the next."""
PAGE = b"""<!doctype html><meta charset="utf-8"><title>Two workers</title>
<script type="module" src="/harness.js"></script>"""
ASK = """async ([passage, question, workers]) => {
  const { result } = await qna.ask(client, { passage, question, workers });
  const { backend, timing, windows_total, windows_known } = result;
  return { backend, windows_total, windows_known, ms: timing.total_ms };
}"""


def text_of(windows: int) -> str:
    """Return a text of about so many windows, no two alike: equal ones are run once."""
    words = SENTENCE.split()
    return " ".join(words[n % len(words)] if n % 9 else str(n) for n in range(STRIDE * windows))


def measure(page: Page, process: int, text: str, rounds: int) -> dict[int, list[dict[str, float]]]:
    """Return wall and processor milliseconds of each round, by number of workers."""
    found: dict[int, list[dict[str, float]]] = {1: [], 2: []}
    # Round 0 starts the second worker, and warms both.
    for n in range(rounds + 1):
        for workers in (1, 2) if n % 2 else (2, 1):
            before = cpu_ms(process)
            question = f"Who remembered number {7 * n + workers}?"
            asked: dict[str, Any] = page.evaluate(ASK, [text, question, workers])
            spent = round(cpu_ms(process) - before)
            if asked["windows_known"] or ("2 workers" in asked["backend"]) != (workers == 2):
                raise SystemExit(f"{workers} workers were asked for, and this came: {asked}")
            row = {"ms": round(asked["ms"]), "processor_ms": spent}
            print(json.dumps({"round": n, "workers": workers, **asked, **row}), flush=True)
            if n > 0:
                found[workers].append(row)
    return found


def summary(found: dict[int, list[dict[str, float]]]) -> dict[str, Any]:
    times = {workers: [row["ms"] for row in rows] for workers, rows in found.items()}
    medians = {workers: statistics.median(rows) for workers, rows in times.items()}
    return {
        "median_ms": medians,
        "median_processor_ms": {
            workers: statistics.median(row["processor_ms"] for row in rows)
            for workers, rows in found.items()
        },
        "one_takes_times_as_long": round(medians[1] / medians[2], 2),
        "by_round": [round(a / b, 2) for a, b in zip(times[1], times[2], strict=True)],
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--windows", type=int, default=32, help="at least 16, or one worker reads")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    print(json.dumps({"cores": os.cpu_count(), "load_before": os.getloadavg()[0]}))
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        command = ["node", "build.mjs", "--harness", folder]
        subprocess.run(command, cwd=ROOT / "js", check=True)
        folders = {"qna_widget": ROOT / "qna_widget", "harness.js": Path(folder) / "harness.js"}

        def reply(path: str) -> Reply | None:
            body = PAGE if path == "/index.html" else in_folders(folders, path)
            return None if body is None else Reply(body)

        browser = playwright.chromium.launch(executable_path=find_chromium(), args=ARGS)
        session = browser.new_browser_cdp_session()
        with served(reply) as port:
            page = browser.new_page()
            page.set_default_timeout(240_000)
            page.goto(f"http://127.0.0.1:{port}/index.html")
            page.wait_for_function("window.qna !== undefined")
            process = process_of(
                page, lambda: session.send("SystemInfo.getProcessInfo")["processInfo"]
            )
            manifest = page_manifest(registry.resolve("bundled"))
            page.evaluate("async (m) => { window.client = (await qna.open(m)).client; }", manifest)
            found = measure(page, process, text_of(options.windows), options.rounds)
        browser.close()
    print(json.dumps({**summary(found), "load_after": os.getloadavg()[0]}, indent=2))


if __name__ == "__main__":
    main()
