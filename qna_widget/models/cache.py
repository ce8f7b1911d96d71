"""The user's cache folder: converted models by content, and which name stands for which.

::

    <root>/models/<key>/    model.json and its files; a key is made of what went in
    <root>/names/<hash>     JSON: a name, its commit, its key
    <root>/building/        what is not finished yet; never read

A model appears by one rename of a finished folder, a name by one rename of a finished file. So
several processes may build the same model: the first rename counts, and no reader finds a half.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from qna_widget.core.bounded import TEXT_BYTES, read_at_most
from qna_widget.core.manifest import ModelManifest
from qna_widget.errors import ModelCacheError, ModelFileError

from .disk import DISK_ERRORS, REASONS
from .names import Folder, HubName, hub_name

_KEY = re.compile(r"\w+", re.ASCII)
# Older than this, an unfinished folder belongs to a process that died, and no page of a running
# kernel still loads what its name stood for before.
ABANDONED_AFTER = 24 * 3600.0  # seconds


@dataclass(frozen=True)
class Entry:
    """A name and the model that it stands for."""

    name: HubName | Folder
    commit: str
    """Of the hub's repository; "" for a folder."""
    key: str
    recipe: int = 0
    """The conversion's; 0: of a folder, or not told (by an earlier version)."""

    @property
    def folder(self) -> Path:
        """Where model.json lies."""
        return model_folder(self.key)

    @property
    def bytes(self) -> int:
        """Of all files together."""
        return sum(file.stat().st_size for file in self.folder.iterdir())


def root() -> Path:
    """Return the cache folder: $QNA_WIDGET_CACHE, or where the platform keeps caches.

    Absolute: a name of a file that comes from it must not change its meaning with the current
    folder. Raises ModelCacheError for a user without a home, as in some containers, who names none.
    """
    return _root().absolute()


def _root() -> Path:
    if chosen := os.environ.get("QNA_WIDGET_CACHE"):
        return at_home(chosen)
    home = at_home("~")
    if sys.platform == "win32":
        local = os.environ.get("LOCALAPPDATA")
        return (Path(local) if local else home / "AppData" / "Local") / "qna-widget" / "Cache"
    if sys.platform == "darwin":
        return home / "Library" / "Caches" / "qna-widget"
    xdg = os.environ.get("XDG_CACHE_HOME")
    return (Path(xdg) if xdg else home / ".cache") / "qna-widget"


def has_home() -> bool:
    """Whether the user has a home folder."""
    with suppress(ModelCacheError):
        return bool(at_home("~"))
    return False


def at_home(path: str) -> Path:
    """Put the home in the place of ~. Raises ModelCacheError where there is none."""
    try:
        return Path(path).expanduser()
    except RuntimeError as error:
        raise ModelCacheError(
            f"There is no home folder for {path!r}, so fetched models have no place. Let "
            "QNA_WIDGET_CACHE (or HOME) name a folder that may be written."
        ) from error


def model_folder(key: str) -> Path:
    """Return where the model of this key lies, or will."""
    return root() / "models" / key


def holds(key: str) -> bool:
    """Whether the model of this key is there, each file as long as model.json says."""
    with suppress(OSError, ModelFileError):
        files = ModelManifest.read(model_folder(key)).files
        return all(file.file.stat().st_size == file.bytes for file in files)
    return False


def find(name: HubName | Folder) -> Entry | None:
    """Return what a name stands for; None when it is not cached, or the cache cannot be read."""
    with suppress(ModelCacheError):
        entry = _read(_name_file(name))
        return entry if entry is not None and holds(entry.key) else None
    return None


def entries() -> list[Entry]:
    """Return everything that has a name, sorted by it; nothing where the cache cannot be read."""
    whole = (entry for entry in _named() if holds(entry.key))
    return sorted(whole, key=lambda entry: str(entry.name))


def hub_name_of(folder: Path) -> HubName | None:
    """Return by which name of the hub a model's folder is kept, whole or not."""
    held = {one.folder: one.name for one in _named() if isinstance(one.name, HubName)}
    return held.get(folder)


def remember(entry: Entry) -> None:
    """Let the name stand for the model; replaces what it stood for, which goes after a day.

    Raises ModelCacheError when it cannot be written.
    """
    file = _name_file(entry.name)
    former = _read(file)
    if former == entry:
        return  # a cache that came with an image, or is shared, may be closed to writing
    if former is not None and former.key != entry.key:
        with suppress(OSError):
            os.utime(former.folder)  # its day begins
    with cache_errors("The name of a model"):
        file.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=file.parent, suffix=".part")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as target:
                json.dump({**asdict(entry), "name": str(entry.name)}, target)
            Path(temporary).replace(file)
        finally:
            Path(temporary).unlink(missing_ok=True)


@contextmanager
def building(key: str) -> Iterator[Path]:
    """Give an empty folder to fill; it becomes the model of `key` when the block ends well.

    When another process was faster, its model stays and this one goes; what is left of a damaged
    one is replaced. Raises ModelCacheError when the disk is full or may not be
    written; nothing half-written remains.
    """
    what = "A converted model"
    with cache_errors(what):
        target = model_folder(key)
        target.parent.mkdir(parents=True, exist_ok=True)
        workshop = root() / "building"
        workshop.mkdir(parents=True, exist_ok=True)
        _sweep(workshop)
        _sweep_models()
        folder = Path(tempfile.mkdtemp(dir=workshop, prefix=f"{key[:12]}-"))
    try:
        with cache_errors(what, disk_only=True):  # what else fails in the block is not the cache's
            yield folder
        with cache_errors(what):
            folder.chmod(0o755)  # mkdtemp's is private; caches may be shared
            try:
                folder.rename(target)
            except OSError:
                if not holds(key):
                    discard(key)
                    folder.rename(target)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def discard(key: str) -> None:
    """Remove a model, in one step for others."""
    folder = model_folder(key)
    if not folder.exists():
        return
    with cache_errors("A cached model"):
        workshop = root() / "building"
        workshop.mkdir(parents=True, exist_ok=True)
        aside = Path(tempfile.mkdtemp(dir=workshop))
        folder.rename(aside / key)
        shutil.rmtree(aside, ignore_errors=True)


def remove(name: HubName | Folder) -> int | None:
    """Forget a name, and its model unless another name stands for it; or what remains of that.

    What names stood for before goes, too, a day after. Returns the bytes that are free again, None
    when there is no such name.
    """
    entry = _read(_name_file(name))
    if entry is None:
        return None
    with cache_errors("The name of a model", "removed from"):
        _name_file(name).unlink(missing_ok=True)
        size = entry.bytes if entry.folder.is_dir() else 0
    freed = 0
    if all(other.key != entry.key for other in entries()):
        discard(entry.key)
        freed = size
    return freed + _sweep_models()  # last, or it would sweep this one, too: that counts twice


@contextmanager
def cache_errors(what: str, verb: str = "kept in", *, disk_only: bool = False) -> Iterator[None]:
    """Turn a failure of the file system inside the block into ModelCacheError: what to do.

    A failure that names no file is the network's or a caller's own, unless it is the disk's (full,
    broken, closed to this user); `disk_only`: nothing but the disk's is turned.
    """
    try:
        yield
    except OSError as error:
        if error.errno not in DISK_ERRORS and (disk_only or error.filename is None):
            raise
        why = REASONS.get(error.errno or 0, error.strerror)
        raise ModelCacheError(
            f"{what} cannot be {verb} {error.filename or root()}: {why}. Make room, or let "
            "QNA_WIDGET_CACHE (and HF_HOME for downloads) name another folder. Nothing "
            "half-written was left."
        ) from error


def _name_file(name: HubName | Folder) -> Path:
    digest = hashlib.sha256(str(name).encode()).hexdigest()
    return root() / "names" / f"{digest[:32]}.json"


def _named() -> list[Entry]:
    """Return all names, whatever is left of their models; none where they cannot be read."""
    with suppress(ModelCacheError, OSError):
        found = [_read(file) for file in (root() / "names").glob("*.json")]
        return [entry for entry in found if entry is not None]
    return []


def _read(file: Path) -> Entry | None:
    with suppress(OSError):
        return _parse(read_at_most(file, TEXT_BYTES))
    return None


def _parse(text: bytes) -> Entry | None:
    """Return None for what is broken: it will be fetched again."""
    with suppress(ValueError, TypeError, KeyError, AttributeError, RecursionError):
        said = json.loads(text)
        name = hub_name(said["name"]) if said["commit"] else Folder(Path(said["name"]))
        # A key is one part of a path, never a way out of the cache.
        if name is not None and _KEY.fullmatch(said["key"]):
            return Entry(name, str(said["commit"]), said["key"], int(said.get("recipe", 0)))
    return None


def _sweep(workshop: Path) -> None:
    """Remove what processes that died have left."""
    for folder in filter(_is_abandoned, workshop.iterdir()):
        shutil.rmtree(folder, ignore_errors=True)


def _sweep_models() -> int:
    """Remove models that no name stands for any more; return the bytes that are free again.

    Where a name cannot be read, all stay: it may be theirs.
    """
    freed = 0
    with suppress(OSError, ModelCacheError):
        texts = [read_at_most(file, TEXT_BYTES) for file in (root() / "names").iterdir()]
        named = {entry.key for text in texts if (entry := _parse(text)) is not None}
        for folder in filter(_is_abandoned, (root() / "models").iterdir()):
            if folder.name not in named and folder.is_dir():
                size = sum(file.stat().st_size for file in folder.iterdir())
                discard(folder.name)
                freed += size
    return freed


def _is_abandoned(folder: Path) -> bool:
    with suppress(OSError):
        return time.time() - folder.stat().st_mtime > ABANDONED_AFTER
    return False
