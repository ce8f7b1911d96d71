"""Brings a model to this machine once: hub or folder → conversion → the user's cache.

Everything that takes time calls `progress`; whatever `progress` raises ends the fetch, and nothing
half-written remains. That is how a caller cancels.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from qna_widget.core.manifest import DESCRIPTION, ModelManifest
from qna_widget.errors import (
    ExportError,
    HubError,
    ModelFileError,
    ModelNotFoundError,
    needs_extra,
)
from qna_widget.export import conversion
from qna_widget.export.checkpoint_files import ADAPTER, CONFIG, INDEX, WEIGHTS, read_config
from qna_widget.runtime.progress import Progress

from . import cache, files, network
from .names import Folder, HubName

if TYPE_CHECKING:
    from .repository import Repository


def fetch(name: HubName, progress: Progress) -> cache.Entry:
    """Ask the hub what `name` stands for now, and see that it is in the cache.

    What an earlier version of the package converted otherwise is converted anew.

    Raises ModelNotFoundError, ModelAccessError, HubError, ModelFileError, ExportError,
    ModelCacheError, or MissingExtraError without the `hub` extra.
    """
    cache.root()  # a place to keep it must be there before anything is downloaded
    repository = _inspect(name)
    known = cache.find(name)
    now = (repository.commit, conversion.RECIPE)
    if known is not None and (known.commit, known.recipe) == now and _intact(known.folder):
        return known
    key = _convert(_from_hub(repository, progress), progress)
    entry = cache.Entry(name, repository.commit, key, conversion.RECIPE)
    cache.remember(entry)
    return entry


def fetch_folder(folder: Path, progress: Progress) -> cache.Entry:
    """Convert a checkpoint's folder, unless its content is in the cache. Raises as above."""
    entry = cache.Entry(Folder(folder), "", _convert(_from_folder(folder), progress))
    cache.remember(entry)
    return entry


def source(name: HubName | Folder, progress: Progress) -> conversion.Source:
    """Return the files that a model is made of, downloaded but not converted. Raises as above."""
    if isinstance(name, Folder):
        return _from_folder(name.path)
    return _from_hub(_inspect(name), progress)


def _inspect(name: HubName) -> Repository:
    with needs_extra(f"Fetching {name}", "hub"):
        # Import what converts now, so that a missing package is reported before the download.
        importlib.import_module("qna_widget.export.recipe")

        try:
            from . import hub
        except ImportError:
            raise
        except Exception as error:
            raise HubError(network.fault() or network.library_fault(error)) from error

    return hub.inspect(name)


def _from_hub(repository: Repository, progress: Progress) -> conversion.Source:
    from . import hub

    name = repository.name
    listed = list(repository.files)
    config, folder = {}, Path()
    # Small files, which say what else is needed.
    first = [file for file in (CONFIG, INDEX) if file in listed]
    if first:
        folder = hub.download(repository, first, lambda *_: None)
        config = read_config(folder)
    with _held_in_part(repository):
        chosen = conversion.choose(listed, config, str(name))
        wanted = conversion.needed(chosen, listed, folder, str(name))
    folder = hub.download(repository, wanted, progress)
    where = f"{name.repo}@{repository.commit}"
    return conversion.Source(
        folder, chosen, wanted, str(name), name.title, where, repository.licence
    )


@contextmanager
def _held_in_part(repository: Repository) -> Iterator[None]:
    """Say what is missing of a model that is here in part, and why the rest does not come."""
    try:
        yield
        if repository.why_held and not {"vocab.txt", "tokenizer.json"} & repository.files.keys():
            raise ExportError("It lacks vocab.txt or tokenizer.json.")
    except (ExportError, ModelNotFoundError) as error:
        if not repository.why_held:
            raise
        raise HubError(
            f"Of {repository.name} only a part is on this machine ({', '.join(repository.files)}). "
            f"{error} And the rest did not come: {repository.why_held}"
        ) from error


def _from_folder(folder: Path) -> conversion.Source:
    if not folder.is_dir():
        raise ModelNotFoundError(
            f"There is no folder {str(folder)!r}. Give a checkpoint's, 'mobilebert', or "
            "'owner/name' on the hub."
        )
    listed = [
        file.relative_to(folder).as_posix()
        for place in (folder, folder / "onnx")
        if place.is_dir()
        for file in sorted(place.iterdir())
        if file.is_file()
    ]
    # Checkpoints that lie deeper are not taken, but named.
    listed += [
        f"{place.name}/{name}"
        for place in sorted(folder.iterdir())
        for name in (CONFIG, WEIGHTS, ADAPTER)
        if place.name != "onnx" and _may_be_taken(place / name)
    ]
    if DESCRIPTION in listed:
        raise ExportError(f"{folder} holds a model that was exported already: use it, or copy it.")
    chosen = conversion.choose(listed, read_config(folder), str(folder))
    wanted = conversion.needed(chosen, listed, folder, str(folder))
    return conversion.Source(folder, chosen, wanted, folder.name, folder.name, "", "")


def _may_be_taken(file: Path) -> bool:
    """Whether it is a file; what a folder holds that may not be looked into is nobody's business.

    A volume's lost+found is such a folder.
    """
    with suppress(OSError):
        return file.is_file()
    return False


def _convert(source: conversion.Source, progress: Progress) -> str:
    key = conversion.key(source)
    if cache.holds(key):
        if _intact(cache.model_folder(key)):
            return key
        cache.discard(key)
    progress(f"Converting {source.name}", 0, 0)
    with cache.building(key) as target:
        conversion.convert(source, target)
        progress(f"Converting {source.name}", 0, 0)  # the last chance to cancel
    return key


def _intact(folder: Path) -> bool:
    """Return whether every file is the one that model.json names."""
    try:
        for asset in ModelManifest.read(folder).files:
            files.verify(asset)
    except (ModelFileError, OSError, files.WrongBytesError):
        return False
    return True
