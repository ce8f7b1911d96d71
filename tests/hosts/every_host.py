"""The same question in every host. Its name keeps it out of `make test`: run `make test-hosts`."""

from __future__ import annotations

import json
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from chromium import watched
from hosts import APPS, HOSTS, PANEL, SOLARA, SOLARA_ENV, Host, server
from playwright.sync_api import Browser, Page, expect
from table import Row

from qna_widget import QuestionAnswerer

sys.path.insert(0, str(APPS))
from asked import OPTIONS, PASSAGE, QUESTION

PATIENCE = 150_000
# The last product's rounding, see docs/models.md.
CLOSE = 1e-4


@pytest.fixture(scope="session")
def kernel() -> dict[str, Any]:
    """What QuestionAnswerer answers, with no host and no browser."""
    options = {name: value for name, value in OPTIONS.items() if name != "model"}
    found = QuestionAnswerer(OPTIONS["model"]).ask(question=QUESTION, passage=PASSAGE, **options)
    names = ("text", "start", "end", "score", "probability")
    answers = [{name: getattr(answer, name) for name in names} for answer in found.answers]
    return {"answers": answers, "null_score": found.null_score}


@pytest.mark.parametrize("host", HOSTS, ids=lambda host: host.name)
def test_the_same_answers(
    host: Host, kernel: dict[str, Any], browser: Browser, rows: list[Row], tmp_path: Path
) -> None:
    heard = tmp_path / "heard.json"
    env = {"PYTHONPATH": str(APPS), "QNA_HOSTS_HEARD": str(heard)}
    with host.serve(tmp_path, env) as served, watched(browser) as offline:
        page = offline.page()
        page.set_default_timeout(PATIENCE)
        host.open(page, served.address)
        shown = read(page, kernel["answers"][0]["text"])
        python = wait_for(heard, page)
    assert shown == [answer["text"] for answer in kernel["answers"]]
    assert_equal(python, kernel)
    assert [error for error in offline.errors if not error.startswith(host.errors)] == []
    asked = offline.outside + served.world.asked
    assert [url for url in asked if not url.startswith(host.requests)] == []
    rows.append(row(host, shown[0], python, len(asked)))


def test_solara_without_its_scripts_says_so(browser: Browser, tmp_path: Path) -> None:
    """They are in the folder of `solara-assets`: another one has none, as if it were not there."""
    env = {**SOLARA_ENV, "SOLARA_ASSETS_PROXY_CACHE_DIR": str(tmp_path / "none")}
    serve = server("solara", "solara_app.py", *SOLARA, ready="/readyz", env=env)
    with serve(tmp_path, {"PYTHONPATH": str(APPS)}) as served, watched(browser) as offline:
        page = offline.page()
        page.goto(served.address, timeout=PATIENCE)
        note = page.get_by_role("alert")
        expect(note).to_contain_text("pip install solara-assets", timeout=PATIENCE)


def test_panel_without_anywidgets_script_says_so(browser: Browser, tmp_path: Path) -> None:
    """In the log: nothing of this package runs in the page."""
    serve = server("panel", "panel_app.py", *PANEL)
    with serve(tmp_path, {"PYTHONPATH": str(APPS)}) as served, watched(browser) as offline:
        page = offline.page()
        page.goto(served.address)
        deadline = time.monotonic() + PATIENCE / 1000
        while "Let your app hand it out" not in (tmp_path / "log.txt").read_text("utf-8"):
            assert time.monotonic() < deadline, "the log says nothing"
            page.wait_for_timeout(100)


def read(page: Page, best: str) -> list[str]:
    """Return the answers' words on the page, best first."""
    root = page.locator(".qna-root").first
    expect(root.get_by_role("article")).to_contain_text(best, timeout=PATIENCE)
    first = root.locator(".qna-best-text").inner_text()
    return [first, *root.locator(".qna-row .qna-answer-text").all_text_contents()]


def wait_for(heard: Path, page: Page) -> dict[str, Any]:
    """Return what reached Python."""
    deadline = time.monotonic() + PATIENCE / 1000
    while not heard.exists():
        assert time.monotonic() < deadline, "no answer reached Python"
        page.wait_for_timeout(100)
    found: dict[str, Any] = json.loads(heard.read_text("utf-8"))
    return found


def assert_equal(python: dict[str, Any], kernel: dict[str, Any]) -> None:
    """Hold all that reached Python against the kernel's own: texts, offsets, scores."""
    places = [(a["text"], a["start"], a["end"]) for a in kernel["answers"]]
    assert [(a["text"], a["start"], a["end"]) for a in python["answers"]] == places
    assert all(PASSAGE[a["start"] : a["end"]] == a["text"] for a in python["answers"])
    for name in ("score", "probability"):
        found = [a[name] for a in python["answers"]]
        assert found == pytest.approx([a[name] for a in kernel["answers"]], abs=CLOSE)
    assert python["null_score"] == pytest.approx(kernel["null_score"], abs=CLOSE)


def row(host: Host, shown: str, python: dict[str, Any], asked: int) -> Row:
    best = python["answers"][0]
    return Row(
        host.name,
        version(host.package),
        shown,
        f"{best['start']}–{best['end']}",
        f"{best['score']:.4f}",
        "yes",
        str(asked),
        host.remarks,
    )
