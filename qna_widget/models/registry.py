"""Finds models: what `model=` means, and the files behind it. Imports nothing heavy.

A name that is not on this machine yet is fetched (fetch.py), unless it is "auto".
"""

from __future__ import annotations

import functools
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path
from typing import Final, assert_never

from qna_widget.core.manifest import DESCRIPTION, PACKAGE, ModelManifest
from qna_widget.errors import HubError, ModelAccessError, ModelFileError, ModelNotFoundError
from qna_widget.runtime.progress import Progress, transfer_bar

from . import auto, cache, fetch, names
from .endpoint import endpoint

BUNDLED: Final = PACKAGE / "models" / "bundled"
_BARE: Final = re.compile(r"\w[\w.-]*", re.ASCII)
ALLOWED: Final = (
    "Allowed are 'auto' (the best model at hand), 'bundled' (the one in the package), "
    "'mobilebert', the id of a model on the hub ('owner/name', 'owner/name@revision'), and the "
    "path of a folder: one that `qna-widget export` wrote, a transformers checkpoint with "
    "model.safetensors, or an ONNX file with tokenizer.json."
)


def resolve(
    name: names.ModelLike = names.AUTO,
    progress: Progress | None = None,
    *,
    interactive: bool = False,
) -> ModelManifest:
    """Return the model that `name` stands for; its files are described, not yet read.

    A name on the hub or a checkpoint's folder that is not in the cache yet is brought there first,
    which takes from seconds to minutes: each step calls `progress` (default: a line on the terminal
    or in the notebook), and whatever it raises ends the wait. "auto" and "bundled" never wait; with
    `interactive` (a person looks on) "auto" may fetch MobileBERT beside, for the next time.

    Raises ModelNotFoundError when there is none, ModelFileError when it is damaged, HubError,
    ModelAccessError, ModelCacheError or ExportError when it could not be brought, and
    MissingExtraError without the `hub` extra.
    """
    match names.parse(name):
        case names.Bundled():
            return bundled()
        case names.Auto():
            return _auto(interactive)
        case names.HubName() as wanted:
            return cached(cache.find(wanted) or _from_hub(wanted, progress or transfer_bar()))
        case names.Folder() as wanted:
            return _folder(wanted, str(name), progress)
        case never:
            assert_never(never)


@functools.cache
def bundled() -> ModelManifest:
    """Return the package's own model; an app asks for it at every run. Raises ModelFileError."""
    return ModelManifest.read(BUNDLED)


def cached(entry: cache.Entry) -> ModelManifest:
    """Describe a model of the cache under the name that was asked for. Raises ModelFileError."""
    model = ModelManifest.read(entry.folder)
    return replace(model, name=str(entry.name), title=entry.name.title)


def _auto(interactive: bool) -> ModelManifest:
    """Return MobileBERT once it is on this machine, else the bundled model and the reason."""
    entry = cache.find(names.MOBILEBERT)
    if entry is not None:
        with suppress(ModelFileError):  # damaged: as if it were not there
            return cached(entry)
    note = auto.why_bundled(interactive=interactive)
    return replace(bundled(), note=note)


def _from_hub(wanted: names.HubName, progress: Progress) -> cache.Entry:
    """Ask the hub, unless it is plain that a folder was meant; whose name is nobody's business."""
    if wanted.explicit:
        return fetch.fetch(wanted, progress)
    folder = Path(wanted.repo)
    if names.Folder(folder.parent).exists:
        raise ModelNotFoundError(
            f"There is no folder {wanted.repo!r}, though {folder.parent.name!r} is one here. "
            f"{_near(folder)}The model of that name on the hub is 'hf://{wanted}'."
        )
    try:
        return fetch.fetch(wanted, progress)
    except (ModelNotFoundError, ModelAccessError, HubError) as error:
        raise type(error)(f"{error} Nor is there a folder {wanted.repo!r} here.") from error


def _folder(wanted: names.Folder, given: str, progress: Progress | None) -> ModelManifest:
    if not wanted.exists:
        raise ModelNotFoundError(
            f"There is no model {given!r}: {_why_not(wanted.path)}. {_near(wanted.path)}{ALLOWED}"
        )
    found = Path(os.path.realpath(wanted.path))
    with _file_errors(found):
        if (found / DESCRIPTION).is_file():
            return ModelManifest.read(found)
        return cached(fetch.fetch_folder(found, progress or transfer_bar()))


def _near(path: Path) -> str:
    """Ask whether a name or folder that is spelled nearly so was meant, as a sentence; or ""."""
    known = [names.AUTO, names.BUNDLED, *names.SHORT] if len(path.parts) == 1 else []
    with suppress(OSError, ValueError):
        known += [str(place) for place in path.parent.iterdir() if place.is_dir()]
    if close := get_close_matches(str(path), known, n=1):
        return f"Did you mean {close[0]!r}? "
    if len(path.parts) == 1 and _BARE.fullmatch(path.name):
        return (
            "A model of the hub is given with its owner, 'owner/name': look for it on "
            f"{endpoint()}/models?search={path.name}. "
        )
    return ""


def _why_not(path: Path) -> str:
    """Say why there is no folder at a path."""
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return "there is no such folder"
    except OSError as error:
        return f"the folder cannot be reached ({error.strerror})"
    return "that is a file"


@contextmanager
def _file_errors(folder: Path) -> Iterator[None]:
    """Tell in words that a file of the folder cannot be read, whoever tried it."""
    try:
        yield
    except OSError as error:
        if error.filename is None:  # what the caller's own progress raised, for one
            raise
        raise ModelFileError(
            f"The model in {folder} cannot be read: {error.filename}: {error.strerror}. See that "
            "the folder and its files may be read by you."
        ) from error
