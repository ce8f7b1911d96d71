"""Finds models: what `model=` means, and the files behind it. Imports nothing heavy."""

from __future__ import annotations

import gzip
import hashlib
import json
import zlib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from .assets import PACKAGE, Asset
from .errors import ModelFileError, ModelNotFoundError

BUNDLED = PACKAGE / "models" / "bundled"
DESCRIPTION = "model.json"
ALLOWED = (
    "Allowed are 'auto' (the best model at hand), 'bundled' (the one in the package) and the path "
    "of a folder that `qna-widget export` wrote."
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


def resolve(name: str | Path = "auto") -> ModelManifest:
    """Return the model that `name` stands for; its files are described, not yet read.

    Raises ModelNotFoundError when there is none, ModelFileError when its description is broken.
    """
    if name in ("auto", "bundled"):
        return _describe(BUNDLED)
    folder = Path(name).expanduser()
    if not (folder / DESCRIPTION).is_file():
        reason = (
            f"that folder has no {DESCRIPTION}" if folder.is_dir() else "there is no such folder"
        )
        raise ModelNotFoundError(f"There is no model {str(name)!r}: {reason}. {ALLOWED}")
    return _describe(folder.resolve())


def read(asset: Asset) -> bytes:
    """Return the unpacked bytes of a model's file.

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
