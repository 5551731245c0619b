"""A small WebSocket client (RFC 6455), so that five thousand of them fit beside the server they load."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any, cast

_TEXT, _CLOSE, _PING, _PONG = 1, 8, 9, 10
_MASK = b"\0\0\0\0"


class Socket(asyncio.Protocol):
    """One socket: shakes hands, says hello, tells `heard` of every text."""

    def __init__(self, path: str, hello: dict[str, Any], heard: Callable[[bytes], None], cookie: str = "") -> None:
        self._path = path
        self._hello = hello
        self._heard = heard
        self._cookie = cookie
        self._buffer = b""
        self._open = False
        self._transport: asyncio.Transport | None = None
        self.closed = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the upgrade."""
        self._transport = cast(asyncio.Transport, transport)
        cookie = f"cookie: {self._cookie}\r\n" if self._cookie else ""
        self._transport.write(
            f"GET {self._path} HTTP/1.1\r\nhost: bench\r\nupgrade: websocket\r\nconnection: Upgrade\r\n"
            f"{cookie}sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".encode()
        )

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell whoever waits for the end."""
        if not self.closed.done():
            self.closed.set_result(None)

    def data_received(self, data: bytes) -> None:
        """Frames, whole or in parts."""
        self._buffer += data
        if not self._open:
            head, gap, rest = self._buffer.partition(b"\r\n\r\n")
            if not gap:
                return
            assert head.startswith(b"HTTP/1.1 101"), head
            self._open, self._buffer = True, rest
            self.say(self._hello)
        while (frame := self._frame()) is not None:
            kind, payload = frame
            if kind == _TEXT:
                self._heard(payload)
            elif kind == _PING:
                self._send(_PONG, payload)
            elif kind == _CLOSE:
                self.close()

    def _frame(self) -> tuple[int, bytes] | None:
        buffer = self._buffer
        if len(buffer) < 2:
            return None
        size, start = buffer[1] & 127, 2
        if size == 126:
            size, start = int.from_bytes(buffer[2:4]), 4
        elif size == 127:
            size, start = int.from_bytes(buffer[2:10]), 10
        if len(buffer) < start + size:
            return None
        self._buffer = buffer[start + size :]
        return buffer[0] & 15, buffer[start : start + size]

    def _send(self, kind: int, payload: bytes) -> None:
        size = len(payload)
        length = bytes([128 | size]) if size < 126 else bytes([254]) + size.to_bytes(2)
        if self._transport:
            self._transport.write(bytes([128 | kind]) + length + _MASK + payload)

    def say(self, what: dict[str, Any]) -> None:
        """Send JSON."""
        self._send(_TEXT, json.dumps(what).encode())

    def close(self) -> None:
        """Drop the connection, as a lost network does."""
        if self._transport:
            self._transport.abort()


async def open_socket(
    port: int, path: str, hello: dict[str, Any], heard: Callable[[bytes], None], cookie: str = ""
) -> Socket:
    """A socket to the server on this machine; its hello is on its way."""
    loop = asyncio.get_running_loop()
    _, made = await loop.create_connection(lambda: Socket(path, hello, heard, cookie), "127.0.0.1", port)
    return made
