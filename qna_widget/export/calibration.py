"""The texts on which the export looks how large activations get, and the looking."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from importlib import resources

import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray
from onnx import TensorProto, helper

from qna_widget.core.pipeline import prepare
from qna_widget.core.tokenizer import Tokenizer
from qna_widget.core.types import LOGIT_NAMES, Feature, FeatureOptions
from qna_widget.runtime.session import model_inputs

# Where a text may be broken into lines.
_END = re.compile(r"(?<=[.;:,]) ")
Floats = NDArray[np.float32]
Peaks = Mapping[str, Floats]


def calibration_features(tokenizer: Tokenizer, max_seq_len: int) -> list[Feature]:
    """Return windows over calibration.json: each text alone, and as many full-length windows.

    Both are needed: some channels grow large only where a window is long. So are, for a model that
    reads signs for the layout, texts that are full of them.
    """
    file = resources.files(__package__).joinpath("calibration.json")
    texts = json.loads(file.read_text(encoding="utf-8"))
    features = _windows(texts["pairs"], tokenizer, max_seq_len)
    if tokenizer.options.layout_signs:
        lines = [{**pair, "passage": _END.sub("\n", pair["passage"])} for pair in texts["pairs"]]
        features += _windows([*texts["laid_out"], *lines], tokenizer, max_seq_len)
    return features


def _windows(
    pairs: Sequence[Mapping[str, str]], tokenizer: Tokenizer, max_seq_len: int
) -> list[Feature]:
    joined = "\n\n".join(pair["passage"] for pair in pairs)
    options = FeatureOptions(
        max_seq_len=max_seq_len, doc_stride=max_seq_len, max_question_tokens=max_seq_len // 4
    )
    features = []
    for number, pair in enumerate(pairs):
        features += prepare(pair["question"], pair["passage"], tokenizer, options).features
        windows = prepare(pair["question"], joined, tokenizer, options).features
        features.append(windows[number % len(windows)])
    return features


def peaks(model: onnx.ModelProto, names: list[str], features: Iterable[Feature]) -> Peaks:
    """Return the largest absolute value of each channel (last axis) of the tensors `names`."""
    return _largest(model, names, features, lambda rows: np.abs(rows).max(axis=0))


def lengths(model: onnx.ModelProto, names: list[str], features: Iterable[Feature]) -> Peaks:
    """Return the largest Euclidean length of a row (last axis) of each of the tensors `names`."""
    return _largest(model, names, features, lambda rows: np.linalg.norm(rows, axis=1).max())


def _largest(
    model: onnx.ModelProto,
    names: list[str],
    features: Iterable[Feature],
    measure: Callable[[Floats], Floats],
) -> Peaks:
    """Return the largest that `measure` finds in the rows [tokens, channels] of each tensor."""
    found: dict[str, Floats] = {}
    for values in watch(model, names, features):
        for name, value in values.items():
            largest = measure(value.reshape(-1, value.shape[-1]))
            found[name] = np.maximum(found.get(name, largest), largest)
    return found


def watch(
    model: onnx.ModelProto, names: list[str], features: Iterable[Feature]
) -> Iterator[dict[str, Floats]]:
    """Yield for each feature what the tensors `names` hold."""
    if not names:
        return  # a session that is asked for nothing gives everything
    watched = copy.deepcopy(model)
    for name in names:
        watched.graph.output.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, None))
    for values in _run(watched.SerializeToString(), names, features):
        yield dict(zip(names, values, strict=True))


def logits(model: bytes, features: Iterable[Feature]) -> Floats:
    """Return the start and end logits of all features, one after the other."""
    return np.concatenate([np.ravel(values) for values in _run(model, LOGIT_NAMES, features)])


def _run(model: bytes, names: Sequence[str], features: Iterable[Feature]) -> Iterator[list[Floats]]:
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    wanted = {tensor.name for tensor in session.get_inputs()}
    for feature in features:
        feeds = {name: ids for name, ids in model_inputs(feature).items() if name in wanted}
        yield session.run(names, feeds)
