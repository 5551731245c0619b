"""The network as an ONNX graph with the file's own 4-bit weights, built in memory."""

from __future__ import annotations

import math
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from tugi.engines import protobuf_wire as wire
from tugi.engines.e5_weights import BLOCK, Weights

FLOAT, UINT8, INT8, INT32, INT64 = 1, 2, 3, 6, 7
_KINDS = {"float32": FLOAT, "uint8": UINT8, "int8": INT8, "int32": INT32, "int64": INT64}
_ATTRIBUTE_FLOAT, _ATTRIBUTE_INT = 1, 2
_CONTRIB = "com.microsoft"
_OPSET, _IR = 20, 9


class Graph:
    """Collects nodes and constants in the wire format of onnx.proto3."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []

    def constant(self, name: str, array: NDArray[np.generic]) -> str:
        dims = b"".join(wire.number(1, size) for size in array.shape)
        tensor = (
            dims + wire.number(2, _KINDS[array.dtype.name]) + wire.nested(8, name) + wire.nested(9, array.tobytes())
        )
        self.parts.append(wire.nested(5, tensor))
        return name

    def node(self, op: str, inputs: list[str], outputs: list[str], domain: str = "", **attributes: float) -> str:
        body = b"".join(wire.nested(1, name) for name in inputs)
        body += b"".join(wire.nested(2, name) for name in outputs)
        body += wire.nested(3, outputs[0]) + wire.nested(4, op)
        for name, value in attributes.items():
            if isinstance(value, int):
                attribute = wire.number(3, value) + wire.number(20, _ATTRIBUTE_INT)
            else:
                attribute = wire.real(2, value) + wire.number(20, _ATTRIBUTE_FLOAT)
            body += wire.nested(5, wire.nested(1, name) + attribute)
        self.parts.append(wire.nested(1, body + wire.nested(7, domain)))
        return outputs[0]

    def port(self, field: int, name: str, kind: int, dims: list[str | int]) -> None:
        shape = b"".join(
            wire.nested(1, wire.number(1, dim) if isinstance(dim, int) else wire.nested(2, dim)) for dim in dims
        )
        tensor = wire.nested(1, wire.number(1, kind) + wire.nested(2, shape))
        self.parts.append(wire.nested(field, wire.nested(1, name) + wire.nested(2, tensor)))

    def model(self) -> bytes:
        body = b"".join(self.parts) + wire.nested(2, "e5")
        opsets = wire.nested(8, wire.nested(1, "") + wire.number(2, _OPSET))
        opsets += wire.nested(8, wire.nested(1, _CONTRIB) + wire.number(2, 1))
        return wire.number(1, _IR) + wire.nested(7, body) + opsets


class Linear(Protocol):
    """Adds x times the stacked matrices, without bias, to the graph; returns the result's name."""

    def __call__(
        self, graph: Graph, weights: Weights, sources: list[str], outputs: int, x: str, name: str, /
    ) -> str: ...


def four_bits(graph: Graph, weights: Weights, sources: list[str], outputs: int, x: str, name: str) -> str:
    """`Linear` on the file's own nibbles, without loss. The engine wants element 2j low and 2j + 1 high."""
    scales, nibbles = zip(*(weights.blocks(source, outputs // len(sources)) for source in sources), strict=True)
    packed = np.concatenate(nibbles)
    elements = np.concatenate([packed & 15, packed >> 4], axis=2)
    repacked = (elements[:, :, 0::2] | (elements[:, :, 1::2] << 4)).astype(np.uint8)
    width = scales[0].shape[1] * BLOCK
    matrix = graph.constant(f"{name}.w", repacked)
    scale = graph.constant(f"{name}.s", np.concatenate(scales))
    return graph.node(
        "MatMulNBits",
        [x, matrix, scale],
        [name],
        _CONTRIB,
        K=width,
        N=outputs,
        bits=4,
        block_size=BLOCK,
        accuracy_level=4,
    )


def _layer(graph: Graph, weights: Weights, linear: Linear, index: int, x: str) -> str:
    shape, own = weights.shape, f"l{index}."

    def plain(name: str) -> str:
        return graph.constant(own + name, weights.plain[own + name])

    bias = np.concatenate([weights.plain[own + part] for part in ("q.b", "k.b", "v.b")])
    sources = [own + part for part in ("q.w", "k.w", "v.w")]
    stacked = linear(graph, weights, sources, 3 * shape.hidden, x, own + "qkv")
    q, k, v = (own + part for part in ("q", "k", "v"))
    graph.node("Split", [stacked], [q, k, v], axis=2, num_outputs=3)
    seen = graph.node(
        "MultiHeadAttention",
        [q, k, v, graph.constant(own + "qkv.b", bias), "mask"],
        [own + "seen"],
        _CONTRIB,
        num_heads=shape.heads,
        scale=1.0 / math.sqrt(shape.hidden / shape.heads),
    )
    mixed = linear(graph, weights, [own + "ao.w"], shape.hidden, seen, own + "ao")
    middle = graph.node(
        "SkipLayerNormalization",
        [x, mixed, plain("aln.w"), plain("aln.b"), plain("ao.b")],
        [own + "middle"],
        _CONTRIB,
        epsilon=shape.epsilon,
    )
    inner = linear(graph, weights, [own + "fi.w"], shape.inner, middle, own + "fi")
    active = graph.node("BiasGelu", [inner, plain("fi.b")], [own + "active"], _CONTRIB)
    outer = linear(graph, weights, [own + "fo.w"], shape.hidden, active, own + "fo")
    return graph.node(
        "SkipLayerNormalization",
        [middle, outer, plain("oln.w"), plain("oln.b"), plain("fo.b")],
        [own + "out"],
        _CONTRIB,
        epsilon=shape.epsilon,
    )


def build_graph(weights: Weights, linear: Linear = four_bits) -> bytes:
    """The serialised graph: x float [batch, length, hidden] and mask int32 [batch, length] (1 = real
    token) to `states` float [batch, length, hidden]. linear: how matrices are multiplied."""
    graph, hidden = Graph(), weights.shape.hidden
    graph.port(11, "x", FLOAT, ["batch", "length", hidden])
    graph.port(11, "mask", INT32, ["batch", "length"])
    norm = [graph.constant(name, weights.plain[name]) for name in ("emb.ln.w", "emb.ln.b")]
    x = graph.node("LayerNormalization", ["x", *norm], ["start"], axis=2, epsilon=weights.shape.epsilon)
    for index in range(weights.shape.layers):
        x = _layer(graph, weights, linear, index, x)
    graph.node("Identity", [x], ["states"])
    graph.port(12, "states", FLOAT, ["batch", "length", hidden])
    return graph.model()
