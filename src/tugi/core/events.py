"""The event log: facts go up only through it. Every reader's cursor is one gapless integer a workspace."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol

ActorKind = Literal["customer", "agent", "robot", "system"]


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did it. `id` is a customer's or an agent's; None for robot and system."""

    kind: ActorKind
    id: int | None = None


SYSTEM = Actor("system")
ROBOT = Actor("robot")


@dataclass(frozen=True, slots=True)
class Happened:
    """A fact noted inside a transaction; it gets its number as the last act before the commit.

    `data` holds ids and closed words, never what people wrote: erasing a customer must not touch the log.
    """

    kind: str
    actor: Actor
    case_id: int | None
    at: datetime
    data: Mapping[str, object] = field(default_factory=dict[str, object])


@dataclass(frozen=True, slots=True)
class Event:
    """A stored event."""

    number: int
    kind: str
    at: datetime
    actor: Actor
    case_id: int | None
    data: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Reaction:
    """A job that follows an event. `delay` in seconds gives a burst of messages time to end.

    priority: below 0, whatever else is to be done comes first, also what comes later.
    """

    job: str
    delay: float = 0.0
    priority: int = 0


Reactions = Mapping[str, Sequence[Reaction]]


class Fetcher(Protocol):
    """What reading the log needs of a transaction."""

    @property
    def workspace_id(self) -> int: ...

    async def fetch(self, sql: str, *values: object) -> list[Mapping[str, Any]]: ...


# One statement takes the numbers and writes the rows, so that the workspace's lock is held
# for one round trip and the commit only.
APPEND = """
with numbered as (
    insert into counters (workspace_id, event_number) values ($1, $2)
    on conflict (workspace_id) do update set event_number = counters.event_number + $2
    returning event_number - $2 as base
)
insert into events (workspace_id, number, kind, at, actor_kind, actor_id, case_id, data)
select $1, base + e.n, e.kind, e.at, e.actor_kind, e.actor_id, e.case_id, e.data::jsonb
from numbered,
     unnest($3::timestamptz[], $4::text[], $5::text[], $6::bigint[], $7::bigint[], $8::text[])
     with ordinality as e(at, kind, actor_kind, actor_id, case_id, data, n)
returning number
"""

READ = """
select number, kind, at, actor_kind, actor_id, case_id, data from events
where workspace_id = $1 and number > $2 order by number limit $3
"""


async def cursor(tx: Fetcher) -> int:
    """The number of the workspace's newest event: what is read in this transaction holds all up to it."""
    rows = await tx.fetch("select event_number from counters where workspace_id = $1", tx.workspace_id)
    return rows[0]["event_number"] if rows else 0


async def read_after(tx: Fetcher, number: int, limit: int = 500) -> list[Event]:
    """Events of the transaction's workspace with a higher number, oldest first, at most `limit`."""
    return [event_of(row) for row in await tx.fetch(READ, tx.workspace_id, number, limit)]


def event_of(row: Mapping[str, Any]) -> Event:
    """An Event from a row of `events`."""
    return Event(
        number=row["number"],
        kind=row["kind"],
        at=row["at"],
        actor=Actor(row["actor_kind"], row["actor_id"]),
        case_id=row["case_id"],
        data=row["data"],
    )


class Notifier(Protocol):
    """What the bell needs of the database."""

    async def notify(self, channel: str, payload: str) -> None: ...


CHANNEL = "tugi_bell"
JOBS_CHANNEL = "ch_pgqueuer"
JOBS_PAYLOAD = (
    '{"channel":"ch_pgqueuer","operation":"insert","sent_at":"1970-01-01T00:00:00Z",'
    '"table":"pgqueuer","type":"table_changed_event"}'
)


class Bell:
    """Tells other processes that a log has grown: a hint, never the truth.

    It rings after the commit and many commits share one ring: a NOTIFY inside each transaction
    would serialise commits. A lost ring is repaired by readers, who look again every second or so.
    """

    def __init__(self, notifier: Notifier) -> None:
        self._notifier = notifier
        self._workspaces: set[int] = set()
        self._jobs = False
        self._wake = asyncio.Event()

    def ring(self, workspace_id: int, jobs: bool) -> None:
        """Note that a workspace's log has grown and whether jobs were added; returns at once."""
        self._workspaces.add(workspace_id)
        self._jobs = self._jobs or jobs
        self._wake.set()

    async def run(self) -> None:
        """Ring until cancelled. While the database is away rings are dropped: readers look by themselves."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            workspaces, self._workspaces = self._workspaces, set()
            jobs, self._jobs = self._jobs, False
            try:
                if jobs:
                    await self._notifier.notify(JOBS_CHANNEL, JOBS_PAYLOAD)
                await self._notifier.notify(CHANNEL, ",".join(map(str, sorted(workspaces))))
            except (OSError, ConnectionError, TimeoutError):
                await asyncio.sleep(0.5)
