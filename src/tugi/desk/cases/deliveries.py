"""Deliveries: whatever came in, raw, before anybody tried to understand it. The only writer of the table.

A delivery waits until it is taken (it became something), quarantined (a person must look) or discarded. None is
dropped, and the raw bytes stay.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from tugi.core import clock
from tugi.core.database import Transaction
from tugi.core.errors import Conflict, NotFound
from tugi.ports import UnreadableCode

Status = Literal["waiting", "taken", "quarantined", "discarded"]
Outcome = Literal["message", "bounce", "report", "own", "repeated"]
LONGEST_FAILURE = 500
LARGEST_ID = 2**62


@dataclass(frozen=True, slots=True)
class Delivery:
    """One raw delivery. hash: its bytes in Files; size in bytes; source: the delivering side's own name of it."""

    id: int
    channel_account_id: int
    account_name: str
    source: str
    hash: str
    size: int
    envelope: Mapping[str, Any]
    sent_by_us: bool
    history: bool
    status: Status
    outcome: Outcome | None
    failure: str | None
    failure_code: UnreadableCode | None
    message_id: int | None
    received_at: datetime
    settled_at: datetime | None


SELECT = """
select d.id, d.channel_account_id, a.name as account_name, d.source, d.hash, d.size, d.envelope, d.sent_by_us,
       d.history, d.status, d.outcome, d.failure, d.failure_code, d.message_id, d.received_at, d.settled_at
from deliveries d join channel_accounts a on a.workspace_id = d.workspace_id and a.id = d.channel_account_id
where d.workspace_id = $1
"""


async def store(
    tx: Transaction,
    account_id: int,
    *,
    source: str,
    hash: str,
    size: int,
    envelope: Mapping[str, object] | None = None,
    sent_by_us: bool = False,
    history: bool = False,
) -> int | None:
    """Keep what came in; once this is committed it may be acknowledged. None: the same was stored before.

    source: at most 500 characters are kept, so it must differ before that. hash: of the raw bytes, which are in Files
    already. sent_by_us: it lay among the mailbox's sent mail. history: it is old, and nothing is to follow from it.
    """
    delivery_id = await tx.fetchval(
        "insert into deliveries (workspace_id, channel_account_id, source, hash, size, envelope, sent_by_us, history, "
        "status, received_at) values ($1, $2, $3, $4, $5, $6, $7, $8, 'waiting', $9) "
        "on conflict (workspace_id, channel_account_id, source) do nothing returning id",
        tx.workspace_id,
        account_id,
        source[:500],
        hash,
        size,
        dict(envelope or {}),
        sent_by_us,
        history,
        clock.now(),
    )
    if delivery_id is not None:
        tx.happened("HistoryStored" if history else "DeliveryStored", delivery_id=delivery_id)
    return delivery_id


async def begin(tx: Transaction, delivery_ids: Sequence[int]) -> dict[int, int]:
    """Count, before they are read, that they are about to be; returns the attempts of those that wait."""
    rows = await tx.fetch(
        "update deliveries set attempts = attempts + 1 "
        "where workspace_id = $1 and id = any($2) and status = 'waiting' returning id, attempts",
        tx.workspace_id,
        list(delivery_ids),
    )
    return {row["id"]: row["attempts"] for row in rows}


async def survived(tx: Transaction, delivery_ids: Sequence[int]) -> None:
    """Reading them failed, but whoever read them lives: they are not blamed."""
    await tx.execute(
        "update deliveries set attempts = 0 where workspace_id = $1 and id = any($2) and status = 'waiting'",
        tx.workspace_id,
        list(delivery_ids),
    )


async def settle(
    tx: Transaction,
    delivery_id: int,
    outcome: Outcome,
    message_id: int | None = None,
    *,
    status: Literal["taken", "discarded"] = "taken",
    failure: str | None = None,
) -> None:
    """What became of it."""
    await tx.execute(
        "update deliveries set status = $3, outcome = $4, message_id = $5, failure = $6, settled_at = $7 "
        "where workspace_id = $1 and id = $2",
        tx.workspace_id,
        delivery_id,
        status,
        outcome,
        message_id,
        failure,
        clock.now(),
    )


async def quarantine(tx: Transaction, delivery_id: int, failure: str, code: UnreadableCode = "other") -> bool:
    """Nobody could understand it: a person sees it, with a sentence why. False when it was settled meanwhile."""
    tag = await tx.execute(
        "update deliveries set status = 'quarantined', failure = $3, failure_code = $5, settled_at = $4 "
        "where workspace_id = $1 and id = $2 and status = 'waiting'",
        tx.workspace_id,
        delivery_id,
        failure[:LONGEST_FAILURE],
        clock.now(),
        code,
    )
    if tag == "UPDATE 1":
        tx.happened("DeliveryQuarantined", delivery_id=delivery_id)
    return tag == "UPDATE 1"


async def retry(tx: Transaction, delivery_id: int) -> Delivery:
    """Try once more to understand what was quarantined or discarded. Raises NotFound, Conflict."""
    tag = await tx.execute(
        "update deliveries set status = 'waiting', outcome = null, failure = null, failure_code = null, "
        "settled_at = null, attempts = 0 "
        "where workspace_id = $1 and id = $2 and status in ('quarantined', 'discarded')",
        tx.workspace_id,
        delivery_id,
    )
    delivery = await get(tx, delivery_id)
    if tag != "UPDATE 1":
        raise Conflict("This delivery was taken in already, or is being tried just now.")
    tx.happened("DeliveryStored", delivery_id=delivery_id)
    tx.happened("DeliveryQuarantined", delivery_id=delivery_id)
    return delivery


async def discard(tx: Transaction, delivery_id: int) -> Delivery:
    """A person has looked and needs no more of it; the raw bytes stay. Raises NotFound, Conflict."""
    tag = await tx.execute(
        "update deliveries set status = 'discarded', settled_at = $3 "
        "where workspace_id = $1 and id = $2 and status = 'quarantined'",
        tx.workspace_id,
        delivery_id,
        clock.now(),
    )
    delivery = await get(tx, delivery_id)
    if tag != "UPDATE 1":
        raise Conflict("Only a quarantined delivery can be discarded.")
    tx.happened("DeliveryQuarantined", delivery_id=delivery_id)
    return delivery


async def get(tx: Transaction, delivery_id: int) -> Delivery:
    """Raises NotFound."""
    row = await tx.fetchrow(SELECT + "and d.id = $2", tx.workspace_id, delivery_id)
    if row is None:
        raise NotFound("There is no such delivery.")
    return Delivery(**dict(row))


async def find_of_message(tx: Transaction, message_id: int) -> Delivery | None:
    """The delivery that became this message."""
    delivery_id = await tx.fetchval(
        "select delivery_id from letters where workspace_id = $1 and message_id = $2", tx.workspace_id, message_id
    )
    return await get(tx, delivery_id) if delivery_id is not None else None


async def list_newest(
    tx: Transaction, status: Status, *, limit: int = 100, before: int | None = None
) -> list[Delivery]:
    """The newest deliveries of a status with ids under `before`; those discarded by themselves say why."""
    rows = await tx.fetch(
        SELECT + "and d.status = $2 and d.id < $4 order by d.id desc limit $3",
        tx.workspace_id,
        status,
        max(1, min(limit, 500)),
        before or LARGEST_ID,
    )
    return [Delivery(**dict(row)) for row in rows]


async def count(tx: Transaction, status: Status) -> dict[int, int]:
    """How many deliveries of a status each account has; accounts without any are missing."""
    rows = await tx.fetch(
        "select channel_account_id, count(*) as count from deliveries where workspace_id = $1 and status = $2 "
        "group by channel_account_id",
        tx.workspace_id,
        status,
    )
    return {row["channel_account_id"]: row["count"] for row in rows}
