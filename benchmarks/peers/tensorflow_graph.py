"""MobileBERT as TensorFlow.js' `qna` loads it, from a transformers checkpoint.

    python benchmarks/peers/tensorflow_graph.py CHECKPOINT OUT

Runs in an environment of its own (tensorflow.txt): the last transformers with TensorFlow's classes,
and TensorFlow.js' own converter with its own optimisations. Writes OUT/model.json, the weights in
one file (with 24, which is how the published model comes, the page waited for ever), vocab.json
as `qna` wants it, and OUT/check.json: the start logits' sum that TensorFlow itself gets for the
window of harness.js, for each length.

The published model takes a `global_step` that it does not use, and so does this one.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from unittest.mock import MagicMock

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
# The converter imports these for models of other kinds: hundreds of megabytes.
for name in ("tensorflow_decision_forests", "jax", "jax.experimental", "jax.experimental.jax2tf"):
    sys.modules[name] = MagicMock()

import tensorflow as tf  # noqa: E402
from tensorflow.python.framework.convert_to_constants import (  # noqa: E402
    convert_variables_to_constants_v2,
)
from tensorflowjs.converters.tf_saved_model_conversion_v2 import (  # noqa: E402
    convert_tf_frozen_model,
)
from transformers import TFMobileBertForQuestionAnswering  # noqa: E402

TOKENS = 384
LENGTHS = (32, 128, 384)
UNUSED = "global_step"
FIRST_READ = 999
"""`qna` reads no token before this one out of a text."""


class Served(tf.Module):
    """The model under the names that `qna` asks for."""

    def __init__(self, model: TFMobileBertForQuestionAnswering) -> None:
        super().__init__()
        self.model = model

    @tf.function(
        input_signature=[
            tf.TensorSpec((None, TOKENS), tf.int32, name="input_ids"),
            tf.TensorSpec((None, TOKENS), tf.int32, name="segment_ids"),
            tf.TensorSpec((None, TOKENS), tf.int32, name="input_mask"),
            tf.TensorSpec((), tf.int32, name="global_step"),
        ]
    )
    def serve(self, input_ids, segment_ids, input_mask, global_step):
        found = self.model(
            input_ids, attention_mask=input_mask, token_type_ids=segment_ids, training=False
        )
        return {
            "start_logits": tf.identity(found.start_logits, "start_logits"),
            "end_logits": tf.identity(found.end_logits, "end_logits"),
        }


def window(length: int) -> list[list[list[int]]]:
    """Return ids, segments and mask as plugins/qna.js makes them."""

    def padded(values: list[int]) -> list[list[int]]:
        return [values + [0] * (TOKENS - len(values))]

    ids = [1000 + (i * 7919) % 20000 for i in range(length)]
    return [padded(ids), padded([]), padded([1] * length)]


def processed(token: str) -> str:
    """Return a token of vocab.txt in the form of `qna`: the first piece of a word bears a mark."""
    return token[2:] if token.startswith("##") else f"\u2581{token}"


def freeze(served: Served, out: Path) -> None:
    """Write frozen.pb, the graph with its weights."""
    frozen = convert_variables_to_constants_v2(served.serve.get_concrete_function())
    (out / "frozen.pb").write_bytes(frozen.graph.as_graph_def().SerializeToString())


def convert(out: Path) -> None:
    """Write model.json and one file of weights, from frozen.pb."""
    outputs = "start_logits,end_logits"
    convert_tf_frozen_model(
        str(out / "frozen.pb"),
        outputs,
        str(out),
        strip_debug_ops=True,
        weight_shard_size_bytes=1 << 30,
    )
    told = json.loads((out / "model.json").read_text(encoding="utf-8"))
    nodes = told["modelTopology"]["node"]
    if all(node["name"] != UNUSED for node in nodes):  # pruned: nothing uses it
        attr = {"dtype": {"type": "DT_INT32"}, "shape": {"shape": {}}}
        nodes.append({"name": UNUSED, "op": "Placeholder", "attr": attr})
    (out / "model.json").write_text(json.dumps(told), encoding="utf-8")


def check(served: Served, out: Path) -> None:
    """Write check.json, what TensorFlow itself computes."""
    sums = {}
    for length in LENGTHS:
        found = served.serve(*map(tf.constant, window(length)), tf.constant(1))
        sums[length] = float(tf.reduce_sum(found["start_logits"][0, :length]))
    (out / "check.json").write_text(json.dumps(sums))


def main() -> None:
    checkpoint, out = map(Path, sys.argv[1:])
    out.mkdir(parents=True, exist_ok=True)
    if not (out / "check.json").is_file():
        served = Served(TFMobileBertForQuestionAnswering.from_pretrained(checkpoint))
        freeze(served, out)
        check(served, out)
    convert(out)
    vocab = (checkpoint / "vocab.txt").read_text(encoding="utf-8").splitlines()
    words = [token if i < FIRST_READ else processed(token) for i, token in enumerate(vocab)]
    (out / "vocab.json").write_text(json.dumps(words), encoding="utf-8")


if __name__ == "__main__":
    main()
