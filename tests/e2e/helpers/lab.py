"""One notebook open in a real JupyterLab, driven from outside."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from playwright.sync_api import Locator, Page
from servers import TOKEN, jupyterlab

# Loading the model over the kernel on a slow, shared machine.
PATIENCE = 180_000
BERT = (
    "Bert is Ernie's best friend and roommate on Sesame Street. The pair share the basement "
    "apartment at 123 Sesame Street."
)
BERT_QUESTION = "Where does Bert live?"
MAKE = f"from qna_widget import QnA\nw = QnA({BERT!r}, {BERT_QUESTION!r})\nw"
READY = """
() => {
  const panel = globalThis.jupyterapp?.shell.currentWidget;
  const session = panel?.sessionContext;
  return (
    panel?.context?.isReady &&
    panel.content.widgets.length > 0 &&
    session.isReady &&
    session.session?.kernel?.connectionStatus === "connected" &&
    session.session.kernel.status === "idle"
  );
}
"""
# Runs a piece of code in the notebook's kernel and gives what it prints.
IN_KERNEL = """
async (code) => {
  const kernel = jupyterapp.shell.currentWidget.sessionContext.session.kernel;
  const future = kernel.requestExecute({ code, silent: false, store_history: false });
  let printed = "";
  future.onIOPub = ({ content, header }) => {
    if (header.msg_type === "stream") printed += content.text;
    if (header.msg_type === "error") printed += content.traceback.join("\\n");
  };
  await future.done;
  return printed;
}
"""
RUN_CELL = """
async (index) => {
  jupyterapp.shell.currentWidget.content.activeCellIndex = index;
  await jupyterapp.commands.execute("notebook:run-cell");
}
"""
START_CELL = RUN_CELL.replace("await jupyterapp.commands", "void jupyterapp.commands")


SPACES = itertools.count()


class Lab:
    """One notebook open in JupyterLab."""

    def __init__(self, page: Page, address: str, notebook: Path) -> None:
        self.page = page
        page.set_default_timeout(PATIENCE)
        # A workspace of its own: JupyterLab would bring back what other tests had open.
        space = f"{notebook.stem}-{next(SPACES)}"
        self.url = f"{address}/lab/workspaces/{space}/tree/{notebook.name}?token={TOKEN}"
        self.open()

    def open(self) -> None:
        self.page.goto(self.url)
        self.page.wait_for_function(READY)

    def run(self, cell: int) -> None:
        self.page.evaluate(RUN_CELL, cell)

    def start(self, cell: int) -> None:
        """Start a cell that will not end by itself."""
        self.page.evaluate(START_CELL, cell)

    def command(self, name: str) -> None:
        self.page.evaluate("name => jupyterapp.commands.execute(name)", name)

    def start_command(self, name: str) -> None:
        """Start a command that waits for a dialog."""
        self.page.evaluate("name => void jupyterapp.commands.execute(name)", name)

    def cell(self, number: int) -> Locator:
        return self.page.locator(".jp-Notebook .jp-Cell").nth(number)

    def output(self, cell: int) -> str:
        return self.cell(cell).locator(".jp-OutputArea-output").first.inner_text()

    def view(self, cell: int = 0, number: int = 0) -> Locator:
        return self.cell(cell).locator(".qna-root").nth(number)

    def question(self, cell: int = 0, number: int = 0) -> Locator:
        return self.view(cell, number).get_by_label("Question", exact=True)

    def python(self, code: str) -> str:
        return str(self.page.evaluate(IN_KERNEL, code))

    def value(self, expression: str) -> Any:
        return json.loads(self.python(f"import json; print(json.dumps({expression}))"))

    def until(self, expression: str, true: Callable[[Any], bool]) -> Any:
        """Wait until the kernel has a value that makes `true` true."""
        deadline = time.monotonic() + PATIENCE / 1000
        value = self.value(expression)
        while not true(value):
            assert time.monotonic() < deadline, f"{expression} did not come to it; at last: {value}"
            self.page.wait_for_timeout(100)
            value = self.value(expression)
        return value

    def answered(self, question: str = BERT_QUESTION, widget: str = "w") -> list[dict[str, Any]]:
        """Wait for the answers to `question` in Python."""
        everything = f"[{widget}.question, {widget}.status, {widget}.answers]"
        found = self.until(everything, lambda v: v[0] == question and v[1] == "ready" and v[2])
        answers: list[dict[str, Any]] = found[2]
        return answers


def write(folder: Path, name: str, *cells: str) -> Path:
    notebook = nbformat.v4.new_notebook()
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
    notebook.cells = [nbformat.v4.new_code_cell(source) for source in cells]
    path = folder / f"{name}.ipynb"
    nbformat.write(notebook, path)
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("jupyter") / "notebooks"


@pytest.fixture(scope="module")
def address(folder: Path) -> Iterator[str]:
    folder.mkdir()
    with jupyterlab(folder, folder.parent / "log.txt") as address:
        yield address
