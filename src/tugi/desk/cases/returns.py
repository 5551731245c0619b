"""What comes back of our own letters: bounces, reports and copies. None of it is ever a customer's message.

News is believed only of a letter whose Message-ID is known here: ids of ours carry a proof, others are known to nobody
but their recipients. A bounce speaks for the addresses that letter went to, and for no other.
"""

from __future__ import annotations

from dataclasses import dataclass

from tugi.core.database import Transaction
from tugi.desk.cases import cases, deliveries, messages, outbox
from tugi.desk.cases.outbox import Item
from tugi.desk.cases.tokens import Own
from tugi.desk.people import identities
from tugi.ports import Bounce, Letter

# What a channel calls a letter that carries a mark against loops; from our own mailbox, it is one of ours.
OWN_LOOPS = frozenset({"own_loop", "header: x-loop"})


@dataclass(frozen=True, slots=True)
class Sent:
    """A letter of ours: its messages, and whom it went to."""

    case_id: int
    message_ids: tuple[int, ...]
    to: tuple[str, ...]
    cc: tuple[str, ...]
    item: Item | None = None


async def bounce(tx: Transaction, delivery_id: int, channel: str, letter: Letter, told: Bounce) -> None:
    """A letter of ours did not arrive, or is late."""
    sent = await _find(tx, [told.letter_id or "", *letter.refers_to])
    if sent is None:
        why = "This bounce is about no letter of ours."
        await deliveries.settle(tx, delivery_id, "bounce", status="discarded", failure=why)
        tx.happened("DeliveryQuarantined", delivery_id=delivery_id)
        return
    everybody = (*sent.to, *sent.cc)
    address = told.recipient.lower() if told.recipient else None
    if address is None and len(everybody) == 1:
        address = everybody[0]
    why = " ".join(part for part in (told.why, f"({told.code})" if told.code else "") if part)[:500]
    # A copy that did not arrive says nothing of the letter itself.
    lost = not told.delayed and (address is None or address not in sent.cc)
    if lost:
        if sent.item is not None:
            await outbox.move(tx, sent.item, "bounced", answer=why)
        for message_id in sent.message_ids:
            await messages.bounced(tx, message_id, why)
        case = await cases.hold(tx, sent.case_id)
        if case.status == "waiting_customer":
            # They cannot answer what never reached them: it is our turn.
            await cases.set_status(tx, case, "open")
    if told.permanent and not told.delayed and address is not None and address in everybody:
        await identities.mark_undeliverable(tx, channel, address, why)
    newest = max(sent.message_ids)
    tx.happened(
        "LetterBounced",
        case_id=sent.case_id,
        message_id=newest,
        permanent=told.permanent,
        delayed=told.delayed,
        copy=not lost and not told.delayed,
    )
    await deliveries.settle(tx, delivery_id, "bounce", newest, failure=why)


async def report(tx: Transaction, delivery_id: int, letter: Letter) -> None:
    """A receipt or complaint about a letter of ours: noted at it."""
    sent = await _find(tx, letter.refers_to)
    if sent is None:
        why = "This report is about no letter of ours."
        await deliveries.settle(tx, delivery_id, "report", status="discarded", failure=why)
        tx.happened("DeliveryQuarantined", delivery_id=delivery_id)
        return
    newest = max(sent.message_ids)
    tx.happened("LetterReported", case_id=sent.case_id, message_id=newest)
    await deliveries.settle(tx, delivery_id, "report", newest)


async def own(tx: Transaction, delivery_id: int, letter_id: str, who: Own, *, sent: bool) -> None:
    """Our own letter came back: from the Sent folder it proves that the letter left."""
    item = await outbox.find_by_letter_id(tx, letter_id) if sent else None
    if item is not None and await outbox.move(tx, item, "sent", answer="It lies in the Sent folder."):
        for message_id in item.message_ids:
            await messages.set_status(tx, message_id, "sent")
    await deliveries.settle(tx, delivery_id, "own", who.message_id)


async def _find(tx: Transaction, letter_ids: tuple[str, ...] | list[str]) -> Sent | None:
    """The nearest of these that is a letter of ours, sent from here or elsewhere."""
    for letter_id in letter_ids:
        if not letter_id:
            continue
        item = await outbox.find_by_letter_id(tx, letter_id)
        if item is not None:
            to, cc = ([one.email.lower() for one in several] for several in (item.to, item.cc))
            # Its messages may have moved to another case since.
            case_id = await tx.fetchval(
                "select case_id from messages where workspace_id = $1 and id = $2",
                tx.workspace_id,
                max(item.message_ids),
            )
            return Sent(case_id or item.case_id, item.message_ids, tuple(to), tuple(cc), item)
        row = await tx.fetchrow(
            "select m.id, m.case_id, l.recipients, l.copies from letters l "
            "join messages m on m.workspace_id = l.workspace_id and m.id = l.message_id "
            "where l.workspace_id = $1 and l.letter_id = $2 and m.author_kind <> 'customer' limit 1",
            tx.workspace_id,
            letter_id,
        )
        if row is not None:
            to, cc = ([one["email"] for one in row[name]] for name in ("recipients", "copies"))
            return Sent(row["case_id"], (row["id"],), tuple(to), tuple(cc))
    return None
