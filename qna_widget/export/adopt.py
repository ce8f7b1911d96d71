"""Takes an ONNX file that somebody else exported, as it is; only its borders are fitted.

Sessions feed int64 and read float32 (runtime/session.py, js/src/runtime/worker/session.ts): inputs
of int32 and outputs of float16 get a cast. Segments that the model's own tokenizer does not give
become zeros.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, external_data_helper, helper

from qna_widget.core.contract import own_cut_share, own_threshold
from qna_widget.core.features import create_features
from qna_widget.core.tokenizer import Tokenizer
from qna_widget.core.types import LOGIT_NAMES, MODEL_INPUTS, Encoding
from qna_widget.errors import ExportError
from qna_widget.runtime.session import Session

from .bundle import Model, Origin, write_model
from .checkpoint_files import read_bytes, read_own
from .vocabulary import read_vocabulary


def adopt_onnx(folder: Path, file: str, target: Path, origin: Origin, *, max_seq_len: int) -> Path:
    """Write the ONNX file `folder`/`file` and its vocabulary into `target` as an export does.

    Returns model.json's path. Raises ExportError when it is no extractive question-answering model
    of the BERT family.
    """
    vocabulary = read_vocabulary(folder)
    data = read_bytes(folder / file)
    model = _load(data, file)
    fitted = _fit_inputs(model, file) + _fit_outputs(model, file)
    if not vocabulary.segments:
        fitted += _fit_segments(model)
    graph = model.SerializeToString() if fitted else data
    adopted = Model(
        graph=graph,
        vocabulary=vocabulary,
        max_seq_len=max_seq_len,
        optimized=False,
        weights_sha256=hashlib.sha256(data).hexdigest(),
        no_answer_threshold=read_own(folder, own_threshold),
        cut_share=read_own(folder, own_cut_share),
    )
    return write_model(adopted, replace(origin, source=f"{origin.source}, {file}"), target)


def check_answers(graph: bytes, tokenizer: Tokenizer, max_seq_len: int) -> None:
    """Ask a model for the shortest and the longest window, the vocabulary's last token included.

    Raises ExportError when it fails, or when what comes back are no logits of tokens.
    """
    session = Session(graph, threads=1)
    last = len(tokenizer.vocab) - 1
    for tokens in (1, max_seq_len - 4):  # of the passage; the rest are [CLS], question, two [SEP]
        features = create_features(
            Encoding(np.array([tokenizer.sep_id], np.int32), *np.array([[0], [1]], np.int32)),
            Encoding(*np.array([[last] * tokens, range(tokens), range(1, tokens + 1)], np.int32)),
            cls_id=tokenizer.cls_id,
            sep_id=tokenizer.sep_id,
            max_seq_len=max_seq_len,
            doc_stride=max_seq_len,
        )
        length = len(features[0].input_ids)
        try:
            (logits,) = session.run(features)
        except Exception as error:  # onnxruntime raises a class per status code, with no base
            raise ExportError(
                f"The model cannot read {length} tokens with ids up to {last}: {error}. Its "
                "vocabulary or its longest input does not belong to it."
            ) from error
        both = (logits.start_logits, logits.end_logits)
        if not all(part.shape == (length,) and np.isfinite(part).all() for part in both):
            shapes = [part.shape for part in both]
            raise ExportError(
                f"The model gives {shapes} for {length} tokens, or numbers that are not finite. "
                "A question-answering model gives one start and one end logit per token."
            )


def _load(data: bytes, file: str) -> onnx.ModelProto:
    try:
        model = onnx.load_from_string(data)
    except Exception as error:  # protobuf's DecodeError, which has no typed home
        raise ExportError(f"{file} is not an ONNX file: {error}.") from error
    # A path to elsewhere, chosen by the file's author: never followed.
    if any(external_data_helper.uses_external_data(tensor) for tensor in model.graph.initializer):
        raise ExportError(f"{file} keeps its weights in a second file; one whole file is needed.")
    return model


def _fit_inputs(model: onnx.ModelProto, file: str) -> int:
    """Let int32 inputs take int64. Returns how many were changed."""
    graph = model.graph
    weights = {tensor.name for tensor in graph.initializer}
    inputs = [value for value in graph.input if value.name not in weights]
    names = [value.name for value in inputs]
    if "input_ids" not in names or not set(names) <= set(MODEL_INPUTS):
        raise ExportError(
            f"{file} takes {', '.join(names)}; needed is input_ids, allowed besides are "
            "attention_mask and token_type_ids."
        )
    changed = 0
    for value in inputs:
        _refuse_fixed_length(value, file)
        kind = value.type.tensor_type.elem_type
        if kind == TensorProto.INT64:
            continue
        if kind != TensorProto.INT32:
            raise ExportError(
                f"{file}: {value.name} is of type {TensorProto.DataType.Name(kind)}; "
                "allowed are INT64 and INT32."
            )
        inside = f"{value.name}:int32"
        for node in graph.node:
            node.input[:] = [inside if name == value.name else name for name in node.input]
        graph.node.insert(
            0, helper.make_node("Cast", [value.name], [inside], name=inside, to=TensorProto.INT32)
        )
        value.type.tensor_type.elem_type = TensorProto.INT64
        changed += 1
    return changed


def _refuse_fixed_length(value: onnx.ValueInfoProto, file: str) -> None:
    """Raise ExportError when an input takes one length only, or several texts at once only."""
    sizes = [dim.dim_value for dim in value.type.tensor_type.shape.dim]  # 0 or less: left open
    if len(sizes) == 2 and (sizes[0] > 1 or sizes[1] > 0):
        shape = ", ".join(str(size) if size > 0 else "any" for size in sizes)
        raise ExportError(
            f"{file}: {value.name} has a fixed shape, [{shape}] (texts, tokens). Windows are of "
            "any length, so tokens must be left open, and texts open or 1. Export it anew with "
            "dynamic axes, or give the checkpoint with its weights (model.safetensors)."
        )


def _fit_segments(model: onnx.ModelProto) -> int:
    """Put zeros in place of the input token_type_ids. Returns how many inputs were changed."""
    graph = model.graph
    given = [value for value in graph.input if value.name == "token_type_ids"]
    for value in given:
        graph.input.remove(value)
        zeros = helper.make_node("Sub", ["input_ids", "input_ids"], [value.name], name="segments:0")
        graph.node.insert(0, zeros)
    return len(given)


def _fit_outputs(model: onnx.ModelProto, file: str) -> int:
    """Let float16 outputs give float32. Returns how many were changed."""
    graph = model.graph
    names = [value.name for value in graph.output]
    if not set(LOGIT_NAMES) <= set(names):
        raise ExportError(
            f"{file} gives {', '.join(names)}; a question-answering model gives "
            f"{' and '.join(LOGIT_NAMES)}."
        )
    changed = 0
    for value in graph.output:
        if value.type.tensor_type.elem_type != TensorProto.FLOAT16:
            continue
        inside = f"{value.name}:float16"
        for node in graph.node:
            node.input[:] = [inside if name == value.name else name for name in node.input]
            node.output[:] = [inside if name == value.name else name for name in node.output]
        graph.node.append(
            helper.make_node("Cast", [inside], [value.name], name=inside, to=TensorProto.FLOAT)
        )
        value.type.tensor_type.elem_type = TensorProto.FLOAT
        changed += 1
    return changed
