"""What came in, understood: what every way of filing a letter starts from and ends with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from tugi.core import clock
from tugi.core.database import Transaction
from tugi.core.events import Actor
from tugi.desk.cases import attachments, deliveries, letters, messages
from tugi.desk.cases.attachments import Kept
from tugi.desk.cases.letters import Written
from tugi.desk.cases.participants import bare
from tugi.desk.cases.threads import Place
from tugi.desk.cases.transcript import Status
from tugi.ports import Account, Address, Letter

PRETENDS = "claims_to_be_us"
STRANGER = "stranger_refers"
# Somebody typed the sender's address into a form of ours: it is where to answer, and says nothing of who wrote.
BY_FORM = "by_form"
LONGEST_QUOTE_SHOWN = 20_000


class Overtaken(Exception):
    """The same letter was stored while this transaction was under way; the next try finds it."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """A delivery that was understood. letter: without its files' bytes, which are `kept`."""

    delivery_id: int
    account: Account
    letter: Letter
    kept: Sequence[Kept]
    sent_by_us: bool
    history: bool
    received_at: datetime

    @property
    def external_id(self) -> str:
        """The message's id within the account: the same letter by two doors is one message."""
        return f"letter:{self.letter.letter_id}"

    @property
    def at(self) -> datetime:
        """When it was said: now, or for history the mail's own date."""
        now = clock.now()
        return min(self.letter.sent_at or self.received_at, now) if self.history else now

    @property
    def text(self) -> str:
        """What its message says; where all of it seems quoted, that."""
        return self.letter.new_text.strip() or self.letter.quoted_text.strip()[:LONGEST_QUOTE_SHOWN]

    @property
    def preview(self) -> str:
        """What a list shows of it."""
        return " ".join(self.text[:400].split()) or self.letter.subject or "📎"


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a letter and its sender before anything is written."""

    status: str
    robot_on: bool
    message_id: int | None
    agent_id: int | None
    ours: tuple[str, ...]
    customer_id: int | None
    customer_name: str | None
    verified_by: str | None
    undeliverable: bool


KNOWN = """
select d.status, coalesce(w.settings->'robot'->>'mode', '') <> 'off' as robot_on,
    (select m.id from messages m where m.workspace_id = $1 and m.channel_account_id = d.channel_account_id
        and m.external_id = $3) as message_id,
    (select g.id from agents g where g.workspace_id = $1 and lower(g.email) = $5 and g.active) as agent_id,
    (select array_agg(lower(a.address)) from channel_accounts a where a.workspace_id = $1 and a.address is not null)
        as ours,
    i.customer_id, k.name as customer_name, i.verified_by,
    coalesce((select bool_or(u.undeliverable_since is not null) from identities u
        where u.workspace_id = $1 and u.channel = $4 and u.address = $5), false) as undeliverable
from deliveries d join workspaces w on w.id = d.workspace_id
left join identities i on i.workspace_id = $1 and i.channel = $4 and i.address = $5 and $5 <> ''
    and i.verified_by in ('received', 'mailbox', 'signed')
left join customers k on k.workspace_id = $1 and k.id = i.customer_id
where d.workspace_id = $1 and d.id = $2 for no key update of d
"""


async def find_known(tx: Transaction, incoming: Incoming) -> Known | None:
    """What is known before anything is written; the delivery is held until the commit."""
    row = await tx.fetchrow(
        KNOWN,
        tx.workspace_id,
        incoming.delivery_id,
        incoming.external_id,
        incoming.account.channel,
        incoming.letter.sender.email,
    )
    if row is None:
        return None
    values: dict[str, Any] = dict(row)
    values["ours"] = tuple(bare(address) for address in row["ours"] or ())
    return Known(**values)


async def put(tx: Transaction, incoming: Incoming, case_id: int, contact_id: int, author: Actor, status: Status) -> int:
    message_id = await messages.put(
        tx,
        case_id,
        contact_id,
        incoming.account.id,
        incoming.external_id,
        author,
        incoming.text,
        incoming.letter.language,
        status,
        incoming.at,
    )
    if message_id is None:
        raise Overtaken
    return message_id


async def keep(
    tx: Transaction,
    incoming: Incoming,
    case_id: int,
    message_id: int,
    place: Place,
    people: Sequence[Address],
    *,
    warnings: Sequence[str] = (),
) -> None:
    """The letter beside its message, its files, who takes part from now on, and what became of the delivery."""
    letter = incoming.letter
    written = Written(
        letter_id=letter.letter_id,
        sender=letter.sender,
        subject=letter.subject,
        refers_to=letter.refers_to,
        reply_to=letter.reply_to,
        recipients=letter.to,
        copies=letter.cc,
        quoted_text=letter.quoted_text,
        html=letter.html,
        automatic=letter.automatic,
        trust=replace(letter.trust, warnings=tuple(dict.fromkeys((*letter.trust.warnings, *warnings)))),
        joined_by=place.joined_by,
        sent_at=letter.sent_at,
        delivery_id=incoming.delivery_id,
    )
    await letters.store(tx, case_id, message_id, written, people)
    await attachments.add_all(tx, message_id, incoming.kept, f"letter:{incoming.delivery_id}")
    await deliveries.settle(tx, incoming.delivery_id, "message", message_id)
