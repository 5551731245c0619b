"""Answers written elsewhere: what lies among a mailbox's sent mail counts as ours.

An answer to a letter we know goes to its case. A letter that answers nothing opens a case that is done with, so that
an answer to it finds its beginning; a letter among ourselves is only noted.
"""

from __future__ import annotations

from tugi.core.database import Transaction
from tugi.core.events import Actor
from tugi.desk.cases import cases, contacts, deliveries, participants, threads
from tugi.desk.cases.cases import Case, Standing
from tugi.desk.cases.incoming import Incoming, Known, keep, put
from tugi.desk.people import customers
from tugi.ports import Address


async def file(tx: Transaction, secret: str, incoming: Incoming, known: Known) -> None:
    """Store a letter of one of us as what we said. Raises Overtaken."""
    letter, account = incoming.letter, incoming.account
    tx.actor = Actor("agent", known.agent_id)
    place = await threads.place(
        tx, secret, account.id, account.channel, letter, None, sender="ourselves", history=incoming.history
    )
    to = participants.first_foreign((*letter.to, *letter.cc), known.ours)
    if place.case_id is not None:
        case = await cases.hold(tx, place.case_id)
        contact_id = await contacts.find_current(tx, case.id)
    elif to is not None:
        case, contact_id = await _begin(tx, incoming, to), None
    else:
        await deliveries.settle(tx, incoming.delivery_id, "own")
        return
    contact_id = contact_id or await contacts.open_contact(tx, case.id, account.channel, incoming.at)
    message_id = await put(tx, incoming, case.id, contact_id, tx.actor, "sent")
    people = [one for one in participants.others(letter, known.ours) if one.email != letter.sender.email]
    await keep(tx, incoming, case.id, message_id, place, people[: participants.MOST])
    if letter.automatic is not None:
        tx.happened("LetterFiled", case_id=case.id, message_id=message_id)
        return
    if place.case_id is not None:
        await contacts.answered(tx, contact_id, incoming.at)
    if incoming.history or place.case_id is None:
        await cases.remembered(tx, case, incoming.preview, "agent", incoming.at, letter.language)
        tx.happened("LetterFiled", case_id=case.id, message_id=message_id)
    else:
        await cases.answered(tx, case, incoming.preview, by="agent")
        tx.happened("MessageWritten", case_id=case.id, message_id=message_id)


async def _begin(tx: Transaction, incoming: Incoming, to: Address) -> Case:
    """A case of whom we wrote to. Nobody waits in it."""
    letter, channel = incoming.letter, incoming.account.channel
    customer_id = await customers.recognise(
        tx, channel, to.email, verified_by="received", name=to.name, language=letter.language
    )
    return await cases.open_as(
        tx,
        Standing("resolved", "queue", incoming.preview, "agent", None, incoming.at),
        customer_id,
        to.name,
        channel=channel,
        subject=letter.subject or incoming.preview,
        language=letter.language,
        created_at=incoming.at,
    )
