"""What `model=` may say: a short name, an id on the hub, or a folder. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from qna_widget.errors import InputError

BUNDLED = "bundled"
AUTO = "auto"
MAIN = "main"
# owner/name, as the hub allows it; a path such as ./model or ../model is none.
_HUB_ID = re.compile(r"(?P<repo>\w[\w.-]*/\w[\w.-]*)(?:@(?P<revision>\S+))?", re.ASCII)


@dataclass(frozen=True)
class HubName:
    """A repository on the hub, at a branch, tag or commit."""

    repo: str
    revision: str = MAIN

    def __str__(self) -> str:
        """Return the shortest text that `parse` reads as this name."""
        short = next((short for short, known in SHORT.items() if known.repo == self.repo), None)
        return self._at_revision(self.repo if short is None else short)

    @property
    def title(self) -> str:
        """For status lines and menus."""
        known = next((known for known in SHORT.values() if known.repo == self.repo), None)
        return self._at_revision(self.repo if known is None else known.title)

    def _at_revision(self, shown: str) -> str:
        return shown if self.revision == MAIN else f"{shown}@{self.revision}"


@dataclass(frozen=True)
class Known:
    """A model on the hub that has a short name."""

    repo: str
    title: str
    download: int
    """Bytes of the weights to fetch."""


SHORT = {
    "mobilebert": Known("csarron/mobilebert-uncased-squad-v2", "MobileBERT", 98_500_000),
}
MOBILEBERT = HubName(SHORT["mobilebert"].repo)


def parse(name: str | Path) -> HubName | Path | str:
    """Return "auto", "bundled", a name on the hub, or the path of a folder.

    A folder that exists goes before a repository of the same name.
    """
    if isinstance(name, Path):
        return name.expanduser()
    if not isinstance(name, str) or not name.strip():
        raise InputError(
            f"model must be a name or a folder; got {name!r}. Allowed are 'auto', 'bundled', "
            "'mobilebert', 'owner/name' on the hub, or the path of a folder."
        )
    if name in (AUTO, BUNDLED):
        return name
    short, _, revision = name.partition("@")
    if short in SHORT:
        return HubName(SHORT[short].repo, revision or MAIN)
    folder = Path(name).expanduser()
    match = _HUB_ID.fullmatch(name)
    if match is None or folder.is_dir():
        return folder
    return HubName(match["repo"], match["revision"] or MAIN)
