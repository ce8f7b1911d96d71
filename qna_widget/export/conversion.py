"""A checkpoint's folder → the folder that browser and kernel load: which file, how, and its key.

checkpoint with model.safetensors → our own graph (export); else an ONNX file → as it is.
No pickle is opened, ever: loading one runs whatever code it holds.
"""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from qna_widget.core.types import Precision
from qna_widget.errors import ExportError, ModelNotFoundError, QnaError, needs_extra

from .checkpoint_files import (
    CONFIG,
    INDEX,
    TOKENIZER_FILES,
    WEIGHTS,
    read_bytes,
    read_config,
    what_it_is_instead,
)
from .vocabulary import read_tokenizer_config, read_vocabulary

RECIPE = 6
"""Part of every key: raise it when the same checkpoint would become other files."""
MAX_WINDOW = 384
"""Tokens; longer windows cost more than they find."""
ONNX_FILES = (
    "onnx/model_quantized.onnx",
    "onnx/model_int8.onnx",
    "model_quantized.onnx",
    "onnx/model.onnx",
    "model.onnx",
)
"""Where publishers put ONNX files; the smallest that answers well first."""
_NOT_OURS = ("pytorch_model.bin", "tf_model.h5", "flax_model.msgpack", "model.ckpt")


@dataclass(frozen=True)
class Source:
    """A model's files, as somebody else made them, and what there is to say about them."""

    folder: Path
    chosen: str
    """The file with the weights, or the ONNX file."""
    files: tuple[str, ...]
    """All that the conversion reads, as paths in the folder."""
    name: str
    title: str
    where: str
    """Where it comes from, for model.json; "" for a folder, whose path is left out of what may be
    published."""
    licence: str


def choose(files: Collection[str], config: Mapping[str, object], where: str) -> str:
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
    if weights and kind is None:
        raise ExportError(
            f"{where} has {weights}, but no {CONFIG} that says what kind of model it is "
            "(model_type, or architectures). Take it from the checkpoint that the weights came "
            "with."
        )
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
    instead = what_it_is_instead(files)
    if instead:
        raise ModelNotFoundError(f"{where} holds no model. {instead}")
    raise ModelNotFoundError(
        f"{where} holds no model: neither model.json (which `qna-widget export` writes), "
        f"{WEIGHTS} (with {CONFIG} and vocab.txt or tokenizer.json) nor an ONNX file."
    )


def needed(chosen: str, files: Collection[str], folder: Path, where: str) -> tuple[str, ...]:
    """Return all files that `convert` reads, of those that are there.

    `folder` holds the index where that was chosen; `where` is for messages. Raises ExportError when
    the index names files that are not there.
    """
    parts = _shards(folder) if chosen == INDEX else []
    missing = [part for part in parts if part not in files]
    if missing:
        raise ExportError(f"{where} lacks {', '.join(missing)}, which its {INDEX} names.")
    return (*(file for file in (CONFIG, chosen, *TOKENIZER_FILES) if file in files), *parts)


def key(source: Source) -> str:
    """Return the key that stands for the files' content and our way of converting them."""
    whole = hashlib.sha256(f"recipe {RECIPE}\n".encode())
    for name in sorted(source.files):
        digest = hashlib.sha256(read_bytes(source.folder / name)).hexdigest()
        whole.update(f"{name} {digest}\n".encode())
    return whole.hexdigest()[:32]


def convert(
    source: Source,
    target: Path,
    *,
    max_seq_len: int | None = None,
    precision: Precision | None = None,
) -> Path:
    """Write model.json and its files into `target`, and ask the model once whether it answers.

    `max_seq_len` in tokens; None: as many as the model takes, 384 at most. `precision`: as
    `export_checkpoint` takes it. Returns model.json's path. Raises ExportError or ModelFileError
    when it is no question-answering model, or damaged.
    """
    with needs_extra("Converting a model", "hub"):
        from qna_widget.core.tokenizer import Tokenizer

        from .adopt import adopt_onnx, check_answers
        from .bundle import Origin
        from .recipe import export_checkpoint
    origin = Origin(source.name, source.title, source.where, source.licence)
    with _conversion_errors(source.name):
        vocabulary = read_vocabulary(source.folder)
        longest = _window(source, len(vocabulary.tokens))
        length = longest if max_seq_len is None else max_seq_len
        if source.chosen in (WEIGHTS, INDEX):
            file = export_checkpoint(
                source.folder,
                target,
                origin,
                max_seq_len=length,
                precision=precision or "int8",
            )
        elif precision is None:
            file = adopt_onnx(source.folder, source.chosen, target, origin, max_seq_len=length)
        else:
            raise ExportError(
                f"{source.name} has an ONNX file and no weights to convert. It is taken as it is; "
                "leave the precision out."
            )
        graph = gzip.decompress((target / "model.onnx.gz").read_bytes())
        check_answers(graph, Tokenizer(vocabulary.tokens, vocabulary.options), length)
    return file


def _window(source: Source, tokens: int) -> int:
    """Return the most tokens of a window. Raises ExportError for another model's vocabulary."""
    config = read_config(source.folder)
    words, positions = config.get("vocab_size"), config.get("max_position_embeddings")
    if isinstance(words, int) and tokens > words:
        raise ExportError(
            f"{source.name} has a vocabulary of {tokens} tokens for a model of {words}; it belongs "
            "to another one."
        )
    if positions is None:  # an ONNX file alone; its tokenizer knows, too
        positions = read_tokenizer_config(source.folder).get("model_max_length")
    return min(MAX_WINDOW, positions) if isinstance(positions, int) else MAX_WINDOW


@contextmanager
def _conversion_errors(name: str) -> Iterator[None]:
    """Tell in words whatever goes wrong: the files are a stranger's, any library may stumble."""
    try:
        yield
    except (QnaError, OSError, MemoryError):
        raise
    except Exception as error:
        raise ExportError(
            f"{name} cannot be converted, its files do not fit together: {error}"
        ) from error


def _architectures() -> list[str]:
    with needs_extra("Converting a model", "hub"):
        from .recipe import ARCHITECTURES
    return list(ARCHITECTURES)


def _shards(folder: Path) -> list[str]:
    with needs_extra("Converting a model", "hub"):
        from .checkpoint import weight_files
    return [file.name for file in weight_files(folder)]
