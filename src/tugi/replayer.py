"""Rehearse in child processes: `python -m tugi.replayer`, one frame of orders on stdin, then frames of questions.

Each child is a robot of its own beside the serving one and below it in priority, so that a hundred thousand past
questions delay no customer. A frame is eight bytes of length, then msgpack. Questions of the same words go to the
same child, which decides them from memory.
"""

from __future__ import annotations

import asyncio
import os
import sys
import zlib
from collections import deque
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import BinaryIO

import msgspec

from tugi.desk.answering import failures
from tugi.desk.answering.failures import Failure
from tugi.desk.answering.rehearsing import Decide, RehearsalFailed
from tugi.engines.choice import open_engine
from tugi.ports import EngineFailed
from tugi.robot.model import BadModel, model_from_bytes
from tugi.robot.rehearsal import Asked, Decided, Rehearsal, Stage

# Below the serving process, so that a replay never delays an answer.
_NICENESS = 10
_LENGTH_BYTES = 8
# A child holds an engine of its own (about 250 MB), so more of them than this are not worth their memory.
MOST_CHILDREN = 2


@dataclass(frozen=True, slots=True)
class _Orders:
    """What a child is told first. key: for an engine at an address; it goes through the pipe, where no list of
    processes shows it."""

    stage: Stage
    key: str


class _Child:
    """One rehearsing process."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._last: deque[bytes] = deque(maxlen=1)
        self._listening = asyncio.ensure_future(self._listen())

    @classmethod
    async def start(cls, orders: bytes) -> _Child:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tugi.replayer",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
        )
        child = cls(process)
        await child._send(orders)
        return child

    async def decide(self, asked: Sequence[Asked]) -> list[Decided]:
        """What its robot would do. Raises RehearsalFailed with the child's last words."""
        if not asked:
            return []
        await self._send(msgspec.msgpack.encode(asked))
        assert self._process.stdout is not None
        try:
            size = int.from_bytes(await self._process.stdout.readexactly(_LENGTH_BYTES), "little")
            return msgspec.msgpack.decode(await self._process.stdout.readexactly(size), type=list[Decided])
        except asyncio.IncompleteReadError as error:
            raise await self._failed() from error

    async def end(self) -> None:
        """End the process, whatever it is doing."""
        if self._process.returncode is None:
            self._process.kill()
        await self._process.wait()
        await self._listening

    async def _send(self, content: bytes) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(_framed(content))
            await self._process.stdin.drain()
        except (BrokenPipeError, ConnectionResetError) as error:
            raise await self._failed() from error

    async def _failed(self) -> RehearsalFailed:
        code = await self._process.wait()
        await self._listening
        said = self._last[0].decode("utf-8", "replace").strip() if self._last else ""
        failure = failures.of_child(said, code)
        return RehearsalFailed(failure.code, failure.detail)

    async def _listen(self) -> None:
        assert self._process.stderr is not None
        while line := await self._process.stderr.readline():
            if line.strip():
                self._last.append(line)


@asynccontextmanager
async def rehearse_in_children(
    stage: Stage, key: str = "", count: int = min(MOST_CHILDREN, os.cpu_count() or 1)
) -> AsyncGenerator[Decide]:
    """Children on this stage for the length of a block; they end with it. `count` children share the questions."""
    orders = msgspec.msgpack.encode(_Orders(stage, key))
    children: list[_Child] = []
    try:
        for _ in range(count):
            children.append(await _Child.start(orders))

        async def decide(asked: Sequence[Asked]) -> list[Decided]:
            owners = [zlib.crc32(one.text.encode("utf-8", "ignore")) % count for one in asked]
            shares = [[one for one, owner in zip(asked, owners, strict=True) if owner == n] for n in range(count)]
            done = await asyncio.gather(*(c.decide(share) for c, share in zip(children, shares, strict=True)))
            given = [iter(part) for part in done]
            return [next(given[owner]) for owner in owners]

        yield decide
    finally:
        await asyncio.gather(*(child.end() for child in children), return_exceptions=True)


def _framed(content: bytes) -> bytes:
    return len(content).to_bytes(_LENGTH_BYTES, "little") + content


def _read(stream: BinaryIO) -> bytes | None:
    """The next frame, or None at the end."""
    head = stream.read(_LENGTH_BYTES)
    return stream.read(int.from_bytes(head, "little")) if len(head) == _LENGTH_BYTES else None


def _robot(orders: _Orders) -> Rehearsal:
    stage = orders.stage
    model = model_from_bytes(stage.model) if stage.model else None
    engine = open_engine(model.variant, orders.key) if model and model.variant else None
    return Rehearsal(stage, model, engine.embed_now if engine else None)


def main() -> None:
    """The child's side: exits with the last line on stderr when it cannot go on."""
    os.nice(_NICENESS)
    first = _read(sys.stdin.buffer)
    if first is None:
        return
    try:
        robot = _robot(msgspec.msgpack.decode(first, type=_Orders))
        while (frame := _read(sys.stdin.buffer)) is not None:
            decided = robot.decide(msgspec.msgpack.decode(frame, type=list[Asked]))
            sys.stdout.buffer.write(_framed(msgspec.msgpack.encode(decided)))
            sys.stdout.buffer.flush()
    except (BadModel, EngineFailed) as error:
        failure = Failure("model" if isinstance(error, BadModel) else "engine", str(error))
        sys.stderr.write(f"{failure.stored()}\n")
        raise SystemExit(1) from error


if __name__ == "__main__":
    main()
