"""The widget in a real JupyterLab with a real kernel and a real browser, cut off from the world."""

import json
import re
import shutil
from pathlib import Path

import nbformat
import pytest
from chromium import Offline
from lab import BERT, BERT_QUESTION, MAKE, Lab, write
from lab import address as address
from lab import folder as folder
from playwright.sync_api import expect
from servers import ROOT


def test_bert_and_later_cells(offline: Offline, address: str, folder: Path) -> None:
    lab = Lab(offline.page(), address, write(folder, "bert", MAKE, "print(w.answers)"))
    lab.run(0)
    answers = lab.answered()
    best = answers[0]
    assert "Sesame Street" in best["text"]
    assert all(BERT[a["start"] : a["end"]] == a["text"] for a in answers)
    assert [set(a) for a in answers] == [{"text", "start", "end", "score", "probability"}] * 5
    lab.run(1)
    assert lab.output(1).strip() == str(answers)
    expect(lab.view().get_by_role("article")).to_contain_text(best["text"])
    # JupyterLab asks its server for neither updates nor news, which the server would fetch.
    assert not [url for url in offline.local if "/lab/api/update" in url or "/lab/api/news" in url]
    # The first visit took every byte from the kernel, exactly once.
    sizes = "[w._manifest['model']['onnx'], w._manifest['model']['vocab'], "
    sizes += "w._manifest['runtime']['wasm']]"
    assert lab.value("w.bytes_sent") == lab.value(f"sum(a['bytes'] for a in {sizes})")
    assert offline.errors == []


def test_offsets_are_code_points(returning: Offline, address: str, folder: Path) -> None:
    passage = "🙂🙃 Ernie 𠮷 moved to 12 Rainbow Road 🏠 in 1969, and Bert followed in 1970."
    make = f"from qna_widget import QnA\nw = QnA({passage!r}, 'When did Bert follow?')\nw"
    lab = Lab(returning.page(), address, write(folder, "emoji", make))
    lab.run(0)
    answers = lab.answered("When did Bert follow?")
    assert "1970" in answers[0]["text"]
    assert all(passage[a["start"] : a["end"]] == a["text"] for a in answers)


def test_undo_is_the_fields_own(returning: Offline, address: str, folder: Path) -> None:
    """JupyterLab has a Ctrl+Z, too, which would undo a change of the notebook instead."""
    lab = Lab(returning.page(), address, write(folder, "undo", MAKE))
    lab.run(0)
    lab.answered()
    for field in (lab.question(), lab.view().get_by_label("Passage", exact=True)):
        before = field.input_value()
        field.press("Control+End")
        field.press_sequentially("x")
        expect(field).to_have_value(before + "x")
        field.press("Control+z")
        expect(field).to_have_value(before)


def test_both_directions_and_observe(returning: Offline, address: str, folder: Path) -> None:
    lab = Lab(returning.page(), address, write(folder, "sync", MAKE))
    lab.run(0)
    lab.answered()
    lab.python(
        "seen = []; w.observe(lambda c: seen.append([c.name, c.new]), ['answers', 'question'])"
    )
    # From the page to Python.
    lab.question().press_sequentially(" Tell me!", delay=20)
    typed = f"{BERT_QUESTION} Tell me!"
    answers = lab.answered(typed)
    seen = lab.value("seen")
    assert [seen.count(["question", typed]), seen.count(["answers", answers])] == [1, 1]
    expect(lab.question()).to_have_value(typed)
    # From Python to the page.
    assert lab.value("[setattr(w, 'question', 'Who is Ernie?'), w.answers, w.status]")[1:] == [
        [],
        "idle",
    ]
    expect(lab.question()).to_have_value("Who is Ernie?")
    lab.answered("Who is Ernie?")
    lab.python("w.passage = 'Ernie is a muppet.'; w.top_k = 1")
    answers = lab.answered("Who is Ernie?")
    assert len(answers) == 1
    assert "muppet" in answers[0]["text"]


def test_a_reload_takes_no_byte_from_the_kernel(
    offline: Offline, address: str, folder: Path
) -> None:
    lab = Lab(offline.page(), address, write(folder, "reload", MAKE))
    lab.run(0)
    first = lab.answered()
    sent = lab.value("w.bytes_sent")
    assert sent > 1_000_000
    lab.command("docmanager:save")
    # The kernel lives on, and the widget with it; the page begins anew.
    lab.open()
    expect(lab.question()).to_have_value(BERT_QUESTION)
    expect(lab.view().get_by_role("article")).to_contain_text(first[0]["text"])
    assert lab.answered() == first
    lab.question().fill("Who is Ernie?")
    lab.answered("Who is Ernie?")
    assert lab.value("w.bytes_sent") == sent
    # Nor does a new widget.
    lab.run(0)
    assert lab.answered() == first
    assert lab.value("w.bytes_sent") == 0


def test_two_views_one_component(returning: Offline, address: str, folder: Path) -> None:
    twice = "from IPython.display import display\ndisplay(w)\ndisplay(w)"
    lab = Lab(returning.page(), address, write(folder, "twice", MAKE, twice))
    lab.run(0)
    lab.answered()
    sent = lab.value("w.bytes_sent")
    lab.run(1)
    questions = [lab.question(0), lab.question(1, 0), lab.question(1, 1)]
    for question in questions:
        expect(question).to_have_value(BERT_QUESTION)
    questions[1].fill("Who is Ernie?")
    for question in questions:
        expect(question).to_have_value("Who is Ernie?")
    best = lab.answered("Who is Ernie?")[0]["text"]
    for view in (lab.view(0), lab.view(1, 0), lab.view(1, 1)):
        expect(view.get_by_role("article")).to_contain_text(best or "The text does not say")
    assert lab.value("w.bytes_sent") == sent
    assert returning.errors == []


def test_a_cell_run_again(returning: Offline, address: str, folder: Path) -> None:
    lab = Lab(returning.page(), address, write(folder, "again", MAKE))
    lab.run(0)
    lab.answered()
    lab.question().fill("Who is Ernie?")
    lab.answered("Who is Ernie?")
    lab.run(0)
    expect(lab.question()).to_have_value(BERT_QUESTION)
    lab.answered()
    expect(lab.page.locator(".qna-root")).to_have_count(1)
    assert lab.value("w.bytes_sent") == 0, "the page had the model already"


def test_two_pages_on_one_kernel(returning: Offline, address: str, folder: Path) -> None:
    notebook = write(folder, "pages", MAKE)
    one = Lab(returning.page(), address, notebook)
    one.run(0)
    one.answered()
    one.command("docmanager:save")
    two = Lab(returning.page(), address, notebook)
    expect(two.question()).to_have_value(BERT_QUESTION)
    one.python("seen = []; w.observe(lambda c: seen.append(c.new), 'question')")
    two.question().fill("Who is Ernie?")
    expect(one.question()).to_have_value("Who is Ernie?")
    one.answered("Who is Ernie?")
    one.question().fill("Who is Bert?")
    expect(two.question()).to_have_value("Who is Bert?")
    one.answered("Who is Bert?")
    # Each edit reached Python once; nothing went back and forth.
    assert one.value("seen") == ["Who is Ernie?", "Who is Bert?"]


def test_editing_while_the_kernel_is_busy(returning: Offline, address: str, folder: Path) -> None:
    busy = (
        "import pathlib, time\nwhile not pathlib.Path('busy.txt').exists():\n    time.sleep(0.05)"
    )
    lab = Lab(returning.page(), address, write(folder, "busy", MAKE, busy))
    (folder / "busy.txt").unlink(missing_ok=True)
    lab.start(1)
    lab.start(0)
    (folder / "busy.txt").touch()
    lab.answered()
    (folder / "busy.txt").unlink()
    # The browser answers while the kernel is busy; Python hears of it afterwards.
    lab.start(1)
    lab.question().fill("Who is Ernie?")
    expect(lab.view().get_by_role("status").first).to_contain_text(
        re.compile(r"Answer: (?!Sesame)")
    )
    (folder / "busy.txt").touch()
    lab.answered("Who is Ernie?")
    expect(lab.question()).to_have_value("Who is Ernie?")


def test_a_kernel_restart_while_loading(offline: Offline, address: str, folder: Path) -> None:
    hold = MAKE + "\nfrom IPython.display import display\ndisplay(w)\nimport time\ntime.sleep(3600)"
    lab = Lab(offline.page(), address, write(folder, "restart", hold, MAKE))
    lab.start(0)
    expect(lab.view()).to_contain_text("waiting for the kernel")
    lab.question().fill("Typed meanwhile")
    lab.start_command("notebook:restart-kernel")
    lab.page.locator(".jp-Dialog .jp-mod-accept").click()
    expect(lab.view().get_by_role("alert")).to_contain_text("Run the cell again")
    expect(lab.question()).to_have_value("Typed meanwhile")
    lab.run(1)
    lab.answered()
    expect(lab.view(1).get_by_role("article")).to_contain_text("Sesame Street")


def test_the_quickstart_and_its_saved_size(
    returning: Offline, address: str, folder: Path, screenshots: Path
) -> None:
    notebook = folder / "quickstart.ipynb"
    shutil.copy(ROOT / "notebooks" / "quickstart.ipynb", notebook)
    lab = Lab(returning.page(), address, notebook)
    cells = nbformat.read(notebook, 4).cells
    code = [number for number, cell in enumerate(cells) if cell.cell_type == "code"]
    # At once, as Run All does: the second cell waits for the answers that it prints.
    lab.run(code[0])
    lab.run(code[1])
    assert lab.answered()[0]["text"] in lab.output(code[1])
    lab.run(code[2])
    lab.answered("Who is Ernie's best friend?")
    expect(lab.cell(code[2])).to_contain_text("Who is Ernie's best friend? →")
    lab.run(code[3])
    assert "overlap must be one of 'none', 'nested', 'allow'" in lab.output(code[3])
    lab.answered("Who is Ernie's best friend?")
    lab.page.screenshot(path=screenshots / "jupyterlab.png")
    lab.command("docmanager:save")
    saved = notebook.stat().st_size
    assert "widget-view" in notebook.read_text()
    assert saved < 200_000, f"{saved} bytes"
    assert lab.value("len(w._esm.encode())") < 310_000
    assert returning.errors == []


@pytest.mark.parametrize("name", ["quickstart", "inspect"])
def test_the_notebooks_are_stored_with_their_outputs(name: str) -> None:
    """As `make notebooks` keeps them: for GitHub, and small."""
    path = ROOT / "notebooks" / f"{name}.ipynb"
    notebook = nbformat.read(path, 4)
    nbformat.validate(notebook)
    assert path.stat().st_size < 300_000
    outputs = [one for cell in notebook.cells for one in cell.get("outputs", ())]
    assert outputs[0].data["text/html"].startswith('<div class="qna-saved"')
    assert all("widget-view" not in json.dumps(one) for one in outputs)
    assert not any(one.output_type == "error" for one in outputs)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert sum(bool(cell.outputs) for cell in code) >= len(code) - 1
    assert all(cell.execution_count for cell in code)
    assert str(ROOT) not in path.read_text(encoding="utf-8")
