"""Brings a model to this machine once: hub or folder → conversion → the user's cache.

Everything that takes time tells `progress`; whatever `progress` raises ends the fetch, and nothing
half-written remains. That is how a caller cancels.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

from . import cache, conversion
from .errors import needs_extra
from .names import HubName
from .progress import Progress


def fetch(name: HubName, progress: Progress) -> cache.Entry:
    """Ask the hub what `name` stands for now, and see that it is in the cache.

    Raises ModelNotFoundError, ModelAccessError, HubError, ModelFileError, ExportError,
    ModelCacheError, or MissingExtraError without the `hub` extra.
    """
    with needs_extra(f"Fetching {name}", "hub"):
        from . import hub

    repository = hub.inspect(name)
    known = cache.find(str(name))
    if known is not None and known.commit == repository.commit and _intact(known.folder):
        return known
    files = list(repository.files)
    config = {}
    if conversion.CONFIG in files:
        config = conversion.read_config(
            hub.download(repository, [conversion.CONFIG], lambda *_: None)
        )
    chosen = conversion.choose(files, config, str(name))
    wanted = conversion.needed(chosen, files)
    folder = hub.download(repository, wanted, progress)
    key = _convert(folder, chosen, wanted, name, repository.licence, progress)
    entry = cache.Entry(str(name), repository.commit, key)
    cache.remember(entry)
    return entry


def fetch_folder(folder: Path, progress: Progress) -> cache.Entry:
    """Convert a checkpoint's folder, unless its content is in the cache. Raises as above."""
    files = [
        file.relative_to(folder).as_posix()
        for place in (folder, folder / "onnx")
        if place.is_dir()
        for file in sorted(place.iterdir())
        if file.is_file()
    ]
    chosen = conversion.choose(files, conversion.read_config(folder), str(folder))
    wanted = conversion.needed(chosen, files)
    key = _convert(folder, chosen, wanted, folder, "", progress)
    entry = cache.Entry(str(folder), "", key)
    cache.remember(entry)
    return entry


def _convert(
    folder: Path,
    chosen: str,
    files: Sequence[str],
    name: HubName | Path,
    licence: str,
    progress: Progress,
) -> str:
    key = conversion.key(folder, files)
    if (cache.model_folder(key) / cache.DESCRIPTION).is_file():
        if _intact(cache.model_folder(key)):
            return key
        cache.discard(key)
    progress(f"Converting {name}", 0, 0)
    with cache.building(key) as target:
        conversion.convert(folder, chosen, target, name, licence)
        progress(f"Converting {name}", 0, 0)  # the last chance to cancel
    return key


def _intact(folder: Path) -> bool:
    """Return whether every file is the one that model.json names."""
    try:
        description = json.loads((folder / cache.DESCRIPTION).read_text(encoding="utf-8"))
        for asset in filter(None, description["files"].values()):
            data = (folder / Path(asset["path"]).name).read_bytes()
            if hashlib.sha256(data).hexdigest() != asset["sha256"]:
                return False
    except (OSError, ValueError, KeyError, TypeError):
        return False
    return True
