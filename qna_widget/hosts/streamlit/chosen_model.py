"""Which model one component of an app shows, from one rerun to the next."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from qna_widget.core.manifest import Fetching, ModelManifest
from qna_widget.errors import QnaError
from qna_widget.hosts.page import fetching_step
from qna_widget.models import names, registry
from qna_widget.models.menu import is_at_hand
from qna_widget.runtime.progress import Progress


@dataclass
class ChosenModel:
    """The model that answers, and the one that was chosen and is not there."""

    asked: str = ""
    """The name that `resolved` stands for."""
    resolved: ModelManifest | None = None
    fetching: Fetching | None = None
    """A model that must be fetched, or was refused."""
    refused_by: int = -1
    """Number of the report that chose what was refused: that report does not choose it again."""

    def choose(self, name: str, argument: str, report: int) -> None:
        """Answer with `name` if it is at hand; else `fetching` says that it must be fetched.

        `argument` is what the script says, `report` the number of the page's newest report. Raises
        ModelError when the script itself names what cannot be had.
        """
        refused = self.fetching is not None and self.fetching["model"] == name
        if refused and report == self.refused_by:
            return
        self.refused_by = -1
        self.fetching = None
        try:
            wanted = names.parse(name)
            if not is_at_hand(wanted):
                self.fetching = fetching_step(name)
                return
            self.resolved = registry.resolve(wanted, interactive=True)
            self.asked = name
        except QnaError as error:
            self._refuse(name, argument, report, error)

    def resolve(self, name: str) -> None:
        """Wait for `name`, fetched if need be. Raises as `registry.resolve` does."""
        self.asked, self.resolved = name, registry.resolve(name)

    @property
    def wanted(self) -> str:
        """The name to be fetched; "" for none."""
        return "" if self.fetching is None or self.fetching["error"] else self.fetching["model"]

    def fetch(self, argument: str, report: int, progress: Progress) -> None:
        """Fetch `wanted`; whatever `progress` raises ends it. Raises as `choose` does."""
        name = self.wanted
        try:
            registry.resolve(name, progress)
        except QnaError as error:
            self._refuse(name, argument, report, error)

    def _refuse(self, name: str, argument: str, report: int, error: QnaError) -> None:
        if name == argument or self.resolved is None:
            raise error
        self.fetching = fetching_step(name, error=str(error))
        self.refused_by = report


def progress_of(draw: Callable[[float, str], object]) -> Progress:
    """Return a Progress that draws a share of 1 and words, such as Streamlit's own bar."""

    def progress(what: str, done: int, total: int) -> None:
        size = f": {done / 1e6:.1f} of {total / 1e6:.1f} MB" if total else ""
        draw(min(done / total, 1.0) if total else 0.0, what + size)

    return progress
