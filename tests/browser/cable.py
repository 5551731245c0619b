"""A network cable one can pull: a TCP proxy on loopback that forwards, or is cut."""

from __future__ import annotations

import asyncio
import threading


class Cable:
    """Listens on its own port and forwards to `target_port` until `pull`; `plug` mends it."""

    def __init__(self, target_port: int) -> None:
        self._target = target_port
        self._loop = asyncio.new_event_loop()
        self._writers: set[asyncio.StreamWriter] = set()
        self._cut = False
        self.port = 0
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._open(), self._loop).result(5)

    async def _open(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    def close(self) -> None:
        """End the proxy; nothing of it is left open."""
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(5)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()

    async def _close(self) -> None:
        self._server.close()
        self._pull()
        await self._server.wait_closed()
        pumps = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        await asyncio.gather(*pumps, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._cut:
            writer.transport.abort()
            return
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._target)
        except OSError:
            writer.transport.abort()
            return
        self._writers |= {writer, far_writer}
        await asyncio.gather(self._pump(reader, far_writer), self._pump(far_reader, writer))
        self._writers -= {writer, far_writer}

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
        except OSError:
            writer.transport.abort()
        finally:
            writer.close()

    def pull(self) -> None:
        """Cut every connection and refuse new ones."""
        self._loop.call_soon_threadsafe(self._pull)

    def _pull(self) -> None:
        self._cut = True
        for writer in self._writers:
            writer.transport.abort()

    def plug(self) -> None:
        """Let connections through again."""
        self._loop.call_soon_threadsafe(setattr, self, "_cut", False)
