"""Contacts: inbound episodes of a case, the unit every measure counts. A reopening is a new contact."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from tugi.core import clock
from tugi.core.database import Transaction

RobotOutcome = Literal["not_involved", "assisted", "answered_unconfirmed", "confirmed", "handed_over", "abandoned"]


async def open_contact(tx: Transaction, case_id: int, channel: str, at: datetime | None = None) -> int:
    """A new contact's id; `at`: when it came, where that was in the past."""
    return await tx.fetchval(
        "insert into contacts (workspace_id, case_id, channel, opened_at) values ($1, $2, $3, $4) returning id",
        tx.workspace_id,
        case_id,
        channel,
        at or clock.now(),
    )


async def find_current(tx: Transaction, case_id: int) -> int | None:
    """The newest contact of the case."""
    return await tx.fetchval(
        "select id from contacts where workspace_id = $1 and case_id = $2 order by id desc limit 1",
        tx.workspace_id,
        case_id,
    )


async def answered(tx: Transaction, contact_id: int, at: datetime | None = None) -> None:
    """Note the first answer; later ones change nothing."""
    await tx.execute(
        "update contacts set first_answer_at = $3 where workspace_id = $1 and id = $2 and first_answer_at is null",
        tx.workspace_id,
        contact_id,
        at or clock.now(),
    )


async def answer_removed(tx: Transaction, case_id: int) -> None:
    """A message of ours is gone: the first answer is the first of those that are left."""
    await tx.execute(
        "update contacts c set first_answer_at = (select min(m.created_at) from messages m "
        "where m.workspace_id = $1 and m.contact_id = c.id and (m.author_kind = 'agent' or m.entry_id is not null)) "
        "where c.workspace_id = $1 and c.case_id = $2 and c.first_answer_at is not null",
        tx.workspace_id,
        case_id,
    )


async def of_case(tx: Transaction, case_id: int) -> list[int]:
    """The contacts of a case, oldest first."""
    rows = await tx.fetch(
        "select id from contacts where workspace_id = $1 and case_id = $2 order by id", tx.workspace_id, case_id
    )
    return [row["id"] for row in rows]


async def move(tx: Transaction, contact_ids: Sequence[int], case_id: int) -> None:
    """Make these contacts part of another case."""
    await tx.execute(
        "update contacts set case_id = $3 where workspace_id = $1 and id = any($2::bigint[])",
        tx.workspace_id,
        list(contact_ids),
        case_id,
    )


async def remove_empty(tx: Transaction, contact_id: int) -> None:
    """Forget a contact that no message belongs to: it would count as somebody who contacted us."""
    await tx.execute(
        "delete from contacts c where c.workspace_id = $1 and c.id = $2 and not exists "
        "(select from messages m where m.workspace_id = $1 and m.contact_id = c.id and m.case_id = c.case_id)",
        tx.workspace_id,
        contact_id,
    )


async def set_robot_outcome(tx: Transaction, contact_id: int, outcome: RobotOutcome) -> None:
    """What the robot did for this contact, as it stands now."""
    await tx.execute(
        "update contacts set robot_outcome = $3 where workspace_id = $1 and id = $2",
        tx.workspace_id,
        contact_id,
        outcome,
    )


async def resolved(tx: Transaction, case_id: int, at_all: bool) -> None:
    """Note that the case's newest contact was resolved, or (at_all False) that it is not after all."""
    await tx.execute(
        "update contacts set resolved_at = $3 where workspace_id = $1 and id = "
        "(select max(id) from contacts where workspace_id = $1 and case_id = $2)",
        tx.workspace_id,
        case_id,
        clock.now() if at_all else None,
    )


async def first_answer_seconds(tx: Transaction) -> float | None:
    """The median wait for a person's first answer over the last 50 handed-over contacts, in seconds."""
    return await tx.fetchval(
        "select percentile_cont(0.5) within group (order by wait) from ("
        "select extract(epoch from first_answer_at - opened_at)::float8 as wait from contacts "
        "where workspace_id = $1 and first_answer_at is not null "
        "and robot_outcome in ('handed_over', 'not_involved', 'assisted') order by id desc limit 50) recent",
        tx.workspace_id,
    )
