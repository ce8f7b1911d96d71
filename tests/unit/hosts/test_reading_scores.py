"""Scores of a widget: from its pages, in chunks, and from the kernel where no page gives them."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from asking import LONG, QUESTION, answers_to, soon
from asking import impatient as impatient
from packed import chunks, packed
from recorded import PASSAGE, customs, from_browser, report
from recorded import front_end as front_end

from qna_widget import QuestionAnswerer
from qna_widget.core.contract import CONTRACT
from qna_widget.core.crc32 import crc32
from qna_widget.core.pipeline import prepare
from qna_widget.core.types import FeatureOptions, Logits
from qna_widget.hosts.widget import dialogue, kernel, waiting
from qna_widget.hosts.widget.widget import QnA

MESSAGES = CONTRACT["messages"]


def scores_of(widget: QnA, size: int = 1000, add: float = 0.0) -> list[tuple[Any, bytes]]:
    """Return what a page would send: the kernel's logits, moved by `add`."""
    answerer = QuestionAnswerer("bundled")
    options = FeatureOptions(doc_stride=widget.doc_stride)
    prepared = prepare(widget.question, widget.passage, answerer.tokenizer, options)
    logits = [
        Logits(x.start_logits + add, x.end_logits) for x in answerer.session.run(prepared.features)
    ]
    read = next(c for c, _ in reversed(customs(widget)) if c["kind"] == "scores.read")
    assert list(read) == MESSAGES["scores.read"]["items"]
    inputs = {name: value for name, value in widget.inputs().items() if name != "passage"}
    head = {"request": read["request"], "inputs": inputs, "passage_crc32": crc32(widget.passage)}
    sent = chunks(*packed(prepared, logits), size, page="one", **head)
    assert set(sent[0][0]) == set(MESSAGES["scores.chunk"]["items"])
    return sent


def read(widget: QnA, page: Callable[[], None]) -> Any:
    async def run() -> Any:
        soon(page)
        return await widget.read_scores(timeout=LONG)

    return asyncio.run(run())


def test_scores_come_from_the_page_in_chunks_of_any_order() -> None:
    widget = QnA(PASSAGE, QUESTION)

    def page() -> None:
        sent = scores_of(widget, 60, add=1.0)
        assert len(sent) > 3
        for content, buffer in reversed(sent):
            from_browser(widget, content, buffer)

    scores = read(widget, page)
    assert scores.source == "browser"
    ours = kernel.answer(widget.inputs()).scores
    assert scores.start_logits.tolist() == (ours.start_logits + 1).tolist()
    # They are kept while they belong to the inputs, in a cell that cannot wait, too.
    widget.top_k, widget.max_answer_len = 1, 7
    assert widget.scores.start_logits.tolist() == scores.start_logits.tolist()
    assert widget.scores.max_answer_len == 7
    widget.question = "Who?"
    assert widget.scores.source == "kernel"


def test_scores_awaited_together_all_come_from_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dialogue, "PATIENCE", LONG)
    widget = QnA(PASSAGE, QUESTION)

    def page() -> None:
        sent = scores_of(widget)
        for request in [c["request"] for c, _ in customs(widget) if c["kind"] == "scores.read"]:
            for content, buffer in sent:
                from_browser(widget, {**content, "request": request}, buffer)

    async def run() -> Any:
        soon(page)
        both = asyncio.gather(*(widget.read_scores(timeout=LONG) for _ in range(2)))
        return await asyncio.wait_for(both, 10)

    assert [scores.source for scores in asyncio.run(run())] == ["browser", "browser"]


def test_two_pages_are_not_mixed() -> None:
    widget = QnA(PASSAGE, QUESTION)

    def pages() -> None:
        one, two = scores_of(widget, 100), scores_of(widget, 100, add=5.0)
        for (content, buffer), (other, theirs) in zip(one[:-1], two[:-1], strict=True):
            from_browser(widget, content, buffer)
            from_browser(widget, {**other, "page": "two"}, theirs)
        from_browser(widget, {**two[-1][0], "page": "two"}, two[-1][1])

    ours = kernel.answer(widget.inputs()).scores
    assert read(widget, pages).start_logits.tolist() == (ours.start_logits + 5).tolist()


@pytest.mark.parametrize("said", ["refusal", "another question", "broken"])
def test_scores_that_a_page_lacks_are_pythons(said: str, impatient: float) -> None:
    widget = QnA(PASSAGE, QUESTION)

    def page() -> None:
        content, buffer = scores_of(widget, 10**6)[0]
        if said == "refusal":
            content = {"kind": "scores.none", "request": content["request"], "message": "No."}
        elif said == "another question":
            content = {**content, "inputs": {**content["inputs"], "question": "Typed?"}}
        else:
            content = {**content, "request": "another"}
        from_browser(widget, content, buffer)

    assert read(widget, page).source == "kernel"


def test_where_another_thread_hears_pages_a_computing_cell_reads_them() -> None:
    widget = QnA(PASSAGE, QUESTION)

    def page() -> None:
        """Hear the page, as JupyterLab's subshells do, while the main thread blocks."""
        from_browser(widget, report(PASSAGE, {"status": "running"}, question=QUESTION))
        spoken.set()
        while not any(content["kind"] == "scores.read" for content, _ in customs(widget)):
            time.sleep(waiting.POLL)
        for content, buffer in scores_of(widget):
            from_browser(widget, content, buffer)

    spoken = threading.Event()
    thread = threading.Thread(target=page)
    thread.start()
    spoken.wait()
    scores = widget.scores
    thread.join()
    assert scores.source == "browser"


def test_where_nobody_else_hears_pages_a_computing_cell_does_not_wait() -> None:
    widget = QnA(PASSAGE, QUESTION)
    from_browser(widget, answers_to(widget, QUESTION))
    assert widget.scores.source == "kernel"
    assert [content for content, _ in customs(widget)] == []
