"""Finds models: what `model=` means, and the files behind it. Imports nothing heavy.

A name that is not on this machine yet is fetched (fetch.py), unless it is "auto".
"""

from __future__ import annotations

import gzip
import hashlib
import json
import zlib
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from qna_widget.core.contract import own_threshold
from qna_widget.errors import ModelFileError, ModelNotFoundError
from qna_widget.hosts.assets import PACKAGE, Asset, model_files
from qna_widget.runtime.progress import Progress, transfer_bar

from . import auto, cache, fetch, names
from .cache import DESCRIPTION

BUNDLED = PACKAGE / "models" / "bundled"
ALLOWED = (
    "Allowed are 'auto' (the best model at hand), 'bundled' (the one in the package), "
    "'mobilebert', the id of a model on the hub ('owner/name', 'owner/name@revision'), and the "
    "path of a folder: one that `qna-widget export` wrote, a transformers checkpoint with "
    "model.safetensors, or an ONNX file with tokenizer.json."
)


@dataclass(frozen=True)
class ModelManifest:
    """How a model is asked. The browser's twin: js/src/runtime/protocol.ts."""

    name: str
    """What `model=` resolved to, such as "bundled"."""
    title: str
    """For the status line."""
    note: str
    """Why this model answers instead of the one asked for; "" when there is nothing to say."""
    max_seq_len: int
    """Tokens of a whole window."""
    lowercase: bool
    optimized: bool
    """Whether the graph was optimised ahead of time, so that sessions need not do it."""
    onnx: Asset
    vocab: Asset
    onnx_webgpu: Asset | None = None
    """The same model for WebGPU, fp32 or fp16 in standard operators: there int8 is slow."""
    no_answer_threshold: float = 0.0
    """Its own: "no answer" wins above this margin (logits) unless somebody sets another."""


@dataclass(frozen=True)
class AvailableModel:
    """A line of a menu of models."""

    name: str
    """What `model=` takes."""
    title: str
    where: Literal["package", "cache", "hub"]
    """Where it is now: in the package, on this machine, or still on the hub."""
    bytes: int
    """What is to be fetched where it is on the hub, what a browser loads elsewhere."""
    cached: bool
    """Whether it answers without being fetched first."""


def available() -> list[AvailableModel]:
    """Return the models that a menu should offer, without asking the network.

    The bundled one and MobileBERT always, besides every other whole model in the user's cache.
    """
    found = [_menu_line(_describe(BUNDLED), "package")]
    for short, known in names.SHORT.items():
        if cache.find(short) is None:
            hub = AvailableModel(short, known.title, "hub", known.download, cached=False)
            found.append(hub)
    for entry in cache.entries():
        with suppress(ModelFileError):
            found.append(_menu_line(_cached(entry), "cache"))
    return found


def resolve(
    name: str | Path = names.AUTO, progress: Progress | None = None, *, interactive: bool = False
) -> ModelManifest:
    """Return the model that `name` stands for; its files are described, not yet read.

    A name on the hub or a checkpoint's folder that is not in the cache yet is brought there first,
    which takes from seconds to minutes: `progress` (default: a line on the terminal or in the
    notebook) is told, and whatever it raises ends the wait. "auto" and "bundled" never wait; with
    `interactive` (a person looks on) "auto" may fetch MobileBERT beside, for the next time.

    Raises ModelNotFoundError when there is none, ModelFileError when it is damaged, HubError,
    ModelAccessError, ModelCacheError or ExportError when it could not be brought, and
    MissingExtraError without the `hub` extra.
    """
    wanted = names.parse(name)
    if wanted == names.BUNDLED:
        return _describe(BUNDLED)
    if wanted == names.AUTO:
        return _auto(interactive)
    if isinstance(wanted, names.HubName):
        entry = cache.find(str(wanted)) or fetch.fetch(wanted, progress or transfer_bar())
        return _cached(entry)
    folder = Path(wanted)
    if not folder.is_dir():
        why = "that is a file" if folder.is_file() else "there is no such folder"
        raise ModelNotFoundError(f"There is no model {str(name)!r}: {why}. {ALLOWED}")
    folder = folder.resolve()
    if (folder / DESCRIPTION).is_file():
        return _describe(folder)
    return _cached(fetch.fetch_folder(folder, progress or transfer_bar()))


def _auto(interactive: bool) -> ModelManifest:
    """Return MobileBERT once it is on this machine, else the bundled model and the reason."""
    entry = cache.find(str(names.MOBILEBERT))
    if entry is not None:
        with suppress(ModelFileError):  # damaged: as if it were not there
            return _cached(entry)
    return replace(_describe(BUNDLED), note=auto.why_bundled(interactive=interactive))


def _cached(entry: cache.Entry) -> ModelManifest:
    """Describe a model of the cache under the name that was asked for."""
    wanted = names.parse(entry.name)
    title = wanted.title if isinstance(wanted, names.HubName) else Path(entry.name).name
    return replace(_describe(entry.folder), name=entry.name, title=title)


def _menu_line(model: ModelManifest, where: Literal["package", "cache"]) -> AvailableModel:
    size = sum(file.bytes for file in model_files(model))
    return AvailableModel(model.name, model.title, where, size, cached=True)


def read_packed(asset: Asset) -> bytes:
    """Return the bytes of a model's file as shipped.

    Raises ModelFileError when it is missing or is not the one that the description names.
    """
    try:
        packed = asset.file.read_bytes()
    except OSError as error:
        raise ModelFileError(
            f"{asset.file} cannot be read ({error.strerror}). Export the model again, or reinstall "
            "qna-widget if it is the bundled one."
        ) from error
    digest = hashlib.sha256(packed).hexdigest()
    if digest != asset.sha256:
        raise ModelFileError(
            f"{asset.file} has sha256 {digest}, but {DESCRIPTION} says {asset.sha256}. It is "
            "damaged or belongs to another model; export or install it again."
        )
    return packed


def read(asset: Asset) -> bytes:
    """Return the unpacked bytes of a model's file. Raises ModelFileError as `read_packed` does."""
    packed = read_packed(asset)
    if asset.encoding == "identity":
        return packed
    try:
        return gzip.decompress(packed)
    except (OSError, EOFError, zlib.error) as error:
        raise ModelFileError(f"{asset.file} is not a gzip file: {error}.") from error


def read_vocab(asset: Asset) -> list[str]:
    """Return a vocabulary, one token per id. Raises ModelFileError as `read` does."""
    try:
        lines = read(asset).decode("utf-8").split("\n")
    except UnicodeDecodeError as error:
        raise ModelFileError(f"{asset.file} is not UTF-8: {error}.") from error
    return lines[:-1] if lines[-1] == "" else lines


def _describe(folder: Path) -> ModelManifest:
    file = folder / DESCRIPTION
    try:
        description = json.loads(file.read_text(encoding="utf-8"))
        return ModelManifest(
            name=str(description["name"]),
            title=str(description["title"]),
            note="",
            max_seq_len=int(description["max_seq_len"]),
            lowercase=bool(description["lowercase"]),
            optimized=bool(description.get("optimized", False)),
            onnx=_asset(folder, description["files"]["onnx"]),
            vocab=_asset(folder, description["files"]["vocab"]),
            onnx_webgpu=_optional_asset(folder, description["files"].get("onnx_webgpu")),
            no_answer_threshold=own_threshold(description),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelFileError(
            f"{file} is not a model description: {error!r}. Export the model again, or reinstall "
            "qna-widget if it is the bundled one."
        ) from error


def _optional_asset(folder: Path, entry: dict[str, Any] | None) -> Asset | None:
    return None if entry is None else _asset(folder, entry)


def _asset(folder: Path, entry: dict[str, Any]) -> Asset:
    """Take an entry of model.json; its file lies beside it, whatever folder the path names."""
    asset = Asset(**entry)
    file = folder / Path(asset.path).name
    inside = file.is_relative_to(PACKAGE)
    return replace(asset, path=(file.relative_to(PACKAGE) if inside else file).as_posix())
