"""What a letter costs in the processor, step by step in one process: also true on a machine that is busy."""

from __future__ import annotations

import itertools
import os
import ssl
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
from asyncpg.pool import PoolConnectionProxy

from bench.house import House
from bench.letter_figures import ADDRESS, letter
from bench.report import report
from tugi.channels.email.channel import EmailChannel
from tugi.channels.email.oauth import Tokens
from tugi.core.database import Database
from tugi.core.files import Folder
from tugi.core.safe_addresses import Guard
from tugi.core.sealing import Seal
from tugi.desk.answering.answers import Answering
from tugi.desk.cases import accounts, deliveries
from tugi.desk.cases.intake import Intake
from tugi.desk.reactions import REACTIONS

LETTERS = int(os.environ.get("LETTERS", "800"))
WARM = 100
BATCH = 20
ASKED = ("fetch", "fetchrow", "fetchval", "execute")
Ids = dict[str, Any]


class Costs:
    """Counts what passes between this process and the database, and the processor's time on both sides."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.statements = 0

    async def _postgres(self) -> float:
        """CPU seconds of the one session that does the work; others are idle."""
        async with self._database.everywhere() as tx:
            pid = await tx.fetchval("select pg_backend_pid()")
        return _cpu_seconds(pid)

    @contextmanager
    def counting(self) -> Iterator[None]:
        """Count statements for the length of a block."""
        own = {name: getattr(PoolConnectionProxy, name) for name in ASKED}

        def counted(act: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
            def ask(*values: Any, **named: Any) -> Awaitable[Any]:
                self.statements += 1
                return act(*values, **named)

            return ask

        for name, act in own.items():
            setattr(PoolConnectionProxy, name, counted(act))
        try:
            yield
        finally:
            for name, act in own.items():
                setattr(PoolConnectionProxy, name, act)

    async def of(self, name: str, each: list[Any], step: Callable[[Any], Awaitable[Any]], size: int = 1) -> list[Any]:
        """Take this step with each and report what one letter costs; `size` letters are in each. The first are warm."""
        warm = WARM // size
        done = [await step(one) for one in each[:warm]]
        postgres, statements, own = await self._postgres(), self.statements, time.process_time()
        began = time.perf_counter()
        done += [await step(one) for one in each[warm:]]
        seconds, own, statements = (
            time.perf_counter() - began,
            time.process_time() - own,
            self.statements - statements,
        )
        postgres, count = await self._postgres() - postgres, (len(each) - warm) * size
        also = {"postgres_ms": postgres * 1000 / count, "statements": statements / count}
        report(f"letter_{name}", count / seconds, "letters/s", cpu_ms=own * 1000 / count, also=also)
        return done


def _cpu_seconds(pid: int) -> float:
    """User and system time of a process (proc(5))."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(int(value) for value in fields[11:13]) / os.sysconf("SC_CLK_TCK")


async def letter_costs(house: House) -> None:
    """Each step of a letter by itself, one after another; PostgreSQL's time apart."""
    database = await Database.open(house.dsn, REACTIONS, size=1)
    files = Folder(house.home / "files")
    workspace_id = house.workspace_id
    async with database.transaction(workspace_id) as tx:
        account_id = await accounts.create(tx, "email", "Abi", ADDRESS, {}, None)
    intake = Intake(database, files, {"email": _channel(database, house)}, house.secret)
    answering = Answering(database, files, None)
    costs, numbers = Costs(database), itertools.count()

    async def store(raw: bytes) -> Ids:
        digest = await files.put(workspace_id, raw)
        async with database.transaction(workspace_id) as tx:
            delivery_id = await deliveries.store(
                tx, account_id, source=f"imap:INBOX:1:{next(numbers)}", hash=digest, size=len(raw), envelope={}
            )
        return {"workspace_id": workspace_id, "delivery_id": delivery_id}

    async def batch(several: list[Ids]) -> None:
        assert await intake.take_in_batch(workspace_id, [one["delivery_id"] for one in several])

    try:
        with costs.counting():
            stored = await costs.of("stored", [letter(number) for number in range(2 * LETTERS)], store)
            await costs.of("taken_in", stored[:LETTERS], intake.take_in)
            rest = stored[LETTERS:]
            await costs.of("taken_in_20", [rest[n : n + BATCH] for n in range(0, len(rest), BATCH)], batch, BATCH)
            received = await _happened(house, "MessageReceived")
            await costs.of("decided", received[-LETTERS:], answering.answer)
    finally:
        await database.close()


def _channel(database: Database, house: House) -> EmailChannel:
    """Reads letters; nothing is sent."""
    return EmailChannel(Guard(()), ssl.create_default_context(), Tokens(database, Seal(house.secret), {}))


async def _happened(house: House, kind: str) -> list[Ids]:
    """What the jobs after these events are told, oldest first."""
    connection = await house.connect()
    rows = await connection.fetch("select case_id, data::text from events where kind = $1 order by number", kind)
    await connection.close()
    return [
        {"workspace_id": house.workspace_id, "case_id": row["case_id"], **msgspec.json.decode(row["data"])}
        for row in rows
    ]
