"""The one door to the hub: what a repository holds, and its files. Raises only our own errors.

`huggingface_hub` does the work: its cache, its login, its resuming of a broken download within a
call. It checks the length of what came; the content is checked here, against the hub's digests.
Settings are read at each call: HF_ENDPOINT, HF_HUB_OFFLINE, HF_HUB_CACHE.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import huggingface_hub
from huggingface_hub.errors import (
    GatedRepoError,
    HfHubHTTPError,
    HFValidationError,
    LocalEntryNotFoundError,
    OfflineModeIsEnabled,
    RemoteEntryNotFoundError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)

# Each from its own module: the package's own door prints why one of them does not load.
from huggingface_hub.file_download import hf_hub_download
from huggingface_hub.hf_api import HfApi
from huggingface_hub.utils.tqdm import tqdm

from qna_widget.errors import (
    HubError,
    ModelAccessError,
    ModelFileError,
    ModelNotFoundError,
    QnaError,
)
from qna_widget.runtime.progress import Progress

from .cache import cache_errors
from .disk import DISK_ERRORS
from .endpoint import endpoint, offline
from .names import HubName
from .network import environment, fault, hint, of_file, portal, via, without_password
from .repository import HubFile, Repository, downloads, snapshot

TIMEOUT = 10.0  # seconds without an answer
_DOWN = range(500, 511)
"""Statuses of a server that may be well again later."""
_SHA256 = re.compile(r"[0-9a-f]{64}")
_GIT_SHA1 = re.compile(r"[0-9a-f]{40}")


def inspect(name: HubName) -> Repository:
    """Return the commit that a name stands for now, and its files.

    Where the hub is not to be had, what its library holds from earlier. Raises ModelNotFoundError,
    ModelAccessError or HubError.
    """
    try:
        with hub_errors(name):
            if offline():
                raise OfflineModeIsEnabled
            if wrong := fault():
                raise HubError(
                    f"{name} is not on this machine, and the hub is out of reach: {wrong}"
                )
            _renew()
            info = HfApi(endpoint=endpoint(), library_name="qna-widget").model_info(
                name.repo, revision=name.revision, files_metadata=True, timeout=TIMEOUT
            )
    except (HubError, OSError) as error:
        # A file of the library's own, such as the one with the token.
        told = error if isinstance(error, HubError) else HubError(_unusable(name, error))
        held = snapshot(name, str(told))
        if held is None:
            raise told from error
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
    wanted = [file for file in files if not repository.has(file)]
    total = sum(repository.files[file].bytes for file in wanted)
    bar = _bar_of(_Counter(f"Downloading {name}", total, progress))
    folder: Path | None = None
    for file in files:
        try:
            path = _download(repository, file, bar)
        except _CallersError as error:
            raise error.__cause__ or error from None
        _verify(path, repository.files[file], name)
        folder = folder or path.parents[file.count("/")]
    if folder is None:
        raise ValueError("download needs at least one file")
    return folder


class _Counter:
    """Adds the bytes up that come, over all files of a download, and calls `progress`."""

    def __init__(self, what: str, total: int, progress: Progress) -> None:
        self._what, self._total, self._progress = what, total, progress
        self._done = 0

    def add(self, count: float | None) -> None:
        """Count more bytes; whatever `progress` raises becomes a _CallersError's cause."""
        self._done += int(count or 0)
        try:
            self._progress(self._what, self._done, self._total)
        except Exception as error:
            raise _CallersError from error


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


class _CallersError(BaseException):
    """What `progress` raised: no Exception, so that nothing on its way takes it for its own."""


def _download(repository: Repository, file: str, bar: type[tqdm]) -> Path:
    with cache_errors("A download"), hub_errors(repository.name):
        return Path(
            hf_hub_download(
                repository.name.repo,
                file,
                revision=repository.commit,
                endpoint=endpoint(),
                cache_dir=str(downloads()),
                local_files_only=bool(offline()),
                library_name="qna-widget",
                tqdm_class=bar,
            )
        )


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


def _renew() -> None:
    """Begin a new session when a variable has changed: the library reads them once."""
    global _known
    if _known != environment():
        huggingface_hub.close_session()  # its module, which is private, has loaded by now
        _known = environment()


_known: tuple[tuple[str, str], ...] = ()


@contextmanager
def hub_errors(name: HubName) -> Iterator[None]:
    """Turn whatever comes out of the library into our errors: what happened, and what to do.

    Nothing of the caller's may run inside the block: its errors would be taken for the library's.
    """
    try:
        yield
    except QnaError:
        raise
    except OSError as error:
        if error.filename is not None or error.errno in DISK_ERRORS:
            raise  # cache_errors around this says what to do
        raise _told(name, error) from error
    except Exception as error:
        raise _told(name, error) from error


def _told(name: HubName, error: Exception) -> QnaError:
    told = _in_words(name, error)
    return type(told)(without_password(str(told)))


def _in_words(name: HubName, error: Exception) -> QnaError:
    page = f"{endpoint()}/{name.repo}"
    login = "log in (`hf auth login`, or a token in HF_TOKEN)"
    if isinstance(error, GatedRepoError):
        return ModelAccessError(
            f"{name} is gated: its owners give it to those who agree to their terms. Do that on "
            f"{page}, then {login} and try again."
        )
    if isinstance(error, RevisionNotFoundError):
        return ModelNotFoundError(
            f"{name.repo} has no revision {name.revision!r} on the hub. Give a branch, tag or "
            f"commit that {page} lists."
        )
    if isinstance(error, RemoteEntryNotFoundError):
        return ModelNotFoundError(f"{name} lacks a file on the hub: {_first(error)}")
    if isinstance(error, HFValidationError):
        return ModelNotFoundError(f"{name} can be no model of the hub: {_first(error)}")
    if isinstance(error, HfHubHTTPError):
        told = _by_status(name, error, login)
        return type(told)(f"{told} {via()}".rstrip())  # a proxy may have said it
    return HubError(_unreachable(name, error))


def _by_status(name: HubName, error: HfHubHTTPError, login: str) -> QnaError:
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
    todo = portal() if status == 511 else "Try again later." if status in (429, *_DOWN) else ""
    said = f"The hub at {endpoint()} answered {status} for {name}: {_first(error)} {todo}"
    return HubError(said.rstrip())


def _unusable(name: HubName, error: OSError) -> str:
    return f"{name} is not on this machine, and the hub cannot be asked: {of_file(error)}"


def _unreachable(name: HubName, error: BaseException) -> str:
    if forbidding := offline():
        return (
            f"{name} is not on this machine, and {forbidding} forbids asking the hub. Unset it, "
            "or fetch the model elsewhere and give its folder."
        )
    cause = error.__cause__ if isinstance(error, LocalEntryNotFoundError) else None
    return (
        f"{name} is not on this machine, and the hub at {endpoint()} did not give it: "
        f"{_first(cause or error)} {hint(error)}"
    )


def _first(error: BaseException) -> str:
    """Return the first line of a message, as a sentence."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    text = re.sub(r"^\[Errno -?\d+\] ", "", lines[0]) if lines else type(error).__name__
    return text if text.endswith(".") else f"{text}."
