"""Writes what the contenders load, once: all of one MobileBERT of random weights.

    python -m benchmarks.peers.prepare OUT

OUT is what random_checkpoints wrote with --plain. Adds to it

    widget/   `qna-widget export`: what our page and QuestionAnswerer load; int8.onnx, unpacked
    peer/     a repository as transformers.js knows them, with each dtype that could be made
    peer/without.json   the dtypes that could not, and why

Files that are there already stay.
"""

from __future__ import annotations

import argparse
import gzip
import json
import logging
import shutil
from collections.abc import Callable
from pathlib import Path

import onnx
import tokenizers
from onnxruntime.quantization import QuantType

from benchmarks.models.peer_files import peer_files, quantise
from qna_widget.core.manifest import ModelManifest
from qna_widget.export.bundle import Origin
from qna_widget.export.checkpoint import read_checkpoint
from qna_widget.export.recipe import export_checkpoint, float_graph

BLOCK = 32
"""Weights that share a scale in 4 bits, as transformers.js' script has it."""
DESCRIPTION = "widget/model.json"


def ours(out: Path) -> None:
    origin = Origin("mobilebert", "MobileBERT of random weights", "benchmarks/models", "none")
    export_checkpoint(out / "mobilebert", out / "widget", origin)


def unpacked(out: Path) -> None:
    packed = ModelManifest.read(out / "widget").onnx.file
    (out / "int8.onnx").write_bytes(gzip.decompress(packed.read_bytes()))


def ours_in_32_bits(out: Path) -> None:
    checkpoint = read_checkpoint(out / "mobilebert")
    (out / "fp32.onnx").write_bytes(float_graph(checkpoint).SerializeToString())


def tokenizer(out: Path) -> None:
    made = tokenizers.BertWordPieceTokenizer(str(out / "mobilebert/vocab.txt"), lowercase=True)
    made.save(str(out / "peer/tokenizer.json"))
    said = {"tokenizer_class": "BertTokenizer", "do_lower_case": True, "model_max_length": 512}
    (out / "peer/tokenizer_config.json").write_text(json.dumps(said))


def fp16(plain: Path, target: Path) -> None:
    from onnxruntime.transformers.float16 import convert_float_to_float16

    made = convert_float_to_float16(onnx.load(plain), keep_io_types=True)
    onnx.save(made, target)


def q4(plain: Path, target: Path) -> None:
    from onnxruntime.quantization.matmul_nbits_quantizer import MatMulNBitsQuantizer

    logging.getLogger("onnxruntime").setLevel(logging.WARNING)  # else two lines for each node
    made = MatMulNBitsQuantizer(onnx.load(plain), block_size=BLOCK, is_symmetric=True)
    made.process()
    made.model.save_model_to_file(str(target), use_external_data_format=False)


def uint8(plain: Path, target: Path) -> None:
    quantise(plain, target, QuantType.QUInt8)


def fp32(plain: Path, target: Path) -> None:
    shutil.copy(plain, target)


DTYPES: dict[str, tuple[str, Callable[[Path, Path], None]]] = {
    "fp32": ("model.onnx", fp32),
    "uint8": ("model_uint8.onnx", uint8),
    "fp16": ("model_fp16.onnx", fp16),
    "q4": ("model_q4.onnx", q4),
}
"""Of transformers.js, besides its default, q8."""


def dtypes(out: Path) -> None:
    without = {}
    for name, (file, make) in DTYPES.items():
        target = out / "peer/onnx" / file
        try:
            make(out / "plain.onnx", target)
        except Exception as error:  # whatever a library raises, it is told, and the others go on
            target.unlink(missing_ok=True)
            without[name] = f"{type(error).__name__}: {error}".split("\n", 1)[0]
    (out / "peer/without.json").write_text(json.dumps(without, indent=2))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("out", type=Path)
    out: Path = parser.parse_args().out.resolve()
    steps: dict[str, Callable[[Path], object]] = {
        DESCRIPTION: ours,
        "int8.onnx": unpacked,
        "fp32.onnx": ours_in_32_bits,
        "peer/onnx/model_quantized.onnx": peer_files,
        "peer/tokenizer_config.json": tokenizer,
        "peer/without.json": dtypes,
    }
    described = (out / DESCRIPTION).is_file()
    if described and not ModelManifest.read(out / "widget").onnx.unpacked_sha256:
        (out / DESCRIPTION).unlink()  # of an exporter that did not say what browsers keep
    for written, step in steps.items():
        if not (out / written).is_file():
            print(f"writing {written}", flush=True)
            step(out)


if __name__ == "__main__":
    main()
