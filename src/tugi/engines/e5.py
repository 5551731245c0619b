"""Multilingual sentence vectors on the own machine: e5-small, read from an installed package.

One worker thread serves the process; vectors of recent texts are kept, because customers repeat
themselves and so does retraining.
"""

from __future__ import annotations

import asyncio
import threading
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from tugi.engines.e5_graph import build_graph
from tugi.engines.e5_numpy import NumpyNetwork
from tugi.engines.e5_tokens import PAD, Tokenizer, clean
from tugi.engines.e5_weights import SHA256, Weights, file_hash, find_weight_file, read_weights, unpack_rows

try:
    import onnxruntime
except ImportError:
    onnxruntime = None

Floats = NDArray[np.float32]
DIMENSIONS = 384
BATCH_TEXTS = 32
BATCH_TOKENS = 1024
REMEMBERED = 4096


class _Network(Protocol):
    def run(self, x: Floats, mask: NDArray[np.int32]) -> Floats: ...


class _OnnxNetwork:
    """The graph in ONNX Runtime. Spinning off, or idle threads burn the cores; arena and memory
    pattern off, or memory stays at the longest text ever seen."""

    def __init__(self, weights: Weights, threads: int) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.enable_cpu_mem_arena = False
        options.enable_mem_pattern = False
        options.log_severity_level = 3
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._session = onnxruntime.InferenceSession(build_graph(weights), options, providers=["CPUExecutionProvider"])

    def run(self, x: Floats, mask: NDArray[np.int32]) -> Floats:
        return self._session.run(["states"], {"x": x, "mask": mask})[0]


class _Loaded:
    """Tokenizer, embedding tables and network, in memory."""

    def __init__(self, path: Path, use_onnx: bool, threads: int) -> None:
        weights = read_weights(path)
        self.tokenizer = Tokenizer(weights)
        self._words = weights.packed["emb.word"].reshape(weights.shape.words, -1)
        first_type = weights.plain["emb.type"][: weights.shape.hidden]
        self._places = weights.plain["emb.pos"].reshape(-1, weights.shape.hidden) + first_type
        self._network: _Network = _OnnxNetwork(weights, threads) if use_onnx else NumpyNetwork(weights)

    def sums(self, windows: Sequence[list[int]]) -> Floats:
        """Mean state of each window times its content tokens: what windows of one text add up to."""
        order = sorted(range(len(windows)), key=lambda index: len(windows[index]))
        out = np.zeros((len(windows), DIMENSIONS), np.float32)
        start = 0
        while start < len(order):
            end = start + 1
            while end < len(order) and end - start < BATCH_TEXTS:
                if (end - start + 1) * len(windows[order[end]]) > BATCH_TOKENS:
                    break
                end += 1
            chosen = order[start:end]
            out[chosen] = self._batch([windows[index] for index in chosen])
            start = end
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
    """The `Embedder` port on e5-small. Loads on first use (about half a second, 200 MB)."""

    dimensions = DIMENSIONS

    def __init__(self, path: Path, threads: int = 1, use_onnx: bool | None = None) -> None:
        self._path = path
        self._threads = threads
        self._use_onnx = onnxruntime is not None if use_onnx is None else use_onnx
        kind = "q4a4" if self._use_onnx else "fp32"
        self.variant = f"e5-small-{kind}-{SHA256[:12]}"
        self._loaded: _Loaded | None = None
        self._lock = threading.Lock()
        self._recent: OrderedDict[str, Floats] = OrderedDict()
        self._recent_lock = threading.Lock()
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="e5")

    async def embed(self, texts: Sequence[str]) -> Floats:
        """Unit vectors [len(texts), 384], computed in the worker thread. Repeats are answered at once."""
        known = self._known([clean(text) for text in texts])
        if known is not None:
            return known
        return await asyncio.get_running_loop().run_in_executor(self._worker, self.embed_now, list(texts))

    def embed_now(self, texts: Sequence[str]) -> Floats:
        """The same in the calling thread. Any string is accepted; the empty one has a vector too."""
        keys = [clean(text) for text in texts]
        with self._recent_lock:
            found = {key: self._recent[key] for key in keys if key in self._recent}
        missing = [key for key in dict.fromkeys(keys) if key not in found]
        if missing:
            vectors = dict(zip(missing, self._compute(missing), strict=True))
            found.update(vectors)
            with self._recent_lock:
                self._recent.update(vectors)
                while len(self._recent) > REMEMBERED:
                    self._recent.popitem(last=False)
        return np.stack([found[key] for key in keys]) if keys else np.zeros((0, DIMENSIONS), np.float32)

    def close(self) -> None:
        """End the worker thread."""
        self._worker.shutdown(wait=True, cancel_futures=True)

    def _known(self, keys: list[str]) -> Floats | None:
        with self._recent_lock:
            if not keys or any(key not in self._recent for key in keys):
                return None
            for key in keys:
                self._recent.move_to_end(key)
            return np.stack([self._recent[key] for key in keys])

    def _compute(self, keys: list[str]) -> Floats:
        with self._lock:
            if self._loaded is None:
                self._loaded = _Loaded(self._path, self._use_onnx, self._threads)
            tokenizer = self._loaded.tokenizer
            windows = [tokenizer.windows(key) for key in keys]
            sums = self._loaded.sums([window for of_text in windows for window in of_text])
        starts = np.cumsum([0, *(len(of_text) for of_text in windows)])[:-1]
        totals = np.add.reduceat(sums, starts, axis=0)
        norms = np.linalg.norm(totals, axis=1, keepdims=True)
        return (totals / np.maximum(norms, 1e-12)).astype(np.float32)


def find_e5(threads: int = 1) -> E5 | None:
    """The engine of the installed weight file, or None when it is missing or not the pinned one.
    The robot then works on character n-grams alone, in suggestion mode."""
    path = find_weight_file()
    if path is None or file_hash(path) != SHA256:
        return None
    return E5(path, threads)
