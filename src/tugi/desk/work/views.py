"""Views: the lists of cases that agents work from, and how many are in each."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

import msgspec

from tugi.core import events
from tugi.core.database import Transaction
from tugi.core.errors import Invalid
from tugi.desk.cases import cases, timeline
from tugi.desk.cases.cases import Case

List = Literal["mine", "unassigned", "open", "robot", "snoozed", "resolved"]
LISTS: tuple[List, ...] = get_args(List)
ACTIVE = "c.status in ('new', 'open', 'waiting_customer', 'waiting_internal')"
# $2 is the viewer's id, so that every list takes the same parameters.
CONDITIONS: dict[List, str] = {
    "mine": f"{ACTIVE} and c.assignee_id = $2",
    "unassigned": f"{ACTIVE} and c.assignee_id is null and c.handler = 'queue' and $2::bigint is not null",
    "open": f"{ACTIVE} and $2::bigint is not null",
    "robot": f"{ACTIVE} and c.handler = 'robot' and $2::bigint is not null",
    "snoozed": "c.status = 'snoozed' and $2::bigint is not null",
    "resolved": "c.status in ('resolved', 'closed') and $2::bigint is not null",
}
COUNT = """
select 'LIST' as list, count(*) as n
from (select 1 from cases c where c.workspace_id = $1 and CONDITION limit 1000) counted
"""
COUNT_ALL = " union all ".join(
    COUNT.replace("LIST", name).replace("CONDITION", condition) for name, condition in CONDITIONS.items()
)


@dataclass(frozen=True, slots=True)
class Counts:
    """How many cases are in each list, for one viewer. Resolved and open are counted up to 1,000."""

    mine: int
    unassigned: int
    open: int
    robot: int
    snoozed: int
    resolved: int


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of a list; `next` continues it, None at its end. `cursor`: all events up to it are in."""

    cases: list[Case]
    next: str | None
    cursor: int


async def list_cases(
    tx: Transaction, viewer_id: int, name: str, *, limit: int = 50, before: str | None = None, query: str = ""
) -> Listing:
    """A page of a list, the most recently active first. Raises Invalid for an unknown list or marker."""
    if name not in LISTS:
        raise Invalid(f"Lists are {', '.join(LISTS)}.", fields={"list": "unknown"})
    at, last = _marker(before)
    limit = max(1, min(limit, 100))
    values: list[object] = [tx.workspace_id, viewer_id, at, last, limit + 1]
    condition = CONDITIONS[name]
    if query.strip():
        condition, extra = _search(query.strip())
        values += extra
    rows = await tx.fetch(
        cases.SELECT + f"where c.workspace_id = $1 and {condition} "
        "and ($3::timestamptz is null or (c.active_at, c.id) < ($3, $4::bigint)) "
        "order by c.active_at desc, c.id desc limit $5",
        *values,
    )
    counts = (await timeline.unread_counts(tx, [row["id"] for row in rows[:limit]], [viewer_id]))[viewer_id]
    page = [cases.case_of(row, counts.get(row["id"], 0)) for row in rows[:limit]]
    more = len(rows) > limit
    return Listing(
        cases=page,
        next=_pack(page[-1]) if more else None,
        cursor=await events.cursor(tx),
    )


async def seen_by(tx: Transaction, page: Sequence[Case], viewer_id: int) -> list[Case]:
    """The cases with the viewer's own unread counts."""
    counts = await timeline.unread_counts(tx, [case.id for case in page], [viewer_id])
    return [cases.with_unread(case, counts[viewer_id].get(case.id, 0)) for case in page]


async def count(tx: Transaction, viewer_id: int) -> Counts:
    """How many cases are in each list."""
    rows = await tx.fetch(COUNT_ALL, tx.workspace_id, viewer_id)
    return Counts(**{row["list"]: row["n"] for row in rows})


def _search(query: str) -> tuple[str, list[object]]:
    """A condition for words, a case number, a name or an address. `%` and `_` mean themselves."""
    number = query.upper().removeprefix("T-").strip()
    like = "%" + query.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    condition = (
        "$2::bigint is not null and c.status <> 'merged' "
        "and (c.number = $6 or c.subject ilike $7 or c.preview ilike $7 or k.name ilike $7 "
        "or exists (select from identities i where i.workspace_id = $1 "
        "and i.customer_id = c.customer_id and i.channel <> 'widget' and i.address ilike $7) "
        "or exists (select from messages m where m.workspace_id = $1 and m.case_id = c.id and m.text ilike $7))"
    )
    return condition, [int(number) if number.isdigit() and len(number) < 16 else None, like]


def _pack(case: Case) -> str:
    body = msgspec.json.encode([case.active_at.isoformat(), case.id])
    return base64.urlsafe_b64encode(body).decode().rstrip("=")


def _marker(before: str | None) -> tuple[datetime | None, int | None]:
    if not before:
        return None, None
    try:
        at, last = msgspec.json.decode(
            base64.urlsafe_b64decode(before + "=" * (-len(before) % 4)), type=tuple[datetime, int]
        )
    except (ValueError, msgspec.DecodeError, msgspec.ValidationError) as error:
        raise Invalid("`before` is not a marker of this list.", fields={"before": "form"}) from error
    return at, last
