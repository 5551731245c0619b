"""A cable on loopback in every bad mood: it forwards, drips a byte at a time, swallows, or is cut."""

import asyncio
from typing import Literal

Mood = Literal["well", "drip", "black_hole"]


class TcpProxy:
    """Forwards to `target_port`. mood: of what flows towards the client; up, what it says always gets through.

    connections: how many were made so far.
    """

    def __init__(self, target_port: int, mood: Mood = "well", *, pause: float = 1.0) -> None:
        self._target = target_port
        self._pause = pause
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self.mood: Mood = mood
        self.is_refusing = False
        self.connections = 0
        self.port = 0

    async def __aenter__(self) -> "TcpProxy":
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        self.cut()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.wait_closed()

    @property
    def is_used(self) -> bool:
        """Whether a connection stands."""
        return bool(self._writers)

    def cut(self) -> None:
        """End every connection at once, without a word."""
        for writer in self._writers:
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.connections += 1
        far: asyncio.StreamWriter | None = None
        try:
            if self.is_refusing:
                return
            far_reader, far = await asyncio.open_connection("127.0.0.1", self._target)
            self._writers |= {writer, far}
            await asyncio.gather(self._pump(reader, far, down=False), self._pump(far_reader, writer, down=True))
        except OSError:
            return
        finally:
            for one in (writer, far):
                if one is not None:
                    one.transport.abort()
                    self._writers.discard(one)
            self._tasks.discard(task)

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, down: bool) -> None:
        try:
            while data := await reader.read(65536):
                if down and self.mood == "black_hole":
                    continue
                pieces = [data[at : at + 1] for at in range(len(data))] if down and self.mood == "drip" else [data]
                for piece in pieces:
                    if writer.is_closing():
                        return
                    writer.write(piece)
                    await writer.drain()
                    if self.mood == "drip" and down:
                        await asyncio.sleep(self._pause)
        except OSError:
            writer.transport.abort()
        finally:
            writer.close()
