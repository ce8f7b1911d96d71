"""Asking a widget: by pages that answer, are silent, fail or are not there, and by the kernel."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from typing import Any

import comm
import pytest
from packed import chunks, packed
from recorded import PASSAGE, READY, asked, customs, from_browser, report, typed
from recorded import front_end as front_end

from qna_widget import BlankPassageError, BlankQuestionError, QnaError, QuestionAnswerer
from qna_widget.core.contract import CONTRACT
from qna_widget.core.crc32 import crc32
from qna_widget.core.pipeline import prepare
from qna_widget.core.types import FeatureOptions, Logits
from qna_widget.hosts.widget import dialogue, kernel, waiting
from qna_widget.hosts.widget.widget import QnA

MESSAGES = CONTRACT["messages"]
QUESTION = "Where does Bert live?"
LONG = 60.0  # never reached


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> float:
    """Wait less for pages that are not there."""
    monkeypatch.setattr(dialogue, "PATIENCE", 0.3)
    return 0.3


@pytest.fixture
def no_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernel, "available", lambda: False)


def by_python(question: str, passage: str = PASSAGE) -> list[dict[str, Any]]:
    result = QuestionAnswerer("bundled").ask(question, passage)
    return [dict(answer.as_dict()) for answer in result.answers]


def soon(act: Callable[[], None]) -> None:
    """Let a page speak once the loop runs."""
    asyncio.get_running_loop().call_later(0.05, act)


def answers_to(widget: QnA, question: str) -> dict[str, Any]:
    return report(widget.passage, READY, question=question)


def test_a_page_answers() -> None:
    widget = asked()

    async def run() -> Any:
        soon(lambda: from_browser(widget, answers_to(widget, QUESTION)))
        return await widget.ask(QUESTION, timeout=LONG)

    answers = asyncio.run(run())
    assert answers == READY["answers"] == widget.answers
    assert (answers.source, widget.source, widget.question) == ("browser", "browser", QUESTION)
    # Asked again, it is known.
    assert asyncio.run(widget.ask(QUESTION, timeout=LONG)) == answers
    assert [one.question for one in widget.history] == [QUESTION]


def test_in_a_plain_script_python_answers_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comm, "create_comm", comm.DummyComm)
    monkeypatch.setattr(dialogue, "PATIENCE", LONG)
    widget = QnA(PASSAGE)
    begun = time.monotonic()
    answers = asyncio.run(widget.ask(QUESTION, timeout=LONG))
    assert time.monotonic() - begun < LONG / 2
    assert answers == by_python(QUESTION) == widget.answers
    assert (answers.source, widget.source, widget.status) == ("kernel", "kernel", "ready")
    assert widget.backend.startswith("kernel: onnxruntime")
    assert widget.null_score == widget.history[0].null_score
    assert set(widget.timing) == {"tokens", "windows", "run_ms", "total_ms"}
    assert widget.scores.source == "kernel"


def test_a_closed_widget_is_answered_by_python(impatient: float) -> None:
    widget = asked()
    widget.close()
    assert asyncio.run(widget.ask(QUESTION)).source == "kernel"


def test_silence_is_waited_for_once_and_a_word_gives_hope_again(impatient: float) -> None:
    widget = asked()
    begun = time.monotonic()
    answers = asyncio.run(widget.ask(QUESTION, timeout=LONG))
    assert (answers, answers.source) == (by_python(QUESTION), "kernel")
    assert time.monotonic() - begun >= impatient
    pings = [content for content, _ in customs(widget)]
    assert {content["kind"] for content in pings} == {"page.ping"}
    assert list(pings[0]) == MESSAGES["page.ping"]["items"]
    assert asyncio.run(widget.ask("Who lives there?")).source == "kernel"
    assert [content for content, _ in customs(widget)] == pings, "no page was asked again"
    from_browser(widget, {"kind": "page.pong", "request": pings[0]["request"]})

    async def run() -> Any:
        soon(lambda: from_browser(widget, answers_to(widget, "What?")))
        return await widget.ask("What?", timeout=LONG)

    assert asyncio.run(run()).source == "browser"


def test_a_page_that_shows_life_is_waited_for(impatient: float) -> None:
    widget = asked()

    async def run() -> Any:
        loop = asyncio.get_running_loop()
        busy = report(PASSAGE, {"status": "loading"}, question=QUESTION)
        for at in range(1, 6):
            loop.call_later(at * impatient / 2, from_browser, widget, busy)
        loop.call_later(3 * impatient, from_browser, widget, answers_to(widget, QUESTION))
        return await widget.ask(QUESTION, timeout=LONG)

    assert asyncio.run(run()).source == "browser"


def test_without_page_and_kernel_it_ends_in_words(no_kernel: None) -> None:
    widget = asked()
    with pytest.raises(QnaError, match=r"within 0.2 seconds.*qna-widget\[kernel\]"):
        asyncio.run(widget.ask(QUESTION, timeout=0.2))
    with pytest.raises(QnaError, match=r"read_scores.*qna-widget\[kernel\]"):
        _ = widget.scores
    with pytest.raises(QnaError, match=r"within 0.2 seconds"):
        asyncio.run(widget.read_scores(timeout=0.2))


@pytest.mark.parametrize(
    ("outputs", "words"),
    [
        ({"status": "error", "error": "No memory."}, "could not answer: No memory."),
        ({"status": "ready"}, "was stopped in the page."),
        (
            {
                "status": "ready",
                "progress": {
                    "stage": "run",
                    "name": "A model",
                    "loaded": 32,
                    "total": 1410,
                    "unit": "windows",
                },
            },
            "was stopped in the page after 32 of 1,410 windows.",
        ),
    ],
)
def test_what_a_page_cannot_python_can(
    outputs: dict[str, Any], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ask() -> Any:
        widget = asked()

        async def run() -> Any:
            failed = report(PASSAGE, outputs, question=QUESTION)
            soon(lambda: from_browser(widget, failed))
            return await widget.ask(QUESTION, timeout=LONG)

        return asyncio.run(run())

    assert ask() == by_python(QUESTION)
    monkeypatch.setattr(kernel, "available", lambda: False)
    with pytest.raises(QnaError, match=words):
        ask()


@pytest.mark.parametrize(
    "part",
    [
        {"progress": {"loaded": 3}},
        {"progress": {"stage": "run", "name": "", "loaded": -1, "total": 9, "unit": ""}},
        {"progress": {"stage": "run", "name": "", "loaded": 1, "total": "9", "unit": ""}},
        {"timing": {"tokens": 5}},
        {"answers": [{}], "null_score": 1.0},
    ],
)
def test_a_report_that_is_not_whole_is_not_heard(part: dict[str, Any], no_kernel: None) -> None:
    widget = asked()
    from_browser(widget, report(PASSAGE, {"status": "ready", **part}, question=widget.question))
    assert (widget.status, widget.progress, widget.timing) == ("idle", {}, {})


def test_the_readers_newer_question_keeps_its_place(impatient: float) -> None:
    widget = asked()

    async def run() -> Any:
        soon(lambda: typed(widget, question="Typed?"))
        return await widget.ask(QUESTION, timeout=LONG)

    answers = asyncio.run(run())
    assert (answers, answers.source) == (by_python(QUESTION), "kernel")
    assert (widget.question, widget.answers, widget.null_score) == ("Typed?", [], None)
    assert [one.question for one in widget.history] == [QUESTION]


def test_without_a_kernel_the_overtaken_question_ends_in_words(no_kernel: None) -> None:
    widget = asked()

    async def run() -> Any:
        soon(lambda: typed(widget, question="Typed?"))
        return await widget.ask(QUESTION, timeout=LONG)

    with pytest.raises(QnaError, match="Other inputs took the question's place"):
        asyncio.run(run())


def test_questions_asked_together_are_each_answered(impatient: float) -> None:
    widget = asked()
    questions = [QUESTION, "Who lives there?", QUESTION]

    async def run() -> Any:
        return await asyncio.gather(*(widget.ask(question) for question in questions))

    assert asyncio.run(run()) == [by_python(question) for question in questions]
    assert [one.question for one in widget.history] == questions[:2]


def test_a_question_can_be_given_up() -> None:
    widget = asked()

    async def run() -> Any:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(widget.ask("Never answered?", timeout=LONG), 0.1)
        soon(lambda: from_browser(widget, answers_to(widget, QUESTION)))
        return await widget.ask(QUESTION, timeout=LONG)

    assert asyncio.run(run()).source == "browser"


def test_blank_texts_are_refused_and_change_nothing() -> None:
    widget = asked()
    with pytest.raises(BlankQuestionError):
        asyncio.run(widget.ask(" \n"))
    assert widget.question == "Where?"
    with pytest.raises(BlankPassageError):
        asyncio.run(QnA().ask(QUESTION))
    with pytest.raises(BlankQuestionError):
        _ = QnA(PASSAGE).scores


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
