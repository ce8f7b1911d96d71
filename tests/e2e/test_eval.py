"""`qna-widget eval --backend browser`: the built front end, measured like the kernel."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import pytest

from qna_widget.cli import main
from qna_widget.errors import QnaError
from qna_widget.evaluation.browser import browser_predictor
from qna_widget.evaluation.squad import Example, read_examples

QUESTIONS = 16
T = TypeVar("T")


def apart(work: Callable[[], T]) -> T:
    """Call in a thread: Playwright allows one driver in each, and the other tests have theirs."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(work).result()


def test_browser_and_kernel_give_the_same_figures(
    own_texts: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    figures, predictions = {}, {}
    for backend in ("kernel", "browser"):
        file = tmp_path / f"{backend}.json"
        arguments = ["--limit", str(QUESTIONS), "--backend", backend, "--predictions", str(file)]
        assert apart(lambda given=arguments: main(["eval", str(own_texts), *given])) == 0
        figures[backend] = json.loads(capsys.readouterr().out)
        predictions[backend] = json.loads(file.read_text(encoding="utf-8"))
    kernel, browser = predictions["kernel"], predictions["browser"]
    assert list(kernel) == list(browser) == [e.id for e in read_examples(own_texts)[:QUESTIONS]]
    assert kernel == browser
    own = {"backend", "seconds", "questions_per_second"}
    here, there = (
        {name: figure for name, figure in figures[backend].items() if name not in own}
        for backend in ("kernel", "browser")
    )
    # The thresholds are margins of logits, equal to the rounding of the last product.
    assert here == pytest.approx(there, abs=1e-5)
    assert len(here) > 10
    assert figures["browser"]["backend"] == "browser"


def test_a_question_asked_twice_and_one_without_an_answer(
    own_texts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    example = read_examples(own_texts)[0]
    blank = Example("blank", "?", " ", ())

    def ask() -> None:
        predictions = browser_predictor("bundled")([example, example, blank])
        first, second = next(predictions), next(predictions)
        assert first == second
        assert first.text in example.passage
        # The model is there by now, and the rest is waited for in vain.
        monkeypatch.setattr("qna_widget.evaluation.browser.TIMEOUT", 1.0)
        with pytest.raises(QnaError, match=r"The browser did not answer: .*no answer after"):
            next(predictions)

    apart(ask)
