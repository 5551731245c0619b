"""Character and word n-grams as TF-IDF similarity to every example, in NumPy alone.

N-grams are kept as 32-bit hashes, so a model carries no word list and no customer text in clear.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]
Hashes = NDArray[np.uint32]

CHARACTER_LENGTHS = (2, 3, 4, 5)
_WORDS = re.compile(r"\w+")
_STEP = np.uint64(0x9E3779B97F4A7C15)
_SHIFT = np.uint64(32)
# Occurrences of n-grams added up at a time.
_AT_ONCE = 65_536


def character_grams(text: str) -> Hashes:
    """Hashes of all n-grams of 2 to 5 characters inside words, each word padded with a space."""
    words = text.lower().split()
    if not words:
        return np.zeros(0, np.uint32)
    padded = "".join(f" {word} " for word in words)
    codes = np.frombuffer(padded.encode("utf-32-le", "replace"), "<u4").astype(np.uint64)
    owner = np.repeat(np.arange(len(words)), [len(word) + 2 for word in words])
    rolling = np.zeros(len(codes), np.uint64)
    out: list[Hashes] = []
    for length in range(1, max(CHARACTER_LENGTHS) + 1):
        last = len(codes) - length + 1
        if last <= 0:
            break
        rolling = (rolling[:last] + codes[length - 1 :] + np.uint64(length)) * _STEP
        rolling ^= rolling >> _SHIFT
        if length in CHARACTER_LENGTHS:
            inside = owner[:last] == owner[length - 1 :]
            out.append((rolling[inside] & np.uint64(0xFFFFFFFF)).astype(np.uint32))
    return np.concatenate(out)


def word_grams(text: str) -> Hashes:
    """Hashes of words and of pairs of neighbouring words."""
    words = words_of(text)
    grams = words + [f"{one} {two}" for one, two in zip(words, words[1:], strict=False)]
    return np.array([zlib.crc32(gram.encode("utf-8", "replace")) for gram in grams], np.uint32)


def words_of(text: str) -> list[str]:
    """Lower-case words, in order."""
    return _WORDS.findall(text.lower())


@dataclass(frozen=True, slots=True)
class Grams:
    """TF-IDF of the examples, stored by n-gram: n-gram j of `hashes` (sorted) occurs in examples
    `rows[starts[j]:starts[j + 1]]` with those `values`. `size` is the number of examples."""

    hashes: Hashes
    idf: Floats
    starts: NDArray[np.int32]
    rows: NDArray[np.int32]
    values: Floats
    size: int

    def weights(self, texts: Sequence[Hashes]) -> tuple[Ints, Ints, Floats]:
        """The texts' known n-grams: text, position in `hashes` and weight of each.

        Each text has unit length; unknown n-grams count in it with the highest idf, so that a text of
        strange words is similar to nothing.
        """
        owners = np.repeat(np.arange(len(texts), dtype=np.int64), [len(grams) for grams in texts])
        grams = np.concatenate([*texts, np.zeros(0, np.uint32)]).astype(np.int64)
        pairs, counts = np.unique((owners << 32) | grams, return_counts=True)
        if not len(pairs) or not len(self.hashes):
            return np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.float32)
        owners, grams = pairs >> 32, pairs & 0xFFFFFFFF
        places = np.minimum(np.searchsorted(self.hashes, grams.astype(np.uint32)), len(self.hashes) - 1)
        known = self.hashes[places] == grams
        strange = np.float32(np.log(1 + self.size) + 1)
        weights = (1 + np.log(counts)) * np.where(known, self.idf[places], strange)
        lengths = np.sqrt(np.bincount(owners, weights**2, len(texts)))
        weights = (weights / lengths[owners]).astype(np.float32)
        return owners[known], places[known], weights[known]

    def similarities(self, texts: Sequence[Hashes]) -> Floats:
        """Cosine of each text's n-grams with each example [texts, size]."""
        return self._cosines(self.weights(texts), len(texts))

    def compared(self, texts: Sequence[Hashes], width: int) -> tuple[Floats, Floats]:
        """`similarities`, and the texts' weights added up in `width` columns [texts, width], each n-gram with a sign
        of its own: inner products of these keep the cosines, up to noise."""
        weighed = self.weights(texts)
        return self._cosines(weighed, len(texts)), self._fold(*weighed, len(texts), width)

    def _cosines(self, weighed: tuple[Ints, Ints, Floats], texts: int) -> Floats:
        owners, places, weights = weighed
        found = np.zeros((texts, self.size), np.float32)
        occurrences = int((self.starts[places + 1] - self.starts[places]).sum())
        # A few texts at a time, so that what is added up stays in the processor's cache: twice as fast.
        step = max(1, texts * _AT_ONCE // max(1, occurrences))
        bounds = np.searchsorted(owners, np.arange(0, texts + step, step))
        for first, start, end in zip(range(0, texts, step), bounds[:-1], bounds[1:], strict=True):
            some = slice(start, end)
            count = min(step, texts - first)
            found[first : first + count] = self._sums(owners[some] - first, places[some], weights[some], count)
        return found

    def _sums(self, owners: Ints, places: Ints, weights: Floats, texts: int) -> Floats:
        lengths = self.starts[places + 1] - self.starts[places]
        index = spread(self.starts[places], lengths)
        cells = np.repeat(owners * self.size, lengths) + self.rows[index]
        sums = np.bincount(cells, np.repeat(weights, lengths) * self.values[index], texts * self.size)
        return sums.astype(np.float32).reshape(texts, self.size)

    def hashed_examples(self, width: int) -> Floats:
        """All examples' weights in columns, as in `compared` [size, width]."""
        places = np.repeat(np.arange(len(self.hashes)), np.diff(self.starts))
        return self._fold(self.rows.astype(np.int64), places, self.values, self.size, width)

    def _fold(self, owners: Ints, places: Ints, weights: Floats, texts: int, width: int) -> Floats:
        if not width:
            return np.zeros((texts, 0), np.float32)
        # Of a message's few n-grams only: an index has many thousands.
        mixed = self.hashes[places].astype(np.uint64) * _STEP
        columns = ((mixed >> np.uint64(33)) % np.uint64(width)).astype(np.int64)
        signs = np.where((mixed >> np.uint64(20)) & np.uint64(1), np.float32(1), np.float32(-1))
        sums = np.bincount(owners * width + columns, weights * signs, texts * width)
        return sums.astype(np.float32).reshape(texts, width)


def spread(starts: NDArray[np.int32], lengths: NDArray[np.int32]) -> Ints:
    """The numbers of all ranges that begin at `starts` and are `lengths` long, one range after the other."""
    ends = np.cumsum(lengths, dtype=np.int64)
    total = int(ends[-1]) if len(ends) else 0
    return np.arange(total) + np.repeat(starts - (ends - lengths), lengths)


def fit_grams(examples: Sequence[Hashes]) -> Grams:
    """TF-IDF (sublinear counts, smooth idf, unit length) of the examples' n-grams."""
    size = len(examples)
    owners = np.repeat(np.arange(size, dtype=np.int64), [len(grams) for grams in examples])
    all_grams = np.concatenate([*examples, np.zeros(0, np.uint32)]).astype(np.int64)
    pairs, counts = np.unique((all_grams << 31) | owners, return_counts=True)
    grams, rows = pairs >> 31, (pairs & 0x7FFFFFFF).astype(np.int32)
    hashes, starts, frequency = np.unique(grams, return_index=True, return_counts=True)
    idf = (np.log((1 + size) / (1 + frequency)) + 1).astype(np.float32)
    values = (1 + np.log(counts)) * np.repeat(idf, frequency)
    norms = np.sqrt(np.bincount(rows, values**2, size))
    values = values / np.maximum(norms[rows], 1e-12)
    return Grams(
        hashes=hashes.astype(np.uint32),
        idf=idf,
        starts=np.append(starts, len(rows)).astype(np.int32),
        rows=rows,
        values=values.astype(np.float32),
        size=size,
    )
