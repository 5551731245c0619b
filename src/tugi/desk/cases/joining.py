"""Joining: messages moved from one case to another, or only proposed to be. Each move can be undone exactly.

The only writer of `case_joins`. A row keeps what was where and how both cases stood before and after, so that undoing
restores what nobody has changed since and leaves alone what somebody has.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime
from typing import Any, Literal

import msgspec

from tugi.core import clock
from tugi.core.database import Transaction
from tugi.core.errors import Conflict, NotFound
from tugi.desk.cases import cases, contacts, letters, messages, notes
from tugi.desk.cases.cases import Case, Standing
from tugi.desk.cases.moves import Said, place_of, standing_after, thread_from
from tugi.desk.cases.threads import Doubt

Kind = Literal["join", "split", "proposal"]
State = Literal["open", "done", "undone", "dismissed"]
MOST_MESSAGES = 2_000
# Its customer watches it live, so it must stay where they look.
CHAT = "widget"


@dataclass(frozen=True, slots=True)
class Join:
    """Messages moved between two cases, or a proposal to (state open). why: by_agent, or what raised the thought."""

    id: int
    kind: Kind
    from_case_id: int
    from_number: int
    to_case_id: int
    to_number: int
    message_ids: list[int]
    why: str
    state: State
    agent_id: int | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Undo:
    """What a move left behind. contact_of: message id -> contact it had; made_contact: one made for the move."""

    contact_of: dict[int, int]
    contact_ids: list[int]
    note_ids: list[int]
    added_people: list[str]
    made_contact: int | None
    stood: dict[int, tuple[Standing, Standing]]


SELECT = """
select j.id, j.kind, j.from_case_id, f.number as from_number, j.to_case_id, t.number as to_number, j.message_ids, j.why,
       j.state, j.agent_id, j.created_at
from case_joins j join cases f on f.workspace_id = j.workspace_id and f.id = j.from_case_id
join cases t on t.workspace_id = j.workspace_id and t.id = j.to_case_id
where j.workspace_id = $1
"""
SAID = """
select m.id, m.contact_id, m.channel_account_id, m.author_kind, m.text, m.language, m.created_at, m.status,
       l.letter_id, l.refers_to, l.subject, l.automatic
from messages m left join letters l on l.workspace_id = m.workspace_id and l.message_id = m.id
where m.workspace_id = $1 and m.case_id = $2 order by m.id limit 2001
"""


async def propose(tx: Transaction, case_id: int, to_case_id: int, why: Doubt) -> None:
    """A thought for people: this case may belong to that one. Nothing moves."""
    await _record(tx, "proposal", case_id, to_case_id, [], why, "open", None)
    tx.happened("JoinProposed", case_id=case_id, to_case_id=to_case_id)


async def of_case(tx: Transaction, case_id: int) -> list[Join]:
    """What was moved from or to a case, and what is proposed for it, newest first."""
    rows = await tx.fetch(
        SELECT + "and (j.from_case_id = $2 or j.to_case_id = $2) order by j.id desc limit 100",
        tx.workspace_id,
        case_id,
    )
    return [Join(**dict(row)) for row in rows]


async def split(tx: Transaction, case_id: int, message_id: int) -> Case:
    """Move a message and the later ones of its thread to a new case of the same customer.

    Raises NotFound, and Conflict when nothing would stay behind.
    """
    case = await cases.lock(tx, case_id)
    said = await _said(tx, case_id)
    if all(one.id != message_id for one in said):
        raise NotFound("There is no such message in this case.")
    moved = thread_from(said, message_id)
    stays = [one for one in said if one.id not in moved]
    goes = [one for one in said if one.id in moved]
    if not stays:
        raise Conflict("This thread is the whole case. Choose a later message to split at.")
    before = _standing(case)
    handler = "queue" if case.handler == "robot" else case.handler
    past = all(one.history or one.author != "customer" for one in goes) and any(one.history for one in goes)
    fresh = Standing("resolved" if past else "open", handler, active_at=goes[0].at)
    new = await cases.open_as(
        tx,
        standing_after(fresh, goes),
        case.customer_id,
        case.customer_name,
        channel=case.channel,
        subject=goes[0].subject or goes[0].text or case.subject,
        language=goes[0].language or case.language,
        created_at=goes[0].at,
        assignee_id=case.assignee_id,
        team_id=case.team_id,
    )
    contact_id = await contacts.open_contact(tx, new.id, case.channel, goes[0].at)
    answer = next((one.at for one in goes if one.author != "customer"), None)
    if answer is not None:
        await contacts.answered(tx, contact_id, answer)
    await messages.move(tx, {one.id: contact_id for one in goes}, new.id)
    people = await letters.add_participants(tx, new.id, await letters.participants_of(tx, case_id))
    after = standing_after(before, stays)
    await cases.stand(tx, case_id, after)
    undo = Undo(
        contact_of={one.id: one.contact_id for one in goes},
        contact_ids=[],
        note_ids=[],
        added_people=people,
        made_contact=contact_id,
        stood={case_id: (before, after)},
    )
    ids = sorted(moved)
    await _record(tx, "split", case_id, new.id, ids, "by_agent", "done", undo)
    tx.happened("CaseOpened", case_id=new.id, customer_id=case.customer_id)
    tx.happened("CaseSplit", case_id=case_id, to_case_id=new.id, number=new.number)
    tx.happened("SplitOff", case_id=new.id, from_case_id=case_id, number=case.number, message_ids=ids)
    return await cases.get_case(tx, new.id)


async def join(tx: Transaction, case_id: int, number: int) -> Case:
    """Move everything of a case into case T-`number`, which is returned. Raises NotFound, Conflict."""
    to_id = await cases.find_id(tx, number)
    if to_id is None:
        raise NotFound(f"There is no case T-{number}.")
    if to_id == case_id:
        raise Conflict("A case cannot be joined to itself.")
    case, to = await _lock_both(tx, case_id, to_id)
    for one in (case, to):
        if one.status == "merged":
            raise Conflict(f"T-{one.number} was joined to another case already.")
    if case.channel == CHAT and to.channel != CHAT:
        raise Conflict(f"T-{case.number} is a chat that its customer follows. Join T-{to.number} to it instead.")
    if to.status in ("closed", "spam"):
        raise Conflict(f"T-{to.number} is {to.status}. Open it first, or join the other way round.")
    said, there = await _said(tx, case_id), await _said(tx, to_id)
    before = {case_id: _standing(case), to_id: _standing(to)}
    contact_ids = await contacts.of_case(tx, case_id)
    await contacts.move(tx, contact_ids, to_id)
    await messages.move(tx, {one.id: one.contact_id for one in said}, to_id)
    note_ids = await notes.move(tx, case_id, to_id)
    people = await letters.add_participants(
        tx, to_id, [*await letters.participants_of(tx, case_id), *await _own_addresses(tx, case)]
    )
    after = {
        case_id: replace(before[case_id], status="merged", merged_into=to_id, waiting_since=None, snoozed_until=None),
        to_id: standing_after(before[to_id], [*there, *said]),
    }
    for one, stands in after.items():
        await cases.stand(tx, one, stands)
    undo = Undo(
        contact_of={one.id: one.contact_id for one in said},
        contact_ids=contact_ids,
        note_ids=note_ids,
        added_people=people,
        made_contact=None,
        stood={one: (before[one], after[one]) for one in after},
    )
    ids = [one.id for one in said]
    await _record(tx, "join", case_id, to_id, ids, "by_agent", "done", undo)
    await _settle_proposals(tx, case_id, to_id)
    tx.happened("CaseMerged", case_id=case_id, to_case_id=to_id, number=to.number)
    tx.happened(
        "CaseJoined", case_id=to_id, from_case_id=case_id, number=case.number, message_ids=ids, note_ids=note_ids
    )
    return await cases.get_case(tx, to_id)


async def undo(tx: Transaction, join_id: int) -> Case:
    """Move back what a split or join moved; returns the case it was taken from. Raises NotFound, Conflict."""
    made = await _get(tx, join_id)
    if made.state != "done":
        raise Conflict("There is nothing left to undo here.")
    case, to = await _lock_both(tx, made.from_case_id, made.to_case_id)
    for one, into in ((case, to.id if made.kind == "join" else None), (to, None)):
        if one.status == "merged" and one.merged_into != into:
            raise Conflict(f"T-{one.number} was joined to another case since. Undo that first.")
    left = await _undo_of(tx, join_id)
    if made.kind == "join":
        ids, note_ids = await _back(tx, left, to.id, case.id)
    else:
        ids, note_ids = await _gather(tx, left, case.id, to)
    await _set_state(tx, join_id, "undone")
    origin = await cases.get_case(tx, made.from_case_id)
    other = await cases.get_case(tx, made.to_case_id)
    tx.happened("JoinUndone", case_id=other.id, number=origin.number, to_case_id=origin.id)
    tx.happened(
        "JoinUndone",
        case_id=origin.id,
        number=other.number,
        from_case_id=other.id,
        message_ids=ids,
        note_ids=note_ids,
    )
    return origin


async def dismiss(tx: Transaction, join_id: int) -> None:
    """A person says that a proposal is none. Raises NotFound, Conflict for what was carried out."""
    made = await _get(tx, join_id)
    if made.kind != "proposal" or made.state not in ("open", "dismissed"):
        raise Conflict("Only a proposal can be dismissed.")
    await _set_state(tx, join_id, "dismissed")
    tx.happened("JoinProposed", case_id=made.from_case_id, to_case_id=made.to_case_id)


async def _back(tx: Transaction, left: Undo, case_id: int, origin_id: int) -> tuple[list[int], list[int]]:
    """Undo a join: what was moved and is still there goes back; what came later stays."""
    there = {one.id for one in await _said(tx, case_id)}
    contact_of = {one: contact for one, contact in left.contact_of.items() if one in there}
    await contacts.move(tx, left.contact_ids, origin_id)
    await messages.move(tx, contact_of, origin_id)
    note_ids = await notes.move(tx, case_id, origin_id, left.note_ids)
    await letters.remove_participants(tx, case_id, left.added_people)
    for one, (before, after) in left.stood.items():
        await _restore(tx, one, before, after)
    return sorted(contact_of), note_ids


async def _gather(tx: Transaction, left: Undo, origin_id: int, new: Case) -> tuple[list[int], list[int]]:
    """Undo a split: all of the new case goes back, also what came since; its number leads to the old one."""
    said = await _said(tx, new.id)
    later = [one for one in said if one.id not in left.contact_of]
    kept = sorted({one.contact_id for one in later} - {left.made_contact})
    await contacts.move(tx, kept, origin_id)
    home = next(iter(left.contact_of.values()))
    contact_of = {
        one.id: left.contact_of.get(one.id, one.contact_id if one.contact_id in kept else home) for one in said
    }
    await messages.move(tx, contact_of, origin_id)
    note_ids = await notes.move(tx, new.id, origin_id)
    if left.made_contact is not None:
        await contacts.remove_empty(tx, left.made_contact)
    for one, (before, after) in left.stood.items():
        await _restore(tx, one, before, after)
    if later:
        origin = await cases.get_case(tx, origin_id)
        await cases.stand(tx, origin_id, standing_after(_standing(origin), await _said(tx, origin_id)))
    emptied = replace(_standing(new), status="merged", merged_into=origin_id, waiting_since=None, snoozed_until=None)
    await cases.stand(tx, new.id, emptied)
    return sorted(contact_of), note_ids


async def _restore(tx: Transaction, case_id: int, before: Standing, after: Standing) -> None:
    """Each part that is as the move left it becomes what it was; what has changed since stays."""
    now = asdict(_standing(await cases.get_case(tx, case_id)))
    then, left = asdict(before), asdict(after)
    now |= {name: then[name] for name in now if now[name] == left[name]}
    await cases.stand(tx, case_id, Standing(**now))


def _standing(case: Case) -> Standing:
    return Standing(**{one.name: getattr(case, one.name) for one in fields(Standing)})


async def _lock_both(tx: Transaction, first: int, second: int) -> tuple[Case, Case]:
    """Both cases, held in the order of their ids so that two who join crosswise do not wait for each other."""
    held = {one: await cases.lock(tx, one) for one in sorted((first, second))}
    return held[first], held[second]


async def _said(tx: Transaction, case_id: int) -> list[Said]:
    rows = await tx.fetch(SAID, tx.workspace_id, case_id)
    if len(rows) > MOST_MESSAGES:
        raise Conflict(f"A case of more than {MOST_MESSAGES:,} messages cannot be split or joined.")
    return [place_of(row) for row in rows]


async def _own_addresses(tx: Transaction, case: Case) -> list[letters.Address]:
    """The customer's own addresses: in another customer's case they take part by name."""
    rows = await tx.fetch(
        "select distinct address from identities where workspace_id = $1 and customer_id = $2 and channel = $3",
        tx.workspace_id,
        case.customer_id,
        case.channel,
    )
    names = {row["address"]: case.customer_name for row in rows}
    return [letters.Address(one, None if name == one else name) for one, name in names.items()]


async def _record(
    tx: Transaction,
    kind: Kind,
    from_id: int,
    to_id: int,
    message_ids: Sequence[int],
    why: str,
    state: State,
    left: Undo | None,
) -> None:
    now = clock.now()
    await tx.execute(
        "insert into case_joins (workspace_id, kind, from_case_id, to_case_id, message_ids, why, state, agent_id, "
        "undo, created_at, settled_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        tx.workspace_id,
        kind,
        from_id,
        to_id,
        list(message_ids),
        why,
        state,
        tx.actor.id if tx.actor.kind == "agent" else None,
        left if left is not None else {},
        now,
        None if state == "open" else now,
    )


async def _get(tx: Transaction, join_id: int) -> Join:
    row = await tx.fetchrow(SELECT + "and j.id = $2 for update of j", tx.workspace_id, join_id)
    if row is None:
        raise NotFound("There is no such join.")
    return Join(**dict(row))


async def _undo_of(tx: Transaction, join_id: int) -> Undo:
    stored: Mapping[str, Any] = await tx.fetchval(
        "select undo from case_joins where workspace_id = $1 and id = $2", tx.workspace_id, join_id
    )
    return msgspec.convert(stored, Undo, strict=False)


async def _set_state(tx: Transaction, join_id: int, state: State) -> None:
    await tx.execute(
        "update case_joins set state = $3, settled_at = $4 where workspace_id = $1 and id = $2",
        tx.workspace_id,
        join_id,
        state,
        clock.now(),
    )


async def _settle_proposals(tx: Transaction, case_id: int, to_id: int) -> None:
    await tx.execute(
        "update case_joins set state = 'done', settled_at = $4 where workspace_id = $1 and kind = 'proposal' "
        "and state = 'open' and from_case_id in ($2, $3) and to_case_id in ($2, $3)",
        tx.workspace_id,
        case_id,
        to_id,
        clock.now(),
    )
