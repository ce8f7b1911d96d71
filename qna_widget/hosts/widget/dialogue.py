"""What a widget asks its pages, and the kernel's own engine where no page answers."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

from qna_widget.core.blank import is_blank
from qna_widget.core.contract import check_input
from qna_widget.core.messages import Inputs, Progress, ScoresMessage
from qna_widget.core.types import AnswerDict
from qna_widget.errors import (
    BlankPassageError,
    BlankQuestionError,
    QnaError,
    installing,
    needs_extra,
)

from . import kernel
from .interface import Asked, Source
from .waiting import PATIENCE, POLL, Pages, Reading, without_browser

if TYPE_CHECKING:
    from qna_widget.results.scores import Scores

    from .model_loading import ModelLoader
    from .reports import Reports

SCORES_TIMEOUT = 30.0
"""Seconds that a page has to send scores; it may still be loading the model."""
# What the model's output depends on; the other options only choose among spans.
_RUN = ("passage", "question", "doc_stride", "model")


class Answers(list[AnswerDict]):
    """Ranked answers, best first; `source` says who gave them."""

    def __init__(self, answers: list[AnswerDict], source: Source) -> None:
        super().__init__(answers)
        self.source = source


class Dialogue:
    """What one widget asks its pages, and the kernel's engine where no page answers."""

    def __init__(self, widget: Asked, reports: Reports, loader: ModelLoader) -> None:
        self._widget = widget
        self._reports = reports
        self._loader = loader
        self.pages = Pages(widget)
        self._asking = False
        # Requests for scores under way, by their ids, as long as somebody awaits them: several may.
        self._readings: WeakValueDictionary[str, Reading] = WeakValueDictionary()
        # The newest scores, and what they belong to.
        self._scores: tuple[dict[str, object], Scores] | None = None

    @property
    def asks(self) -> bool:
        """Whether a question of Python's is under way."""
        return self._asking

    def answer_without_browser(self) -> None:
        """Let the kernel answer where a command runs the notebook and no page will."""
        inputs = self._widget.inputs()
        blank = is_blank(inputs["passage"]) or is_blank(inputs["question"])
        if not without_browser() or blank or self._widget.answers or not kernel.available():
            return
        by_kernel = self._by_kernel(inputs)
        self._scores = _run_of(inputs), by_kernel.scores
        self._reports.receive_kernel(inputs, by_kernel.outputs)

    def receive(self, content: ScoresMessage, buffers: Sequence[bytes]) -> None:
        """Take what a page says about a request for scores."""
        if (reading := self._readings.get(content["request"])) is not None:
            reading.receive(content, buffers)

    async def ask(self, question: str, timeout: float) -> Answers:
        """See QnA.ask."""
        while self._asking:  # one after the other: the widget holds one question
            await asyncio.sleep(POLL)
        self._asking = True
        try:
            return await self._ask(check_input("question", question), timeout)
        finally:
            self._asking = False

    async def _ask(self, question: str, timeout: float) -> Answers:
        widget = self._widget
        wanted: Inputs = {**widget.inputs(), "question": question}
        _refuse_blank(wanted)
        widget.question = question

        def answered() -> Answers | None:
            # Not the trait: whoever holds notifications back keeps the former answers there.
            found = self._reports.answers
            return Answers(found, widget.source) if found and widget.inputs() == wanted else None

        def over() -> bool:
            return widget.inputs() != wanted or widget.status in ("ready", "error")

        pauses = self.pages.pauses(over, timeout, patience=self._patience())
        for number, pause in enumerate(pauses):
            if number == 0:  # it may stand there already, below another text
                self.pages.send({"kind": "page.ask"})
            await asyncio.sleep(pause)
        if (found := answered()) is not None:
            return found
        self._need_kernel(self._why(wanted, timeout))
        by_kernel = await asyncio.to_thread(self._by_kernel, wanted)
        if (found := answered()) is not None:  # a page has caught up meanwhile
            return found
        self._scores = _run_of(wanted), by_kernel.scores
        self._reports.receive_kernel(wanted, by_kernel.outputs)
        return Answers(by_kernel.outputs["answers"], "kernel")

    def scores_now(self) -> Scores:
        """See QnA.scores."""
        asks = self._wants_page() and self.pages.read_by_others
        reading = self._begin() if asks else None
        for pause in self._pauses(reading, SCORES_TIMEOUT):
            time.sleep(pause)
        if (known := self._finish(reading)) is not None:
            return known
        if reading is None:
            unread = "While a cell computes, this kernel hears no page: try await w.read_scores()."
            return self._scores_by_kernel(unread)
        return self._scores_by_kernel(_refusal(reading, SCORES_TIMEOUT))

    async def read_scores(self, timeout: float) -> Scores:
        """See QnA.read_scores."""
        reading = self._begin() if self._wants_page() else None
        for pause in self._pauses(reading, timeout):
            await asyncio.sleep(pause)
        if (known := self._finish(reading)) is not None:
            return known
        return await asyncio.to_thread(self._scores_by_kernel, _refusal(reading, timeout))

    def _pauses(self, reading: Reading | None, timeout: float) -> Iterator[float]:
        """Yield the seconds to sleep until a reading is done, or waiting is of no more use."""
        if reading is not None:
            patience = self._patience()
            yield from self.pages.pauses(lambda: reading.done, timeout, patience=patience)

    def _wants_page(self) -> bool:
        """Whether a page should be asked for what is not known from one already."""
        _refuse_blank(self._widget.inputs())
        known = self._known()
        return self.pages.possible and (known is None or known.source == "kernel")

    def _begin(self) -> Reading:
        reading = Reading(self._same_run)
        self._readings[reading.request] = reading
        self.pages.send({"kind": "scores.read", "request": reading.request})
        return reading

    def _finish(self, reading: Reading | None) -> Scores | None:
        """Return what a page sent, or what was known before."""
        inputs = self._widget.inputs()
        if reading is not None and reading.blob is not None and self._same_run(reading.head):
            with needs_extra("Reading scores", "kernel"):
                from .packed_scores import of_browser
            try:
                scores = of_browser(
                    inputs["question"],
                    inputs["passage"],
                    reading.head["counts"],
                    reading.blob,
                    max_answer_len=inputs["max_answer_len"],
                )
            except ValueError as error:
                reading.refusal = str(error)
            else:
                self._scores = _run_of(inputs), scores
        return self._known()

    def _known(self) -> Scores | None:
        inputs = self._widget.inputs()
        if self._scores is None or self._scores[0] != _run_of(inputs):
            return None
        return replace(self._scores[1], max_answer_len=inputs["max_answer_len"])

    def _scores_by_kernel(self, why: str) -> Scores:
        self._need_kernel(why)
        inputs = self._widget.inputs()
        scores = self._by_kernel(inputs).scores
        self._scores = _run_of(inputs), scores
        return scores

    def _by_kernel(self, inputs: Inputs) -> kernel.KernelAnswer:
        return kernel.answer({**inputs, "model": self._loader.model_of_page(inputs["model"])})

    def _same_run(self, content: ScoresMessage) -> bool:
        """Whether a page speaks of the inputs as they stand."""
        inputs = self._widget.inputs()
        theirs = {**content["inputs"], "passage": None}
        same = _run_of(theirs) == {**_run_of({**inputs}), "passage": None}
        return same and self._reports.is_passage(content["passage_crc32"])

    def _patience(self) -> float | None:
        return PATIENCE if kernel.available() else None

    def _need_kernel(self, why: str) -> None:
        if not kernel.available():
            raise QnaError(f"{why} Python can answer by itself after: {installing('kernel')}")

    def _why(self, wanted: Inputs, timeout: float) -> str:
        widget = self._widget
        if not self.pages.possible:
            return "There is no page that could answer."
        if widget.inputs() != wanted:
            return "Other inputs took the question's place before it was answered."
        if widget.status == "error":
            return f"The browser could not answer: {widget.error}"
        if widget.status == "ready":
            return f"The question was stopped in the page{_how_far(widget.progress)}."
        return (
            f"No page has answered within {timeout:g} seconds. Show the widget in an open page; "
            "with ipykernel 6 ask in one cell and read w.answers in the next."
        )


def _run_of(inputs: Mapping[str, object]) -> dict[str, object]:
    return {name: inputs[name] for name in _RUN}


def _how_far(progress: Progress) -> str:
    """Return how many windows were read, where that is known."""
    if "loaded" not in progress:
        return ""
    return f" after {progress['loaded']:,.0f} of {progress['total']:,.0f} windows"


def _refusal(reading: Reading | None, timeout: float) -> str:
    """Return why a page gave no scores."""
    said = "" if reading is None else reading.refusal
    return said or f"No page has answered within {timeout:g} seconds."


def _refuse_blank(inputs: Inputs) -> None:
    if is_blank(inputs["passage"]):
        raise BlankPassageError
    if is_blank(inputs["question"]):
        raise BlankQuestionError
