"""Asking a widget: by pages that answer, are silent, fail or are not there, and by the kernel."""

from __future__ import annotations

import asyncio
import shutil
import time
from pathlib import Path
from typing import Any

import comm
import pytest
from asking import LONG, QUESTION, answers_to, soon
from asking import impatient as impatient
from recorded import PASSAGE, READY, asked, customs, from_browser, report, typed
from recorded import front_end as front_end

from qna_widget import BlankPassageError, BlankQuestionError, QnaError, QuestionAnswerer
from qna_widget.core.contract import CONTRACT
from qna_widget.hosts.widget import dialogue, kernel
from qna_widget.hosts.widget.widget import QnA
from qna_widget.models import registry

MESSAGES = CONTRACT["messages"]


@pytest.fixture
def no_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernel, "available", lambda: False)


def by_python(question: str, passage: str = PASSAGE) -> list[dict[str, Any]]:
    result = QuestionAnswerer("bundled").ask(question, passage)
    return [dict(answer.as_dict()) for answer in result.answers]


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


def test_the_page_is_told_that_a_question_which_stood_there_is_meant() -> None:
    """Else it would wait for its reader's word before it reads another long text to the end."""
    widget = asked()
    told: list[object] = []

    async def run(passage: str) -> Any:
        widget.passage = passage
        soon(lambda: told.extend(content for content, _ in customs(widget)))
        soon(lambda: from_browser(widget, answers_to(widget, "Where?")))
        return await widget.ask("Where?", timeout=LONG)

    assert asyncio.run(run(f"{PASSAGE} Ernie, too.")).source == "browser"
    assert {"kind": "page.ask"} in told


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
    sent = [content for content, _ in customs(widget)]
    assert [one["kind"] for one in sent] == ["page.ping", "page.ask"]
    assert [list(one) for one in sent] == [MESSAGES[one["kind"]]["items"] for one in sent]
    assert asyncio.run(widget.ask("Who lives there?")).source == "kernel"
    assert [content for content, _ in customs(widget)] == sent, "no page was asked again"
    from_browser(widget, {"kind": "page.pong", "request": sent[0]["request"]})

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


def test_in_a_block_that_holds_notifications_it_returns_no_former_answers(
    impatient: float,
) -> None:
    widget = asked()
    from_browser(widget, report(PASSAGE, READY, question="Where?"))

    async def run() -> Any:
        with widget.hold_trait_notifications():
            return await widget.ask(QUESTION)

    assert asyncio.run(run()) == by_python(QUESTION) == widget.answers


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


@pytest.mark.parametrize("given", ["mine/model", Path("mine/model")])
def test_a_folders_name_means_the_same_elsewhere(
    impatient: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: str | Path
) -> None:
    shutil.copytree(registry.BUNDLED, tmp_path / "mine" / "model")
    monkeypatch.chdir(tmp_path)
    widget = QnA(PASSAGE, "Where?", model=given)
    name = widget.model
    assert not Path(name).is_absolute(), "the page, and who saves it, need not know the place"
    monkeypatch.chdir("mine")
    assert asyncio.run(widget.ask(QUESTION)) == by_python(QUESTION)
    for model in ("bundled", name):
        typed(widget, model=model)
        assert (widget.model, widget._manifest["asked"], widget._fetching) == (model, model, {})


def test_blank_texts_are_refused_and_change_nothing() -> None:
    widget = asked()
    with pytest.raises(BlankQuestionError):
        asyncio.run(widget.ask(" \n"))
    assert widget.question == "Where?"
    with pytest.raises(BlankPassageError):
        asyncio.run(QnA().ask(QUESTION))
    with pytest.raises(BlankQuestionError):
        _ = QnA(PASSAGE).scores
