"""Models behind an address that speaks as OpenAI's does: embeddings, and chat for words."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from tugi.engines.e5_tokens import clean
from tugi.engines.remote import Breaker, Remote, RemoteFailed
from tugi.ports import EngineFailed, LanguageModelFailed

Floats = NDArray[np.float32]
BATCH_TEXTS = 64
# A customer's question has few texts and waits for them; a training has many and time.
FEW = 8
QUESTION_SECONDS, BATCH_SECONDS = 2.5, 60.0
LARGEST_VECTORS = 32 << 20
LARGEST_WORDS = 256 << 10
LONGEST_TEXT = 24_000
_DATA, _END = "data:", "[DONE]"


class RemoteEmbedder:
    """The `Embedder` port over HTTP. Whatever goes wrong is an EngineFailed within seconds."""

    def __init__(self, address: str, model: str, key: str, *, breaker: Breaker | None = None) -> None:
        if not model:
            raise EngineFailed("an engine at an address needs the name of its model: set TUGI_ENGINE_MODEL")
        try:
            self._remote = Remote(address, key, largest_answer=LARGEST_VECTORS, breaker=breaker)
        except ValueError as error:
            raise EngineFailed(f"TUGI_ENGINE: {error}") from error
        self._model = model
        self.variant = f"{self._remote.address}#{model}"
        self._dimensions = 0

    @property
    def dimensions(self) -> int:
        """The length of a vector; 0 until the first answer has come."""
        return self._dimensions

    async def embed(self, texts: Sequence[str]) -> Floats:
        """Unit vectors [len(texts), dimensions]. Raises EngineFailed."""
        seconds = QUESTION_SECONDS if len(texts) <= FEW else BATCH_SECONDS
        # The protocol refuses an empty text.
        cleaned = [clean(text) or "." for text in texts]
        parts = [
            await self._some(cleaned[at : at + BATCH_TEXTS], seconds) for at in range(0, len(cleaned), BATCH_TEXTS)
        ]
        return np.concatenate(parts) if parts else np.zeros((0, self._dimensions), np.float32)

    def embed_now(self, texts: Sequence[str]) -> Floats:
        """The same in the calling thread, which must have no event loop of its own."""
        return asyncio.run(self.embed(texts))

    async def _some(self, texts: list[str], seconds: float) -> Floats:
        body = {"model": self._model, "input": texts, "encoding_format": "float"}
        try:
            answer = await self._remote.ask("/embeddings", body, seconds=seconds)
        except RemoteFailed as error:
            raise EngineFailed(f"embeddings at {self._remote.address}: {error}") from error
        vectors = _vectors(answer, len(texts))
        if self._dimensions and vectors.shape[1] != self._dimensions:
            raise EngineFailed(f"embeddings at {self._remote.address} changed their length")
        self._dimensions = vectors.shape[1]
        return vectors


def _vectors(answer: Any, count: int) -> Floats:
    """Unit vectors out of the answer, in the order of the texts."""
    try:
        rows = sorted(answer["data"], key=lambda row: row["index"])
        found = np.array([row["embedding"] for row in rows], np.float32)
        in_order = [row["index"] for row in rows] == list(range(count))
    except (KeyError, TypeError, ValueError) as error:
        raise EngineFailed("the embeddings' answer has another form than it should") from error
    if not in_order or found.ndim != 2 or not found.shape[1] or not np.isfinite(found).all():
        raise EngineFailed("the embeddings' answer does not hold one vector a text")
    return found / np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-12)


class ChatModel:
    """The `LanguageModel` port over HTTP."""

    def __init__(self, address: str, name: str, key: str, *, breaker: Breaker | None = None) -> None:
        self._remote = Remote(address, key, largest_answer=LARGEST_WORDS, breaker=breaker)
        self.name = name

    @property
    def is_resting(self) -> bool:
        """Whether it failed so often that it is left alone for a while."""
        return self._remote.breaker.is_open

    async def complete(self, system: str, user: str, *, max_tokens: int, seconds: float) -> str:
        """Its whole answer, within `seconds` over at most two attempts. Raises LanguageModelFailed."""
        body = self._body(system, user, max_tokens)
        try:
            answer = await self._remote.ask("/chat/completions", body, seconds=seconds)
        except RemoteFailed as error:
            raise LanguageModelFailed(str(error)) from error
        try:
            choice = answer["choices"][0]
            text = choice["message"]["content"]
        except (KeyError, IndexError, TypeError) as error:
            raise LanguageModelFailed("its answer has another form than it should") from error
        if choice.get("finish_reason") == "length":
            raise LanguageModelFailed("its answer was longer than it may be")
        if not isinstance(text, str) or not text.strip():
            raise LanguageModelFailed("its answer is empty")
        return text.strip()

    async def stream(self, system: str, user: str, *, max_tokens: int, seconds: float) -> AsyncIterator[str]:
        """Its answer piece by piece, within `seconds` in all. Raises LanguageModelFailed, also for a cut stream."""
        body = self._body(system, user, max_tokens) | {"stream": True}
        ended = False
        try:
            async for line in self._remote.lines("/chat/completions", body, seconds=seconds):
                if not line.startswith(_DATA):
                    continue
                content = line.removeprefix(_DATA).strip()
                if content == _END:
                    ended = True
                elif piece := _piece(content):
                    yield piece
        except RemoteFailed as error:
            raise LanguageModelFailed(str(error)) from error
        if not ended:
            raise LanguageModelFailed("its answer broke off")

    def _body(self, system: str, user: str, max_tokens: int) -> dict[str, Any]:
        return {
            "model": self.name,
            "messages": [{"role": "system", "content": system}, {"role": "user", "content": user[:LONGEST_TEXT]}],
            "max_tokens": max_tokens,
            "temperature": 0,
        }


def _piece(content: str) -> str:
    try:
        choices = msgspec.json.decode(content)["choices"]
        return str(choices[0]["delta"].get("content") or "") if choices else ""
    except (msgspec.DecodeError, KeyError, IndexError, TypeError, AttributeError) as error:
        raise LanguageModelFailed("its answer has another form than it should") from error
