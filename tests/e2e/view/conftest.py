"""A page with a mounted view and a scripted state (js/tests/page/view-harness.ts)."""

from __future__ import annotations

from typing import Any

import pytest
from inspector_cases import ask, open_inspector
from playwright.sync_api import Page
from view_page import View, bundle, put
from view_states import THEMES

PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>View</title>
<body><main><h1 id="outside">Page</h1><button>Outside</button>
<div id="host"></div></main><script src="harness.js"></script>"""


@pytest.fixture(scope="session")
def harness(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("view")
    bundle("tests/page/view-harness.ts", folder / "harness.js")
    (folder / "harness.html").write_text(PAGE)
    return (folder / "harness.html").as_uri()


@pytest.fixture
def view(offline: Any, harness: str) -> View:
    """Open a page with a mounted view in a given state."""

    def open_view(
        scripted: Any = None, *, width: int = 1000, theme: str = "light", shadow: bool = False
    ) -> Page:
        page: Page = offline.page()
        page.set_viewport_size({"width": width, "height": 900})
        scheme: Any = "dark" if theme == "dark" else "light"
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        page.goto(harness)
        if THEMES[theme]:
            page.add_style_tag(content=THEMES[theme])
        page.evaluate("shadow => harness.mount(shadow)", shadow)
        if scripted is not None:
            put(page, scripted)
        return page

    return open_view


@pytest.fixture
def inspector(view: View) -> View:
    """Open a page where the inspector explains a case's answers."""

    def open_view(case: Any, **options: Any) -> Page:
        page = view(**options)
        ask(page, case)
        open_inspector(page)
        return page

    return open_view
