"""One mailbox's connection seen from the event loop: its own thread, and a limit for everything it does.

A mailbox that hangs holds up its own thread and nobody else's.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Any, TypeVar

from tugi.channels.email.receiving import folders
from tugi.channels.email.receiving.failing import ImapFailed
from tugi.channels.email.receiving.imap import CONNECT_SECONDS, READ_SECONDS, Connection

T = TypeVar("T")
OPEN_SECONDS = 2 * CONNECT_SECONDS + READ_SECONDS
COMMAND_SECONDS = 2 * READ_SECONDS
# A batch or a big mail may take this long: 110 MB at 180 kB/s.
FETCH_SECONDS = 600.0
ENDING_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a folder gave. left: why some mails were not given; what is in neither is gone."""

    mails: Mapping[int, bytes]
    left: Mapping[int, str] = field(default_factory=dict[int, str])


class Line:
    """Carries out what the connection does, one thing at a time. Everything raises ImapFailed."""

    def __init__(self, name: str, limit: float = 1.0) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=f"mailbox-{name}")
        self._limit = limit
        self._connection: Connection | None = None
        # Mails whose fetching ended a connection: they are fetched one by one, and given up after the second time.
        self._blamed: dict[tuple[str, int], int] = {}

    async def open(self, connection: Connection) -> None:
        """Connect and sign in."""
        self._connection = connection
        await self.do(connection.open, seconds=OPEN_SECONDS)

    @property
    def connection(self) -> Connection:
        """The one that is open."""
        if self._connection is None:
            raise ImapFailed("lost", "The connection to the mailbox is closed.")
        return self._connection

    async def do(self, act: Callable[..., T], *values: Any, seconds: float = COMMAND_SECONDS) -> T:
        """Run it in the mailbox's thread; when it takes too long, or we are cancelled, the connection is ended."""
        work = asyncio.get_running_loop().run_in_executor(self._thread, act, *values)
        try:
            await asyncio.wait({work}, timeout=seconds * self._limit)
            if work.done():
                return work.result()
        finally:
            if not work.done():
                await self._break_off(work)
        raise ImapFailed("slow", "The mail server is too slow to be of use. The connection is opened again.")

    async def _break_off(self, work: asyncio.Future[Any]) -> None:
        if self._connection is not None:
            self._connection.abort()
        await asyncio.wait({work}, timeout=ENDING_SECONDS)
        if work.done() and not work.cancelled():
            # Looked at, so that nobody misses it: it is what breaking off brought about.
            work.exception()

    async def hang_up(self) -> None:
        """End the connection, if there is one."""
        connection, self._connection = self._connection, None
        if connection is not None:
            work = asyncio.get_running_loop().run_in_executor(self._thread, connection.close)
            await asyncio.wait({work}, timeout=ENDING_SECONDS)
            if not work.done():
                connection.abort()

    def end(self) -> None:
        """Nothing more is to be done here."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def fetch(self, uids: Sequence[int]) -> tuple[list[int], Fetched]:
        """The first of these mails that make a batch: (which, what came of them)."""
        folder = self.connection.selected or ""
        mails: dict[int, bytes] = {}
        left: dict[int, str] = {}
        if (folder, uids[0]) in self._blamed:
            await self._fetch_one(folder, uids[0], mails, left)
            return [uids[0]], Fetched(mails, left)
        window = list(takewhile(lambda uid: (folder, uid) not in self._blamed, uids[: folders.BATCH_MAILS]))
        try:
            sizes = await self.do(self.connection.sizes, window)
            batch = folders.batch_of(window, sizes)
            small = [uid for uid in batch if uid in sizes and sizes[uid] <= folders.BIG]
            mails.update(await self.do(self.connection.bodies, small, seconds=FETCH_SECONDS))
        except ImapFailed as error:
            # Which of them it was shows when they are fetched one by one.
            self._blame(folder, window)
            if error.code != "answer":
                raise
            return [], Fetched({})
        for uid in batch:
            if uid in sizes and uid not in mails:
                if sizes[uid] > folders.LARGEST:
                    left[uid] = f"It is larger than {folders.LARGEST // 1_000_000} MB."
                else:
                    await self._fetch_one(folder, uid, mails, left)
        return batch, Fetched(mails, left)

    async def _fetch_one(self, folder: str, uid: int, mails: dict[int, bytes], left: dict[int, str]) -> None:
        if self._blamed.get((folder, uid), 0) > 1:
            left[uid] = "Fetching it ended the connection twice."
            del self._blamed[folder, uid]
            return
        try:
            content = await self.do(self.connection.body_in_parts, uid, folders.LARGEST, seconds=FETCH_SECONDS)
            if content is not None:
                mails[uid] = content
            elif await self.do(self.connection.uids, uid, uid):
                left[uid] = "The server names it but does not give it."
            self._blamed.pop((folder, uid), None)
        except ImapFailed as error:
            if error.code != "answer":
                self._blame(folder, [uid])
                raise
            left[uid] = error.said
            self._blamed.pop((folder, uid), None)

    def _blame(self, folder: str, uids: Sequence[int]) -> None:
        for uid in uids:
            alone = len(uids) == 1
            self._blamed[folder, uid] = self._blamed.get((folder, uid), 0) + 1 if alone else 0
