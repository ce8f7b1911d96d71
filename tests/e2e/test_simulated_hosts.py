"""VS Code and Colab, as far as they can be played here (docs/hosts.md: what is known of them)."""

from __future__ import annotations

import time
from typing import Any

import pytest
from chromium import Offline
from harness import OTHER_QUESTION, PASSAGE, QUESTION
from playwright.sync_api import Frame, expect
from simulated import Notebook
from simulated import wired as wired

from qna_widget import QnA

pytestmark = pytest.mark.usefixtures("wired")
PATIENCE = 120_000
BEST = "123 Sesame Street"
# What VS Code's notebooks send with `notebook.experimental.enableCsp`, but for where scripts may
# come from: there blob: is left out, too, and with it every anywidget.
VSCODE = (
    "default-src 'none'; script-src 'self' blob: 'unsafe-inline' 'unsafe-eval'; style-src 'self' "
    "'unsafe-inline'; img-src 'self' https: http: data:; font-src 'self' https:; "
    "connect-src https:; child-src https: data:"
)


def answered(frame: Frame, words: str = BEST) -> None:
    expect(frame.get_by_role("article")).to_contain_text(words, timeout=PATIENCE)


def until(notebook: Notebook, widget: QnA, question: str) -> list[dict[str, Any]]:
    """Wait until Python has the answers to `question`."""
    deadline = time.monotonic() + PATIENCE / 1000
    while not (widget.question == question and widget.answers):
        assert time.monotonic() < deadline, f"Python has {widget.question!r}, {widget.answers}"
        notebook.page.wait_for_timeout(50)
    return widget.answers


def test_vs_code_one_webview(offline: Offline) -> None:
    """No policy by default; a sandboxed frame of another origin; views into larger messages."""
    widget = QnA(PASSAGE, QUESTION, model="bundled")
    notebook = Notebook(offline.page())
    [frame] = notebook.open(widget)
    answered(frame)
    assert until(notebook, widget, QUESTION)[0]["text"] == BEST
    frame.get_by_label("Question", exact=True).fill(OTHER_QUESTION)
    assert until(notebook, widget, OTHER_QUESTION)[0]["text"] == "Ernie"
    widget.question = QUESTION
    notebook.flush()
    answered(frame)
    # Base64 makes a chunk of 1 MiB a third larger; the way back carries a few hundred bytes.
    assert 1_000_000 < notebook.largest < 2_000_000
    assert offline.errors == []


def test_a_webview_that_forbids_workers(offline: Offline) -> None:
    """The policy that VS Code can be told to send, with blob: scripts allowed."""
    widget = QnA(PASSAGE, QUESTION, model="bundled")
    notebook = Notebook(offline.page(), policy=VSCODE)
    [frame] = notebook.open(widget)
    answered(frame)
    expect(frame.locator(".qna-root")).to_contain_text("forbids workers")
    assert until(notebook, widget, QUESTION)[0]["text"] == BEST


def test_a_webview_that_forbids_wasm(offline: Offline) -> None:
    """Without 'unsafe-eval' no WebAssembly is compiled: a sentence says so, and Python is told."""
    widget = QnA(PASSAGE, QUESTION, model="bundled")
    notebook = Notebook(offline.page(), policy=VSCODE.replace("'unsafe-eval'", ""))
    [frame] = notebook.open(widget)
    expect(frame.get_by_role("alert").first).to_contain_text("WebAssembly", timeout=PATIENCE)
    expect(frame.get_by_role("alert").first).to_contain_text("'wasm-unsafe-eval'")
    assert widget.status == "error"
    assert "WebAssembly" in widget.error


def test_colab_a_frame_per_output(offline: Offline) -> None:
    """Each output is a page of its own, so two widgets share nothing; whole buffers."""
    one = QnA(PASSAGE, QUESTION, model="bundled")
    two = QnA(PASSAGE, OTHER_QUESTION, model="bundled")
    notebook = Notebook(offline.page())
    frames = notebook.open(one, two, whole=True)
    answered(frames[0])
    answered(frames[1], "Ernie")
    assert until(notebook, one, QUESTION)[0]["text"] == BEST
    assert until(notebook, two, OTHER_QUESTION)[0]["text"] == "Ernie"
    assert offline.errors == []


def test_colab_a_saved_notebook_without_a_kernel(offline: Offline) -> None:
    """The state is kept in the notebook; whoever opens it has no comm."""
    widget = QnA(PASSAGE, QUESTION, model="bundled")
    notebook = Notebook(offline.page())
    [frame] = notebook.open(widget)
    until(notebook, widget, QUESTION)
    viewer = Notebook(offline.page())
    [frame] = viewer.open(widget, live=False)
    answered(frame)
    expect(frame.locator(".qna-root")).to_contain_text("Run the notebook to ask more")
    assert offline.errors == []


def test_a_comm_that_comes_late(offline: Offline) -> None:
    """Bridges may draw a widget from its state, and connect it afterwards."""
    widget = QnA(PASSAGE, QUESTION, model="bundled")
    notebook = Notebook(offline.page())
    [frame] = notebook.open(widget, live=False)
    frame.wait_for_timeout(500)
    frame.evaluate("window.model.connect()")
    answered(frame)
    assert until(notebook, widget, QUESTION)[0]["text"] == BEST
