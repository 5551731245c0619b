"""Cases: one matter of one customer. The only writer of the table and the home of its state machine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from tugi.core import clock
from tugi.core.database import Transaction
from tugi.core.errors import Conflict, Invalid, NotFound
from tugi.desk.cases.states import ACTIVE, NEXT, Handler, Standing, Status, after_answer, after_customer

__all__ = ["ACTIVE", "NEXT", "Handler", "Standing", "Status", "after_answer", "after_customer"]

# A message within this time after the resolution belongs to the same matter.
REOPEN = timedelta(days=7)
FIRST_NUMBER = 1001


@dataclass(frozen=True, slots=True)
class Case:
    """A case as agents see one. `unread` is the viewer's own; `waiting_since`: the customer waits for us."""

    id: int
    number: int
    customer_id: int
    customer_name: str | None
    channel: str
    subject: str
    language: str | None
    status: Status
    handler: Handler
    assignee_id: int | None
    team_id: int | None
    robot_paused: bool
    robot_turns: int
    hand_over_reason: str | None
    snoozed_until: datetime | None
    preview: str
    preview_from: str | None
    waiting_since: datetime | None
    active_at: datetime
    created_at: datetime
    customer_read_id: int = 0
    merged_into: int | None = None
    unread: int = 0


CASE_FIELDS = tuple(one.name for one in fields(Case) if one.name != "unread")
# Who writes letters without a name goes by the address.
SELECT = """
select c.id, c.number, c.customer_id, coalesce(nullif(k.name, ''), case when c.channel = 'email' then (
           select i.address from identities i where i.workspace_id = c.workspace_id and i.customer_id = c.customer_id
           and i.channel = 'email' order by i.id limit 1) end) as customer_name,
       c.channel, c.subject, c.language, c.status, c.handler, c.assignee_id, c.team_id, c.robot_paused,
       c.robot_turns, c.hand_over_reason, c.snoozed_until, c.preview, c.preview_from, c.waiting_since,
       c.active_at, c.created_at, coalesce(r.message_id, 0) as customer_read_id, c.merged_into
from cases c
join customers k on k.workspace_id = c.workspace_id and k.id = c.customer_id
left join readings r on r.workspace_id = c.workspace_id and r.case_id = c.id and r.reader_id = 0
"""


def case_of(row: Mapping[str, Any], unread: int = 0) -> Case:
    """A Case from a row of SELECT."""
    return Case(**dict(row), unread=unread)


async def of_ids(tx: Transaction, case_ids: Sequence[int]) -> list[Case]:
    """The cases with these ids that exist."""
    rows = await tx.fetch(
        SELECT + "where c.workspace_id = $1 and c.id = any($2::bigint[]) order by c.id",
        tx.workspace_id,
        sorted(set(case_ids)),
    )
    return [case_of(row) for row in rows]


async def get_case(tx: Transaction, case_id: int) -> Case:
    """Raises NotFound."""
    found = await of_ids(tx, [case_id])
    if not found:
        raise NotFound("There is no such case.")
    return found[0]


async def find_id(tx: Transaction, number: int) -> int | None:
    """The id of case T-`number`."""
    return await tx.fetchval("select id from cases where workspace_id = $1 and number = $2", tx.workspace_id, number)


async def find_final(tx: Transaction, case_id: int) -> int:
    """The case that this one was joined to in the end, or itself."""
    found = await tx.fetchval(
        "with recursive up (id, n) as (select $2::bigint, 0 union all "
        "select c.merged_into, n + 1 from up join cases c on c.workspace_id = $1 and c.id = up.id "
        "where c.merged_into is not null and n < 50) select id from up order by n desc limit 1",
        tx.workspace_id,
        case_id,
    )
    return found


async def lock(tx: Transaction, case_id: int) -> Case:
    """The case, held until the commit so that nobody else changes it. Raises NotFound."""
    held = await tx.fetchval(
        "select id from cases where workspace_id = $1 and id = $2 for update", tx.workspace_id, case_id
    )
    if held is None:
        raise NotFound("There is no such case.")
    return await get_case(tx, case_id)


async def find_current(tx: Transaction, customer_id: int, channel: str) -> Case | None:
    """The customer's newest case of a channel that a message may still join, held until the commit."""
    row = await tx.fetchrow(
        SELECT + "where c.workspace_id = $1 and c.customer_id = $2 and c.channel = $3 "
        "and c.status not in ('closed', 'spam', 'merged') order by c.id desc limit 1 for no key update of c",
        tx.workspace_id,
        customer_id,
        channel,
    )
    if row is None or (row["status"] == "resolved" and row["active_at"] + REOPEN < clock.now()):
        return None
    return case_of(row)


async def hold(tx: Transaction, case_id: int) -> Case:
    """The case, kept from others' changes until the commit, in one statement. Raises NotFound."""
    row = await tx.fetchrow(
        SELECT + "where c.workspace_id = $1 and c.id = $2 for no key update of c", tx.workspace_id, case_id
    )
    if row is None:
        raise NotFound("There is no such case.")
    return case_of(row)


async def open_case(
    tx: Transaction, customer_id: int, *, channel: str, subject: str, language: str | None, handler: Handler
) -> int:
    """A new case's id; its number comes from the workspace's own counter."""
    now = clock.now()
    case = await open_as(
        tx,
        Standing("new", handler, active_at=now),
        customer_id,
        None,
        channel=channel,
        subject=subject,
        language=language,
        created_at=now,
    )
    tx.happened("CaseOpened", case_id=case.id, customer_id=customer_id)
    return case.id


async def open_as(
    tx: Transaction,
    stands: Standing,
    customer_id: int,
    customer_name: str | None,
    *,
    channel: str,
    subject: str,
    language: str | None,
    created_at: datetime,
    assignee_id: int | None = None,
    team_id: int | None = None,
) -> Case:
    """A new case that stands so from its first moment; nobody is told yet."""
    row = await tx.fetchrow(
        "with numbered as (insert into case_counters (workspace_id, case_number) values ($1, $14) "
        "on conflict (workspace_id) do update set case_number = case_counters.case_number + 1 returning case_number) "
        "insert into cases (workspace_id, number, customer_id, channel, subject, language, status, handler, preview, "
        "preview_from, waiting_since, active_at, created_at, assignee_id, team_id) "
        "select $1, case_number, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $15 from numbered "
        "returning *, $16::text as customer_name, 0::bigint as customer_read_id",
        tx.workspace_id,
        customer_id,
        channel,
        subject[:200],
        language,
        stands.status,
        stands.handler,
        stands.preview[:200],
        stands.preview_from,
        stands.waiting_since,
        stands.active_at,
        created_at,
        assignee_id,
        FIRST_NUMBER,
        team_id,
        customer_name,
    )
    assert row is not None
    return case_of({name: row[name] for name in CASE_FIELDS})


async def stand(tx: Transaction, case_id: int, stands: Standing) -> None:
    """How a case stands from now on, whatever it was before: for moves between cases, which people undo."""
    await tx.execute(
        "update cases set status = $3, handler = $4, preview = $5, preview_from = $6, waiting_since = $7, "
        "active_at = $8, snoozed_until = $9, merged_into = $10 where workspace_id = $1 and id = $2",
        tx.workspace_id,
        case_id,
        *(getattr(stands, one.name) for one in fields(Standing)),
    )


async def remembered(tx: Transaction, case: Case, preview: str, by: str, at: datetime, language: str | None) -> None:
    """A word of the past was found: status, floor and clocks stay."""
    await tx.execute(
        "update cases set created_at = least(created_at, $3), active_at = greatest(active_at, $3), "
        "preview = case when $3 >= active_at then $4 else preview end, "
        "preview_from = case when $3 >= active_at then $5 else preview_from end, language = coalesce(language, $6) "
        "where workspace_id = $1 and id = $2",
        tx.workspace_id,
        case.id,
        at,
        preview[:200],
        by,
        language,
    )


async def heard(tx: Transaction, case: Case, preview: str, *, language: str | None, handler: Handler) -> Case:
    """The customer has said something; returns the case as it is then."""
    now = clock.now()
    after = replace(
        case,
        status=after_customer(case.status),
        handler=handler,
        preview=preview[:200],
        preview_from="customer",
        active_at=now,
        waiting_since=case.waiting_since or now,
        snoozed_until=None,
        language=language or case.language,
        robot_turns=0 if case.status == "resolved" else case.robot_turns,
    )
    await tx.execute(
        "update cases set status = $3, handler = $4, preview = $5, preview_from = 'customer', active_at = $6, "
        "waiting_since = $7, snoozed_until = null, language = $8, robot_turns = $9 "
        "where workspace_id = $1 and id = $2",
        tx.workspace_id,
        case.id,
        after.status,
        after.handler,
        after.preview,
        now,
        after.waiting_since,
        after.language,
        after.robot_turns,
    )
    return after


async def answered(tx: Transaction, case: Case, preview: str, *, by: Literal["agent", "robot"]) -> None:
    """We have answered: an agent thereby takes the floor, or keeps it. Nobody known leaves it to the queue."""
    agent_id = tx.actor.id if by == "agent" else None
    await tx.execute(
        "update cases set status = $3, preview = $4, preview_from = $5, active_at = $6, waiting_since = null, "
        "handler = case when $5 <> 'agent' then handler when coalesce(assignee_id, $7) is null then 'queue' "
        "else 'agent' end, "
        "assignee_id = case when $5 = 'agent' then coalesce(assignee_id, $7) else assignee_id end, "
        "snoozed_until = null where workspace_id = $1 and id = $2",
        tx.workspace_id,
        case.id,
        after_answer(case.status),
        preview[:200],
        by,
        clock.now(),
        agent_id,
    )


async def set_status(tx: Transaction, case: Case, status: Status, until: datetime | None = None) -> None:
    """Move to a status an agent may choose. Raises Conflict when the machine forbids it, Invalid for `until`."""
    if status == case.status and status != "snoozed":
        return
    if status not in NEXT[case.status]:
        raise Conflict(f"A case that is {case.status} cannot become {status}.")
    if status == "snoozed" and (until is None or until.tzinfo is None or until <= clock.now()):
        raise Invalid("Choose a time in the future to snooze until.", fields={"until": "in the future"})
    await tx.execute(
        "update cases set status = $3, snoozed_until = $4, "
        "waiting_since = case when $3 in ('resolved', 'closed', 'spam') then null else waiting_since end "
        "where workspace_id = $1 and id = $2",
        tx.workspace_id,
        case.id,
        status,
        until if status == "snoozed" else None,
    )
    tx.happened("CaseStatusChanged", case_id=case.id, status=status, until=until.isoformat() if until else None)


async def set_floor(
    tx: Transaction,
    case: Case,
    *,
    handler: Handler,
    assignee_id: int | None,
    team_id: int | None,
    hand_over_reason: str | None,
) -> None:
    """Who has the floor, and whose case it is."""
    await tx.execute(
        "update cases set handler = $3, assignee_id = $4, team_id = $5, hand_over_reason = $6 "
        "where workspace_id = $1 and id = $2",
        tx.workspace_id,
        case.id,
        handler,
        assignee_id,
        team_id,
        hand_over_reason,
    )


async def set_robot(tx: Transaction, case: Case, *, paused: bool | None = None, turns: int | None = None) -> None:
    """Pause or resume the robot on this case, or set how many turns it has used without progress."""
    await tx.execute(
        "update cases set robot_paused = coalesce($3, robot_paused), robot_turns = coalesce($4, robot_turns) "
        "where workspace_id = $1 and id = $2",
        tx.workspace_id,
        case.id,
        paused,
        turns,
    )
    if paused is not None and paused != case.robot_paused:
        tx.happened("RobotPaused" if paused else "RobotResumed", case_id=case.id)


async def set_language(tx: Transaction, case: Case, language: str) -> None:
    """The language the customer writes in, as it was read from their words."""
    if language != case.language:
        await tx.execute(
            "update cases set language = $3 where workspace_id = $1 and id = $2", tx.workspace_id, case.id, language
        )


async def due_snoozed(tx: Transaction) -> list[int]:
    """The snoozed cases of this workspace whose time has come."""
    rows = await tx.fetch(
        "select id from cases where workspace_id = $1 and status = 'snoozed' and snoozed_until <= $2 limit 500",
        tx.workspace_id,
        clock.now(),
    )
    return [row["id"] for row in rows]


def with_unread(case: Case, unread: int) -> Case:
    """The case as one viewer sees it."""
    return replace(case, unread=unread)


async def of_customer(
    tx: Transaction, customer_id: int, *, but: int, limit: int = 20, channel: str | None = None
) -> list[Case]:
    """The customer's other cases (of one channel), newest first."""
    rows = await tx.fetch(
        SELECT + "where c.workspace_id = $1 and c.customer_id = $2 and c.id <> $3 "
        "and ($5::text is null or c.channel = $5) order by c.id desc limit $4",
        tx.workspace_id,
        customer_id,
        but,
        limit,
        channel,
    )
    return [case_of(row) for row in rows]


async def ids_of_customers(tx: Transaction, customer_ids: Sequence[int], *, limit: int = 200) -> list[int]:
    """The ids of these customers' cases, the newest `limit` of them all."""
    rows = await tx.fetch(
        "select id from cases where workspace_id = $1 and customer_id = any($2::bigint[]) order by id desc limit $3",
        tx.workspace_id,
        list(customer_ids),
        limit,
    )
    return [row["id"] for row in rows]
