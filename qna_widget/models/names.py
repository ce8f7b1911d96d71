"""What `model=` may say: a short name, an id on the hub, or a folder. Pure.

A name is parsed where it comes in (`parse`); from there on it is one of four kinds of values.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from qna_widget.core.manifest import DESCRIPTION
from qna_widget.errors import InputError

BUNDLED: Final = "bundled"
AUTO: Final = "auto"
MAIN: Final = "main"
# owner/name, as the hub allows it; a path such as ./model or ../model is none.
_HUB_ID = re.compile(r"(?P<repo>\w[\w.-]*/\w[\w.-]*)(?:@(?P<revision>\S+))?", re.ASCII)


@dataclass(frozen=True)
class Auto:
    """The best model at hand."""

    def __str__(self) -> str:
        """Return the text that `parse` reads as this name."""
        return AUTO


@dataclass(frozen=True)
class Bundled:
    """The model in the package."""

    def __str__(self) -> str:
        """Return the text that `parse` reads as this name."""
        return BUNDLED


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

    def _at_revision(self, text: str) -> str:
        return text if self.revision == MAIN else f"{text}@{self.revision}"


@dataclass(frozen=True)
class Folder:
    """A folder on this machine: an exported model's or a checkpoint's; it need not exist."""

    path: Path

    def __str__(self) -> str:
        """Return the path."""
        return str(self.path)

    @property
    def title(self) -> str:
        """For status lines and menus."""
        return self.path.name

    @property
    def exists(self) -> bool:
        """Whether there is such a folder; False, too, where nobody may look, or for no path."""
        with suppress(OSError):
            return self.path.is_dir()
        return False

    @property
    def exported(self) -> bool:
        """Whether it holds what `qna-widget export` writes."""
        with suppress(OSError):
            return (self.path / DESCRIPTION).is_file()
        return False


ModelName = Auto | Bundled | HubName | Folder
ModelLike = str | Path | ModelName
"""A name as it comes in; `parse` makes a ModelName of it."""


@dataclass(frozen=True)
class Known:
    """A model on the hub that has a short name."""

    repo: str
    title: str
    download: int
    """Bytes of the weights to fetch."""


SHORT: Final = {
    "mobilebert": Known("csarron/mobilebert-uncased-squad-v2", "MobileBERT", 98_500_000),
}
MOBILEBERT: Final = HubName(SHORT["mobilebert"].repo)


def parse(given: ModelLike) -> ModelName:
    """Return what a text or path names; a name that was parsed already stays as it is.

    A folder that exists goes before a repository of the same name. Raises InputError for what can
    be no name.
    """
    if isinstance(given, ModelName):
        return given
    if isinstance(given, Path):
        return Folder(_expanded(given))
    if not isinstance(given, str) or not given.strip():
        raise InputError(
            f"model must be a name or a folder; got {given!r}. Allowed are 'auto', 'bundled', "
            "'mobilebert', 'owner/name' on the hub, or the path of a folder."
        )
    if given == AUTO:
        return Auto()
    if given == BUNDLED:
        return Bundled()
    folder = _expanded(Path(given))
    on_hub = hub_name(given)
    if on_hub is None or (not _is_short(given) and Folder(folder).exists):
        return Folder(folder)
    return on_hub


def hub_name(text: str) -> HubName | None:
    """Return what a text names on the hub, whatever folders there are; None when it cannot."""
    if _is_short(text):
        short, _, revision = text.partition("@")
        return HubName(SHORT[short].repo, revision or MAIN)
    match = _HUB_ID.fullmatch(text)
    return None if match is None else HubName(match["repo"], match["revision"] or MAIN)


def _expanded(path: Path) -> Path:
    """Put a home in the place of ~; where there is none, the path stays as it is."""
    with suppress(RuntimeError):
        return path.expanduser()
    return path


def _is_short(text: str) -> bool:
    return text.partition("@")[0] in SHORT
