"""A chat continued by mail: a customer who left an address and went away gets what we answered, in one letter.

Only our own words leave, never the customer's: whoever typed the address need not be whose it is. Replying to the
letter goes on with the same case, in the chat as well.
"""

from __future__ import annotations

from datetime import timedelta

from tugi.core import clock
from tugi.core.database import Transaction
from tugi.desk.cases import outbox, posting, tokens
from tugi.ports import Address

AWAY = timedelta(minutes=10)
# What is written in one go leaves in one letter.
QUIET = timedelta(minutes=1)
PAUSE = timedelta(minutes=15)
# A chat that nobody went on with for so long is not brought back by a letter.
TOO_OLD = timedelta(days=3)
MOST = 10
AT_ONCE = 50

# Chats with words of ours that their customer has neither read nor been sent, an address, and nobody there.
UNREAD = """
select c.id as case_id, k.name, i.address, u.message_ids
from cases c
join customers k on k.workspace_id = c.workspace_id and k.id = c.customer_id
join lateral (
    select address from identities i
    where i.workspace_id = $1 and i.customer_id = c.customer_id and i.channel = $2 and i.undeliverable_since is null
    order by array_position(array['signed', 'mailbox', 'received', 'typed'], i.verified_by), i.id desc limit 1) i
    on true
join lateral (
    select array_agg(m.id order by m.id) as message_ids, max(m.created_at) as last_at from messages m
    join channel_accounts a on a.workspace_id = $1 and a.id = m.channel_account_id and a.address is null
    where m.workspace_id = $1 and m.case_id = c.id and m.author_kind in ('agent', 'robot')
        and m.id > coalesce((select r.message_id from readings r where r.workspace_id = $1 and r.case_id = c.id
            and r.reader_id = 0), 0)
        and m.id > coalesce((select max(s.message_id) from outgoing o, unnest(o.message_ids) as s(message_id)
            where o.workspace_id = $1 and o.case_id = c.id and o.kind = 'continued'), 0)) u on true
where c.workspace_id = $1 and c.active_at > $5 and u.message_ids is not null and u.last_at <= $7
    and c.channel <> $2 and coalesce(k.seen_at, c.created_at) <= $3 and c.status not in ('closed', 'spam', 'merged')
    and not exists (select from outgoing o where o.workspace_id = $1 and o.kind = 'continued' and o.created_at > $4
        and o.recipients @> jsonb_build_object('to', jsonb_build_array(jsonb_build_object('email', i.address))))
order by c.id limit $6 for update of c skip locked
"""


async def sweep(tx: Transaction) -> int:
    """Queue a letter for every customer of this workspace who is due one; returns how many."""
    await outbox.forget_automatic(tx)
    account = await posting.find_any_sending(tx)
    if account is None:
        return 0
    now = clock.now()
    rows = await tx.fetch(
        UNREAD, tx.workspace_id, account.channel, now - AWAY, now - PAUSE, now - TOO_OLD, AT_ONCE, now - QUIET
    )
    secret = await posting.secret(tx) if rows else ""
    written: set[str] = set()
    for row in rows:
        if row["address"] in written:
            continue
        written.add(row["address"])
        message_ids: list[int] = row["message_ids"][:MOST]
        domain = (account.address or "").rpartition("@")[2]
        await outbox.queue(
            tx,
            account_id=account.id,
            case_id=row["case_id"],
            kind="continued",
            message_ids=message_ids,
            letter_id=tokens.letter_id(secret, tx.workspace_id, row["case_id"], message_ids[-1], domain),
            to=[Address(row["address"], row["name"])],
            not_before=now,
        )
        tx.happened("ChatContinued", case_id=row["case_id"], count=len(message_ids))
    return len(written)
