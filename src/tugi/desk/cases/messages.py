"""Messages: what was said to or by the customer. However often it is delivered, one is stored once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from tugi.core import clock
from tugi.core.database import Transaction
from tugi.core.errors import Conflict, Invalid, NotFound
from tugi.core.events import ROBOT, Actor
from tugi.desk.cases import accounts, attachments, cases, contacts, posting, transcript
from tugi.desk.cases.cases import Case, Handler
from tugi.desk.cases.message_checks import LONGEST, RANK, advanced, checked_client_id, checked_text
from tugi.desk.cases.posting import PLAIN, Wish
from tugi.desk.cases.transcript import Message, MessageChoice, Status
from tugi.desk.people import customers
from tugi.ports import Inbound

__all__ = ["LONGEST", "RANK", "advanced", "checked_client_id", "checked_text"]

INSERT = """
insert into messages (workspace_id, case_id, contact_id, channel_account_id, external_id, author_kind, author_id,
    text, language, status, page, choices, chosen_entry_id, entry_id, verdict_id, created_at, approved_by, follow_ups,
    also_entry_ids)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)
on conflict (workspace_id, channel_account_id, external_id) do nothing returning id
"""


@dataclass(frozen=True, slots=True)
class Said:
    """What only our own messages have: who approved the robot's words, what may be asked next, other entries given."""

    approved_by: int | None = None
    follow_ups: Sequence[Mapping[str, object]] | None = None
    also_entry_ids: list[int] | None = None


NOTHING = Said()


async def receive(tx: Transaction, inbound: Inbound, customer_id: int, robot_on: bool) -> tuple[Message, Case]:
    """Store what a customer said: find or open the case and contact; a repeat returns what was stored.

    `robot_on`: whether the robot takes the floor of a new or reopened case. Raises Invalid.
    """
    text = checked_text(inbound.text, bool(inbound.attachment_ids))
    if known := await _find_repeated(tx, inbound, customer_id):
        return known
    case, contact_id, handler = await _place(tx, inbound, customer_id, text, robot_on)
    chosen = await _chosen(tx, case, inbound.chosen)
    author, now = Actor("customer", customer_id), clock.now()
    page = dict(inbound.page) if inbound.page else None
    message_id = await put(
        tx,
        case.id,
        contact_id,
        inbound.channel_account_id,
        inbound.external_id,
        author,
        text,
        inbound.language,
        "delivered",
        now,
        page=page,
        chosen_entry_id=chosen,
    )
    if message_id is None:
        return await _stored_meanwhile(tx, inbound, customer_id)
    if inbound.attachment_ids:
        await attachments.attach(tx, inbound.attachment_ids, message_id, f"customer:{customer_id}")
    case = await cases.heard(tx, case, text or "📎", language=inbound.language, handler=handler)
    tx.happened("MessageReceived", case_id=case.id, actor=author, message_id=message_id)
    message = Message(
        id=message_id,
        case_id=case.id,
        client_id=transcript.client_id_of(inbound.external_id),
        author=author,
        author_name=None,
        text=text,
        language=inbound.language,
        status="delivered",
        failure=None,
        page=page,
        choices=None,
        chosen_entry_id=chosen,
        entry_id=None,
        verdict_id=None,
        feedback=None,
        attachments=await attachments.of_message(tx, message_id) if inbound.attachment_ids else [],
        created_at=now,
        approved_by=None,
        follow_ups=None,
    )
    return message, case


async def _stored_meanwhile(tx: Transaction, inbound: Inbound, customer_id: int) -> tuple[Message, Case]:
    """The same message, sent twice at once, was stored while we waited for the case."""
    if known := await _find_repeated(tx, inbound, customer_id):
        return known
    raise Conflict("This message is being stored already. Send it again in a moment.", retry_after=1)


async def _find_repeated(tx: Transaction, inbound: Inbound, customer_id: int) -> tuple[Message, Case] | None:
    known_id = await tx.fetchval(
        "select id from messages where workspace_id = $1 and channel_account_id = $2 and external_id = $3",
        tx.workspace_id,
        inbound.channel_account_id,
        inbound.external_id,
    )
    if known_id is None:
        return None
    known = (await transcript.of_ids(tx, [known_id]))[0]
    case = await cases.get_case(tx, known.case_id)
    if case.customer_id != customer_id:
        raise Conflict("This client id was used by another sender.")
    return known, case


async def _place(
    tx: Transaction, inbound: Inbound, customer_id: int, text: str, robot_on: bool
) -> tuple[Case, int, Handler]:
    """The case and contact that a customer's message belongs to, and who has the floor then."""
    case = await cases.find_current(tx, customer_id, inbound.channel)
    if case is None:
        # Two first messages at once open one case: the second waits here and finds it.
        await customers.hold(tx, customer_id)
        case = await cases.find_current(tx, customer_id, inbound.channel)
    fresh: Handler = "robot" if robot_on else "queue"
    if case is None:
        case_id = await cases.open_case(
            tx,
            customer_id,
            channel=inbound.channel,
            subject=text or "📎",
            language=inbound.language,
            handler=fresh,
        )
        case = await cases.get_case(tx, case_id)
        return case, await contacts.open_contact(tx, case_id, inbound.channel), fresh
    if case.status == "resolved":
        contact_id = await contacts.open_contact(tx, case.id, inbound.channel)
        tx.happened("CaseReopened", case_id=case.id, contact_id=contact_id)
        return case, contact_id, "robot" if robot_on and not case.robot_paused else "queue"
    contact_id = await contacts.find_current(tx, case.id)
    if contact_id is None:
        contact_id = await contacts.open_contact(tx, case.id, inbound.channel)
    return case, contact_id, case.handler


async def _chosen(tx: Transaction, case: Case, chosen: tuple[int, int] | None) -> int | None:
    """The entry a customer clicked, if that message of this case really offered it; the offer is settled by it."""
    if chosen is None:
        return None
    message_id, entry_id = chosen
    offered = await tx.fetchrow(
        "select choices, follow_ups from messages where workspace_id = $1 and id = $2 and case_id = $3",
        tx.workspace_id,
        message_id,
        case.id,
    )
    choices = [*(offered["choices"] or ()), *(offered["follow_ups"] or ())] if offered else []
    if not any(choice["entry_id"] == entry_id for choice in choices):
        raise Invalid("This choice is not on offer any more.", fields={"choice": "not offered"})
    await tx.execute(
        "update messages set chosen_entry_id = $3 where workspace_id = $1 and id = $2",
        tx.workspace_id,
        message_id,
        entry_id,
    )
    tx.happened("ChoiceMade", case_id=case.id, message_id=message_id)
    return entry_id


async def write(
    tx: Transaction,
    case: Case,
    *,
    external_id: str,
    text: str,
    language: str | None,
    attachment_ids: Sequence[int] = (),
    choices: Sequence[MessageChoice] = (),
    entry_id: int | None = None,
    verdict_id: int | None = None,
    follow_ups: Sequence[MessageChoice] = (),
    also_entry_ids: Sequence[int] = (),
    approved_by: int | None = None,
    answers: bool = True,
    letter: Wish = PLAIN,
) -> Message:
    """Store what we say to the customer, as the transaction's actor (agent or robot), once per external id.

    `answers` False: words that do not answer, such as "a person will come"; the customer goes on waiting.
    approved_by: the agent by whose click the robot says it. follow_ups: what the customer may ask next.
    letter: what is wished of it where the account sends letters. The case must be locked. Raises Invalid, Conflict.
    """
    author = tx.actor if approved_by is None else ROBOT
    if (by := author.kind) not in ("agent", "robot"):
        raise Conflict("Only agents and the robot write to customers.")
    text = checked_text(text, bool(attachment_ids))
    account_id, contact_id = await _where(tx, case, letter.account_id)
    sending = await posting.find_sending(tx, account_id)
    message_id = await put(
        tx,
        case.id,
        contact_id,
        account_id,
        external_id,
        author,
        text,
        language,
        "queued" if sending else "sent",
        clock.now(),
        choices=_stored(choices),
        entry_id=entry_id,
        verdict_id=verdict_id,
        said=Said(approved_by, _stored(follow_ups), list(also_entry_ids) or None),
    )
    if message_id is not None:
        await attachments.attach(tx, attachment_ids, message_id, f"agent:{tx.actor.id}")
        if sending:
            await posting.post(tx, case, sending, message_id, letter, by)
        if answers:
            await _answered(tx, case, contact_id, text, by, with_entry=entry_id is not None)
        tx.happened("MessageWritten", case_id=case.id, actor=author, message_id=message_id)
    stored = await transcript.find(tx, account_id, external_id)
    if stored is None or stored.case_id != case.id:
        raise Conflict("This client id was used for another message.")
    return stored


async def _answered(
    tx: Transaction, case: Case, contact_id: int, text: str, by: Literal["agent", "robot"], *, with_entry: bool
) -> None:
    await cases.answered(tx, case, text or "📎", by=by)
    # A greeting or a question back of the robot's is no first answer.
    if by == "agent" or with_entry:
        await contacts.answered(tx, contact_id)


def _stored(choices: Sequence[MessageChoice]) -> list[dict[str, object]] | None:
    return [{"entry_id": c.entry_id, "title": c.title} for c in choices] or None


async def _where(tx: Transaction, case: Case, account_id: int | None) -> tuple[int, int]:
    """The channel account and contact of the case's newest message: we answer where we were asked."""
    row = await tx.fetchrow(
        "select channel_account_id, contact_id from messages "
        "where workspace_id = $1 and case_id = $2 order by id desc limit 1",
        tx.workspace_id,
        case.id,
    )
    if row:
        return row["channel_account_id"], row["contact_id"]
    account_id = account_id or await accounts.ensure_account(tx, case.channel, case.channel.capitalize())
    contact_id = await contacts.find_current(tx, case.id)
    return account_id, contact_id or await contacts.open_contact(tx, case.id, case.channel)


async def put(
    tx: Transaction,
    case_id: int,
    contact_id: int,
    channel_account_id: int,
    external_id: str,
    author: Actor,
    text: str,
    language: str | None,
    status: Status,
    at: datetime,
    *,
    page: Mapping[str, str] | None = None,
    choices: Sequence[Mapping[str, object]] | None = None,
    chosen_entry_id: int | None = None,
    entry_id: int | None = None,
    verdict_id: int | None = None,
    said: Said = NOTHING,
) -> int | None:
    """The row alone, with nothing that follows from it; None when this external id is stored already."""
    return await tx.fetchval(
        INSERT,
        tx.workspace_id,
        case_id,
        contact_id,
        channel_account_id,
        external_id,
        author.kind,
        author.id,
        text,
        language,
        status,
        page,
        choices,
        chosen_entry_id,
        entry_id,
        verdict_id,
        at,
        said.approved_by,
        said.follow_ups,
        said.also_entry_ids,
    )


async def set_status(tx: Transaction, message_id: int, status: Status, failure: str | None = None) -> None:
    """What the channel reports of a message; never backwards."""
    row = await tx.fetchrow(
        "select case_id, status from messages where workspace_id = $1 and id = $2 for update",
        tx.workspace_id,
        message_id,
    )
    if row is None:
        raise NotFound("There is no such message.")
    if advanced(row["status"], status) == row["status"]:
        return
    await tx.execute(
        "update messages set status = $3, failure = $4 where workspace_id = $1 and id = $2",
        tx.workspace_id,
        message_id,
        status,
        failure,
    )
    tx.happened("MessageStatusChanged", case_id=row["case_id"], message_id=message_id, status=status)


async def carry(tx: Transaction, message_id: int, status: Status, failure: str | None = None) -> None:
    """What its letter has come to, which may be tried again: the outbox keeps the order of these."""
    row = await tx.fetchrow(
        "update messages set status = $3, failure = $4 where workspace_id = $1 and id = $2 "
        "and status not in ('delivered', 'read') and (status <> $3 or failure is distinct from $4) returning case_id",
        tx.workspace_id,
        message_id,
        status,
        failure,
    )
    if row is not None:
        tx.happened("MessageStatusChanged", case_id=row["case_id"], message_id=message_id, status=status)


async def remove(tx: Transaction, message_id: int) -> None:
    """Forget a message that never left."""
    await tx.execute("delete from messages where workspace_id = $1 and id = $2", tx.workspace_id, message_id)


async def bounced(tx: Transaction, message_id: int, why: str) -> None:
    """It came back: a message that was sent has failed after all, unless the customer has read it."""
    row = await tx.fetchrow(
        "update messages set status = 'failed', failure = $3 where workspace_id = $1 and id = $2 "
        "and author_kind <> 'customer' and status not in ('read', 'failed') returning case_id",
        tx.workspace_id,
        message_id,
        why,
    )
    if row is not None:
        tx.happened("MessageStatusChanged", case_id=row["case_id"], message_id=message_id, status="failed")


async def move(tx: Transaction, contact_of: Mapping[int, int], case_id: int) -> None:
    """Make these messages part of another case; contact_of: message id -> its contact there."""
    await tx.execute(
        "update messages m set case_id = $2, contact_id = v.contact_id "
        "from unnest($3::bigint[], $4::bigint[]) as v(id, contact_id) where m.workspace_id = $1 and m.id = v.id",
        tx.workspace_id,
        case_id,
        list(contact_of),
        list(contact_of.values()),
    )


async def give_feedback(tx: Transaction, customer_id: int, message_id: int, value: Literal["up", "down"]) -> Message:
    """The customer's thumb on a robot's answer. Raises NotFound for anybody else's message."""
    row = await tx.fetchrow(
        "update messages m set feedback = $4 from cases c where m.workspace_id = $1 and m.id = $2 "
        "and m.author_kind = 'robot' and c.workspace_id = $1 and c.id = m.case_id and c.customer_id = $3 "
        "returning m.case_id, m.contact_id",
        tx.workspace_id,
        message_id,
        customer_id,
        value,
    )
    if row is None:
        raise NotFound("There is no such message.")
    if value == "up":
        await contacts.set_robot_outcome(tx, row["contact_id"], "confirmed")
    tx.happened("MessageFeedbackGiven", case_id=row["case_id"], message_id=message_id, value=value)
    return (await transcript.of_ids(tx, [message_id]))[0]
