"""Helpers for pages that hold a view with a scripted state; no model is run."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page

JS = Path(__file__).parents[3] / "js"

View = Callable[..., Page]
"""`view(state, width=…, theme=…, shadow=…)` opens a page; see conftest.py."""


_BUNDLE = """
import { bundle } from "./bundle.mjs";
const [name, entry, folder, format] = process.argv.slice(1);
await bundle({ [name]: entry }, folder, format, "");
"""


def bundle(entry: str, out: Path, form: str = "iife") -> Path:
    """Bundle one of our modules as the build does; `form` is esbuild's format."""
    command = ["node", "--input-type=module", "-e", _BUNDLE, "--"]
    arguments = [out.stem, entry, str(out.parent), form]
    subprocess.run([*command, *arguments], cwd=JS, check=True)
    return out


def put(page: Page, change: Any) -> None:
    page.evaluate("change => harness.script.set(change)", change)


def finish_fades(page: Page) -> None:
    """Bring all animations under way to their end: what fades in or comes late is there."""
    page.evaluate(
        """() => {
          const roots = [document, document.getElementById('host').shadowRoot];
          for (const root of roots)
            for (const fade of root?.getAnimations() ?? [])
              if (Number.isFinite(fade.effect.getComputedTiming().endTime)) fade.finish();
        }"""
    )


def calls(page: Page) -> list[list[Any]]:
    return page.evaluate("harness.script.calls")


def focused(page: Page) -> str:
    """Name what has the focus, as a reader would."""
    return page.evaluate(
        "() => { const e = document.activeElement;"
        " return e.labels?.[0]?.textContent ?? e.querySelector('bdi')?.textContent"
        " ?? e.textContent; }"
    )


def marked(page: Page, rank: int) -> str:
    """Join what is highlighted for one answer."""
    return page.evaluate(
        "rank => [...document.querySelectorAll(`mark[data-ranks~='${rank}']`)]"
        ".map(mark => mark.textContent).join('')",
        rank,
    )


def overflow(page: Page) -> list[str]:
    """Name what sticks out of the panel sideways."""
    return page.evaluate(
        "() => { const right = document.querySelector('.qna-panel').getBoundingClientRect().right;"
        " const wide = document.documentElement.scrollWidth > innerWidth ? ['page'] : [];"
        " return [...wide, ...[...document.querySelectorAll('.qna-panel *')]"
        ".filter(e => e.checkVisibility() && e.getBoundingClientRect().right > right + 0.5)"
        ".map(e => e.className)]; }"
    )


def boxes(locator: Locator) -> list[Any]:
    return [item.bounding_box() for item in locator.all()]
