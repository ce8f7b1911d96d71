"""Reads a transformers checkpoint folder: numbers and JSON only, nothing in it is run."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open

from qna_widget.errors import ExportError
from qna_widget.vocabulary import read_vocabulary


@dataclass(frozen=True)
class Checkpoint:
    """A model's configuration, weights (float32) and vocabulary (one token per id)."""

    folder: Path
    config: Mapping[str, Any]
    weights: Mapping[str, NDArray[np.float32]]
    vocab: tuple[str, ...]
    lowercase: bool
    weights_sha256: str

    def __getitem__(self, name: str) -> NDArray[np.float32]:
        """Return a weight by its name in the checkpoint."""
        try:
            return self.weights[name]
        except KeyError:
            raise ExportError(
                f"{self.folder} has no weight {name!r}. A question-answering checkpoint of "
                f"{self.config.get('model_type')!r} is needed, its head (qa_outputs) included."
            ) from None

    def integer(self, name: str) -> int:
        """Return a whole number from config.json."""
        value = self.config.get(name)
        if not isinstance(value, int):
            raise ExportError(
                f"{self.folder}/config.json: {name} is {value!r}, not a whole number."
            )
        return value


def read_checkpoint(folder: Path) -> Checkpoint:
    """Read config.json, model.safetensors and vocab.txt (or tokenizer.json) of a folder."""
    weights_file = folder / "model.safetensors"
    for file in (folder / "config.json", weights_file):
        if not file.is_file():
            raise ExportError(
                f"{file} does not exist. Give the folder of a transformers checkpoint with "
                "config.json, model.safetensors and vocab.txt or tokenizer.json."
            )
    config = _json(folder / "config.json")
    vocabulary = read_vocabulary(folder)
    return Checkpoint(
        folder=folder,
        config=config,
        weights=_weights(weights_file),
        vocab=vocabulary.tokens,
        lowercase=vocabulary.lowercase,
        weights_sha256=hashlib.sha256(weights_file.read_bytes()).hexdigest(),
    )


def _json(file: Path) -> dict[str, Any]:
    try:
        value = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ExportError(f"{file} is not JSON: {error}") from error
    if not isinstance(value, dict):
        raise ExportError(f"{file} holds no JSON object.")
    return value


def _weights(file: Path) -> dict[str, NDArray[np.float32]]:
    try:
        with safe_open(str(file), framework="numpy") as tensors:
            return {name: tensors.get_tensor(name).astype(np.float32) for name in tensors.keys()}  # noqa: SIM118
    except (SafetensorError, TypeError) as error:
        raise ExportError(f"{file} cannot be read as float16 or float32: {error}") from error
