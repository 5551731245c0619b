"""Write protobuf messages by hand: enough to hand graphs and vocabularies to native engines.

The alternative, the `onnx` package and its schema, costs 31 MB on disk and tens of MB of memory for
two messages of a handful of fields each. Field numbers come from onnx.proto3 and sentencepiece_model.proto.
"""

from __future__ import annotations

import struct


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def number(field: int, value: int) -> bytes:
    """A non-negative integer, boolean or enum field."""
    return _varint(field << 3) + _varint(value)


def real(field: int, value: float) -> bytes:
    """A 32-bit float field."""
    return _varint(field << 3 | 5) + struct.pack("<f", value)


def nested(field: int, content: bytes | str) -> bytes:
    """A string, bytes or embedded message field."""
    data = content.encode() if isinstance(content, str) else content
    return _varint(field << 3 | 2) + _varint(len(data)) + data
