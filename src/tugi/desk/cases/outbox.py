"""The outbox: what is to leave, and how far it has come. The only writer of `outgoing` and `automatic_mails`.

A row moves queued -> sending -> sent, failed or unknown. Whoever sends it holds it meanwhile; what is held no longer
was lost: its fate is unknown until somebody has looked (RFC 5321 4.5.4.1 sends again rather than lose).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from tugi.core import clock
from tugi.core.database import Transaction
from tugi.ports import Address

State = Literal["queued", "sending", "sent", "failed", "unknown"]
Act = Literal["take", "sent", "refused", "delayed", "lost", "missed", "bounced", "resend"]
Kind = Literal["reply", "continued"]

# From which states an act is possible, and where it leads. News that something left is welcome at any time.
FROM: Mapping[Act, tuple[State, ...]] = {
    "take": ("queued",),
    "sent": ("queued", "sending", "failed", "unknown"),
    "refused": ("sending",),
    "delayed": ("sending",),
    "lost": ("sending",),
    "missed": ("unknown",),
    "bounced": ("sending", "sent", "unknown"),
    "resend": ("failed", "unknown"),
}
TO: Mapping[Act, State] = {
    "take": "sending",
    "sent": "sent",
    "refused": "failed",
    "delayed": "queued",
    "lost": "unknown",
    "missed": "queued",
    "bounced": "failed",
    "resend": "queued",
}
# Whoever sends says every few seconds that it still does; a row held no longer than this is anybody's.
HOLD = timedelta(seconds=30)
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=30), timedelta(hours=4)
MOST_TRIES, TRIED_FOR = 12, timedelta(days=2)
# A letter of unknown fate is sent again this often, with the same Message-ID.
MOST_LOST = 3
AUTOMATIC_PAUSE = timedelta(hours=24)
AUTOMATIC_IN_A_ROW = 2


@dataclass(frozen=True, slots=True)
class Item:
    """A row of the outbox. attempts: how often it was tried; lost: how often its fate was unknown."""

    id: int
    account_id: int
    case_id: int
    kind: Kind
    message_ids: tuple[int, ...]
    letter_id: str
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    automatic: bool
    state: State
    not_before: datetime
    attempts: int
    lost: int
    first_tried_at: datetime | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Due:
    """What waits in one account: letters to send, some whose sender is not heard of, some of unknown fate."""

    workspace_id: int
    account_id: int
    queued: int
    overdue: bool
    unknown: bool


QUEUE = """
insert into outgoing (workspace_id, channel_account_id, case_id, kind, message_ids, letter_id, recipients, automatic,
    state, not_before, created_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, 'queued', $9, $10) on conflict do nothing returning id
"""
DUE = """
select workspace_id, channel_account_id as account_id, count(*) filter (where state = 'queued')::int as queued,
    bool_or(state = 'sending') as overdue, bool_or(state = 'unknown') as unknown
from outgoing
where state in ('queued', 'sending', 'unknown') and not_before <= $1 and (
    state = 'queued' or (state = 'sending' and held_until < $1)
    or (state = 'unknown' and settled_at is null and coalesce(held_until, '-infinity') < $1))
group by workspace_id, channel_account_id
"""
TAKE = """
with mine as (
    select id from outgoing
    where workspace_id = $1 and channel_account_id = $2 and state = 'queued' and not_before <= $3
    order by not_before, id limit $4 for update skip locked)
update outgoing o set state = 'sending', held_until = $5, attempts = attempts + 1,
    first_tried_at = coalesce(first_tried_at, $3), settled_at = null
from mine where o.workspace_id = $1 and o.id = mine.id returning o.*
"""
LOSE = """
with mine as (
    select id from outgoing
    where workspace_id = $1 and channel_account_id = $2 and state = 'sending' and held_until < $3
    order by id for update skip locked)
update outgoing o set state = 'unknown', held_until = null, lost = lost + 1
from mine where o.workspace_id = $1 and o.id = mine.id returning o.*
"""
CHECK = """
with mine as (
    select id from outgoing
    where workspace_id = $1 and channel_account_id = $2 and state = 'unknown' and settled_at is null
        and not_before <= $3 and coalesce(held_until, '-infinity') < $3
    order by id limit $4 for update skip locked)
update outgoing o set held_until = $5
from mine where o.workspace_id = $1 and o.id = mine.id returning o.*
"""
MOVE = """
update outgoing o set state = $3, answer = coalesce($5, answer), held_until = null, settled_at = $6,
    not_before = coalesce($7, not_before), lost = lost + $8,
    attempts = case when $9 then 0 else attempts end,
    first_tried_at = case when $9 then null else first_tried_at end
where o.workspace_id = $1 and o.id = $2 and o.state = any($4::text[]) and ($10::int is null or o.attempts = $10)
returning o.*
"""


def after(state: State, act: Act) -> State | None:
    """Where the act leads from here; None: it is not possible."""
    return TO[act] if state in FROM[act] else None


def next_try(item: Item, retry_after: float | None, dice: float) -> datetime | None:
    """When to try again after so many attempts, with jitter by `dice` (0 to 1); None: it was tried long enough."""
    now = clock.now()
    tries = max(1, item.attempts)
    pause = min(FIRST_PAUSE * 3 ** (tries - 1), LONGEST_PAUSE) if tries < 9 else LONGEST_PAUSE
    pause = max(pause * (0.8 + 0.4 * dice), timedelta(seconds=min(retry_after or 0, LONGEST_PAUSE.total_seconds())))
    if tries >= MOST_TRIES or now + pause > (item.first_tried_at or now) + TRIED_FOR:
        return None
    return now + pause


async def queue(
    tx: Transaction,
    *,
    account_id: int,
    case_id: int,
    kind: Kind,
    message_ids: Sequence[int],
    letter_id: str,
    to: Sequence[Address],
    cc: Sequence[Address] = (),
    automatic: bool = False,
    not_before: datetime,
) -> int | None:
    """A new row's id; None when a letter with this id is there already."""
    return await tx.fetchval(
        QUEUE,
        tx.workspace_id,
        account_id,
        case_id,
        kind,
        list(message_ids),
        letter_id,
        {"to": list(to), "cc": list(cc)},
        automatic,
        not_before,
        clock.now(),
    )


async def due(tx: Transaction) -> list[Due]:
    """What waits for us now, by account, in a transaction that sees every workspace."""
    return [Due(**dict(row)) for row in await tx.fetch(DUE, clock.now())]


async def take(tx: Transaction, account_id: int, limit: int) -> list[Item]:
    """Up to `limit` due letters, now being sent by the caller; nobody else gets the same."""
    now = clock.now()
    rows = await tx.fetch(TAKE, tx.workspace_id, account_id, now, limit, now + HOLD)
    return [_item(row) for row in rows]


async def lose_overdue(tx: Transaction, account_id: int) -> list[Item]:
    """Letters whose sender has not been heard of: their fate is unknown from now on."""
    return [_item(row) for row in await tx.fetch(LOSE, tx.workspace_id, account_id, clock.now())]


async def take_unknown(tx: Transaction, account_id: int, limit: int) -> list[Item]:
    """Letters of unknown fate, held by the caller while it looks."""
    now = clock.now()
    return [_item(r) for r in await tx.fetch(CHECK, tx.workspace_id, account_id, now, limit, now + HOLD)]


async def hold(tx: Transaction, ids: Sequence[int]) -> None:
    """The caller is still at work on these."""
    await tx.execute(
        "update outgoing set held_until = $3 where workspace_id = $1 and id = any($2::bigint[]) "
        "and state in ('sending', 'unknown')",
        tx.workspace_id,
        list(ids),
        clock.now() + HOLD,
    )


async def move(
    tx: Transaction,
    item: Item,
    act: Act,
    *,
    answer: str | None = None,
    not_before: datetime | None = None,
    final: bool = True,
    this_try: bool = False,
) -> Item | None:
    """Carry the act out; None where the row is in no state for it.

    final: nothing follows of itself. this_try: only if the row is still at the try that `item` was taken for.
    """
    row = await tx.fetchrow(
        MOVE,
        tx.workspace_id,
        item.id,
        TO[act],
        list(FROM[act]),
        answer[:500] if answer else None,
        clock.now() if final and TO[act] != "queued" else None,
        not_before,
        1 if act == "lost" else 0,
        act == "resend",
        item.attempts if this_try else None,
    )
    return _item(row) if row else None


async def give_up_unknown(tx: Transaction, item: Item) -> bool:
    """Nobody can find out what became of it: a person decides."""
    tag = await tx.execute(
        "update outgoing set settled_at = $3, held_until = null where workspace_id = $1 and id = $2 "
        "and state = 'unknown'",
        tx.workspace_id,
        item.id,
        clock.now(),
    )
    return tag == "UPDATE 1"


async def remove_queued(tx: Transaction, message_id: int) -> Item | None:
    """Take a letter of one message out before anybody sends it; None: too late, or there is none."""
    row = await tx.fetchrow(
        "delete from outgoing o where o.workspace_id = $1 and o.message_ids[1] = $2 and o.kind = 'reply' "
        "and o.state = 'queued' returning o.*",
        tx.workspace_id,
        message_id,
    )
    return _item(row) if row else None


async def find_of_message(tx: Transaction, message_id: int) -> Item | None:
    """The newest letter that carries this message as a reply."""
    row = await tx.fetchrow(
        "select o.* from outgoing o where o.workspace_id = $1 and o.message_ids[1] = $2 "
        "and o.kind = 'reply' order by o.id desc limit 1",
        tx.workspace_id,
        message_id,
    )
    return _item(row) if row else None


async def find_by_letter_id(tx: Transaction, letter_id: str) -> Item | None:
    """The letter with this Message-ID (without brackets)."""
    row = await tx.fetchrow(
        "select o.* from outgoing o where o.workspace_id = $1 and o.letter_id = $2", tx.workspace_id, letter_id
    )
    return _item(row) if row else None


async def may_mail_automatically(tx: Transaction, address: str, case_id: int) -> bool:
    """Whether a machine's mail may go to this address now (RFC 3834 2, and our own limits).

    Not to our own mailboxes, to addresses that bounce, or where a machine wrote last; at most one in 24 hours and
    two in a case without an agent's word in between.
    """
    refused = await tx.fetchval(
        "select exists (select from channel_accounts where workspace_id = $1 and lower(address) = $2) "
        "or exists (select from identities where workspace_id = $1 and channel = 'email' and address = $2 "
        "and undeliverable_since is not null) "
        "or exists (select from automatic_mails where workspace_id = $1 and address = $2 and at > $4) "
        "or coalesce((select l.automatic is not null from letters l join messages m on m.workspace_id = $1 "
        "and m.id = l.message_id where l.workspace_id = $1 and m.case_id = $3 and m.author_kind = 'customer' "
        "order by m.id desc limit 1), false) "
        "or (select count(*) from outgoing where workspace_id = $1 and case_id = $3 and automatic and created_at > "
        "coalesce((select max(created_at) from messages where workspace_id = $1 and case_id = $3 "
        "and author_kind = 'agent'), '-infinity')) >= $5",
        tx.workspace_id,
        address.lower(),
        case_id,
        clock.now() - AUTOMATIC_PAUSE,
        AUTOMATIC_IN_A_ROW,
    )
    return not refused


async def claim_automatic(tx: Transaction, address: str, case_id: int) -> bool:
    """The same, and the day's one automatic mail to this address is used up by it."""
    now = clock.now()
    return await may_mail_automatically(tx, address, case_id) and bool(
        await tx.fetchval(
            "insert into automatic_mails (workspace_id, address, at) values ($1, $2, $3) "
            "on conflict (workspace_id, address) do update set at = excluded.at where automatic_mails.at <= $4 "
            "returning true",
            tx.workspace_id,
            address.lower(),
            now,
            now - AUTOMATIC_PAUSE,
        )
    )


async def forget_automatic(tx: Transaction) -> None:
    """Addresses are kept no longer than they matter."""
    await tx.execute(
        "delete from automatic_mails where workspace_id = $1 and at <= $2",
        tx.workspace_id,
        clock.now() - AUTOMATIC_PAUSE,
    )


def _item(row: Mapping[str, Any]) -> Item:
    recipients = row["recipients"]
    return Item(
        id=row["id"],
        account_id=row["channel_account_id"],
        case_id=row["case_id"],
        kind=row["kind"],
        message_ids=tuple(row["message_ids"]),
        letter_id=row["letter_id"],
        to=tuple(Address(one["email"], one.get("name")) for one in recipients["to"]),
        cc=tuple(Address(one["email"], one.get("name")) for one in recipients["cc"]),
        automatic=row["automatic"],
        state=row["state"],
        not_before=row["not_before"],
        attempts=row["attempts"],
        lost=row["lost"],
        first_tried_at=row["first_tried_at"],
        created_at=row["created_at"],
    )
