"""What was answered last, and which of it belongs to the widget's inputs as they stand.

Jupyter lets a report overtake the inputs that it is about: it holds changes of traits back while
the kernel is busy, but not messages. So nothing here depends on the order in which things come.
A report names its inputs; the widget's outputs are a function of its inputs and the newest
reports, worked out again after each change of either. Twin, for the page's tests:
js/tests/hosts/widget/kernel-twin.ts.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from qna_widget.core.contract import OUTPUTS
from qna_widget.results.history import crc32

if TYPE_CHECKING:
    from .widget import QnA

Source = Literal["browser", "kernel"]
# What a result is made of.
_RESULT = ("answers", "null_score", "timing")
# What a report says of the moment; the rest, `backend`, stands until another is named.
_MOMENT = ("status", "progress", "error")
# Statuses in which nothing more is to come.
_ENDS = ("ready", "error")


@dataclass(frozen=True, eq=False)
class Report:
    """What a page or the kernel says about some inputs."""

    # All but the passage, which may be long and goes by its sum.
    inputs: Mapping[str, Any]
    passage_crc32: int
    # By the contract's names; a report without "answers" tells only how far the answering is.
    outputs: Mapping[str, Any]
    source: Source

    def has_inputs_of(self, other: Report | None) -> bool:
        """Whether both are about the same inputs."""
        if other is None:
            return False
        return self.inputs == other.inputs and self.passage_crc32 == other.passage_crc32

    def is_about_texts_of(self, other: Report) -> bool:
        """Whether both are about one question on one passage, asked of one model."""
        same = all(self.inputs[name] == other.inputs[name] for name in ("question", "model"))
        return same and self.passage_crc32 == other.passage_crc32


class Reports:
    """The newest reports on one widget; keeps its outputs and its history by them."""

    def __init__(self, widget: QnA) -> None:
        self._widget = widget
        self._newest: Report | None = None
        # The newest with answers: a second page that only loads does not empty them.
        self._answered: Report | None = None
        # One with answers whose inputs have not come.
        self._early: Report | None = None
        self._sum = ("", crc32(""))

    @property
    def source(self) -> Source:
        """Who gave the last answers."""
        return "browser" if self._answered is None else self._answered.source

    def take(self, content: Mapping[str, Any]) -> None:
        """Take a page's report, in whatever order it comes."""
        report = Report(content["inputs"], content["passage_crc32"], content["outputs"], "browser")
        early = self._early
        if early is not None and not early.is_about_texts_of(report):
            self._remember(early)  # other inputs took the place of its own, which will not come
            self._early = None
        self._add(report)

    def take_kernel(self, inputs: Mapping[str, Any], outputs: Mapping[str, Any]) -> None:
        """Take what the kernel's engine answered to `inputs`, whether they still stand or not."""
        others = {name: value for name, value in inputs.items() if name != "passage"}
        report = Report(others, crc32(inputs["passage"]), outputs, "kernel")
        if self.fits(report):
            self._add(report)
        else:
            self._widget.remember(inputs, inputs["passage"], outputs)

    def _add(self, report: Report) -> None:
        self._newest = report
        if "answers" in report.outputs:
            self._answered = self._early = report
        elif report.outputs["status"] in _ENDS and report.has_inputs_of(self._answered):
            self._answered = None  # asked anew, and stopped
        self.settle()

    def settle(self) -> None:
        """Set the outputs that belong to the inputs; call it after any change of these."""
        early = self._early
        if early is not None and self.fits(early):
            self._early = None
            self._remember(early)
        widget = self._widget
        # Other threads change inputs and bring reports: whoever writes last has looked again.
        written: dict[str, Any] | None = None
        while written != (now := self._outputs()):
            with widget.hold_sync(), widget.hold_trait_notifications():
                for name, value in now.items():
                    widget.set_trait(name, deepcopy(value))  # the user's own
            written = now

    def fits(self, report: Report) -> bool:
        """Whether a report is about the inputs as they stand."""
        inputs = self._widget.inputs()
        del inputs["passage"]
        return report.inputs == inputs and self.is_passage(report.passage_crc32)

    def is_passage(self, crc: object) -> bool:
        """Whether the passage has this CRC-32."""
        passage = self._widget.passage
        text, known = self._sum
        if text is not passage:
            known = crc32(passage)
            self._sum = passage, known
        return crc == known

    def _outputs(self) -> dict[str, Any]:
        outputs = {name: OUTPUTS[name]["default"] for name in (*_RESULT, *_MOMENT)}
        if self._answered is not None and self.fits(self._answered):
            outputs |= {name: self._answered.outputs[name] for name in _RESULT}
        newest = self._newest
        if newest is not None:
            fitting = (*_MOMENT, "backend") if self.fits(newest) else ("backend",)
            told = newest.outputs
            outputs |= {name: told[name] for name in fitting if name in told}
        return outputs

    def _remember(self, report: Report) -> None:
        """Add answers to the history, if it is known which passage they are about."""
        crc = report.passage_crc32
        widget = self._widget
        passage = widget.passage if self.is_passage(crc) else widget.history.passage(crc)
        if passage is not None and report.outputs["answers"]:
            widget.remember(report.inputs, passage, report.outputs)
