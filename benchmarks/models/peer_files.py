"""What transformers.js loads: torch's export, and what its own scripts would make of it."""

from __future__ import annotations

from pathlib import Path

from onnxruntime.quantization import QuantType, quantize_dynamic


def peer_files(out: Path) -> Path:
    """Write OUT/peer, with 8 bits, from OUT/plain.onnx and OUT/mobilebert; return the model."""
    quantised = out / "peer/onnx/model_quantized.onnx"
    quantised.parent.mkdir(parents=True, exist_ok=True)
    quantise(out / "plain.onnx", quantised, QuantType.QInt8)
    (out / "peer/config.json").write_bytes((out / "mobilebert/config.json").read_bytes())
    return quantised


def quantise(plain: Path, target: Path, weights: QuantType) -> None:
    """Write `plain` in 8 bits with the options of scripts/quantize.py in transformers.js.

    For a model without convolutions its q8 and int8 are the same, of signed weights.
    """
    options = {"EnableSubgraph": True, "MatMulConstBOnly": True}
    quantize_dynamic(plain, target, weight_type=weights, extra_options=options)
