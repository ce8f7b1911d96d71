"""Python's question, passage, options and answers are the page's when all rests, in a JupyterLab.

js/tests/hosts/widget/in-step.test.ts drives thousands of scripts against a model of Jupyter; here
thirty run in the real one, and what was saved of a widget is shown where it has no kernel.
"""

from __future__ import annotations

import random
from pathlib import Path

import nbformat
import pytest
from chromium import Offline
from ipywidgets import Widget
from lab import BERT, BERT_QUESTION, MAKE, Lab, write
from lab import address as address
from lab import folder as folder
from playwright.sync_api import Locator, expect

from qna_widget import QnA

SCRIPTS = 30
PASSAGES = [
    BERT,
    "🙂🙃 Ernie 𠮷 moved to 12 Rainbow Road 🏠 in 1969.",
    "Cookie Monster baked\ntwelve cakes on Monday.",
]
QUESTIONS = [BERT_QUESTION, "Who is it?", "When was that?", "How many?"]
EVERYTHING = "[w.passage, w.question, w.top_k, w.status, w.answers]"


class Reader:
    """Does as chance will have it, in the page and in cells."""

    def __init__(self, lab: Lab, seed: int) -> None:
        self.lab = lab
        self.random = random.Random(seed)
        self.done: list[str] = []

    @property
    def passage(self) -> Locator:
        return self.lab.view().get_by_label("Passage", exact=True)

    def step(self) -> None:
        acts = [self.ask, self.both, self.both, self.paste, self.restore, self.option, self.cell]
        act = self.random.choice(acts)
        self.done.append(act.__name__)
        act()
        self.lab.page.wait_for_timeout(self.random.choice([0, 0, 50, 150, 280, 320, 600]))

    def ask(self) -> None:
        self.lab.question().fill(self.random.choice(QUESTIONS))

    def paste(self) -> None:
        self.passage.fill(self.random.choice(PASSAGES))

    def both(self) -> None:
        self.paste()
        self.ask()

    def restore(self) -> None:
        rows = self.lab.view().locator(".qna-asked")
        if rows.count() > 0:
            rows.nth(self.random.randrange(rows.count())).click()

    def option(self) -> None:
        self.lab.view().get_by_label("Answers shown").fill(str(self.random.randint(1, 5)))

    def cell(self) -> None:
        name, value = self.random.choice(
            [("question", "From a cell?"), ("passage", PASSAGES[0]), ("top_k", 4)]
        )
        self.lab.python(f"w.{name} = {value!r}")

    def rest(self) -> None:
        """Wait until Python has what the page has; never is a failure that tells the script."""

        def in_step(python: list[object]) -> bool:
            passage, question, top_k, status, answers = python
            return (
                status == "ready"
                and answers != []
                and passage == self.passage.input_value()
                and question == self.lab.question().input_value()
                and str(top_k) == self.lab.view().get_by_label("Answers shown").input_value()
            )

        try:
            found = self.lab.until(EVERYTHING, in_step)
        except AssertionError as error:
            pytest.fail(f"After {self.done}: {error}")
        best = found[4][0]["text"] or "The text does not say"
        expect(self.lab.view().get_by_role("article")).to_contain_text(best)


def test_thirty_scripts_and_none_out_of_step(
    returning: Offline, address: str, folder: Path
) -> None:
    lab = Lab(returning.page(), address, write(folder, "in-step", MAKE))
    lab.run(0)
    lab.answered()
    for summary in ("History", "Settings"):
        lab.view().locator("summary").filter(has_text=summary).click()
    for seed in range(SCRIPTS):
        reader = Reader(lab, seed)
        for _ in range(reader.random.randint(2, 5)):
            reader.step()
        reader.rest()
    assert returning.errors == []


def test_a_text_too_long_for_the_kernel_stays_and_all_else_goes_on(
    returning: Offline, address: str, folder: Path
) -> None:
    """A question, for a passage of ten megabytes takes a page long to read."""
    lab = Lab(returning.page(), address, write(folder, "long", MAKE))
    lab.run(0)
    lab.answered()
    lab.question().fill("Does it fit? " * 10_000)
    sentence = "The question is too long for the kernel (at most 100 kB): it is answered here only."
    expect(lab.view()).to_contain_text(sentence)
    lab.view().get_by_label("Passage", exact=True).fill("It fits by a mile.")
    error = lab.until("[w.passage, w.question, w.error]", lambda v: v[0] != BERT and v[2])
    assert error[:2] == ["It fits by a mile.", BERT_QUESTION]
    assert "too long for the kernel" in error[2]
    assert len(lab.question().input_value()) == 130_000
    lab.question().fill("How does it fit?")
    lab.answered("How does it fit?")
    expect(lab.view()).not_to_contain_text(sentence)


def test_a_notebook_that_is_not_trusted_shows_what_was_saved(
    returning: Offline, address: str, folder: Path
) -> None:
    widget = QnA(BERT, BERT_QUESTION)
    answer = {"text": "123 Sesame Street", "start": BERT.index("123"), "end": len(BERT) - 1}
    outputs = {"answers": [{**answer, "score": 9.5, "probability": 0.9}], "null_score": 1.0}
    for name, value in {**outputs, "status": "ready"}.items():
        widget.set_trait(name, value)
    path = write(folder, "saved", "w")
    notebook = nbformat.read(path, 4)
    data, _ = widget._repr_mimebundle_()
    notebook.cells[0].outputs = [nbformat.v4.new_output("execute_result", data, execution_count=1)]
    state = Widget.get_manager_state(widgets=[widget, widget.layout])
    notebook.metadata["widgets"] = {"application/vnd.jupyter.widget-state+json": state}
    nbformat.write(notebook, path)
    widget.close()
    lab = Lab(returning.page(), address, path)
    # JupyterLab shows no widget there, and cleans the HTML.
    for text in (BERT_QUESTION, "123 Sesame Street (90.0%)", "Run the notebook to ask more."):
        expect(lab.cell(0)).to_contain_text(text)
    expect(lab.cell(0).locator("mark")).to_have_text("123 Sesame Street")
    expect(lab.page.locator(".qna-root")).to_have_count(0)
    assert returning.errors == []
