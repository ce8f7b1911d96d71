"""What `model=` may say: a short name, an id on the hub, or a folder. Pure.

A name is parsed where it comes in (`parse`); from there on it is one of four kinds of values.
"""

from __future__ import annotations

import os
import re
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final
from urllib.parse import unquote

from qna_widget.core.manifest import DESCRIPTION
from qna_widget.errors import InputError

from .endpoint import endpoint

BUNDLED: Final = "bundled"
AUTO: Final = "auto"
MAIN: Final = "main"
_ADDRESS = re.compile(
    r"hf://(models/(?=[^/]+/))?|(https?://)?(www\.)?(huggingface\.co|hf\.co)/", re.I
)
# A branch, tag or commit: git allows none of these signs in one, so no address is one.
_REVISION = re.compile(r"[^\s:?*\[\\~^\x00-\x1f\x7f]+", re.ASCII)
# owner/name, as the hub allows it; a path such as ./model or ../model is none.
_HUB_ID = re.compile(
    rf"(?P<repo>\w[\w.-]*/\w[\w.-]*)(?:@(?P<revision>{_REVISION.pattern}))?", re.ASCII
)


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
    explicit: bool = field(default=False, compare=False)
    """Whether it can mean nothing else; "owner/name" may be a folder that is not there."""

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
        """Return the path as `parse` reads it: a Path has lost the dot of ./mobilebert."""
        text = str(self.path)
        is_name = _keyword(text) is not None or _ADDRESS.match(text) is not None
        return os.path.join(".", text) if is_name else text  # noqa: PTH118

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

    A folder that exists goes before a repository of the same name; addresses of the hub's pages
    (https://huggingface.co/owner/name, hf://owner/name@revision) mean the hub. Raises InputError
    for what can be no name.
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
    text = _unquoted(given.strip())
    keyword = _keyword(text)
    if keyword is not None and str(keyword) == text:
        return keyword
    if (address := _from_address(text)) is not None:
        return address
    for path in (given, text):
        if (folder := Folder(_expanded(Path(path)))).exists:
            return folder
    return keyword or hub_name(text) or folder


def _keyword(text: str) -> ModelName | None:
    """Read the words that stand for themselves, however they are spelled ("Mobilebert/")."""
    word = text.rstrip("/").lower()
    if word in (AUTO, BUNDLED):
        return Auto() if word == AUTO else Bundled()
    short, at, revision = text.rstrip("/").partition("@")
    if short.lower() in SHORT and (not at or _REVISION.fullmatch(revision)):
        return HubName(SHORT[short.lower()].repo, revision or MAIN, explicit=True)
    return None


def _from_address(text: str) -> HubName | None:
    """Read the address of a model's page, or of a file in it. Raises InputError for other pages."""
    match = _ADDRESS.match(text)
    own = f"{endpoint()}/"
    if match is None and not text.startswith(own):
        return None
    rest = text[match.end() if match else len(own) :].partition("?")[0].partition("#")[0]
    owner, name, *more = [*unquote(rest).removeprefix("api/models/").rstrip("/").split("/"), ""]
    revision = "/".join(more[1:-1]) if more[:1] == ["tree"] else "".join(more[1:2])
    if more[:1] not in [["tree"], ["blob"], ["resolve"], ["raw"], ["commit"]]:
        revision = ""  # a page about the model
    found = hub_name(f"{owner}/{name}@{revision}" if revision else f"{owner}/{name}")
    if found is None or owner in ("datasets", "spaces"):
        raise InputError(
            f"{text!r} is no model's address. Give 'owner/name', as it stands above the model's "
            "page on the hub."
        )
    return replace(found, explicit=True)


def hub_name(text: str) -> HubName | None:
    """Return what a text names on the hub, whatever folders there are; None when it cannot."""
    match = _HUB_ID.fullmatch(text)
    if match is None:
        keyword = _keyword(text)
        return keyword if isinstance(keyword, HubName) else None
    # The hub knows no repository by the end of the address that git is given.
    return HubName(match["repo"].removesuffix(".git"), match["revision"] or MAIN)


def _unquoted(text: str) -> str:
    """Leave out the quotes that a shell of another kind left around a name."""
    for opening, closing in ('""', "''", "``", "“”"):
        if len(text) > 2 and (text[0], text[-1]) == (opening, closing):
            return text[1:-1].strip()
    return text


def _expanded(path: Path) -> Path:
    """Put a home in the place of ~; where nobody has it, or can, the path stays as it is."""
    with suppress(RuntimeError, ValueError):
        return path.expanduser()
    return path
