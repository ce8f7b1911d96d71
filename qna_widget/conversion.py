"""A checkpoint's folder → the folder that browser and kernel load: which file, how, and its key.

checkpoint with model.safetensors → our own graph (export); else an ONNX file → as it is.
No pickle is opened, ever: loading one runs whatever code it holds.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

from .errors import ExportError, ModelNotFoundError, QnaError, needs_extra
from .names import HubName
from .vocabulary import TOKENIZER_FILES, read_vocabulary

# Part of every key: raise it when the same checkpoint would become other files.
RECIPE = 1
LONGEST = 384  # tokens in a window; longer ones cost more than they find
CONFIG = "config.json"
WEIGHTS = "model.safetensors"
INDEX = f"{WEIGHTS}.index.json"  # of weights in several files
_SHARD = re.compile(r"model-\d+-of-\d+\.safetensors")
# Where publishers put ONNX files; the smallest that answers well first.
ONNX_FILES = (
    "onnx/model_quantized.onnx",
    "onnx/model_int8.onnx",
    "model_quantized.onnx",
    "onnx/model.onnx",
    "model.onnx",
)
_NOT_OURS = ("pytorch_model.bin", "tf_model.h5", "flax_model.msgpack", "model.ckpt")


def read_config(folder: Path) -> dict[str, Any]:
    """Return config.json's content; {} when there is none. Raises ExportError."""
    file = folder / CONFIG
    if not file.is_file():
        return {}
    try:
        config = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ExportError(f"{file} is not JSON: {error}") from error
    if not isinstance(config, dict):
        raise ExportError(f"{file} holds no JSON object.")
    return config


def choose(files: Collection[str], config: Mapping[str, Any], where: str) -> str:
    """Return which of `files` (paths in the folder) the model is made of.

    `where` is for messages. Raises ExportError when none can be, and says why;
    ModelNotFoundError when nothing looks like a model.
    """
    weights = next((file for file in (WEIGHTS, INDEX) if file in files), None)
    kinds = _architectures() if weights else []
    kind = config.get("model_type")
    if weights and kind in kinds:
        return weights
    ready = next((file for file in ONNX_FILES if file in files), None)
    if ready is None and len(found := [file for file in files if file.endswith(".onnx")]) == 1:
        ready = found[0]
    if ready is not None:
        return ready
    if weights:
        raise ExportError(
            f"{where} is a model of type {kind!r}; known are {', '.join(kinds)}, and there is no "
            "ONNX file to take instead. Give a question-answering model of the BERT family."
        )
    pickles = [file for file in _NOT_OURS if file in files]
    if pickles:
        raise ExportError(
            f"{where} has only {', '.join(pickles)}, no {WEIGHTS}. Such files are not opened: a "
            "pickle runs any code that its author put in. Ask its owner for safetensors, or, where "
            "you trust it, let transformers convert it (AutoModelForQuestionAnswering"
            ".from_pretrained(…).save_pretrained(folder)) and give that folder."
        )
    raise ModelNotFoundError(
        f"{where} holds no model: neither model.json (which `qna-widget export` writes), "
        f"{WEIGHTS} (with {CONFIG} and vocab.txt or tokenizer.json) nor an ONNX file."
    )


def needed(chosen: str, files: Collection[str]) -> list[str]:
    """Return all files that `convert` reads, of those that are there."""
    parts = [file for file in files if chosen == INDEX and _SHARD.fullmatch(file)]
    return [file for file in (CONFIG, chosen, *TOKENIZER_FILES) if file in files] + sorted(parts)


def key(folder: Path, files: Iterable[str]) -> str:
    """Return the key that stands for these files' content and our way of converting them."""
    whole = hashlib.sha256(f"recipe {RECIPE}\n".encode())
    for name in sorted(files):
        with (folder / name).open("rb") as file:
            digest = hashlib.file_digest(file, "sha256")
        whole.update(f"{name} {digest.hexdigest()}\n".encode())
    return whole.hexdigest()[:32]


def convert(folder: Path, chosen: str, target: Path, name: HubName | Path, licence: str) -> None:
    """Write model.json and its files into `target`, and ask the model once whether it answers.

    Raises ExportError or ModelFileError when it is no question-answering model, or damaged.
    """
    with needs_extra("Converting a model", "hub"):
        from .export import Origin, export_checkpoint
        from .export.adopt import adopt_onnx, check_answers
        from .tokenizer import Tokenizer
    title = name.title if isinstance(name, HubName) else name.name
    origin = Origin(str(name), title, str(name), licence)
    config, vocabulary = read_config(folder), read_vocabulary(folder)
    words, positions = config.get("vocab_size"), config.get("max_position_embeddings")
    if isinstance(words, int) and len(vocabulary.tokens) > words:
        raise ExportError(
            f"{name} has a vocabulary of {len(vocabulary.tokens)} tokens for a model of {words}; "
            "it belongs to another one."
        )
    length = min(LONGEST, positions) if isinstance(positions, int) else LONGEST
    try:
        if chosen in (WEIGHTS, INDEX):
            export_checkpoint(folder, target, origin, max_seq_len=length)
        else:
            adopt_onnx(folder, chosen, target, origin, max_seq_len=length)
        graph = gzip.decompress((target / "model.onnx.gz").read_bytes())
        check_answers(graph, Tokenizer(vocabulary.tokens, lowercase=vocabulary.lowercase), length)
    except (QnaError, OSError, MemoryError):
        raise
    except Exception as error:  # the files are a stranger's: any library may stumble over them
        raise ExportError(
            f"{name} cannot be converted, its files do not fit together: {error}"
        ) from error


def _architectures() -> list[str]:
    with needs_extra("Converting a model", "hub"):
        from .export import ARCHITECTURES
    return list(ARCHITECTURES)
