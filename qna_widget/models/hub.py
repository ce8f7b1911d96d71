"""The one door to the hub: what a repository holds, and its files. Raises only our own errors.

`huggingface_hub` does the work: its cache, its login, its resuming of a broken download within a
call. It checks the length of what came; the content is checked here, against the hub's digests.
Settings are read at each call: HF_ENDPOINT, HF_HUB_OFFLINE, HF_HUB_CACHE.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from huggingface_hub import HfApi, hf_hub_download, try_to_load_from_cache
from huggingface_hub.errors import (  # type: ignore[attr-defined]  # HTTPError: the client's own
    FileMetadataError,
    GatedRepoError,
    HfHubHTTPError,
    HTTPError,
    LocalEntryNotFoundError,
    OfflineModeIsEnabled,
    RemoteEntryNotFoundError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)
from huggingface_hub.utils.tqdm import tqdm

from qna_widget.errors import HubError, ModelAccessError, ModelFileError, ModelNotFoundError
from qna_widget.runtime.progress import Progress

from . import cache
from .cache import cache_errors
from .endpoint import endpoint, offline
from .names import HubName

TIMEOUT = 10.0  # seconds without an answer
_SHA256 = re.compile(r"[0-9a-f]{64}")
_GIT_SHA1 = re.compile(r"[0-9a-f]{40}")


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


def inspect(name: HubName) -> Repository:
    """Return the commit that a name stands for now, and its files.

    Where the hub is not to be had, what its library holds from earlier. Raises ModelNotFoundError,
    ModelAccessError or HubError.
    """
    try:
        with hub_errors(name):
            if offline():
                raise OfflineModeIsEnabled
            info = HfApi(endpoint=endpoint(), library_name="qna-widget").model_info(
                name.repo, revision=name.revision, files_metadata=True, timeout=TIMEOUT
            )
    except HubError:
        held = _held(name)
        if held is None:
            raise
        return held
    files = {
        file.rfilename: HubFile(
            bytes=file.size or 0, digest=file.lfs.sha256 if file.lfs else file.blob_id or ""
        )
        for file in info.siblings or []
    }
    licence = getattr(info.card_data, "license", None)
    return Repository(name, info.sha or name.revision, files, str(licence or ""))


def download(repository: Repository, files: Sequence[str], progress: Progress) -> Path:
    """Bring files of the repository into the library's cache; return the folder that holds them.

    Whatever `progress` raises ends the download. Raises ModelNotFoundError, ModelAccessError,
    HubError, ModelCacheError (no room), or ModelFileError when wrong bytes came, which are removed.
    """
    name = repository.name
    wanted = [file for file in files if _in_cache(repository, file) is None]
    total = sum(repository.files[file].bytes for file in wanted)
    bar = _bar_of(_Counter(f"Downloading {name}", total, progress))
    folder: Path | None = None
    for file in files:
        with hub_errors(name), cache_errors("A download"):
            path = hf_hub_download(
                name.repo,
                file,
                revision=repository.commit,
                endpoint=endpoint(),
                cache_dir=_cache_dir(),
                local_files_only=offline(),
                library_name="qna-widget",
                tqdm_class=bar,
            )
        _verify(Path(path), repository.files[file], name)
        folder = folder or Path(path).parents[file.count("/")]
    if folder is None:
        raise ValueError("download needs at least one file")
    return folder


class _Counter:
    """Adds the bytes up that come, over all files of a download, and calls `progress`."""

    def __init__(self, what: str, total: int, progress: Progress) -> None:
        self._what, self._total, self._progress = what, total, progress
        self._done = 0

    def add(self, count: float | None) -> None:
        """Count more bytes; raises what `progress` raises."""
        self._done += int(count or 0)
        self._progress(self._what, self._done, self._total)


class _Bar(tqdm):
    """The library's progress bar: it draws nothing, and counts."""

    counter: _Counter

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{**options, "disable": True})  # type: ignore[no-untyped-call]

    def update(self, n: float | None = 1) -> None:
        """Count bytes that are on the disk."""
        self.counter.add(n)

    def update_transfer(self, n: float = 1) -> None:
        """Count bytes once: the same ones come to `update` when they are on the disk."""


def _bar_of(counter: _Counter) -> type[_Bar]:
    """Return a class, which is what the library takes, whose bars share a counter."""
    return type("Bar", (_Bar,), {"counter": counter})


def _verify(path: Path, expected: HubFile, name: HubName) -> None:
    """Refuse and remove what is not the file that the hub listed."""
    digest = expected.digest
    if _SHA256.fullmatch(digest):
        found = _digest(path, hashlib.sha256())
    elif _GIT_SHA1.fullmatch(digest):
        found = _digest(path, hashlib.sha1(b"blob %d\0" % path.stat().st_size))
    else:
        return
    if found == digest:
        return
    blob = path.resolve()
    path.unlink(missing_ok=True)
    blob.unlink(missing_ok=True)
    raise ModelFileError(
        f"{path.name} of {name} is damaged: its digest is {found}, the hub lists {digest}. It was "
        "removed; try again. If it comes so again, a proxy on the way may be changing files."
    )


def _digest(path: Path, state: hashlib._Hash) -> str:
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            state.update(chunk)
    return str(state.hexdigest())


def _cache_dir() -> str | None:
    """Return where the library is to keep downloads; None leaves that to its own variables."""
    if chosen := os.environ.get("HF_HUB_CACHE"):
        return chosen
    named = any(os.environ.get(name) for name in ("HF_HOME", "XDG_CACHE_HOME"))
    # Without a home the library would make a folder called "~" here.
    return None if named or cache.has_home() else str(cache.root() / "hub")


def _in_cache(repository: Repository, file: str) -> str | None:
    found = try_to_load_from_cache(
        repository.name.repo, file, cache_dir=_cache_dir(), revision=repository.commit
    )
    return found if isinstance(found, str) else None


def _held(name: HubName) -> Repository | None:
    """Describe the snapshot that the library's cache holds, if it holds one with a config.json."""
    found = try_to_load_from_cache(
        name.repo, "config.json", cache_dir=_cache_dir(), revision=name.revision
    )
    if not isinstance(found, str):
        return None
    folder = Path(found).parent
    files = {
        # A link leads to a file that is called by its digest.
        file.relative_to(folder).as_posix(): HubFile(file.stat().st_size, file.resolve().name)
        for file in folder.rglob("*")
        if file.is_file()
    }
    return Repository(name, folder.name, files, "")


@contextmanager
def hub_errors(name: HubName) -> Iterator[None]:
    """Turn the library's errors into ours: what happened, and what to do."""
    page = f"{endpoint()}/{name.repo}"
    login = "log in (`hf auth login`, or a token in HF_TOKEN)"
    try:
        yield
    except GatedRepoError as error:
        raise ModelAccessError(
            f"{name} is gated: its owners give it to those who agree to their terms. Do that on "
            f"{page}, then {login} and try again."
        ) from error
    except RevisionNotFoundError as error:
        raise ModelNotFoundError(
            f"{name.repo} has no revision {name.revision!r} on the hub. Give a branch, tag or "
            f"commit that {page} lists."
        ) from error
    except RemoteEntryNotFoundError as error:
        raise ModelNotFoundError(f"{name} lacks a file on the hub: {_first(error)}") from error
    except HfHubHTTPError as error:
        raise _by_status(name, error, login) from error
    except (OfflineModeIsEnabled, FileMetadataError, LocalEntryNotFoundError) as error:
        raise HubError(_unreachable(name, error.__cause__ or error)) from error
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EPERM, errno.EROFS):
            raise  # cache_errors around this says what to do
        raise HubError(_unreachable(name, error)) from error
    except HTTPError as error:
        raise HubError(_unreachable(name, error)) from error


def _by_status(name: HubName, error: HfHubHTTPError, login: str) -> Exception:
    status = error.response.status_code
    if status == 401:
        return ModelAccessError(
            f"The hub does not show {name} to strangers (401): it is private, or there is no such "
            f"model. Check the spelling; if it is yours, {login}."
        )
    if status == 403:
        return ModelAccessError(
            f"The hub refuses {name} (403): your token may not read it. To use another, {login}."
        )
    if status == 404 or isinstance(error, RepositoryNotFoundError):
        return ModelNotFoundError(
            f"The hub has no model {name} (404). Check the spelling of owner and name."
        )
    return HubError(f"The hub at {endpoint()} answered {status} for {name}: {_first(error)}")


def _unreachable(name: HubName, error: BaseException) -> str:
    if offline():
        return (
            f"{name} is not on this machine, and HF_HUB_OFFLINE forbids asking the hub. Unset it, "
            "or fetch the model elsewhere and give its folder."
        )
    return (
        f"{name} is not on this machine, and the hub at {endpoint()} did not give it: "
        f"{_first(error)} Check the connection and try again; HF_ENDPOINT names a mirror."
    )


def _first(error: BaseException) -> str:
    """Return the first line of a message, as a sentence."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    text = re.sub(r"^\[Errno -?\d+\] ", "", lines[0]) if lines else type(error).__name__
    return text if text.endswith(".") else f"{text}."
