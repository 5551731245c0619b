"""A model behind a real HTTP server, in OpenAI's manner: chat and embeddings, in every mood that has been seen."""

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

Mood = Literal[
    "well", "hang", "drip", "nonsense", "not_json", "empty", "error", "busy", "refuse", "cut", "oversize", "redirect"
]
DIMENSIONS = 32


def vector_of(text: str) -> list[float]:
    """Words hashed into a vector: like texts are near one another."""
    vector = [0.0] * DIMENSIONS
    for word in text.lower().split():
        for gram in {word[:4], word[:6], word}:
            vector[hashlib.sha256(gram.encode()).digest()[0] % DIMENSIONS] += 1.0
    return vector


@dataclass
class FakeModel:
    """What it says is `answer` of the last user's words. asked: every request's body; moods: of the next requests,
    the last one stays. gone: set whenever a client has hung up on it."""

    answer: Callable[[str, str], str] = lambda system, user: user
    moods: list[Mood] = field(default_factory=lambda: ["well"])
    retry_after: str = "1"
    asked: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    keys: list[str] = field(default_factory=list[str])
    gone: asyncio.Event = field(default_factory=asyncio.Event)
    address: str = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request, then the end of the connection."""
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            lines = [line.split(": ", 1) for line in head.split("\r\n")[1:] if ": " in line]
            headers = {name.lower(): value for name, value in lines}
            body = json.loads(await reader.readexactly(int(headers["content-length"])))
            self.asked.append(body)
            self.keys.append(headers.get("authorization", ""))
            mood = self.moods.pop(0) if len(self.moods) > 1 else self.moods[0]
            await self._reply(head.split(" ")[1], body, mood, reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            self.gone.set()
        finally:
            writer.close()

    async def _reply(
        self, path: str, body: dict[str, Any], mood: Mood, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        if mood == "hang":
            await reader.read()
            self.gone.set()
        elif mood == "drip":
            await self._drip(reader, writer)
        elif mood in ("error", "busy", "refuse", "redirect"):
            status = {"error": 500, "busy": 429, "refuse": 401, "redirect": 302}[mood]
            extra = f"retry-after: {self.retry_after}\r\nlocation: http://127.0.0.1:1/elsewhere\r\n"
            await self._send(writer, status, b"{}", extra)
        elif mood == "oversize":
            await self._send(writer, 200, b'{"a": "' + b"x" * (64 << 20) + b'"}')
        elif mood == "not_json":
            await self._send(writer, 200, b"<html>a login page</html>")
        elif mood in ("nonsense", "empty"):
            await self._send(writer, 200, json.dumps({"choices": [{"message": {"content": ""}}], "data": []}).encode())
        elif path.endswith("/embeddings"):
            rows = [{"index": n, "embedding": vector_of(text)} for n, text in enumerate(body["input"])]
            await self._send(writer, 200, json.dumps({"data": rows[::-1]}).encode())
        elif body.get("stream"):
            await self._stream(writer, self._words(body), cut=mood == "cut")
        else:
            content = json.dumps({"choices": [{"message": {"content": self._words(body)}}]}).encode()
            await self._send(
                writer, 200, content[: len(content) // 2] if mood == "cut" else content, whole=len(content)
            )

    def _words(self, body: dict[str, Any]) -> str:
        system, user = (message["content"] for message in body["messages"])
        return self.answer(system, user)

    async def _drip(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n")
        hung_up = asyncio.ensure_future(reader.read())
        while not hung_up.done():
            writer.write(b" ")
            await writer.drain()
            await asyncio.wait({hung_up}, timeout=1)
        self.gone.set()

    async def _stream(self, writer: asyncio.StreamWriter, words: str, *, cut: bool) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n")
        pieces = [words[at : at + 7] for at in range(0, len(words), 7)]
        for piece in pieces[: len(pieces) // 2 if cut else None]:
            writer.write(f"data: {json.dumps({'choices': [{'delta': {'content': piece}}]})}\n\n".encode())
            await writer.drain()
        if not cut:
            writer.write(b"data: [DONE]\n\n")
        await writer.drain()

    async def _send(
        self, writer: asyncio.StreamWriter, status: int, content: bytes, extra: str = "", whole: int | None = None
    ) -> None:
        length = len(content) if whole is None else whole
        writer.write(f"HTTP/1.1 {status} X\r\ncontent-length: {length}\r\n{extra}connection: close\r\n\r\n".encode())
        writer.write(content)
        await writer.drain()


@asynccontextmanager
async def fake_model(**given: Any) -> AsyncIterator[FakeModel]:
    """A server on a port of its own, for as long as the context lasts."""
    fake = FakeModel(**given)
    server = await asyncio.start_server(fake.serve, "127.0.0.1", 0, limit=1 << 24)
    fake.address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    try:
        yield fake
    finally:
        server.close()
        await server.wait_closed()
