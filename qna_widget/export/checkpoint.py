"""Reads a transformers checkpoint folder: numbers and JSON only, nothing in it is run."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, deserialize

from qna_widget.errors import ExportError

from .checkpoint_files import CONFIG, INDEX, WEIGHTS, read_bytes, read_config, read_object
from .vocabulary import Vocabulary, read_vocabulary

_FLOATS = {"F16": "<f2", "F32": "<f4", "F64": "<f8"}
_INTEGERS = {"I64", "I32", "U8", "BOOL"}
# What torch puts before a name: DataParallel, torch.compile.
_WRAPPERS = ("module.", "_orig_mod.")
_HEAD = "qa_outputs.weight"


@dataclass(frozen=True)
class Checkpoint:
    """A model's configuration, weights (float32) and vocabulary."""

    folder: Path
    config: Mapping[str, object]
    weights: Mapping[str, NDArray[np.float32]]
    vocabulary: Vocabulary
    weights_sha256: str
    _read: set[str] = field(default_factory=set, compare=False, repr=False)

    def __getitem__(self, name: str) -> NDArray[np.float32]:
        """Return a weight by its name in the checkpoint."""
        self._read.add(name)
        try:
            return self.weights[name]
        except KeyError:
            raise ExportError(
                f"{self.folder} has no weight {name!r}. A question-answering checkpoint of "
                f"{self.config.get('model_type')!r} is needed, its head (qa_outputs) included."
            ) from None

    def number(self, name: str, default: float) -> float:
        """Return a number from config.json."""
        value = self.config.get(name, default)
        if not isinstance(value, int | float):
            raise ExportError(f"{self.folder / CONFIG}: {name} is {value!r}, not a number.")
        return float(value)

    def refuse_unread(self) -> None:
        """Raise ExportError when a layer has weights that nobody asked for: its model has more."""
        layers = re.compile(rf"{self.config.get('model_type')}\..*\blayer\.\d+\..*")
        left = [name for name in self.weights if layers.fullmatch(name) and name not in self._read]
        if left:
            raise ExportError(
                f"{self.folder} has {len(left)} weights that its {CONFIG} has no place for, such "
                f"as {left[-1]!r}: the two do not belong together. Take {CONFIG} from the "
                "checkpoint that the weights came with."
            )

    def integer(self, name: str) -> int:
        """Return a whole number, 1 or more, from config.json."""
        value = self.config.get(name)
        if not isinstance(value, int) or value < 1:
            raise ExportError(
                f"{self.folder / CONFIG}: {name} is {value!r}, not a whole number from 1 on."
            )
        return value


def read_checkpoint(folder: Path) -> Checkpoint:
    """Read config.json, the safetensors file or files and the tokenizer of a folder.

    Raises ExportError, which names the file, for what is missing, damaged or not understood.
    """
    read_object(folder / CONFIG)  # it must be there
    config = read_config(folder)
    weights: dict[str, NDArray[np.float32]] = {}
    digest = hashlib.sha256()
    for file in weight_files(folder):
        data = read_bytes(file)
        digest.update(data)
        weights |= _weights(file, data)
    _refuse_adapters(folder, weights)
    vocabulary = read_vocabulary(folder)
    weights = _unwrapped(weights)
    _refuse_another_config(folder, config, weights)
    return Checkpoint(
        folder=folder,
        config=config,
        weights=weights,
        vocabulary=vocabulary,
        weights_sha256=digest.hexdigest(),
    )


def weight_files(folder: Path) -> list[Path]:
    """Return the files that hold the weights: model.safetensors, or the shards its index names."""
    if (folder / INDEX).is_file() and not (folder / WEIGHTS).is_file():
        shards = read_object(folder / INDEX).get("weight_map")
        if not isinstance(shards, dict) or not shards:
            raise ExportError(f"{folder / INDEX} names no weights (weight_map).")
        names = sorted({str(name) for name in shards.values()})
        strange = [name for name in names if Path(name).name != name]
        if strange:
            raise ExportError(f"{folder / INDEX} names a file outside its folder: {strange[0]!r}.")
        return [folder / name for name in names]
    return [folder / WEIGHTS]


def _weights(file: Path, data: bytes) -> dict[str, NDArray[np.float32]]:
    try:
        tensors = deserialize(data)  # type: ignore[no-untyped-call]
    except SafetensorError as error:
        raise ExportError(f"{file} is no safetensors file, or damaged: {error}.") from error
    found = {}
    for name, tensor in tensors:
        if tensor["dtype"] in _INTEGERS:
            continue  # position_ids, which count from 0, as old checkpoints keep them
        values = _floats(file, name, tensor).reshape(tensor["shape"])
        if not np.isfinite(values).all():
            raise ExportError(
                f"{file}: {name} holds numbers that are not finite (NaN or infinity). Its training "
                "went wrong, or the file was damaged; take an earlier checkpoint."
            )
        found[_modern(name)] = values
    return found


def _floats(file: Path, name: str, tensor: Mapping[str, Any]) -> NDArray[np.float32]:
    kind, data = tensor["dtype"], bytes(tensor["data"])
    if kind == "BF16":  # the upper half of a float32, which NumPy has no name for
        return (np.frombuffer(data, "<u2").astype(np.uint32) << 16).view(np.float32)
    if kind not in _FLOATS:
        raise ExportError(
            f"{file}: {name} is of type {kind}; allowed are BF16, {', '.join(_FLOATS)}."
        )
    return np.frombuffer(data, _FLOATS[kind]).astype(np.float32)


def _modern(name: str) -> str:
    """Return the name that transformers gives a weight today; early files have TensorFlow's."""
    for wrapper in _WRAPPERS:
        name = f".{name}".replace(f".{wrapper}", ".")[1:]
    return name.replace("LayerNorm.gamma", "LayerNorm.weight").replace(
        "LayerNorm.beta", "LayerNorm.bias"
    )


def _unwrapped(weights: dict[str, NDArray[np.float32]]) -> dict[str, NDArray[np.float32]]:
    """Return the weights without what stands before all their names, such as "model."."""
    heads = [name for name in weights if name == _HEAD or name.endswith(f".{_HEAD}")]
    prefix = min(heads, key=len)[: -len(_HEAD)] if heads else ""
    return {name.removeprefix(prefix): values for name, values in weights.items()}


def _refuse_another_config(
    folder: Path, config: Mapping[str, Any], weights: Mapping[str, NDArray[np.float32]]
) -> None:
    """Raise ExportError where the tables of words and places are not as long as the config says."""
    for table, key in (("word", "vocab_size"), ("position", "max_position_embeddings")):
        said, end = config.get(key), f"embeddings.{table}_embeddings.weight"
        rows = next((len(values) for name, values in weights.items() if name.endswith(end)), said)
        if isinstance(said, int) and rows != said:
            raise ExportError(
                f"{folder}: {key} is {said} in {CONFIG}, and its weights have {rows} rows for it. "
                "Take both from one checkpoint."
            )


def _refuse_adapters(folder: Path, names: Iterable[str]) -> None:
    adapted = next((name for name in names if re.search(r"\blora_|\bbase_layer\b", name)), None)
    if adapted is not None:
        raise ExportError(
            f"{folder} keeps an adapter beside its weights ({adapted}): let peft merge it into the "
            "model (merge_and_unload), save that (save_pretrained), and give that folder."
        )
