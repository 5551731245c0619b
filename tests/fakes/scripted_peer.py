"""A server that greets and answers line by line from a script: what a real one would never say when asked to."""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

# (what a line must match, what is answered); {tag} is the line's first word. None: hang up.
Script = Sequence[tuple[str, str | None]]


@dataclass(slots=True)
class ScriptedPeer:
    """heard: every line that came."""

    greeting: str
    script: Script
    port: int = 0
    heard: list[str] = field(default_factory=list)

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            writer.write(f"{self.greeting}\r\n".encode())
            while line := (await reader.readline()).decode("utf-8", "replace").rstrip("\r\n"):
                self.heard.append(line)
                answer = next((said for pattern, said in self.script if re.search(pattern, line, re.I)), "500 what")
                if answer is None:
                    break
                writer.write(answer.replace("{tag}", line.split(" ")[0]).encode() + b"\r\n")
                await writer.drain()
        except (ConnectionError, TimeoutError):
            self.heard.append("(gone)")
        finally:
            # At once: an end that TLS agrees upon takes two.
            writer.transport.abort()


@asynccontextmanager
async def scripted_peer(
    greeting: str, script: Script, context: ssl.SSLContext | None = None
) -> AsyncIterator[ScriptedPeer]:
    """On 127.0.0.1, for as long as the block runs; with a context it speaks TLS from the start."""
    peer = ScriptedPeer(greeting, script)
    server = await asyncio.start_server(peer.talk, "127.0.0.1", 0, ssl=context)
    peer.port = server.sockets[0].getsockname()[1]
    try:
        yield peer
    finally:
        server.close()
        await server.wait_closed()
