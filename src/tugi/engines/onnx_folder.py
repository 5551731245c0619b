"""An operator's own embedding model: a folder with `model.onnx`, a tokenizer and, if wanted, `tugi.json`.

The tokenizer is `tokenizer.json` (needs the package tokenizers, which we do not bring: with what it depends on it
is larger than everything else here) or a sentencepiece `.model`. `tugi.json` may hold:
pooling ("mean" or "cls"), prefix (set before every text, such as "query: "), dimensions (what is expected),
max_tokens, and for a sentencepiece model the ids `begin`, `end`, `pad` and `offset`, which is added to the ids of
pieces (1 in models of the XLM-R family).
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray
from sentencepiece import SentencePieceProcessor

from tugi.engines.e5_tokens import clean
from tugi.ports import EngineFailed

try:
    import onnxruntime
except ImportError:
    onnxruntime = None
try:
    import tokenizers  # pyright: ignore[reportMissingImports]
except ImportError:
    tokenizers = None

Floats = NDArray[np.float32]
BATCH_TEXTS = 32
BATCH_TOKENS = 2048
FEW = 8


@dataclass(frozen=True, slots=True)
class Recipe:
    """What `tugi.json` says; without the file, these."""

    pooling: Literal["mean", "cls"] = "mean"
    prefix: str = ""
    dimensions: int | None = None
    max_tokens: int = 512
    begin: int | None = None
    end: int | None = None
    pad: int = 0
    offset: int = 0


class _Tokenizer(Protocol):
    def ids(self, text: str) -> list[int]: ...


class _Pieces:
    """A sentencepiece model with the marks that the recipe, or else the model itself, names."""

    def __init__(self, path: Path, recipe: Recipe) -> None:
        self._pieces = SentencePieceProcessor(model_file=str(path))
        own = [self._pieces.bos_id(), self._pieces.eos_id()]
        begin, end = (
            wanted if wanted is not None else known
            for wanted, known in zip((recipe.begin, recipe.end), own, strict=True)
        )
        self._begin = [begin] if begin >= 0 else []
        self._end = [end] if end >= 0 else []
        self._recipe = recipe

    def ids(self, text: str) -> list[int]:
        room = self._recipe.max_tokens - len(self._begin) - len(self._end)
        pieces = [piece + self._recipe.offset for piece in self._pieces.encode(text)[:room]]
        return [*self._begin, *pieces, *self._end]


class _Json:
    """A `tokenizer.json`, which brings its own marks."""

    def __init__(self, path: Path, recipe: Recipe) -> None:
        if tokenizers is None:
            raise EngineFailed(
                f"{path.name} needs the package tokenizers: `pip install tokenizers`, or give the model's "
                "sentencepiece file (.model) instead"
            )
        self._tokenizer: Any = tokenizers.Tokenizer.from_file(str(path))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(recipe.max_tokens)

    def ids(self, text: str) -> list[int]:
        return self._tokenizer.encode(text).ids


class _Loaded:
    """Session and tokenizer, in memory."""

    def __init__(self, folder: Path, recipe: Recipe) -> None:
        self.recipe = recipe
        self.tokenizer = _tokenizer_of(folder, recipe)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.enable_cpu_mem_arena = False
        options.log_severity_level = 3
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        try:
            self._session = onnxruntime.InferenceSession(
                str(folder / "model.onnx"), options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:
            raise EngineFailed(f"model.onnx cannot be opened: {error}") from error
        self._inputs = {entry.name for entry in self._session.get_inputs()}
        self._output = self._session.get_outputs()[0].name

    def batch(self, ids: Sequence[list[int]]) -> Floats:
        lengths = np.array([len(one) for one in ids])
        tokens = np.full((len(ids), max(int(lengths.max()), 1)), self.recipe.pad, np.int64)
        for row, one in enumerate(ids):
            tokens[row, : len(one)] = one
        mask = (np.arange(tokens.shape[1])[None, :] < np.maximum(lengths, 1)[:, None]).astype(np.int64)
        known = {"input_ids": tokens, "attention_mask": mask, "token_type_ids": np.zeros_like(tokens)}
        states = self._session.run([self._output], {n: v for n, v in known.items() if n in self._inputs})[0]
        if states.ndim == 3:
            states = states[:, 0] if self.recipe.pooling == "cls" else _mean(states, mask)
        norms = np.linalg.norm(states, axis=1, keepdims=True)
        return (states / np.maximum(norms, 1e-12)).astype(np.float32)


def _mean(states: NDArray[Any], mask: NDArray[np.int64]) -> NDArray[Any]:
    return (states * mask[:, :, None]).sum(1) / mask.sum(1, keepdims=True)


class OnnxFolder:
    """The `Embedder` port on a folder. The folder is read and its files are hashed at once, the model when first
    needed; raises EngineFailed with what is missing or wrong."""

    def __init__(self, folder: str, threads: int = 1) -> None:
        self._folder = Path(folder).expanduser()
        if onnxruntime is None:
            raise EngineFailed("an ONNX model needs the package onnxruntime: `pip install onnxruntime`")
        if not (self._folder / "model.onnx").is_file():
            raise EngineFailed(f"{self._folder} has no file model.onnx")
        self._recipe = read_recipe(self._folder)
        self.variant = f"onnx:{folder}#{_hash(self._folder)}"
        self._loaded: _Loaded | None = None
        self._loading = threading.Lock()
        self._dimensions = 0
        self._threads = threads
        self._questions = ThreadPoolExecutor(max_workers=1, thread_name_prefix="onnx")
        self._work = ThreadPoolExecutor(max_workers=1, thread_name_prefix="onnx-work")
        self._batches = ThreadPoolExecutor(max_workers=threads, thread_name_prefix="onnx-batch")

    @property
    def dimensions(self) -> int:
        """The length of a vector; loads the model."""
        self._ready()
        return self._dimensions

    async def embed(self, texts: Sequence[str]) -> Floats:
        """Unit vectors [len(texts), dimensions], computed in a worker thread."""
        worker = self._questions if len(texts) <= FEW else self._work
        return await asyncio.get_running_loop().run_in_executor(worker, self.embed_now, list(texts))

    def embed_now(self, texts: Sequence[str]) -> Floats:
        """The same in the calling thread. Any string is accepted; what is over `max_tokens` is not read."""
        loaded = self._ready()
        if not texts:
            return np.zeros((0, self._dimensions), np.float32)
        ids = [loaded.tokenizer.ids(self._recipe.prefix + clean(text)) for text in texts]
        batches = _batches(ids)
        parts = self._batches.map(loaded.batch, [[ids[index] for index in chosen] for chosen in batches])
        out = np.zeros((len(texts), self._dimensions), np.float32)
        try:
            for chosen, part in zip(batches, parts, strict=True):
                out[chosen] = part
        except Exception as error:
            raise EngineFailed(f"the model in {self._folder} failed: {error}") from error
        return out

    def _ready(self) -> _Loaded:
        with self._loading:
            if self._loaded is None:
                loaded = _Loaded(self._folder, self._recipe)
                try:
                    found = loaded.batch([loaded.tokenizer.ids(self._recipe.prefix + "a")]).shape[1]
                except Exception as error:
                    raise EngineFailed(f"the model in {self._folder} failed on a first text: {error}") from error
                wanted = self._recipe.dimensions
                if wanted is not None and wanted != found:
                    raise EngineFailed(f"tugi.json says {wanted} dimensions, the model gives {found}")
                self._loaded, self._dimensions = loaded, found
            return self._loaded


def _batches(ids: Sequence[list[int]]) -> list[list[int]]:
    batches: list[list[int]] = []
    for index in sorted(range(len(ids)), key=lambda at: len(ids[at])):
        last = batches[-1] if batches else []
        if not last or len(last) == BATCH_TEXTS or (len(last) + 1) * len(ids[index]) > BATCH_TOKENS:
            batches.append([index])
        else:
            last.append(index)
    return batches


def read_recipe(folder: Path) -> Recipe:
    """`tugi.json`, or the defaults without it. Raises EngineFailed for what it cannot mean."""
    path = folder / "tugi.json"
    if not path.is_file():
        return Recipe()
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, OSError) as error:
        raise EngineFailed(f"{path} is not JSON: {error}") from error
    known = {field.name for field in fields(Recipe)}
    if not isinstance(stored, dict) or (unknown := sorted(set(stored) - known)):
        named = f"unknown {', '.join(unknown)}; " if isinstance(stored, dict) else ""
        raise EngineFailed(f"{path}: {named}known are {', '.join(sorted(known))}")
    recipe = Recipe(**stored)
    whole = (recipe.max_tokens, recipe.pad, recipe.offset, recipe.dimensions or 1, recipe.begin or 0, recipe.end or 0)
    if recipe.pooling not in ("mean", "cls") or not isinstance(recipe.prefix, str):
        raise EngineFailed(f'{path}: pooling is "mean" or "cls", prefix is a text')
    if not all(isinstance(value, int) for value in whole) or not 8 <= recipe.max_tokens <= 8192:
        raise EngineFailed(f"{path}: max_tokens is 8 to 8192, and the other numbers are whole")
    return recipe


def _tokenizer_of(folder: Path, recipe: Recipe) -> _Tokenizer:
    try:
        if (folder / "tokenizer.json").is_file() and (tokenizers is not None or not list(folder.glob("*.model"))):
            return _Json(folder / "tokenizer.json", recipe)
        pieces = sorted(folder.glob("*.model"))
        if len(pieces) == 1:
            return _Pieces(pieces[0], recipe)
    except EngineFailed:
        raise
    except Exception as error:
        raise EngineFailed(f"the tokenizer in {folder} cannot be read: {error}") from error
    raise EngineFailed(f"{folder} needs a tokenizer.json or one sentencepiece file (.model); it has {len(pieces)}")


def _hash(folder: Path) -> str:
    """Of all files that decide about a vector."""
    wanted = sorted(
        p
        for p in folder.iterdir()
        if p.is_file() and (p.name.startswith("model.onnx") or p.suffix in (".model", ".json"))
    )
    digest = hashlib.sha256()
    for path in wanted:
        digest.update(path.name.encode() + b"\0")
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()[:12]
