"""Scores, ask, history and comparison in a real JupyterLab; without any browser, too."""

from __future__ import annotations

import json
import os
import shutil
import time
from pathlib import Path
from typing import Any

import nbclient
import nbformat
import numpy as np
import pytest
from chromium import Offline
from lab import BERT_QUESTION, MAKE, PATIENCE, Lab, write
from lab import address as address
from lab import folder as folder
from playwright.sync_api import expect
from servers import ROOT

from qna_widget.core.contract import default_inputs
from qna_widget.evaluation.squad import Example, read_examples
from qna_widget.hosts.widget import kernel

TOLERANCE = 1e-5  # logits: the rounding of the last product
NOTEBOOK = ROOT / "notebooks" / "inspect.ipynb"


@pytest.fixture(scope="module", autouse=True)
def kernels_choose_how_to_draw() -> None:
    """Streamlit, which other tests import, sets it for its own process; kernels inherit it."""
    os.environ.pop("MPLBACKEND", None)


def long_example(own_texts: Path) -> Example:
    """Return a real question on several windows, with an emoji before the text."""
    example = max(read_examples(own_texts), key=lambda e: len(e.passage))
    return Example(example.id, example.question, f"🙂 {example.passage}", example.answers)


def test_scores_are_those_of_the_page_and_nearly_pythons(
    returning: Offline, address: str, folder: Path, own_texts: Path
) -> None:
    example = long_example(own_texts)
    texts = f"{example.passage!r}, {example.question!r}"
    cells = [
        f"from qna_widget import QnA\nw = QnA({texts})\nw",
        # A cell that computes: nothing is awaited.
        "scores = w.scores",
        # A new widget, asked in the very cell that makes it.
        f"v = QnA({example.passage!r})\nawaited = await v.ask({example.question!r})\n"
        "read = await v.read_scores()",
    ]
    lab = Lab(returning.page(), address, write(folder, "scores", *cells))
    lab.run(0)
    answers = lab.answered(example.question)
    lab.run(1)
    lab.run(2)
    assert lab.value("[scores.source, awaited.source, read.source]") == ["browser"] * 3
    assert lab.value("awaited") == answers == lab.value("v.answers")
    frames = [json.loads(lab.value(f"{x}.to_frame().to_json()")) for x in ("scores", "read")]
    assert frames[0] == frames[1]

    # What the page lists and what its inspector shows, made of Python's numbers.
    best = next(answer for answer in answers if answer["text"])
    found = lab.value(
        "[(float(c[i, j]), int(x.starts[i]), int(x.ends[j])) "
        "for k, x in enumerate(scores.windows) for c in [scores.matrix(k)] "
        f"for i in range(len(x)) if x.counts[i] and x.starts[i] == {best['start']} "
        f"for j in range(len(x)) if x.ends[j] == {best['end']}]"
    )
    assert found == [[best["score"], best["start"], best["end"]]]
    assert lab.value("scores.null_score") == lab.value("w.null_score")
    lab.view().get_by_text("Why these scores?").click()
    shown = f"{best['score']:.2f}".replace("-", "−")
    expect(lab.view().locator(".qna-sum > b")).to_have_text(shown)

    # The kernel's engine, here: the same tokens, windows and logits.
    inputs = {**default_inputs(), "passage": example.passage, "question": example.question}
    ours = kernel.answer(inputs).scores
    assert len(ours.windows) > 1
    same = ["window", "token", "text", "start", "end", "counts"]
    theirs, mine = frames[0], ours.to_frame()
    assert {name: list(theirs[name].values()) for name in same} == {
        name: mine[name].tolist() for name in same
    }
    differences = np.concatenate(
        [np.array(list(theirs[n].values())) - mine[n] for n in ("start_logit", "end_logit")]
    )
    assert np.abs(differences).max() < TOLERANCE
    assert returning.errors == []


def test_what_is_typed_is_in_the_history_and_members_stand_side_by_side(
    returning: Offline, address: str, folder: Path
) -> None:
    compared = (
        "from qna_widget import compare\n"
        "both = compare([{'question': 'Who is Ernie?'}, {'question': 'Who is Bert?'}],"
        " passage=w.passage)\nboth"
    )
    lab = Lab(returning.page(), address, write(folder, "history", MAKE, compared))
    lab.run(0)
    first = lab.answered()
    lab.question().fill("Who is Ernie?")
    second = lab.answered("Who is Ernie?")
    lab.question().fill(BERT_QUESTION)
    lab.answered()
    asked = lab.value("[[one.question, [dict(a) for a in one.answers]] for one in w.history]")
    assert asked == [[BERT_QUESTION, first], ["Who is Ernie?", second]]

    lab.run(1)
    for number, question in enumerate(["Who is Ernie?", "Who is Bert?"]):
        expect(lab.question(1, number)).to_have_value(question)
        lab.answered(question, f"both.members[{number}]")
    boxes = [lab.view(1, number).bounding_box() for number in (0, 1)]
    assert boxes[0] is not None
    assert boxes[1] is not None
    assert boxes[0]["x"] + boxes[0]["width"] <= boxes[1]["x"]
    assert boxes[0]["y"] == pytest.approx(boxes[1]["y"], abs=1)
    assert lab.value("both.answers_frame()[('Who is Ernie?', 'text')].iloc[0]") == second[0]["text"]
    assert returning.errors == []


def test_a_closed_browser_leaves_nobody_waiting(
    returning: Offline, address: str, folder: Path
) -> None:
    alone = (
        "import asyncio, json, pathlib, qna_widget.hosts.widget.dialogue\n"
        "qna_widget.hosts.widget.dialogue.PATIENCE = 1\n"
        "while not pathlib.Path('closed.txt').exists():\n    await asyncio.sleep(0.05)\n"
        "answers = await w.ask('Who is Ernie?')\n"
        "pathlib.Path('sources.json').write_text(json.dumps("
        "[answers.source, w.source, w.scores.source, (await w.read_scores()).source]))"
    )
    lab = Lab(returning.page(), address, write(folder, "closed", MAKE, alone))
    lab.run(0)
    lab.answered()
    lab.start(1)
    lab.page.wait_for_function(
        "jupyterapp.shell.currentWidget.sessionContext.session.kernel.status === 'busy'"
    )
    lab.page.close()
    (folder / "closed.txt").touch()
    sources = folder / "sources.json"
    deadline = time.monotonic() + PATIENCE / 1000
    while not sources.exists() or not sources.read_text():
        assert time.monotonic() < deadline, "the cell waits for a browser that is gone"
        time.sleep(0.1)
    assert json.loads(sources.read_text()) == ["kernel"] * 4


def printed(cells: list[Any]) -> str:
    outputs = [output for cell in cells for output in cell.get("outputs", [])]
    return "".join(output.text for output in outputs if output.output_type == "stream")


def check(cells: list[Any], source: str) -> None:
    """What the notebook tells, whoever answers."""
    text = printed(cells)
    assert f"answered by the {source}" in text
    assert f"scored by the {source}" in text
    assert "'123 Sesame Street'" in text
    assert "best answer: none" in text
    assert "window 3: " in text
    outputs = [output for cell in cells for output in cell.get("outputs", [])]
    pictures = [output for output in outputs if "image/png" in output.get("data", {})]
    assert len(pictures) == 4
    last = outputs[-1]["data"]["text/plain"]
    assert "Ada" in last
    assert "1833" in last


def test_the_notebook_runs_without_a_browser(folder: Path, address: str) -> None:
    notebook = nbformat.read(NOTEBOOK, 4)
    resources = {"metadata": {"path": str(folder)}}
    nbclient.NotebookClient(notebook, kernel_name="python3", resources=resources).execute()
    check(notebook.cells, "kernel")
    history = json.loads((folder / "history.json").read_text(encoding="utf-8"))
    assert [one["question"] for one in history["questions"]][:2] == [
        "Where does Bert live?",
        "Who painted the Mona Lisa?",
    ]


def test_the_notebook_runs_in_the_browser(
    returning: Offline, address: str, folder: Path, screenshots: Path
) -> None:
    path = folder / "inspect.ipynb"
    shutil.copy(NOTEBOOK, path)
    lab = Lab(returning.page(), address, path)
    lab.page.evaluate("jupyterapp.commands.execute('notebook:run-all-cells')")
    code = [n for n, cell in enumerate(nbformat.read(path, 4).cells) if cell.cell_type == "code"]
    expect(lab.cell(code[-1]).locator("table")).to_contain_text("1833")
    lab.page.screenshot(path=screenshots / "inspect.png")
    lab.command("docmanager:save")
    check(nbformat.read(path, 4).cells, "browser")
    assert path.stat().st_size < 400_000
    assert returning.errors == []


def test_the_notebook_is_stored_with_the_outputs_of_one_run() -> None:
    notebook = nbformat.read(NOTEBOOK, 4)
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    outputs = [output for cell in code for output in cell.outputs]
    assert "Where does Bert live?" in str(outputs)  # what GitHub shows of the widget
    assert not [output for output in outputs if output.output_type == "error"]
