"""Scores for choosing between checkpoints: the package's own windows, decoding and evaluation."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import torch
from transformers import PreTrainedModel

from qna_widget.core.decoding import Decoder
from qna_widget.core.pipeline import Prepared, conclude, prepare
from qna_widget.core.tokenizer import Tokenizer
from qna_widget.core.types import Decoded, DecodingOptions, Feature, FeatureOptions, Logits
from qna_widget.evaluation import Prediction, report
from qna_widget.evaluation.squad import Example
from training.attention import bfloat16
from training.measure import Told

# The best span whatever its margin; thresholds are tried afterwards.
SPANS_ONLY = DecodingOptions(top_k=1, no_answer_threshold=math.inf)
WITH_CUTS = replace(SPANS_ONLY, cut_share=1.0)
TOKENS_PER_BATCH = 6000


def evaluate(
    model: PreTrainedModel,
    tokenizer: Tokenizer,
    examples: Sequence[Example],
    *,
    bf16: bool = False,
) -> dict[str, float]:
    """Return the figures of `qna_widget.evaluation.report` (percent, logits, seconds).

    Windows and decoding have the package's defaults. With `bf16` it is faster, and figures move
    by some tenths.
    """
    began = time.monotonic()
    read = read_all(model, tokenizer, examples, bf16=bf16)
    told = [best_span(prepared, logits) for prepared, logits in read]
    predictions = [Prediction(one.text, one.margin) for one in told]
    return dict(report(examples, predictions, 0.0, time.monotonic() - began).figures)


def read_all(
    model: PreTrainedModel,
    tokenizer: Tokenizer,
    examples: Sequence[Example],
    *,
    bf16: bool = False,
) -> list[tuple[Prepared, list[Logits]]]:
    """Run the model on every window of every example, in batches of similar length."""
    prepared: list[Prepared] = []
    for example in examples:
        previous = prepared[-1] if prepared else None
        prepared.append(
            prepare(example.question, example.passage, tokenizer, FeatureOptions(), previous)
        )
    windows = [
        (row, number, feature)
        for row, one in enumerate(prepared)
        for number, feature in enumerate(one.features)
    ]
    windows.sort(key=lambda window: len(window[2].input_ids))
    found: dict[tuple[int, int], Logits] = {}
    for batch in _batches(windows):
        features = [feature for _, _, feature in batch]
        logits = _forward(model, features, tokenizer.pad_id, bf16)
        for (row, number, _), output in zip(batch, logits, strict=True):
            found[row, number] = output
    return [
        (one, [found[row, number] for number in range(len(one.features))])
        for row, one in enumerate(prepared)
    ]


def best_span(prepared: Prepared, logits: Sequence[Logits]) -> Told:
    """Decode the windows of a question."""
    return _told(_decode(prepared, logits, 1.0, SPANS_ONLY))


def best_span_and_cuts(
    prepared: Prepared, logits: Sequence[Logits], temperature: float
) -> tuple[Told, Told]:
    """Decode the windows of a question, their logits divided by `temperature`.

    Returned with the probability of the span alone, and with that of all its cuts.
    """
    result = _decode(prepared, logits, temperature, WITH_CUTS)
    whole = _told(result)
    # Both are shares of one softmax, in which the null has its own alone.
    share = result.null_probability * math.exp(result.answers[0].score - result.null_score)
    return replace(whole, probability=share), whole


def _decode(
    prepared: Prepared, logits: Sequence[Logits], temperature: float, options: DecodingOptions
) -> Decoded:
    decoder = Decoder(prepared.features)
    for number, one in enumerate(logits):
        starts, ends = one.start_logits / temperature, one.end_logits / temperature
        decoder.add(number, Logits(starts, ends))
    return conclude(prepared, decoder, options)


def _told(result: Decoded) -> Told:
    best = result.answers[0]
    return Told(best.text, result.null_margin, best.probability)


Window = tuple[int, int, Feature]


def _batches(windows: Sequence[Window]) -> Iterator[list[Window]]:
    """Split windows, sorted by length, so that rows × longest row stays within the limit."""
    batch: list[Window] = []
    for window in windows:
        if batch and len(window[2].input_ids) * (len(batch) + 1) > TOKENS_PER_BATCH:
            yield batch
            batch = []
        batch.append(window)
    if batch:
        yield batch


@torch.no_grad()
def _forward(
    model: PreTrainedModel, features: Sequence[Feature], pad_id: int, bf16: bool
) -> list[Logits]:
    """Run the model on features, padded to the longest of them."""
    shape = (len(features), max(len(feature.input_ids) for feature in features))
    arrays = {
        "input_ids": np.full(shape, pad_id, np.int64),
        "attention_mask": np.zeros(shape, np.int64),
        "token_type_ids": np.zeros(shape, np.int64),
    }
    for row, feature in enumerate(features):
        length = len(feature.input_ids)
        arrays["input_ids"][row, :length] = feature.input_ids
        arrays["attention_mask"][row, :length] = 1
        arrays["token_type_ids"][row, :length] = feature.token_type_ids
    model.train(False)
    device = model.device
    with bfloat16(device, bf16):
        output = model(**{name: torch.from_numpy(a).to(device) for name, a in arrays.items()})
    starts = output.start_logits.float().cpu().numpy()
    ends = output.end_logits.float().cpu().numpy()
    lengths = [len(feature.input_ids) for feature in features]
    return [Logits(starts[row, :n], ends[row, :n]) for row, n in enumerate(lengths)]
