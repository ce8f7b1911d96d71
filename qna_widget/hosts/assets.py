"""The built front end, and files for the browser, handed out in byte ranges by their sha256."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import TypedDict

from qna_widget.core.contract import CHUNK_BYTES
from qna_widget.core.manifest import PACKAGE, Asset, AssetDict
from qna_widget.errors import AssetError

STATIC = PACKAGE / "static"
# Whoever exports into a folder cannot know which pages show the model that it held: each page still
# asks for the old files, and no new one is taken for them.
_REMEDY = (
    "If another model was exported into its folder since, run the cell again to show that one; "
    "otherwise install the package, or export the model, again and restart the kernel."
)


class Build(TypedDict, total=False):
    """What the front end's build says of itself: static/manifest.json."""

    wasm: AssetDict
    built_with: dict[str, str]
    """Tools and packages, name to version."""


def built(name: str) -> Path:
    """Return the path of a file of the front end's build.

    Raises AssetError when the front end was not built.
    """
    file = STATIC / name
    if not file.is_file():
        raise AssetError(
            f"The front end was not built: {file} is missing. In a clone of the repository run "
            "`make build`; otherwise install the package again."
        )
    return file


def _listed() -> Build:
    listed: Build = json.loads(built("manifest.json").read_text(encoding="utf-8"))
    return listed


@cache
def wasm() -> Asset:
    """Return the asset of onnxruntime's wasm, as the build listed it."""
    return Asset(**_listed()["wasm"])


def built_with() -> dict[str, str]:
    """Return the tools that built the front end and the packages in it, name to version.

    Empty when the build did not say. Raises AssetError when the front end was not built.
    """
    return {str(name): str(version) for name, version in _listed().get("built_with", {}).items()}


def webgpu() -> dict[str, Asset] | None:
    """Return script and wasm of onnxruntime with WebGPU; None where they were not built.

    They are 6.7 MB that most readers have no use for, hence no part of the plain build: see
    `make build WEBGPU=1`.
    """
    listing = STATIC / "webgpu.json"
    if not listing.is_file():
        return None
    listed: dict[str, AssetDict] = json.loads(listing.read_text(encoding="utf-8"))
    return {name: Asset(**listed[name]) for name in ("script", "wasm")}


def runtime_files() -> list[Asset]:
    """Return every file of the runtimes that are there, for whoever hands them out."""
    return [wasm(), *(webgpu() or {}).values()]


class AssetReader:
    """Hands out byte ranges of the assets that it was given, and of nothing else."""

    def __init__(self, assets: Iterable[Asset]) -> None:
        self._assets = {asset.sha256: asset for asset in assets}
        self.bytes_read = 0
        """All that was handed out so far, in bytes."""

    def add(self, assets: Iterable[Asset]) -> None:
        """Hand out these too; what is being read stays readable."""
        self._assets.update((asset.sha256, asset) for asset in assets)

    def read(self, sha256: object, offset: object, length: object) -> tuple[Asset, bytes]:
        """Return at most `length` bytes from `offset` on.

        Raises AssetError for anything unknown or out of bounds, in words that go to a page: it is
        not told where files lie.
        """
        asset = self._assets.get(sha256) if isinstance(sha256, str) else None
        if asset is None:
            raise AssetError(
                f"Python has no file with sha256 {str(sha256)[:64]!r}. The page is older or newer "
                "than the kernel: run the cell again, or reload the page."
            )
        if type(offset) is not int or not 0 <= offset < max(asset.bytes, 1):
            raise AssetError(
                f"{asset.name} has {asset.bytes} bytes; there is nothing at {offset!r}."
            )
        if type(length) is not int or not 0 < length <= CHUNK_BYTES:
            raise AssetError(
                f"A read takes 1 to {CHUNK_BYTES} bytes at a time; asked for {length!r}."
            )
        try:
            with asset.file.open("rb") as file:
                size = file.seek(0, 2)
                file.seek(offset)
                data = file.read(length)
        except OSError as error:
            raise AssetError(
                f"Python's copy of {asset.name} cannot be read ({error.strerror}). {_REMEDY}"
            ) from error
        if size != asset.bytes:
            raise AssetError(
                f"Python's copy of {asset.name} has {size} bytes on disk instead of {asset.bytes}. "
                f"{_REMEDY}"
            )
        self.bytes_read += len(data)
        return asset, data
