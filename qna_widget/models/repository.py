"""What a repository holds: as the hub lists it, or as its library's cache has it from earlier.

::

    <downloads>/models--owner--name/refs/main              the commit that it stood for
    <downloads>/models--owner--name/snapshots/<commit>/    its files, often links to blobs
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from qna_widget.core.bounded import TEXT_BYTES, read_at_most

from . import cache
from .names import MAIN, HubName


@dataclass(frozen=True)
class HubFile:
    """A file of a repository."""

    bytes: int
    digest: str
    """sha256 of large files, git's sha1 of small ones; "" when the hub does not say."""


@dataclass(frozen=True)
class Repository:
    """What a repository holds at one commit."""

    name: HubName
    commit: str
    files: Mapping[str, HubFile]
    licence: str
    why_held: str = ""
    """Why this is only what the library's cache holds; "" when the hub itself was asked."""

    def has(self, file: str) -> bool:
        """Whether a file was downloaded already."""
        return (_place(self.name) / "snapshots" / self.commit / file).is_file()


def downloads() -> Path:
    """Return the folder of the library's cache, by the variables that it reads itself."""
    for name, below in (
        ("HF_HUB_CACHE", ""),
        ("HUGGINGFACE_HUB_CACHE", ""),
        ("HF_HOME", "hub"),
        ("XDG_CACHE_HOME", "huggingface/hub"),
    ):
        if chosen := os.environ.get(name):
            return cache.at_home(os.path.expandvars(chosen)) / below
    # Without a home the library would make a folder called "~".
    return cache.at_home("~/.cache/huggingface/hub") if cache.has_home() else cache.root() / "hub"


def snapshot(name: HubName, why: str) -> Repository | None:
    """Describe what the cache holds of a revision, if anything; `why` the hub was not asked."""
    folder = _folder(name)
    if folder is None:
        return None
    files = {
        # A link leads to a file that is called by its digest.
        file.relative_to(folder).as_posix(): HubFile(file.stat().st_size, file.resolve().name)
        for file in folder.rglob("*")
        if file.is_file()
    }
    return Repository(name, folder.name, files, "", why) if files else None


def _folder(name: HubName) -> Path | None:
    """Find a revision's folder: by its commit, or by what a branch stood for.

    Where the note on main is lost (caches that were copied in part), the newest folder is main.
    """
    place, commit = _place(name), name.revision
    with suppress(OSError, ValueError):
        reference = place / "refs" / name.revision
        if reference.is_file():
            commit = read_at_most(reference, TEXT_BYTES).decode("utf-8").strip()
        folder = place / "snapshots" / commit
        if folder.is_dir() and folder.parent == place / "snapshots":
            return folder
        if name.revision == MAIN and not reference.is_file():
            folders = [folder for folder in folder.parent.iterdir() if folder.is_dir()]
            return max(folders, key=lambda folder: folder.stat().st_mtime, default=None)
    return None


def _place(name: HubName) -> Path:
    return downloads() / f"models--{name.repo.replace('/', '--')}"
