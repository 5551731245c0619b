"""Transactions on PostgreSQL: scoped to one workspace, numbering what happened as their last act."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import asyncpg
import msgspec
from pgqueuer.adapters.persistence.qb import QueryQueueBuilder

from tugi.core import clock, events
from tugi.core.errors import Invalid, Unavailable
from tugi.core.events import SYSTEM, Actor, Happened, Reactions

Row = Mapping[str, Any]
# pgqueuer's own statement; its Queries would encode the headers, which our connections do already.
ENQUEUE = QueryQueueBuilder().build_enqueue_query("raise")
Connection = Any  # asyncpg's pooled connection proxy carries no types

# Errors after which the very same request may succeed a moment later.
AWAY = (
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
    asyncpg.InterfaceError,
    # What asyncpg says when its connection was cut between two messages of one statement.
    asyncpg.InternalClientError,
    asyncpg.DeadlockDetectedError,
    asyncpg.LockNotAvailableError,
    asyncpg.QueryCanceledError,
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.DiskFullError,
    OSError,
    TimeoutError,
)
UNREADABLE = (
    asyncpg.CharacterNotInRepertoireError,
    asyncpg.UntranslatableCharacterError,
    asyncpg.DataError,
    UnicodeEncodeError,
)


class Transaction:
    """One workspace's view of the database until the commit. Made only by Database."""

    __slots__ = ("_connection", "_happened", "actor", "workspace_id")

    def __init__(self, connection: Connection, workspace_id: int, actor: Actor) -> None:
        self._connection = connection
        self._happened: list[Happened] = []
        self.workspace_id = workspace_id
        self.actor = actor

    async def fetch(self, sql: str, *values: object) -> list[Row]:
        """All rows."""
        return await self._connection.fetch(sql, *values)

    async def fetchrow(self, sql: str, *values: object) -> Row | None:
        """The first row, or None."""
        return await self._connection.fetchrow(sql, *values)

    async def fetchval(self, sql: str, *values: object) -> Any:
        """The first column of the first row, or None."""
        return await self._connection.fetchval(sql, *values)

    async def execute(self, sql: str, *values: object) -> str:
        """Run a statement; returns PostgreSQL's command tag, such as "UPDATE 1"."""
        return await self._connection.execute(sql, *values)

    async def executemany(self, sql: str, values: Sequence[Sequence[object]]) -> None:
        """Run a statement for each row of values."""
        await self._connection.executemany(sql, values)

    def happened(self, kind: str, *, case_id: int | None = None, actor: Actor | None = None, **data: object) -> None:
        """Note a fact. Its event and the jobs that follow it are written in this same commit."""
        self._happened.append(Happened(kind, actor or self.actor, case_id, clock.now(), data))

    @property
    def facts(self) -> Sequence[Happened]:
        """What has happened so far in this transaction."""
        return self._happened


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


async def _prepare(connection: Connection) -> None:
    await connection.set_type_codec(
        "jsonb", schema="pg_catalog", encoder=_json, decoder=msgspec.json.decode, format="text"
    )
    bypasses = await connection.fetchval(
        "select (rolsuper or rolbypassrls) and exists (select from pg_roles where rolname = 'tugi_app') "
        "from pg_roles where rolname = current_user"
    )
    if bypasses:
        await connection.execute("set role tugi_app")


async def _leave(connection: Connection) -> None:
    """Nothing to reset: every setting we make ends with its transaction."""


class Database:
    """A pool of connections and the rules of a transaction. Open it with `Database.open`."""

    def __init__(self, pool: Any, reactions: Reactions) -> None:
        self._pool = pool
        self._reactions = reactions
        # Who of this process may take numbers now: waiting here is cheaper than on the row's lock.
        self._turns: dict[int, asyncio.Lock] = {}
        self.after_commit: Callable[[int, bool], None] = lambda workspace_id, jobs: None

    @classmethod
    async def open(
        cls, dsn: str, reactions: Reactions | None = None, *, size: int = 8, statement_seconds: float = 10
    ) -> Database:
        """Connect a pool of up to `size` connections. Raises Unavailable when the server does not answer."""
        try:
            pool = await asyncpg.create_pool(
                dsn,
                min_size=1,
                max_size=size,
                init=_prepare,
                reset=_leave,
                timeout=5,
                command_timeout=statement_seconds + 5,
                max_inactive_connection_lifetime=300,
                server_settings={
                    "application_name": "tugi",
                    "timezone": "UTC",
                    # Our statements are short: compiling one takes longer than it runs.
                    "jit": "off",
                    "statement_timeout": f"{statement_seconds}s",
                    "lock_timeout": "5s",
                    "idle_in_transaction_session_timeout": "60s",
                },
            )
        except AWAY as error:
            raise Unavailable(f"The database does not answer: {error}", retry_after=2) from error
        return cls(pool, reactions or {})

    def quietly(self) -> Database:
        """The same database, where nothing follows what happens: for history, which has had its consequences."""
        return Database(self._pool, {})

    async def close(self) -> None:
        """Close the pool, giving running work two seconds to finish."""
        try:
            await asyncio.wait_for(self._pool.close(), 2)
        except TimeoutError:
            self._pool.terminate()

    @asynccontextmanager
    async def transaction(self, workspace_id: int, actor: Actor = SYSTEM) -> AsyncGenerator[Transaction]:
        """Work in one workspace; commits at the end, with events numbered and their jobs enqueued.

        Raises Unavailable when the database is away (nothing is stored, or, if the commit's answer
        was lost, a repeat is recognised by its client id), Invalid for text PostgreSQL cannot hold.
        """
        async with self._connected() as connection:
            await connection.execute(f"begin; set local tugi.workspace = '{workspace_id:d}'")
            tx = Transaction(connection, workspace_id, actor)
            jobs = False
            try:
                yield tx
                if tx.facts:
                    jobs = await self._enqueue(connection, tx)
                    async with self._turns.setdefault(workspace_id, asyncio.Lock()):
                        await self._number(connection, tx)
                        await connection.execute("commit")
                else:
                    await connection.execute("commit")
            except BaseException:
                await _roll_back(connection)
                raise
        if tx.facts:
            self.after_commit(workspace_id, jobs)

    @asynccontextmanager
    async def reading(self, workspace_id: int) -> AsyncGenerator[Transaction]:
        """One consistent read-only view of one workspace."""
        async with self._connected() as connection:
            await connection.execute(
                f"begin isolation level repeatable read read only; set local tugi.workspace = '{workspace_id:d}'"
            )
            try:
                yield Transaction(connection, workspace_id, SYSTEM)
                await connection.execute("commit")
            except BaseException:
                await _roll_back(connection)
                raise

    @asynccontextmanager
    async def everywhere(self) -> AsyncGenerator[Transaction]:
        """For the few acts that come before a workspace is known: sign-in, keys, sweeps, set-up."""
        async with self._connected() as connection:
            await connection.execute("begin; set local tugi.workspace = '*'")
            try:
                yield Transaction(connection, 0, SYSTEM)
                await connection.execute("commit")
            except BaseException:
                await _roll_back(connection)
                raise

    async def notify(self, channel: str, payload: str) -> None:
        """NOTIFY outside any transaction. Raises OSError or TimeoutError when the database is away."""
        try:
            async with self._pool.acquire(timeout=5) as connection:
                await connection.execute("select pg_notify($1, $2)", channel, payload)
        except AWAY as error:
            raise ConnectionError(str(error)) from error

    @asynccontextmanager
    async def _connected(self) -> AsyncGenerator[Connection]:
        try:
            async with self._pool.acquire(timeout=5) as connection:
                yield connection
        except AWAY as error:
            raise Unavailable(
                "The database is away for a moment. The same request may be sent again.", retry_after=2
            ) from error
        except UNREADABLE as error:
            raise Invalid("The text holds characters that cannot be stored, such as NUL.") from error

    async def _enqueue(self, connection: Connection, tx: Transaction) -> bool:
        """Write the jobs that follow; whether there are any."""
        facts = tx.facts
        names: list[str] = []
        payloads: list[bytes | None] = []
        delays: list[timedelta | None] = []
        priorities: list[int] = []
        for fact in facts:
            for reaction in self._reactions.get(fact.kind, ()):
                names.append(reaction.job)
                payloads.append(
                    msgspec.json.encode({"workspace_id": tx.workspace_id, "case_id": fact.case_id, **fact.data})
                )
                delays.append(timedelta(seconds=reaction.delay))
                priorities.append(reaction.priority)
        if names:
            nothing = [None] * len(names)
            await connection.fetch(ENQUEUE, priorities, names, payloads, delays, nothing, nothing)
        return bool(names)

    async def _number(self, connection: Connection, tx: Transaction) -> None:
        """Take the numbers and write the events, as the last act: the lock is held as briefly as can be."""
        facts = tx.facts
        await connection.execute(
            events.APPEND,
            tx.workspace_id,
            len(facts),
            [fact.at for fact in facts],
            [fact.kind for fact in facts],
            [fact.actor.kind for fact in facts],
            [fact.actor.id for fact in facts],
            [fact.case_id for fact in facts],
            [_json(fact.data) for fact in facts],
        )


async def _roll_back(connection: Connection) -> None:
    if not connection.is_closed():
        try:
            await connection.execute("rollback")
        except AWAY:
            connection.terminate()
