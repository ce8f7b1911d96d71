"""A model's files: whether they are the ones described, and what they hold."""

from __future__ import annotations

import hashlib
import zlib

from qna_widget.core.bounded import MODEL_BYTES, gunzip, read_at_most
from qna_widget.core.manifest import DESCRIPTION, Asset
from qna_widget.errors import ModelFileError

from . import cache


class WrongBytesError(Exception):
    """A file is not the one that its asset describes; `digest` is the sha256 that it has."""

    def __init__(self, digest: str) -> None:
        super().__init__(digest)
        self.digest = digest


def verify(asset: Asset) -> bytes:
    """Return a file's bytes as shipped.

    Raises WrongBytesError when they are not those that the asset describes, and OSError.
    """
    packed = read_at_most(asset.file, MODEL_BYTES)
    digest = hashlib.sha256(packed).hexdigest()
    if digest != asset.sha256:
        raise WrongBytesError(digest)
    return packed


def read_packed(asset: Asset) -> bytes:
    """Return the bytes of a model's file as shipped.

    Raises ModelFileError when it is missing or is not the one that the description names.
    """
    try:
        return verify(asset)
    except OSError as error:
        raise ModelFileError(
            f"{asset.file} cannot be read ({error.strerror}). {_remedy(asset)}"
        ) from error
    except WrongBytesError as error:
        raise ModelFileError(
            f"{asset.file} has sha256 {error.digest}, but {DESCRIPTION} says {asset.sha256}. It is "
            f"damaged or belongs to another model. {_remedy(asset)}"
        ) from error


def read(asset: Asset) -> bytes:
    """Return the unpacked bytes of a model's file. Raises ModelFileError as `read_packed` does."""
    packed = read_packed(asset)
    if asset.encoding == "identity":
        return packed
    try:
        return gunzip(packed, asset.unpacked_bytes)
    except (OSError, EOFError, ValueError, zlib.error) as error:
        raise ModelFileError(
            f"{asset.file} is not the gzip file that {DESCRIPTION} describes: {error}. Export the "
            "model again."
        ) from error


def read_vocab(asset: Asset) -> list[str]:
    """Return a vocabulary, one token per id. Raises ModelFileError as `read` does."""
    try:
        lines = read(asset).decode("utf-8").split("\n")
    except UnicodeDecodeError as error:
        raise ModelFileError(f"{asset.file} is not UTF-8: {error}.") from error
    return lines[:-1] if lines[-1] == "" else lines


def _remedy(asset: Asset) -> str:
    """Return how to get a file again, as a sentence."""
    if (name := cache.hub_name_of(asset.file.parent)) is not None:
        return f"`qna-widget fetch {name}` brings it again."
    return "Export the model again, or reinstall qna-widget if it is the bundled one."
