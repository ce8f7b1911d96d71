"""An app of Streamlit with the component on pages, in a dialog, a fragment, a form and a tab."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page

PATIENCE = 120_000
SHARED = '''
import json

import streamlit as st

from qna_widget.streamlit import qna

BERT = "Bert is Ernie's best friend. They live at 123 Sesame Street."


def show(**more):
    """Show the component, without a key, and what Python knows."""
    said = st.empty()
    tell(said, qna(BERT, "Where does Bert live?", model="bundled", **more))


def tell(said, result):
    best = result.answers[0]["text"] if result.answers else None
    told = {"question": result.question, "status": result.status, "best": best}
    said.code(json.dumps({**told, "model": result.model, "app_runs": st.session_state.app_runs}))
'''
APP = """
import sys

import streamlit as st

sys.path.insert(0, FOLDER)
import shared

st.session_state.app_runs = st.session_state.get("app_runs", 0) + 1


def one():
    shared.show()


def two():
    shared.show()


def dialogs():
    @st.dialog("Ask")
    def dialog():
        shared.show()

    if st.button("Open"):
        dialog()


def fragments():
    st.fragment(shared.show)()


def forms():
    with st.form("form"):
        result = shared.qna(shared.BERT, "Where does Bert live?", model="bundled")
        st.form_submit_button("Submit")
    shared.tell(st.empty(), result)


def tabs():
    first, second = st.tabs(["First", "Second"])
    with first:
        st.write("Nothing here.")
    with second:
        shared.show()


pages = [st.Page(page) for page in (one, two, dialogs, fragments, forms, tabs)]
st.navigation(pages, position="top").run()
"""


def write_app(folder: Path) -> None:
    """Write app.py, and what its pages share."""
    (folder / "shared.py").write_text(SHARED, encoding="utf-8")
    (folder / "app.py").write_text(f"FOLDER = {str(folder)!r}\n{APP}", encoding="utf-8")


def go(page: Page, name: str) -> None:
    """Go to a page of the app by its link, within the session."""
    page.get_by_test_id("stTopNavLink").get_by_text(name, exact=True).click()
    page.wait_for_url(re.compile(f"/{name}$" if name != "one" else r":\d+/$"))


def component(page: Page) -> Locator:
    return page.locator(".qna-root")


def question(page: Page) -> Locator:
    return component(page).get_by_label("Question", exact=True)


def answers(page: Page) -> Locator:
    return component(page).get_by_role("article")


def until(page: Page, true: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """Wait until Python has said what makes `true` true."""
    for _ in range(PATIENCE // 100):
        code = page.get_by_test_id("stCode")
        said = json.loads(code.inner_text()) if code.count() == 1 else None
        if said is not None and true(said):
            return said
        page.wait_for_timeout(100)
    pytest.fail(f"Python did not come to it; at last: {said}")


def answered(page: Page, asked: str = "Where does Bert live?") -> dict[str, Any]:
    return until(page, lambda said: said["question"] == asked and said["status"] == "ready")


def type_at_once(page: Page, text: str, then: Locator | None = None) -> None:
    """Put a text into the question field and press a button before anything else happens."""
    button = then.element_handle() if then is not None else None
    question(page).evaluate(
        """(field, [text, button]) => {
          field.value = text;
          field.dispatchEvent(new Event("input", { bubbles: true }));
          button?.click();
        }""",
        [text, button],
    )


def choose(page: Page, model: str) -> None:
    menu = component(page).get_by_label("Model", exact=True)
    if not menu.is_visible():
        component(page).get_by_text("Settings", exact=True).click()
    menu.select_option(model)
