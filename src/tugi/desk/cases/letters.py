"""Letters: what a message that came or goes as a letter has beyond its text, and who takes part in its case.

The only writer of `letters`, `letter_references` and `participants`. Visitors never get any of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec

from tugi.core.database import Transaction
from tugi.core.errors import NotFound
from tugi.ports import Address, Trust

# A letter to five thousand people is kept raw; nobody reads their names on a screen.
MOST_ADDRESSES = 100


@dataclass(frozen=True, slots=True)
class LetterBrief:
    """A letter as it stands in the transcript. automatic: why no person wrote it; sends_at: when it leaves."""

    subject: str
    sender: Address
    recipients: list[Address]
    copies: list[Address]
    automatic: str | None
    joined_by: str | None
    trust: Trust
    has_html: bool
    has_quote: bool
    sends_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class LetterView:
    """A letter whole. html: clean, its pictures by "cid:"; inline: content id -> attachment id of such a picture.

    has_raw: the bytes as they came are kept.
    """

    message_id: int
    letter_id: str
    subject: str
    sender: Address
    reply_to: list[Address]
    recipients: list[Address]
    copies: list[Address]
    refers_to: list[str]
    quoted_text: str
    html: str | None
    automatic: str | None
    joined_by: str | None
    trust: Trust
    sent_at: datetime | None
    has_raw: bool
    inline: dict[str, int]


@dataclass(frozen=True, slots=True)
class Written:
    """A letter to be kept beside its message. letter_id: Message-ID without brackets; refers_to: nearest first."""

    letter_id: str
    sender: Address
    subject: str
    refers_to: Sequence[str] = ()
    reply_to: Sequence[Address] = ()
    recipients: Sequence[Address] = ()
    copies: Sequence[Address] = ()
    quoted_text: str = ""
    html: str | None = None
    automatic: str | None = None
    trust: Trust = field(default_factory=Trust)
    joined_by: str | None = None
    sent_at: datetime | None = None
    delivery_id: int | None = None


STORE = """
with joined as (
    insert into participants (workspace_id, case_id, address, name)
    select $1, $2, p.address, p.name from unnest($18::text[], $19::text[]) as p(address, name)
    on conflict do nothing
), referred as (
    insert into letter_references (workspace_id, letter_id, message_id)
    select distinct $1::bigint, r, $3::bigint from unnest($6::text[]) as r
    on conflict do nothing
)
insert into letters (workspace_id, message_id, delivery_id, letter_id, refers_to, subject, sender, reply_to, recipients,
    copies, quoted_text, html, automatic, trust, joined_by, sent_at)
select $1, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17
on conflict do nothing
"""
BRIEF = """
case when l.message_id is not null then jsonb_build_object('subject', l.subject, 'sender', l.sender,
        'recipients', l.recipients, 'copies', l.copies, 'automatic', l.automatic, 'joined_by', l.joined_by,
        'trust', l.trust, 'has_html', l.html is not null, 'has_quote', l.quoted_text <> '',
        'sends_at', case when m.status = 'queued' then (select o.not_before from outgoing o
            where o.workspace_id = m.workspace_id and o.case_id = m.case_id and o.state = 'queued'
            and m.id = any(o.message_ids) order by o.id desc limit 1) end) end as letter
"""


async def store(
    tx: Transaction, case_id: int, message_id: int, written: Written, people: Sequence[Address] = ()
) -> None:
    """Keep a letter beside its message, once; `people` take part in the case from now on."""
    # One row a person: a statement may not insert the same one twice.
    named = {one.email: one.name for one in people if one.email}
    await tx.execute(
        STORE,
        tx.workspace_id,
        case_id,
        message_id,
        written.delivery_id,
        written.letter_id,
        list(written.refers_to),
        written.subject,
        written.sender,
        list(written.reply_to[:MOST_ADDRESSES]),
        list(written.recipients[:MOST_ADDRESSES]),
        list(written.copies[:MOST_ADDRESSES]),
        written.quoted_text,
        written.html,
        written.automatic,
        written.trust,
        written.joined_by,
        written.sent_at,
        list(named)[:MOST_ADDRESSES],
        list(named.values())[:MOST_ADDRESSES],
    )


async def add_participants(tx: Transaction, case_id: int, people: Sequence[Address]) -> list[str]:
    """Let these take part in a case; returns the addresses that did not before."""
    named = {one.email: one.name for one in people if one.email}
    rows = await tx.fetch(
        "insert into participants (workspace_id, case_id, address, name) "
        "select $1, $2, p.address, p.name from unnest($3::text[], $4::text[]) as p(address, name) "
        "on conflict do nothing returning address",
        tx.workspace_id,
        case_id,
        list(named),
        list(named.values()),
    )
    return sorted(row["address"] for row in rows)


async def remove_participants(tx: Transaction, case_id: int, addresses: Sequence[str]) -> None:
    """They no longer take part in this case."""
    await tx.execute(
        "delete from participants where workspace_id = $1 and case_id = $2 and address = any($3::text[])",
        tx.workspace_id,
        case_id,
        list(addresses),
    )


async def participants_of(tx: Transaction, case_id: int) -> list[Address]:
    """Who takes part in a case beside its customer's own addresses."""
    rows = await tx.fetch(
        "select address, name from participants where workspace_id = $1 and case_id = $2 order by address",
        tx.workspace_id,
        case_id,
    )
    return [Address(row["address"], row["name"]) for row in rows]


async def find_latest(tx: Transaction, case_id: int) -> Written | None:
    """The newest letter that a person outside wrote in this case: what an answer of ours answers."""
    row = await tx.fetchrow(
        "select l.letter_id, l.sender, l.subject, l.refers_to, l.reply_to, l.recipients, l.copies, l.quoted_text, "
        "l.html, l.automatic, l.trust, l.joined_by, l.sent_at, l.delivery_id from messages m "
        "join letters l on l.workspace_id = m.workspace_id and l.message_id = m.id "
        "where m.workspace_id = $1 and m.case_id = $2 and m.author_kind = 'customer' and l.automatic is null "
        "order by m.created_at desc, m.id desc limit 1",
        tx.workspace_id,
        case_id,
    )
    return msgspec.convert(dict(row), Written) if row else None


async def get_view(tx: Transaction, message_id: int) -> LetterView:
    """A letter whole. Raises NotFound for a message that was none."""
    row = await tx.fetchrow(
        "select message_id, letter_id, subject, sender, reply_to, recipients, copies, refers_to, quoted_text, html, "
        "automatic, joined_by, trust, sent_at, delivery_id is not null as has_raw, "
        "(select coalesce(jsonb_object_agg(f.content_id, f.id), '{}') from attachments f "
        "where f.workspace_id = letters.workspace_id and f.message_id = letters.message_id "
        "and f.content_id is not null) as inline from letters where workspace_id = $1 and message_id = $2",
        tx.workspace_id,
        message_id,
    )
    if row is None:
        raise NotFound("This message was no letter.")
    return msgspec.convert(dict(row), LetterView)


def brief_of(stored: Mapping[str, Any] | None) -> LetterBrief | None:
    """A LetterBrief from the column that BRIEF selects."""
    return msgspec.convert(stored, LetterBrief) if stored else None
