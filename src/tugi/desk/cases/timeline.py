"""The timeline of a case: everything an agent sees of it, and what an event changed on the screens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import cast

from tugi.core.database import Transaction
from tugi.core.events import Actor, Event, event_of
from tugi.desk.cases import cases, notes, transcript
from tugi.desk.cases.cases import Case
from tugi.desk.cases.notes import Note
from tugi.desk.cases.transcript import Message

# Events shown as a thin line between the messages; the others show by the object they changed.
LINES = frozenset(
    {
        "CaseReopened",
        "CaseHandedOver",
        "CaseAssigned",
        "CaseStatusChanged",
        "RobotPaused",
        "RobotResumed",
        "CustomerRecognised",
        "EmailLeft",
        "PersonAskedFor",
        "CaseSplit",
        "SplitOff",
        "CaseMerged",
        "CaseJoined",
        "JoinUndone",
        "LetterBounced",
        "LetterReported",
    }
)


@dataclass(frozen=True, slots=True)
class Line:
    """One event as a thin line; `number` is the event's."""

    number: int
    case_id: int
    kind: str
    at: datetime
    actor: Actor
    data: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Changed:
    """Current snapshots of what a batch of events changed in the cases package."""

    cases: dict[int, Case] = field(default_factory=dict[int, Case])
    messages: dict[int, Message] = field(default_factory=dict[int, Message])
    notes: dict[int, Note] = field(default_factory=dict[int, Note])
    unread: dict[int, dict[int, int]] = field(default_factory=dict[int, dict[int, int]])


def line_of(event: Event) -> Line | None:
    """The line of an event, if it is shown as one."""
    if event.kind not in LINES or event.case_id is None:
        return None
    return Line(event.number, event.case_id, event.kind, event.at, event.actor, event.data)


async def lines_of(tx: Transaction, case_id: int) -> list[Line]:
    """All lines of a case, oldest first."""
    rows = await tx.fetch(
        "select number, kind, at, actor_kind, actor_id, case_id, data from events "
        "where workspace_id = $1 and case_id = $2 and kind = any($3::text[]) order by number",
        tx.workspace_id,
        case_id,
        sorted(LINES),
    )
    return [line for row in rows if (line := line_of(event_of(row)))]


async def changed(tx: Transaction, events: Sequence[Event], *, viewers: Sequence[int] = ()) -> Changed:
    """Snapshots of the cases, messages and notes that these events touch; unread counts for these agents."""
    case_ids = {event.case_id for event in events if event.case_id is not None}
    # A case carries its customer's name, so a new name changes every case of that customer.
    if renamed := _ids([event for event in events if event.kind == "CustomerRenamed"], "customer_id"):
        case_ids |= set(await cases.ids_of_customers(tx, renamed))
    message_ids = sorted({one for event in events for one in ids_in(event, "message_id")})
    note_ids = sorted({one for event in events for one in ids_in(event, "note_id")})
    return Changed(
        cases={case.id: case for case in await cases.of_ids(tx, list(case_ids))} if case_ids else {},
        messages={m.id: m for m in await transcript.of_ids(tx, message_ids)} if message_ids else {},
        notes={note.id: note for note in await notes.of_ids(tx, note_ids)} if note_ids else {},
        unread=await unread_counts(tx, list(case_ids), viewers) if case_ids and viewers else {},
    )


def ids_in(event: Event, name: str) -> list[int]:
    """The ids an event names, one ("message_id") or, where messages moved, many ("message_ids")."""
    one, many = event.data.get(name), event.data.get(f"{name}s")
    found: list[object] = list(cast("list[object]", many)) if isinstance(many, list) else []
    return [value for value in (one, *found) if isinstance(value, int)]


def _ids(events: Sequence[Event], name: str) -> list[int]:
    return sorted({value for event in events if isinstance(value := event.data.get(name), int)})


async def unread_counts(tx: Transaction, case_ids: Sequence[int], viewers: Sequence[int]) -> dict[int, dict[int, int]]:
    """For each agent: case id -> customer messages not read yet, counted up to 100. History came read ("read")."""
    counts: dict[int, dict[int, int]] = {viewer: {} for viewer in viewers}
    for row in await tx.fetch(
        "select v.agent_id, c.case_id, (select count(*) from (select 1 from messages m "
        "where m.workspace_id = $1 and m.case_id = c.case_id and m.author_kind = 'customer' "
        "and m.status <> 'read' and m.id > coalesce(r.message_id, 0) limit 100) u) as unread "
        "from unnest($2::bigint[]) as v(agent_id) cross join unnest($3::bigint[]) as c(case_id) "
        "left join readings r on r.workspace_id = $1 and r.case_id = c.case_id and r.reader_id = v.agent_id",
        tx.workspace_id,
        list(viewers),
        list(case_ids),
    ):
        counts[row["agent_id"]][row["case_id"]] = row["unread"]
    return counts
