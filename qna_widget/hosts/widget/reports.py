"""What was answered last, and which of it belongs to the widget's inputs as they stand.

Jupyter lets a report overtake the inputs that it is about: it holds changes of traits back while
the kernel is busy, but not messages. So nothing here depends on the order in which things come.
A report names its inputs; the widget's outputs are a function of its inputs and the newest
reports, worked out again after each change of either. Reports overtake each other, too: those that
JupyterLab sent before it opened a subshell of the kernel wait for the cell that runs, later ones do
not. So a page numbers its own, and one that comes late is not the newest. Twin, for the page's
tests: js/tests/hosts/widget/jupyter/kernel-twin.ts.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from typing import Final, cast

from qna_widget.core.contract import default_outputs
from qna_widget.core.crc32 import crc32
from qna_widget.core.messages import Inputs, Outputs, ReportedInputs, ReportMessage
from qna_widget.core.types import AnswerDict

from .interface import Reported, Source

# What a result is made of.
_RESULT: Final = ("answers", "null_score", "timing")
# What a report says of the moment; the rest, `backend`, stands until another is named.
_MOMENT: Final = ("status", "progress", "error")


@dataclass(frozen=True, eq=False)
class Report:
    """What a page or the kernel says about some inputs."""

    inputs: ReportedInputs
    passage_crc32: int
    """Stands for the passage, which may be long."""
    outputs: Outputs
    """A report without "answers" says only how far the answering is."""
    source: Source
    page: str = ""
    number: int = 0
    """Counts the reports of its page."""

    def has_inputs_of(self, other: Report | None) -> bool:
        """Whether both are about the same inputs."""
        if other is None:
            return False
        return self.inputs == other.inputs and self.passage_crc32 == other.passage_crc32

    def follows(self, other: Report) -> bool:
        """Whether a page said this after `other`."""
        return self.page == other.page and self.number > other.number

    def is_stop(self) -> bool:
        """Whether the question was asked anew, and stopped: it has no answers any more."""
        return self.outputs["status"] == "ready" and "answers" not in self.outputs

    def is_about_texts_of(self, other: Report) -> bool:
        """Whether both are about one question on one passage, asked of one model."""
        mine, theirs = self.inputs, other.inputs
        same = mine["question"] == theirs["question"] and mine["model"] == theirs["model"]
        return same and self.passage_crc32 == other.passage_crc32


class Reports:
    """The newest reports on one widget; keeps its outputs and its history by them."""

    def __init__(self, widget: Reported) -> None:
        self._widget = widget
        self._newest: Report | None = None
        # The newest with answers: a second page that only loads does not empty them.
        self._answered: Report | None = None
        # One with answers whose inputs have not come.
        self._early: Report | None = None
        self._last_of_page: dict[str, Report] = {}
        self._sum = ("", crc32(""))

    @property
    def source(self) -> Source:
        """Who gave the last answers."""
        return "browser" if self._answered is None else self._answered.source

    @property
    def answers(self) -> list[AnswerDict]:
        """Those to the inputs as they stand, whatever the widget's trait holds by now."""
        known = self._answered
        return deepcopy(known.outputs["answers"]) if known and self.fits(known) else []

    def receive(self, content: ReportMessage) -> None:
        """Take a page's report, in whatever order it comes."""
        report = Report(
            content["inputs"],
            content["passage_crc32"],
            content["outputs"],
            "browser",
            content["page"],
            content["number"],
        )
        last = self._last_of_page.get(report.page)
        if last is not None and last.follows(report):
            self._add_late(report, last)
            return
        self._last_of_page[report.page] = report
        early = self._early
        if early is not None and not early.is_about_texts_of(report):
            self._remember(early)  # other inputs have replaced its own, which will not come
            self._early = None
        self._add(report)

    def receive_kernel(self, inputs: Inputs, outputs: Outputs) -> None:
        """Take what the kernel's engine answered to `inputs`, whether they still stand or not."""
        report = Report(_without_passage(inputs), crc32(inputs["passage"]), outputs, "kernel")
        if self.fits(report):
            self._add(report)
        else:
            self._widget._remember(inputs, inputs["passage"], outputs)

    def _add(self, report: Report) -> None:
        self._newest = report
        if "answers" in report.outputs:
            self._answered = self._early = report
        elif report.is_stop() and report.has_inputs_of(self._answered):
            self._answered = None  # a page that fails takes nothing from what others answered
        self.settle()

    def _add_late(self, report: Report, last: Report) -> None:
        """Take a report that others of its page overtook: it says nothing of the moment."""
        if "answers" not in report.outputs:
            return
        if self._early is None:
            self._early = report
        else:
            self._remember(report)
        known = self._answered
        overtaken = known is not None and known.follows(report)
        if not overtaken and not (last.is_stop() and last.has_inputs_of(report)):
            self._answered = report
        self.settle()

    def settle(self) -> None:
        """Set the outputs that belong to the inputs; call it after any change of these."""
        early = self._early
        if early is not None and self.fits(early):
            self._early = None
            self._remember(early)
        widget = self._widget
        # Other threads change inputs and bring reports: whoever writes last has looked again.
        written: Outputs | None = None
        while written != (now := self._outputs()):
            with widget.hold_sync(), widget.hold_trait_notifications():
                for name, value in now.items():
                    widget.set_trait(name, deepcopy(value))  # the user's own
            written = now

    def fits(self, report: Report) -> bool:
        """Whether a report is about the inputs as they stand."""
        inputs = _without_passage(self._widget.inputs())
        return report.inputs == inputs and self.is_passage(report.passage_crc32)

    def is_passage(self, crc: object) -> bool:
        """Whether the passage has this CRC-32."""
        passage = self._widget.inputs()["passage"]
        text, known = self._sum
        if text is not passage:
            known = crc32(passage)
            self._sum = passage, known
        return crc == known

    def _outputs(self) -> Outputs:
        outputs: dict[str, object] = {**default_outputs()}
        del outputs["backend"]
        if self._answered is not None and self.fits(self._answered):
            outputs |= _only(_RESULT, self._answered.outputs)
        newest = self._newest
        if newest is not None:
            fitting = (*_MOMENT, "backend") if self.fits(newest) else ("backend",)
            outputs |= _only(fitting, newest.outputs)
        return cast(Outputs, outputs)

    def _remember(self, report: Report) -> None:
        """Add answers to the history, if it is known which passage they are about."""
        crc = report.passage_crc32
        widget = self._widget
        known = self.is_passage(crc)
        passage = widget.inputs()["passage"] if known else widget.history.passage(crc)
        if passage is not None and report.outputs["answers"]:
            widget._remember(report.inputs, passage, report.outputs)


def _without_passage(inputs: Inputs) -> ReportedInputs:
    others = {name: value for name, value in inputs.items() if name != "passage"}
    return cast(ReportedInputs, others)


def _only(names: tuple[str, ...], outputs: Outputs) -> dict[str, object]:
    return {name: value for name, value in outputs.items() if name in names}
