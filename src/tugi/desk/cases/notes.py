"""Notes: what agents tell each other about a case. Never shown to the customer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tugi.core import clock
from tugi.core.database import Transaction
from tugi.core.errors import Conflict, Invalid
from tugi.desk.cases import cases


@dataclass(frozen=True, slots=True)
class Note:
    """`client_id` is the writer's own id, by which the local echo is recognised."""

    id: int
    case_id: int
    agent_id: int
    client_id: str
    text: str
    created_at: datetime


SELECT = "select id, case_id, agent_id, client_id, text, created_at from notes where workspace_id = $1 "


async def write(tx: Transaction, case_id: int, agent_id: int, client_id: str, text: str) -> Note:
    """Store a note once. Raises NotFound for the case, Invalid for the text, Conflict for a foreign client id."""
    text = text.strip()
    if not 0 < len(text) <= 8000:
        raise Invalid("A note has 1 to 8,000 characters.", fields={"text": "1 to 8,000 characters"})
    await cases.lock(tx, case_id)
    note_id = await tx.fetchval(
        "insert into notes (workspace_id, case_id, agent_id, client_id, text, created_at) "
        "values ($1, $2, $3, $4, $5, $6) on conflict (workspace_id, client_id) do nothing returning id",
        tx.workspace_id,
        case_id,
        agent_id,
        client_id,
        text,
        clock.now(),
    )
    if note_id is not None:
        tx.happened("NoteWritten", case_id=case_id, note_id=note_id)
    row = await tx.fetchrow(SELECT + "and client_id = $2", tx.workspace_id, client_id)
    if row is None or row["case_id"] != case_id or row["agent_id"] != agent_id:
        raise Conflict("This client id was used for another note.")
    return Note(**dict(row))


async def move(tx: Transaction, case_id: int, to_case_id: int, only: Sequence[int] | None = None) -> list[int]:
    """Make the notes of a case (or only these) part of another; returns their ids."""
    rows = await tx.fetch(
        "update notes set case_id = $3 where workspace_id = $1 and case_id = $2 "
        "and ($4::bigint[] is null or id = any($4)) returning id",
        tx.workspace_id,
        case_id,
        to_case_id,
        list(only) if only is not None else None,
    )
    return sorted(row["id"] for row in rows)


async def of_case(tx: Transaction, case_id: int) -> list[Note]:
    """All notes of a case, oldest first."""
    rows = await tx.fetch(SELECT + "and case_id = $2 order by id", tx.workspace_id, case_id)
    return [Note(**dict(row)) for row in rows]


async def of_ids(tx: Transaction, note_ids: Sequence[int]) -> list[Note]:
    """The notes with these ids that exist."""
    rows = await tx.fetch(SELECT + "and id = any($2::bigint[]) order by id", tx.workspace_id, list(note_ids))
    return [Note(**dict(row)) for row in rows]
