"""Which embedder a name stands for: an operator's setting, or the variant an older model was trained with.

Names: "e5" (4-bit, the default), "e5-fast" (8-bit), "onnx:/folder" (an own model), "https://host/v1#model"
(embeddings at an address). A variant begins with such a name or names the e5 arithmetic, so that the embedder of
a model can be opened again after the setting has changed.
"""

from __future__ import annotations

import asyncio

import structlog

from tugi.engines.e5 import VARIANT, Arithmetic, find_e5
from tugi.engines.onnx_folder import OnnxFolder
from tugi.engines.openai_compatible import RemoteEmbedder
from tugi.ports import Embedder, EngineFailed

log = structlog.get_logger("tugi.engines")
NGRAMS = "ngrams"
ONNX = "onnx:"
ADDRESSES = ("https://", "http://")
_E5: dict[str, Arithmetic] = {"e5": "q4a4", "e5-fast": "row7"}


def is_engine_name(name: str) -> bool:
    """Whether `open_engine` knows what that is, or it is "ngrams"."""
    return name in _E5 or name == NGRAMS or name.startswith((ONNX, *ADDRESSES))


def open_engine(name: str, key: str = "", threads: int = 1) -> Embedder:
    """The embedder of that name, or of a variant. key: for an address. threads: for many texts at once.

    Raises EngineFailed with what is wrong.
    """
    if name.startswith(ADDRESSES):
        address, _, model = name.partition("#")
        return RemoteEmbedder(address, model, key)
    if name.startswith(ONNX):
        return _open_folder(name, threads)
    arithmetic = _E5.get(name) or next((kind for kind, full in VARIANT.items() if full == name), None)
    if arithmetic is None:
        raise EngineFailed(f"unknown engine {name!r}")
    embedder = find_e5(threads, arithmetic)
    if embedder is None:
        raise EngineFailed("the e5 weights are missing or not the pinned ones; `tugi doctor` says more")
    return embedder


def _open_folder(name: str, threads: int) -> OnnxFolder:
    path, _, wanted = name.removeprefix(ONNX).partition("#")
    folder = OnnxFolder(path, threads)
    if wanted and folder.variant != name:
        raise EngineFailed(f"the model in {path} is no longer the one that was trained with")
    return folder


class OpenedEmbedders:
    """The `Embedders` port: the current one, and older ones opened once when a model needs them."""

    def __init__(self, current: Embedder | None, name: str = NGRAMS, key: str = "", threads: int = 1) -> None:
        self._current = current
        self._name = name
        self._key = key
        self._threads = threads
        self._opened: dict[str, Embedder | None] = {}
        self._opening = asyncio.Lock()

    @property
    def current(self) -> Embedder | None:
        """The one that new models are trained with."""
        return self._current

    async def find(self, variant: str) -> Embedder | None:
        """The embedder of a model's variant, or None with a line in the log."""
        if self._current is not None and self._current.variant == variant:
            return self._current
        async with self._opening:
            if variant not in self._opened:
                try:
                    key = self._key_for(variant)
                    self._opened[variant] = await asyncio.to_thread(open_engine, variant, key, self._threads)
                except EngineFailed as error:
                    log.warning("an older model's engine cannot be opened", variant=variant, why=str(error))
                    self._opened[variant] = None
            return self._opened[variant]

    def _key_for(self, variant: str) -> str:
        """The key is for one address: the setting's, or, when that names none any more, the older one's."""
        ours = self._name.partition("#")[0]
        if not ours.startswith(ADDRESSES) or variant.partition("#")[0] == ours:
            return self._key
        return ""
