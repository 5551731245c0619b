"""Multilingual sentence vectors on the own machine: e5-small, read from an installed package.

A customer's question has a worker thread of its own, so that it never waits behind the thousands of a replay;
those are shared out among `threads` more. Vectors of recent texts are kept, because customers repeat themselves.
"""

from __future__ import annotations

import asyncio
import threading
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Literal, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from tugi.engines.e5_graph import build_graph
from tugi.engines.e5_numpy import NumpyNetwork
from tugi.engines.e5_rows import eight_bits
from tugi.engines.e5_tokens import PAD, Tokenizer, clean
from tugi.engines.e5_weights import SHA256, Weights, file_hash, find_weight_file, read_weights, unpack_rows

try:
    import onnxruntime
except ImportError:
    onnxruntime = None

Floats = NDArray[np.float32]
# 4-bit weights as they are; 8-bit weights and activations, twice as fast and a point less exact; plain floats.
Arithmetic: TypeAlias = Literal["q4a4", "row7", "fp32"]
VARIANT: dict[Arithmetic, str] = {
    "q4a4": f"e5-small-q4a4-{SHA256[:12]}",
    "row7": f"e5-small-row7-{SHA256[:12]}",
    "fp32": f"e5-small-fp32-{SHA256[:12]}",
}
DIMENSIONS = 384
BATCH_TEXTS = 32
BATCH_TOKENS = 1024
REMEMBERED = 4096
# A question has few texts; more than these are work that may wait.
FEW = 8


class _Network(Protocol):
    def run(self, x: Floats, mask: NDArray[np.int32]) -> Floats: ...


def _network_of(weights: Weights, arithmetic: Arithmetic) -> _Network:
    if arithmetic == "fp32":
        return NumpyNetwork(weights)
    return _OnnxNetwork(build_graph(weights) if arithmetic == "q4a4" else build_graph(weights, eight_bits))


def _batches(windows: Sequence[list[int]]) -> list[list[int]]:
    """Indices of windows of like length together, each batch of at most so many texts and padded tokens."""
    order = sorted(range(len(windows)), key=lambda index: len(windows[index]))
    batches: list[list[int]] = []
    for index in order:
        last = batches[-1] if batches else []
        if not last or len(last) == BATCH_TEXTS or (len(last) + 1) * len(windows[index]) > BATCH_TOKENS:
            batches.append([index])
        else:
            last.append(index)
    return batches


class _OnnxNetwork:
    """The graph in ONNX Runtime. Spinning off, or idle threads burn the cores; arena and memory
    pattern off, or memory stays at the longest text ever seen."""

    def __init__(self, graph: bytes) -> None:
        options = onnxruntime.SessionOptions()
        # One thread a run: batches run beside one another, which wastes less than threads inside one.
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.enable_cpu_mem_arena = False
        options.enable_mem_pattern = False
        options.log_severity_level = 3
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])

    def run(self, x: Floats, mask: NDArray[np.int32]) -> Floats:
        return self._session.run(["states"], {"x": x, "mask": mask})[0]


class _Loaded:
    """Tokenizer, embedding tables and network, in memory."""

    def __init__(self, path: Path, arithmetic: Arithmetic, threads: int) -> None:
        weights = read_weights(path)
        self.tokenizer = Tokenizer(weights)
        self._words = weights.packed["emb.word"].reshape(weights.shape.words, -1)
        first_type = weights.plain["emb.type"][: weights.shape.hidden]
        self._places = weights.plain["emb.pos"].reshape(-1, weights.shape.hidden) + first_type
        self._network = _network_of(weights, arithmetic)
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="e5-batch") if threads > 1 else None

    def sums(self, windows: Sequence[list[int]]) -> Floats:
        """Mean state of each window times its content tokens: what windows of one text add up to."""
        out = np.zeros((len(windows), DIMENSIONS), np.float32)
        batches = _batches(windows)

        def compute(chosen: list[int]) -> None:
            out[chosen] = self._batch([windows[index] for index in chosen])

        if self._threads is not None and len(batches) > 1:
            list(self._threads.map(compute, batches))
        else:
            for chosen in batches:
                compute(chosen)
        return out

    def _batch(self, windows: Sequence[list[int]]) -> Floats:
        lengths = np.array([len(window) for window in windows])
        ids = np.full((len(windows), lengths.max()), PAD, np.int64)
        for row, window in enumerate(windows):
            ids[row, : len(window)] = window
        mask = (np.arange(lengths.max())[None, :] < lengths[:, None]).astype(np.int32)
        x = unpack_rows(self._words[ids.ravel()]).reshape(*ids.shape, DIMENSIONS)
        states = self._network.run(x + self._places[: ids.shape[1]], mask)
        means = (states * mask[:, :, None]).sum(1) / lengths[:, None]
        return means * np.maximum(lengths - 2, 1)[:, None]


class E5:
    """The `Embedder` port on e5-small. Loads on first use (about half a second, 200 MB).

    threads: how many cores many texts at once may use; a question uses one.
    """

    dimensions = DIMENSIONS

    def __init__(self, path: Path, threads: int = 1, arithmetic: Arithmetic | None = None) -> None:
        self._path = path
        self._threads = threads
        self._arithmetic: Arithmetic = arithmetic or "q4a4"
        if onnxruntime is None:
            self._arithmetic = "fp32"
        self.variant = VARIANT[self._arithmetic]
        self._loaded: _Loaded | None = None
        self._loading = threading.Lock()
        self._recent: OrderedDict[str, Floats] = OrderedDict()
        self._recent_lock = threading.Lock()
        self._questions = ThreadPoolExecutor(max_workers=1, thread_name_prefix="e5")
        self._work = ThreadPoolExecutor(max_workers=1, thread_name_prefix="e5-work")

    async def embed(self, texts: Sequence[str]) -> Floats:
        """Unit vectors [len(texts), 384], computed in a worker thread. Repeats are answered at once."""
        known = self._known([clean(text) for text in texts])
        if known is not None:
            return known
        worker = self._questions if len(texts) <= FEW else self._work
        return await asyncio.get_running_loop().run_in_executor(worker, self.embed_now, list(texts))

    def embed_now(self, texts: Sequence[str]) -> Floats:
        """The same in the calling thread. Any string is accepted; the empty one has a vector too."""
        keys = [clean(text) for text in texts]
        with self._recent_lock:
            found = {key: self._recent[key] for key in keys if key in self._recent}
        missing = [key for key in dict.fromkeys(keys) if key not in found]
        if missing:
            vectors = dict(zip(missing, self._compute(missing), strict=True))
            found.update(vectors)
            if len(missing) <= FEW:
                self._remember(vectors)
        return np.stack([found[key] for key in keys]) if keys else np.zeros((0, DIMENSIONS), np.float32)

    def close(self) -> None:
        """End the worker threads."""
        self._questions.shutdown(wait=True, cancel_futures=True)
        self._work.shutdown(wait=True, cancel_futures=True)

    def _remember(self, vectors: dict[str, Floats]) -> None:
        with self._recent_lock:
            self._recent.update(vectors)
            while len(self._recent) > REMEMBERED:
                self._recent.popitem(last=False)

    def _known(self, keys: list[str]) -> Floats | None:
        with self._recent_lock:
            if not keys or any(key not in self._recent for key in keys):
                return None
            for key in keys:
                self._recent.move_to_end(key)
            return np.stack([self._recent[key] for key in keys])

    def _compute(self, keys: list[str]) -> Floats:
        with self._loading:
            if self._loaded is None:
                self._loaded = _Loaded(self._path, self._arithmetic, self._threads)
            loaded = self._loaded
        windows = [loaded.tokenizer.windows(key) for key in keys]
        sums = loaded.sums([window for of_text in windows for window in of_text])
        starts = np.cumsum([0, *(len(of_text) for of_text in windows)])[:-1]
        totals = np.add.reduceat(sums, starts, axis=0)
        norms = np.linalg.norm(totals, axis=1, keepdims=True)
        return (totals / np.maximum(norms, 1e-12)).astype(np.float32)


def find_e5(threads: int = 1, arithmetic: Arithmetic | None = None) -> E5 | None:
    """The engine of the installed weight file, or None when it is missing or not the pinned one.
    The robot then works on character n-grams alone, in suggestion mode."""
    path = find_weight_file()
    if path is None or file_hash(path) != SHA256:
        return None
    return E5(path, threads, arithmetic)
