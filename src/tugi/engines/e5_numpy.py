"""The same network in NumPy: slower, for machines without onnxruntime, and the yardstick of the tests."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from tugi.engines.e5_weights import Weights, unpack_rows

Floats = NDArray[np.float32]


def _erf(x: Floats) -> Floats:
    """Abramowitz and Stegun 7.1.26: six digits, and NumPy has none of its own."""
    t = 1.0 / (1.0 + 0.3275911 * np.abs(x))
    series = 1.061405429 * t - 1.453152027
    for term in (1.421413741, -0.284496736, 0.254829592):
        series = series * t + term
    return np.sign(x) * (1.0 - series * t * np.exp(-x * x))


class NumpyNetwork:
    """Runs one batch at a time; holds all matrices as floats (85 MB)."""

    def __init__(self, weights: Weights) -> None:
        self._shape = weights.shape
        self._plain = weights.plain
        rows = {name: weights.shape.hidden for name in ("q.w", "k.w", "v.w", "ao.w", "fo.w")}
        rows["fi.w"] = weights.shape.inner
        self._matrix = {
            f"l{layer}.{name}": unpack_rows(weights.packed[f"l{layer}.{name}"].reshape(count, -1))
            for layer in range(weights.shape.layers)
            for name, count in rows.items()
        }

    def _norm(self, x: Floats, name: str) -> Floats:
        centred = x - x.mean(-1, keepdims=True)
        spread = np.sqrt((centred**2).mean(-1, keepdims=True) + self._shape.epsilon)
        return centred / spread * self._plain[name + ".w"] + self._plain[name + ".b"]

    def _linear(self, x: Floats, name: str) -> Floats:
        return x @ self._matrix[name + ".w"].T + self._plain[name + ".b"]

    def _attention(self, x: Floats, mask: NDArray[np.int32], own: str) -> Floats:
        batch, length, hidden = x.shape
        heads = self._shape.heads

        def split(name: str) -> Floats:
            return self._linear(x, own + name).reshape(batch, length, heads, -1).transpose(0, 2, 1, 3)

        scores = split("q") @ split("k").transpose(0, 1, 3, 2) / math.sqrt(hidden / heads)
        scores = np.where(mask[:, None, None, :] > 0, scores, np.float32(-1e30))
        scores = np.exp(scores - scores.max(-1, keepdims=True))
        seen = (scores / scores.sum(-1, keepdims=True)) @ split("v")
        return seen.transpose(0, 2, 1, 3).reshape(batch, length, hidden)

    def run(self, x: Floats, mask: NDArray[np.int32]) -> Floats:
        """Last states [batch, length, hidden] of embedded tokens x and their mask (1 = real token)."""
        x = self._norm(x, "emb.ln")
        for layer in range(self._shape.layers):
            own = f"l{layer}."
            seen = self._linear(self._attention(x, mask, own), own + "ao")
            x = self._norm(x + seen, own + "aln")
            inner = self._linear(x, own + "fi")
            active = inner * 0.5 * (1.0 + _erf(inner / np.float32(math.sqrt(2.0))))
            x = self._norm(x + self._linear(active, own + "fo"), own + "oln")
        return x.astype(np.float32)
