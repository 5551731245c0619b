"""Readings: how far the customer and each agent have read a case."""

from __future__ import annotations

from collections.abc import Sequence

from tugi.core import clock
from tugi.core.database import Transaction
from tugi.core.errors import NotFound

CUSTOMER = 0


async def note(tx: Transaction, case_id: int, reader_id: int, message_id: int) -> None:
    """The reader (an agent's id, or CUSTOMER) has seen this message; never backwards. Raises NotFound."""
    exists = await tx.fetchval(
        "select true from messages where workspace_id = $1 and id = $2 and case_id = $3",
        tx.workspace_id,
        message_id,
        case_id,
    )
    if not exists:
        raise NotFound("There is no such message.")
    moved = await tx.fetchval(
        "insert into readings (workspace_id, case_id, reader_id, message_id, at) values ($1, $2, $3, $4, $5) "
        "on conflict (workspace_id, case_id, reader_id) do update set message_id = excluded.message_id, "
        "at = excluded.at where readings.message_id < excluded.message_id returning true",
        tx.workspace_id,
        case_id,
        reader_id,
        message_id,
        clock.now(),
    )
    if moved:
        tx.happened("CaseRead", case_id=case_id, reader_id=reader_id)


async def by_us(tx: Transaction, case_ids: Sequence[int]) -> dict[int, int]:
    """For each case: the last message of the customer that a person or the robot has taken notice of; 0 = none."""
    rows = await tx.fetch(
        "select c.id, greatest("
        "(select coalesce(max(r.message_id), 0) from readings r "
        "where r.workspace_id = $1 and r.case_id = c.id and r.reader_id > 0), "
        "(select coalesce(max(v.message_id), 0) from verdicts v "
        "where v.workspace_id = $1 and v.case_id = c.id)) as message_id "
        "from unnest($2::bigint[]) as c(id)",
        tx.workspace_id,
        list(case_ids),
    )
    return {row["id"]: row["message_id"] for row in rows}
