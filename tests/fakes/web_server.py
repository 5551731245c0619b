"""A web server that says whatever a test wants, byte by byte, also what no decent one would."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

MISSING = b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
# Whoever asks for this gets what there is, and then nothing more.
STUCK = "/stuck"


@dataclass(slots=True)
class WebServer:
    """answers: raw HTTP responses by path. asked: paths with their queries, as they came. hosts: Host headers.

    bodies: what was posted.
    """

    answers: Mapping[str, bytes]
    port: int = 0
    asked: list[str] = field(default_factory=list)
    hosts: list[str] = field(default_factory=list)
    bodies: list[str] = field(default_factory=list)

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            path = head.split(" ", 2)[1]
            self.asked.append(path)
            named = dict(line.lower().split(": ", 1) for line in head.split("\r\n") if ": " in line)
            self.hosts.append(named.get("host", ""))
            if size := int(named.get("content-length", "0")):
                self.bodies.append((await reader.readexactly(size)).decode())
            writer.write(self.answers.get(path.partition("?")[0], MISSING))
            await writer.drain()
            if path == STUCK:
                await reader.read()
        except (ConnectionError, asyncio.IncompleteReadError):
            self.asked.append("(nothing)")
        finally:
            writer.close()


def page(body: bytes, *headers: str, status: str = "200 OK") -> bytes:
    """One response that ends the connection."""
    lines = [f"HTTP/1.1 {status}", f"content-length: {len(body)}", "connection: close", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def moved(to: str, status: str = "302 Found") -> bytes:
    """A redirect."""
    return page(b"", f"location: {to}", status=status)


@asynccontextmanager
async def serving(answers: Mapping[str, bytes]) -> AsyncIterator[WebServer]:
    """The server on 127.0.0.1, for as long as the block runs."""
    web = WebServer(answers)
    server = await asyncio.start_server(web.answer, "127.0.0.1", 0)
    web.port = server.sockets[0].getsockname()[1]
    try:
        yield web
    finally:
        server.close()
        await server.wait_closed()
