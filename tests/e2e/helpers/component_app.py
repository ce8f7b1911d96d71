"""An app of Streamlit that calls the component in several ways, and what it says of the answers."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page

# Loading the model on a slow, shared machine.
PATIENCE = 120_000
BERT_QUESTION = "Where does Bert live?"
# Words that the tiny model's vocabulary holds.
TINY_PASSAGE = "a dog sat. the dog saw the cats. a cat sat, the mat saw a dog."
APP = """
import json

import streamlit as st

from qna_widget.streamlit import qna

BERT = (
    "Bert is Ernie's best friend and roommate on Sesame Street. The pair share the basement "
    "apartment at 123 Sesame Street."
)
EMOJI = "🙂🙃 Ernie 𠮷 moved to 12 Rainbow Road 🏠 in 1969, and Bert followed in 1970."
CALLS = {
    "bert": {"passage": BERT, "question": "Where does Bert live?"},
    "other question": {"passage": BERT, "question": "Who is Bert's best friend?"},
    "emoji": {"passage": EMOJI, "question": "When did Bert follow?"},
    "nothing": {},
    "wrong": {"passage": BERT, "top_k": 0},
    "own model": {"passage": PASSAGE, "question": "who saw the cat?", "model": FOLDER},
}

said = st.empty()  # in one place, wherever the rest moves
st.session_state.runs = st.session_state.get("runs", 0) + 1
call = st.radio("Call", CALLS)
found = {}
for key in st.query_params.get("keys", "one").split():
    if st.checkbox(f"Show {key}", value=True):
        result = qna(**CALLS[call], key=key)
        found[key] = {
            "question": result.question,
            "passage": result.passage,
            "status": result.status,
            "answers": result.answers,
            "null_score": result.null_score,
            "slices": [result.passage[a["start"] : a["end"]] for a in result.answers],
            "options": result.options,
            "model": result.model,
        }
said.code(json.dumps({"runs": st.session_state.runs, "call": call, "found": found}))
"""


def write_app(folder: Path, own_model: Path) -> Path:
    """Write the app's script; its call "own model" takes the folder `own_model`."""
    script = folder / "app.py"
    constants = f"FOLDER = {str(own_model)!r}\nPASSAGE = {TINY_PASSAGE!r}\n"
    script.write_text(constants + APP, encoding="utf-8")
    return script


class App:
    """The page, and what Python last said on it."""

    def __init__(self, page: Page, address: str, keys: str = "one") -> None:
        self.page = page
        page.set_default_timeout(PATIENCE)
        page.goto(f"{address}/?keys={keys.replace(' ', '+')}")

    def component(self, number: int = 0) -> Locator:
        return self.page.locator(".qna-root").nth(number)

    def question(self, number: int = 0) -> Locator:
        return self.component(number).get_by_label("Question", exact=True)

    def call(self, name: str) -> None:
        self.page.get_by_text(name, exact=True).click()

    def show(self, key: str = "one") -> None:
        self.page.get_by_text(f"Show {key}").click()

    def python(self) -> dict[str, Any]:
        return json.loads(self.page.get_by_test_id("stCode").inner_text())

    def until(self, true: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Wait until Python has said what makes `true` true."""
        deadline = time.monotonic() + PATIENCE / 1000
        said = self.python()
        while not true(said):
            assert time.monotonic() < deadline, f"Python did not come to it; at last: {said}"
            self.page.wait_for_timeout(50)
            said = self.python()
        return said

    def answered(self, question: str, key: str = "one") -> dict[str, Any]:
        """Wait for the answers to `question` in Python."""

        def settled(said: dict[str, Any]) -> bool:
            found = said["found"].get(key, {})
            return found.get("question") == question and found["status"] == "ready"

        return self.until(settled)
