"""What the parts of the widget may ask of it, so that none of them imports it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Literal, Protocol

from qna_widget.core.manifest import Fetching, Manifest, ModelChoice
from qna_widget.core.messages import Inputs, Outputs, Progress, ReportedInputs, Status
from qna_widget.core.types import AnswerDict
from qna_widget.results.history import History

Source = Literal["browser", "kernel"]


class Sender(Protocol):
    """A widget as those who speak with its pages see it."""

    comm: object
    """ipywidgets' line to the pages; None after close()."""

    def send(self, content: Mapping[str, object], buffers: Sequence[bytes] | None = None) -> None:
        """Send a message to all pages."""


class Asked(Sender, Protocol):
    """A widget as those who answer its question see it."""

    question: str

    @property
    def answers(self) -> list[AnswerDict]:
        """Best first; empty before there is a result for the inputs as they stand."""

    @property
    def status(self) -> Status:
        """What the page is doing."""

    @property
    def progress(self) -> Progress:
        """How far a wait is, or came before it was stopped; empty for none."""

    @property
    def error(self) -> str:
        """Why the page could not answer."""

    @property
    def source(self) -> Source:
        """Who gave the answers."""

    def inputs(self) -> Inputs:
        """Return every input as it stands."""


class Reported(Protocol):
    """A widget as those who read the pages' reports see it."""

    @property
    def history(self) -> History:
        """Every question that got an answer."""

    def inputs(self) -> Inputs:
        """Return every input as it stands."""

    def _remember(self, inputs: ReportedInputs, passage: str, outputs: Outputs) -> None:
        """Add answers to the history."""

    def set_trait(self, name: str, value: object) -> None:
        """Set an output, which the user may not."""

    def hold_sync(self) -> AbstractContextManager[object]:
        """Send the pages what changes inside the block in one message."""

    def hold_trait_notifications(self) -> AbstractContextManager[object]:
        """Call observers at the end of the block."""


class Loading(Protocol):
    """A widget as the loader of its model sees it; these traits are sent to the pages."""

    model: str
    _manifest: Manifest
    _models: list[ModelChoice]
    _fetching: Fetching

    def trait_has_value(self, name: str) -> bool:
        """Whether a trait was set or asked for already."""
