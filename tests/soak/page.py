"""Questions, mounts and changes of model in one page that stays open: does anything pile up?

Chromium on the real front end, with a tiny model, so that what is measured is everything else.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from chromium import CHROMIUM_ARGS, chromium_path
from figures import Series, resident
from harness import PASSAGE, Harness, manifest, serve
from playwright.sync_api import Browser, CDPSession, Page, sync_playwright

ROOT = Path(__file__).parents[2]
CHECKPOINTS = ROOT / "tests" / "parity"
LOOKS = 10
"""How often a series is looked at, besides the beginning."""

ASK = """async ([first, count]) => {
  for (let n = first; n < first + count; n++) {
    const state = await ask(`Where does number ${n} live?`);
    if (state.status !== "ready" || state.error) throw new Error(state.error || state.status);
    mounted.host.states.length = mounted.host.written.length = 0; // the test's own
  }
}"""
MOUNT = """async ([told, count]) => {
  for (let n = 0; n < count; n++) {
    document.getElementById("root").replaceChildren();
    const state = await mount(told);
    if (state.status !== "ready" || state.error) throw new Error(state.error || state.status);
    mounted.stop.abort();
  }
}"""
CHANGE = """async ([models, first, count]) => {
  for (let n = first; n < first + count; n++) {
    const manifest = models[n % models.length];
    mounted.host.set({ model: manifest.model.name }, manifest);
    const state = await mounted.until(
      (s) => s.status === "error" || (s.status === "ready" && s.model === manifest.model.title
        && s.result?.model === manifest.model.title),
    );
    if (state.status === "error") throw new Error(state.error);
    mounted.host.states.length = 0;
  }
}"""


class Watched:
    """A page and what it takes."""

    def __init__(self, browser: Browser, harness: Harness) -> None:
        self.page: Page = harness.open(browser.new_context().new_page())
        self.page.set_default_timeout(0)
        self._cdp: CDPSession = self.page.context.new_cdp_session(self.page)
        self._cdp.send("Performance.enable")
        self._browser = browser.new_browser_cdp_session()

    def look(self) -> dict[str, float]:
        """Return what is held after the garbage is collected."""
        for _ in range(2):
            self._cdp.send("HeapProfiler.collectGarbage")
        metrics = {
            one["name"]: one["value"] for one in self._cdp.send("Performance.getMetrics")["metrics"]
        }
        processes = self._browser.send("SystemInfo.getProcessInfo")["processInfo"]
        renderers = [process["id"] for process in processes if process["type"] == "renderer"]
        return {
            "heap MB": metrics["JSHeapUsedSize"] / 1e6,
            "renderer MB": sum(map(resident, renderers)),
            "nodes": metrics["Nodes"],
            "listeners": metrics["JSEventListeners"],
            "workers": len(self.page.workers),
        }

    def series(self, what: str, count: int, act: Callable[[int, int], None]) -> Series:
        """Act `count` times, looked at after each tenth; what comes first is warming up."""
        part = max(1, count // LOOKS)
        looks, begun = [], time.monotonic()
        for first in range(0, count, part):
            act(first, min(part, count - first))
            looks.append(self.look())
            done, seconds = min(first + part, count), time.monotonic() - begun
            print(f"{what}: {done:,} of {count:,} in {seconds:.0f} s", file=sys.stderr, flush=True)
        return Series(what, count, looks, {"seconds": seconds})


@contextmanager
def opened() -> Iterator[tuple[Browser, Harness]]:
    harness = serve()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=CHROMIUM_ARGS)
        try:
            yield browser, harness
        finally:
            browser.close()
            harness.close()


def tiny_models(harness: Harness, folder: Path) -> list[dict[str, Any]]:
    """Return manifests of two tiny models, which the harness serves."""
    found = []
    for name in ("tiny_bert", "tiny_mobilebert"):
        out = folder / name
        command = [sys.executable, "-m", "qna_widget", "export", CHECKPOINTS / name, out]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        said = json.loads((out / "model.json").read_text(encoding="utf-8"))
        model = {**manifest()["model"], **said, "title": name}
        for file, asset in said["files"].items():
            path = f"soak/{name}/{asset['path']}"
            harness.replaced[f"/qna_widget/{path}"] = (out / asset["path"]).read_bytes()
            model[file] = {**asset, "path": path}
        known = manifest()["model"]
        found.append({**manifest(), "model": {key: model[key] for key in model if key in known}})
    return found


def soak(questions: int, mounts: int, changes: int) -> Iterator[Series]:
    """Yield the figures of each series."""
    with opened() as (browser, harness), TemporaryDirectory() as folder:
        models = tiny_models(harness, Path(folder))
        told = {"manifest": models[0], "inputs": {"passage": PASSAGE, "question": "Where?"}}
        watched = Watched(browser, harness)
        page = watched.page
        page.evaluate("mount", told)
        yield watched.series(
            "questions in one page", questions, lambda *span: page.evaluate(ASK, [*span])
        )
        yield watched.series(
            "changes of model", changes, lambda *span: page.evaluate(CHANGE, [models, *span])
        )
        page.evaluate("mounted.stop.abort()")
        yield watched.series(
            "mounts", mounts, lambda _first, count: page.evaluate(MOUNT, [told, count])
        )
