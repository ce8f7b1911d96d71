"""Unsigned 8-bit weights as signed ones, in the bytes of an ONNX file, where that pays.

Processors with dot products of 8-bit numbers multiply unsigned by signed; onnxruntime falls back to
16 bits for unsigned weights, at little more than half the speed. Subtracting 128 from a weight and
from its zero point leaves every product as it was, to the last bit. Shipped files are unsigned all
the same: processors without such instructions add signed products in 16 bits, which overflow. So
the machine is asked first. The file is patched in place, without the `onnx` package: two kinds of
fields change, and no length does.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

UINT8, INT8 = 2, 3  # TensorProto.DataType
# Position of the weight's zero point among the inputs, by operator; the weight is input 1.
WEIGHT = 1
ZERO_POINT = {"DynamicQuantizeMatMul": 3, "MatMulInteger": 3, "MatMulIntegerToFloat": 5}
# Operators that scale a whole tensor by its own range: what shares a run shares the rounding.
SCALES_PER_RUN = {"DynamicQuantizeMatMul", "DynamicQuantizeLinear", "DynamicQuantizeLSTM"}
# These carry graphs of their own, which may use any weight of the outer one.
NESTED = {"If", "Loop", "Scan"}

Bytes = bytes | bytearray


@dataclass
class _Tensor:
    """Where a weight's type and numbers are in the file."""

    data_type: int = 0
    type_at: int = -1
    raw: slice | None = None


@dataclass
class Outline:
    """What an ONNX file holds, as far as needed here."""

    nodes: list[tuple[str, list[str]]] = field(default_factory=list)
    """Operator and inputs of each node."""
    tensors: dict[str, _Tensor] = field(default_factory=dict)
    declared: set[str] = field(default_factory=set)
    """Names whose type is declared besides: graph inputs and described values."""

    @property
    def scales_per_run(self) -> bool:
        """Whether the texts of one run influence each other's rounding."""
        return any(operator in SCALES_PER_RUN for operator, _ in self.nodes)


def outline(onnx: Bytes) -> Outline | None:
    """Read an ONNX file's outline; None when it is none, or broken."""
    found = Outline()
    try:
        for number, begin, end in _fields(onnx, 0, len(onnx)):
            if number == 7:  # ModelProto.graph
                _read_graph(onnx, begin, end, found)
    except (IndexError, ValueError):
        return None
    return found


def with_signed_weights(onnx: bytes, found: Outline) -> bytes:
    """Return the file with the weights of 8-bit products signed; the same file if there is none."""
    names = _convertible(found)
    if not names:
        return onnx
    data = bytearray(onnx)
    numbers = np.frombuffer(data, np.uint8)
    for name in names:
        tensor = found.tensors[name]
        data[tensor.type_at] = INT8
        numbers[tensor.raw] ^= 0x80  # the same as minus 128, read as signed
    return bytes(data)


def _convertible(found: Outline) -> set[str]:
    """Return the weights and zero points that nothing but 8-bit products uses, in whole pairs."""
    if any(operator in NESTED for operator, _ in found.nodes):
        return set()
    names = {
        name
        for name, tensor in found.tensors.items()
        if tensor.data_type == UINT8 and tensor.raw is not None and name not in found.declared
    }
    pairs = []
    for operator, inputs in found.nodes:
        place = ZERO_POINT.get(operator, len(inputs))
        whole = place < len(inputs)  # without a zero point it is 0, which cannot be moved
        if whole:
            pairs.append((inputs[WEIGHT], inputs[place]))
        for index, name in enumerate(inputs):
            if not (whole and index in (WEIGHT, place)):
                names.discard(name)
    while lonely := {name for pair in pairs if not names.issuperset(pair) for name in pair} & names:
        names -= lonely
    return {name for pair in pairs for name in pair} & names


def _read_graph(data: Bytes, begin: int, end: int, found: Outline) -> None:
    for number, start, stop in _fields(data, begin, end):
        if number == 1:  # GraphProto.node
            inputs, operator = [], ""
            for inner, first, last in _fields(data, start, stop):
                if inner == 1:  # NodeProto.input
                    inputs.append(_text(data, first, last))
                elif inner == 4:  # NodeProto.op_type
                    operator = _text(data, first, last)
            found.nodes.append((operator, inputs))
        elif number == 5:  # GraphProto.initializer
            tensor, name = _Tensor(), ""
            for inner, first, last in _fields(data, start, stop):
                if inner == 2:  # TensorProto.data_type, one byte for the types of interest
                    tensor.data_type, tensor.type_at = data[first], first
                elif inner == 8:  # TensorProto.name
                    name = _text(data, first, last)
                elif inner == 9:  # TensorProto.raw_data
                    tensor.raw = slice(first, last)
            found.tensors[name] = tensor
        elif number in (11, 12, 13):  # GraphProto.input, output, value_info
            for inner, first, last in _fields(data, start, stop):
                if inner == 1:  # ValueInfoProto.name
                    found.declared.add(_text(data, first, last))


def _fields(data: Bytes, at: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Yield (field number, begin, end) of each field of a protocol buffers message."""
    while at < end:
        key, at = _varint(data, at)
        begin, kind = at, key & 7
        if kind == 0:
            _, at = _varint(data, at)
        elif kind == 2:
            length, begin = _varint(data, at)
            at = begin + length
        elif kind in (1, 5):
            at += 8 if kind == 1 else 4
        else:
            raise ValueError(f"wire type {kind}")
        if at > end:
            raise ValueError("a field is longer than its message")
        yield key >> 3, begin, at


def _varint(data: Bytes, at: int) -> tuple[int, int]:
    """Return (number, position after it)."""
    value = 0
    for shift in range(0, 64, 7):
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
    raise ValueError("a number is longer than 64 bits")


def _text(data: Bytes, begin: int, end: int) -> str:
    return data[begin:end].decode("utf-8", "replace")
