"""One slow mailbox beside others: how much slower the others are, read and sent, with it than without it.

Rounds without and with it alternate in one worker, so that what else the machine does tells on both alike.
"""

from __future__ import annotations

import asyncio
import itertools
import statistics
import sys
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Literal

from bench.house import TUGI, House, Server, free_port, spawn
from bench.letter_figures import letter
from bench.report import report
from bench.sending_figures import Peer, answer
from fakes.dovecot import BINARY, PASSWORD, Dovecot
from fakes.tcp_proxy import TcpProxy
from tugi.core import clock
from tugi.core.database import Database
from tugi.core.events import Actor
from tugi.core.sealing import Seal
from tugi.desk.cases import accounts
from tugi.desk.cases.posting import Wish

Way = Literal["well", "drip", "black_hole"]
# "well": the slow one has nothing to do.
ROUNDS: Sequence[Way] = ("well", *(("drip", "well", "black_hole", "well") * 6))
OTHERS = 6
# To each mailbox in a round.
MAILS, LETTERS = 30, 40
# What the slow one has to send: more than its lanes.
STUCK, LANES = 8, 4
MOST_SECONDS = 180.0
TARGET = "<= 10 % slower"
BUSY = (
    "select (select count(*) from deliveries where status = 'waiting') + (select count(*) from pgqueuer "
    "where entrypoint in ('take_in', 'answer') and status <> 'failed')"
)


@dataclass
class Rounds:
    """What the others did in each round, in order: mails a second, and the worker's CPU milliseconds a mail."""

    done: list[tuple[Way, float, float]] = field(default_factory=list[tuple[Way, float, float]])

    def add(self, way: Way, count: int, seconds: float, cpu_seconds: float) -> None:
        """What a round came to."""
        self.done.append((way, count / seconds, cpu_seconds * 1000 / count))

    def tell(self, name: str) -> None:
        """How much slower the others were, by the worse of the two ways to be slow.

        Each round with a slow mailbox is held against the two beside it; the median of these tells. noise: how much
        rounds without one differ from the next such; a figure below it says only that it is below it.
        """
        shares: dict[str, list[float]] = {}
        for (_, before, _), (way, rate, _), (_, after, _) in zip(self.done, self.done[1:], self.done[2:], strict=False):
            if way != "well":
                shares.setdefault(way, []).append((1 - rate / statistics.mean([before, after])) * 100)
        slower = {way: statistics.median(values) for way, values in shares.items()}
        also = {f"{way}_slower": share for way, share in slower.items()}
        well = [rate for way, rate, _ in self.done if way == "well"]
        also["noise"] = statistics.median(abs(1 - rate / after) * 100 for rate, after in itertools.pairwise(well))
        for kind in ("well", *slower):
            also[f"{kind}_per_s"] = statistics.median(rate for way, rate, _ in self.done if way == kind)
            also[f"{kind}_cpu_ms"] = statistics.median(cost for way, _, cost in self.done if way == kind)
        report(name, max(slower.values()), "% slower", target=TARGET, also=also)


async def slow_mailbox(house: House) -> None:
    """Both directions. Reading needs Dovecot, and is left out with a word where there is none."""
    database = await Database.open(house.dsn)
    connection = await house.connect()
    try:
        if BINARY is None:
            print("read_beside_a_slow_mailbox is not measured: dovecot is not installed", file=sys.stderr)
        else:
            await _reading(house, database, connection)
        await _sending(house, database, connection)
    finally:
        await connection.close()
        await database.close()


async def _reading(house: House, database: Database, connection: Any) -> None:
    dovecot = Dovecot()
    names = [f"post{number}" for number in range(OTHERS)]
    for name in [*names, "slow"]:
        dovecot.add(name)
    dovecot.start()
    numbers, rounds = itertools.count(), Rounds()
    try:
        async with TcpProxy(dovecot.tls_port) as cable:
            for name in names:
                await _read_mailbox(house, database, name, dovecot.tls_port)
            slow = await _read_mailbox(house, database, "slow", cable.port)
            read, theirs = 0, 0

            async def came(of_slow: bool, count: int) -> bool:
                found = await connection.fetchval(
                    "select count(*) from deliveries where (channel_account_id = $1) = $2 and status <> 'waiting'",
                    slow,
                    of_slow,
                )
                return found >= count

            async with _worker(house, TUGI_MAIL_CA=str(dovecot.certificate.chain)) as worker:
                await _connected(connection, OTHERS + 1)
                for way in ROUNDS:
                    cable.mood = way
                    for number in itertools.islice(numbers, MAILS if way != "well" else 0):
                        dovecot.deliver("slow", letter(number))
                        theirs += 1
                    cpu, began = worker.usage().cpu_s, time.perf_counter()
                    for name in names * MAILS:
                        dovecot.deliver(name, letter(next(numbers)))
                    read += MAILS * OTHERS
                    await _until(came, False, read)
                    seconds = time.perf_counter() - began
                    await _until(_idle, connection)
                    rounds.add(way, MAILS * OTHERS, seconds, worker.usage().cpu_s - cpu)
                    # Nothing of the slow one is lost: it all comes once it answers again.
                    cable.mood = "well"
                    if way != "well":
                        cable.cut()
                    await _until(came, True, theirs)
                    await _until(_idle, connection)
    finally:
        dovecot.close()
    rounds.tell("read_beside_a_slow_mailbox")


class _Outbox:
    """What waits to leave, past the application where that is quicker."""

    def __init__(self, house: House, database: Database, connection: Any, agent_id: int) -> None:
        self._house, self._database, self._connection = house, database, connection
        self._agent = Actor("agent", agent_id)
        self._numbers = itertools.count()
        self._later = Wish(send_at=clock.now() + timedelta(days=1))

    async def queue(self, account_ids: Sequence[int]) -> None:
        """A letter for each, which waits to be released."""
        for account_id in account_ids:
            async with self._database.transaction(self._house.workspace_id, self._agent) as tx:
                await answer(tx, next(self._numbers), account_id, self._later)

    async def release(self, account_ids: Sequence[int]) -> None:
        """Let theirs go."""
        await self._connection.execute(
            "update outgoing set not_before = now() where state = 'queued' and channel_account_id = any($1)",
            account_ids,
        )

    async def are(self, state: str, count: int, account_id: int) -> bool:
        """Whether so many of an account are in this state."""
        found = await self._connection.fetchval(
            "select count(*) from outgoing where state = $1 and channel_account_id = $2", state, account_id
        )
        return found == count


async def _sending(house: House, database: Database, connection: Any) -> None:
    fast, behind, rounds = Peer(), Peer(), Rounds()
    agent_id = await connection.fetchval("select min(id) from agents where workspace_id = $1", house.workspace_id)
    outbox = _Outbox(house, database, connection, agent_id)

    async def taken(count: int) -> bool:
        return fast.taken >= count

    stuck = 0
    async with _listening(fast) as port, _listening(behind) as own_port, TcpProxy(own_port) as cable:
        others = [await _sending_mailbox(house, database, f"abi{n}", port) for n in range(OTHERS)]
        slow = await _sending_mailbox(house, database, "slow", cable.port)
        async with _worker(house) as worker:
            for way in ROUNDS:
                await outbox.queue(others * LETTERS)
                if way != "well":
                    await outbox.queue([slow] * STUCK)
                    stuck += STUCK
                    cable.mood = way
                    await outbox.release([slow])
                    await _until(outbox.are, "sending", LANES, slow)
                before, cpu = fast.taken, worker.usage().cpu_s
                await outbox.release(others)
                await _until(taken, before + 1)
                began = time.perf_counter()
                await _until(taken, before + LETTERS * OTHERS)
                seconds = time.perf_counter() - began
                rounds.add(way, LETTERS * OTHERS, seconds, worker.usage().cpu_s - cpu)
                # Nothing of the slow one is lost: it all leaves once its server answers again.
                cable.mood = "well"
                if way != "well":
                    cable.cut()
                while not await outbox.are("sent", stuck, slow):
                    await outbox.release([slow])
                    await asyncio.sleep(0.2)
    rounds.tell("sent_beside_a_slow_mailbox")


@asynccontextmanager
async def _listening(peer: Peer) -> AsyncGenerator[int]:
    """The port at which it takes letters."""
    port = free_port()
    server = await asyncio.start_server(peer.talk, "127.0.0.1", port, limit=2**24)
    try:
        yield port
    finally:
        server.close()
        await server.wait_closed()


async def _read_mailbox(house: House, database: Database, name: str, port: int) -> int:
    imap = {"host": "127.0.0.1", "port": port, "security": "tls", "user": name}
    settings: dict[str, Any] = {"receiving": {"imap": imap, "history_days": 0}}
    sealed = Seal(house.secret).close(accounts.purpose(house.workspace_id), {"password": PASSWORD})
    async with database.transaction(house.workspace_id) as tx:
        return await accounts.create(tx, "email", name, f"{name}@pohjala.example", settings, sealed)


async def _sending_mailbox(house: House, database: Database, name: str, port: int) -> int:
    smtp = {"host": "127.0.0.1", "port": port, "security": "none", "user": ""}
    settings: dict[str, Any] = {"sending": {"smtp": smtp, "plus": True, "undo_seconds": 0}}
    async with database.transaction(house.workspace_id) as tx:
        return await accounts.create(tx, "email", name, f"{name}@saatja.example", settings, None)


@asynccontextmanager
async def _worker(house: House, **more: str) -> AsyncGenerator[Server]:
    own = {"TUGI_PRIVATE_HOSTS": "127.0.0.1", "TUGI_ENGINE": "ngrams", **more}
    environment = house.environment(free_port()) | own
    worker = Server(spawn([TUGI, "worker"], environment, house.home / "slow-mailbox.log"), 0, 0.0)
    try:
        yield worker
    finally:
        worker.end()


async def _connected(connection: Any, count: int) -> None:
    """Wait until so many mailboxes were reached."""

    async def are() -> bool:
        found = await connection.fetchval("select count(*) from channel_accounts where health ? 'last_connected_at'")
        return found >= count

    await _until(are)


async def _idle(connection: Any) -> bool:
    return not await connection.fetchval(BUSY)


async def _until(holds: Callable[..., Awaitable[bool]], *values: Any) -> None:
    give_up = time.monotonic() + MOST_SECONDS
    while not await holds(*values):
        if time.monotonic() > give_up:
            raise TimeoutError("it did not come about in time")
        await asyncio.sleep(0.02)
