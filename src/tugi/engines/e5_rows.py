"""Matrices in 8-bit whole numbers: about twice as fast as the file's 4 bits, and a point less exact.

Each token is scaled by its own largest value, so that a message's vector does not depend on its neighbours in
the batch (a scale for the whole batch would). Weights stay within 63, so that processors which add pairs of
products in 16 bits cannot overflow.
"""

from __future__ import annotations

import numpy as np

from tugi.engines.e5_graph import FLOAT, UINT8, Graph
from tugi.engines.e5_weights import Weights

LARGEST_WEIGHT = 63
_LARGEST_INPUT = 127
_ZERO = 128
_TINY = 1e-12


def eight_bits(graph: Graph, weights: Weights, sources: list[str], outputs: int, x: str, name: str) -> str:
    """`Linear` on whole numbers: one scale a token, one a row of weights."""
    rows = [_matrix(weights, source, outputs // len(sources)) for source in sources]
    matrix = np.concatenate(rows)
    row_scale = np.maximum(np.abs(matrix).max(1), _TINY) / LARGEST_WEIGHT
    whole = np.ascontiguousarray(np.round(matrix / row_scale[:, None]).astype(np.int8).T)

    def number(part: str, value: float) -> str:
        return graph.constant(f"{name}.{part}", np.array(value, np.float32))

    size = graph.node("Abs", [x], [f"{name}.size"])
    last = graph.constant(f"{name}.last", np.array([2], np.int64))
    largest = graph.node("ReduceMax", [size, last], [f"{name}.largest"], keepdims=1)
    guarded = graph.node("Max", [largest, number("tiny", _TINY)], [f"{name}.guarded"])
    scale = graph.node("Div", [guarded, number("top", _LARGEST_INPUT)], [f"{name}.scale"])
    scaled = graph.node("Div", [x, scale], [f"{name}.scaled"])
    rounded = graph.node("Round", [scaled], [f"{name}.rounded"])
    shifted = graph.node("Add", [rounded, number("middle", _ZERO)], [f"{name}.shifted"])
    bytes_ = graph.node("Cast", [shifted], [f"{name}.bytes"], to=UINT8)
    zero = graph.constant(f"{name}.zero", np.array(_ZERO, np.uint8))
    product = graph.node("MatMulInteger", [bytes_, graph.constant(f"{name}.w", whole), zero], [f"{name}.product"])
    real = graph.node("Cast", [product], [f"{name}.real"], to=FLOAT)
    by_token = graph.node("Mul", [real, scale], [f"{name}.by_token"])
    return graph.node("Mul", [by_token, graph.constant(f"{name}.s", row_scale.astype(np.float32))], [name])


def _matrix(weights: Weights, name: str, outputs: int) -> np.ndarray:
    """The matrix [outputs, inputs] as floats."""
    scales, packed = weights.blocks(name, outputs)
    elements = np.concatenate([packed & 15, packed >> 4], axis=2).astype(np.float32) - 8.0
    return (elements * scales[:, :, None]).reshape(outputs, -1)
