"""A small HTTP/1.1 client that costs the machine little, so that what is measured is the server."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, cast


@dataclass(frozen=True, slots=True)
class Answer:
    """Status and body."""

    status: int
    body: bytes

    def json(self) -> Any:
        """The body as JSON. Raises AssertionError unless the status is 200."""
        assert self.status == 200, (self.status, self.body[:500])
        return json.loads(self.body)


class Connection(asyncio.Protocol):
    """One kept-alive connection with one request at a time."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._waiting: asyncio.Future[Answer] | None = None
        self._buffer = b""
        self.open = True

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back."""
        self._transport = cast(asyncio.Transport, transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """Whoever waits for an answer will not get it."""
        self.open = False
        if self._waiting and not self._waiting.done():
            self._waiting.set_exception(ConnectionError("the server closed the connection"))

    def data_received(self, data: bytes) -> None:
        """Put the answer together; the server always declares its length."""
        self._buffer += data
        head, gap, rest = self._buffer.partition(b"\r\n\r\n")
        if not gap:
            return
        lines = head.lower().split(b"\r\n")
        length = next((int(line[15:]) for line in lines if line.startswith(b"content-length:")), 0)
        if len(rest) < length:
            return
        self._buffer = rest[length:]
        waiting, self._waiting = self._waiting, None
        if waiting and not waiting.done():
            waiting.set_result(Answer(int(head[9:12]), rest[:length]))

    def ask(self, request: bytes) -> asyncio.Future[Answer]:
        """Send a whole request."""
        assert self._transport is not None
        assert self._waiting is None
        self._waiting = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return self._waiting

    def close(self) -> None:
        """End the connection."""
        if self._transport:
            self._transport.close()


def request(
    method: str, path: str, body: object = None, *, headers: dict[str, str] | None = None, raw: bytes | None = None
) -> bytes:
    """The bytes of a request."""
    content = raw if raw is not None else (json.dumps(body).encode() if body is not None else b"")
    lines = [f"{method} {path} HTTP/1.1", "host: bench", f"content-length: {len(content)}"]
    if content:
        lines.append("content-type: application/json")
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + content


async def connect(port: int) -> Connection:
    """A connection to the server on this machine."""
    _, made = await asyncio.get_running_loop().create_connection(Connection, "127.0.0.1", port)
    return made


@dataclass(slots=True)
class Load:
    """What a run of requests gave: a latency for each, and the wall time of all."""

    times_ms: list[float] = field(default_factory=list)
    seconds: float = 0.0
    failures: list[Answer] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.times_ms) / self.seconds


async def flood(port: int, requests: Sequence[bytes], connections: int) -> Load:
    """As fast as the server answers on this many connections: throughput."""
    load = Load()
    todo = iter(requests)

    async def one(connection: Connection) -> None:
        for wish in todo:
            began = time.perf_counter()
            answer = await connection.ask(wish)
            load.times_ms.append((time.perf_counter() - began) * 1000)
            if answer.status != 200:
                load.failures.append(answer)

    lines = [await connect(port) for _ in range(connections)]
    began = time.perf_counter()
    await asyncio.gather(*(one(line) for line in lines))
    load.seconds = time.perf_counter() - began
    for line in lines:
        line.close()
    return load


def _popped(lines: list[Connection]) -> Iterator[Connection]:
    while lines:
        yield lines.pop()


async def steady(
    port: int, requests: Sequence[bytes], rate: float, sending: Callable[[int], None] = lambda index: None
) -> Load:
    """At a fixed rate whatever the server does; latency counts from when a request was due."""
    load = Load()
    free: list[Connection] = [await connect(port) for _ in range(50)]
    start = time.perf_counter() + 0.1

    async def one(index: int, wish: bytes) -> None:
        due = start + index / rate
        # The server closes what was not used for a while.
        connection = next((line for line in _popped(free) if line.open), None) or await connect(port)
        sending(index)
        answer = await connection.ask(wish)
        load.times_ms.append((time.perf_counter() - due) * 1000)
        free.append(connection)
        if answer.status != 200:
            load.failures.append(answer)

    async with asyncio.TaskGroup() as group:
        for index, wish in enumerate(requests):
            pause = start + index / rate - time.perf_counter()
            if pause > 0:
                await asyncio.sleep(pause)
            group.create_task(one(index, wish))
    load.seconds = time.perf_counter() - start
    for connection in free:
        connection.close()
    return load
