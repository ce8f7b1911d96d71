"""Which models a menu offers, and which of them answer without being fetched."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

from qna_widget.core.manifest import ModelManifest
from qna_widget.errors import ModelFileError

from . import auto, beside, cache, names
from .registry import bundled, cached


@dataclass(frozen=True)
class AvailableModel:
    """A line of a menu of models. Twin: ModelChoice in js/src/core/manifest.ts."""

    name: str
    """What `model=` takes."""
    title: str
    where: Literal["package", "cache", "hub"]
    """Where it is now: in the package, on this machine, or still on the hub."""
    bytes: int
    """What is to be fetched where it is on the hub, what a browser loads elsewhere."""
    cached: bool
    """Whether it answers without being fetched first."""
    arrived: float | None = None
    """How much of it is here, of 1, while it is fetched beside; 1 while it is converted."""


def available(entries: Sequence[cache.Entry] | None = None) -> list[AvailableModel]:
    """Return the models that a menu should offer, without asking the network.

    The bundled one and MobileBERT always, besides every other whole model in the user's cache;
    `entries`: what the cache holds, for a caller who has looked.
    """
    found = [_line(bundled(), "package")]
    # One look: a fetch that ends between two of them would name its model twice, or not at all.
    entries = cache.entries() if entries is None else entries
    here = {entry.name for entry in entries}
    for short, known in names.SHORT.items():
        if names.HubName(known.repo) not in here:
            arrived = beside.MOBILEBERT.share if names.parse(short) == names.MOBILEBERT else None
            line = AvailableModel(short, known.title, "hub", known.download, False, arrived)
            found.append(line)
    for entry in entries:
        with suppress(ModelFileError):
            found.append(_line(cached(entry), "cache"))
    return found


def offered() -> list[AvailableModel]:
    """Return what a page's menu should offer: `available`, without what could not be chosen here.

    That is what cannot be fetched, and a folder that was converted once and is gone.
    """
    fetchable = auto.obstacle() == ""
    entries = [entry for entry in cache.entries() if not _is_gone(entry.name)]
    return [model for model in available(entries) if model.cached or fetchable]


def is_at_hand(name: names.ModelName) -> bool:
    """Whether resolving `name` takes no fetching; names that resolve to nothing count, too."""
    if isinstance(name, names.HubName):
        return cache.find(name) is not None
    if isinstance(name, names.Folder):
        return not name.exists or name.exported
    return True


def _is_gone(name: names.ModelName) -> bool:
    return isinstance(name, names.Folder) and not name.exists


def _line(model: ModelManifest, where: Literal["package", "cache"]) -> AvailableModel:
    size = sum(file.bytes for file in model.files)
    return AvailableModel(model.name, model.title, where, size, cached=True)
