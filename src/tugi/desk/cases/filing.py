"""Filing: what a letter becomes, decided and written in one transaction.

A letter is a repetition, news of a letter of ours, our own words, or a customer's message; each case stands below.
"""

from __future__ import annotations

from dataclasses import replace

from tugi.core.database import Transaction
from tugi.core.events import SYSTEM, Actor
from tugi.desk.cases import (
    attachments,
    cases,
    contacts,
    deliveries,
    elsewhere,
    joining,
    messages,
    returns,
    threads,
    tokens,
)
from tugi.desk.cases.cases import Case, Handler, Standing
from tugi.desk.cases.incoming import BY_FORM, PRETENDS, STRANGER, Incoming, Known, Overtaken, find_known, keep, put
from tugi.desk.cases.participants import bare, who_joins
from tugi.desk.people import customers, identities
from tugi.ports import Letter


async def file(tx: Transaction, secret: str, incoming: Incoming) -> None:
    """Make of the letter what it is. Raises Overtaken; what it was already is left alone."""
    letter = incoming.letter
    by_form = BY_FORM in letter.trust.warnings
    tx.actor = SYSTEM
    known = await find_known(tx, incoming)
    if known is None or known.status != "waiting":
        return
    if by_form:
        known = replace(known, customer_id=None, customer_name=None, verified_by=None, undeliverable=False)
    if known.message_id is not None:
        await deliveries.settle(tx, incoming.delivery_id, "repeated", known.message_id)
    elif letter.bounce is not None:
        await returns.bounce(tx, incoming.delivery_id, incoming.account.channel, letter, letter.bounce)
    elif letter.report:
        await returns.report(tx, incoming.delivery_id, letter)
    elif (own := tokens.own_of_letter_id(secret, tx.workspace_id, letter.letter_id)) is not None:
        await returns.own(tx, incoming.delivery_id, letter.letter_id, own, sent=incoming.sent_by_us)
    elif incoming.sent_by_us and not by_form:
        await elsewhere.file(tx, secret, incoming, known)
    elif (case_id := _answered_by_mail(tx, secret, letter, known)) is not None:
        await _agents_answer(tx, incoming, case_id, known.agent_id)
    elif letter.automatic in returns.OWN_LOOPS and bare(letter.sender.email) in known.ours:
        await deliveries.settle(tx, incoming.delivery_id, "own")
    else:
        await _from_outside(tx, secret, incoming, known)


def _pretends(letter: Letter, known: Known) -> bool:
    """Whether it names one of us as its sender without proof."""
    if known.agent_id is not None or PRETENDS in letter.trust.warnings:
        return True
    return bare(letter.sender.email) in known.ours and letter.trust.dmarc != "pass"


async def _from_outside(tx: Transaction, secret: str, incoming: Incoming, known: Known) -> None:
    """A customer's letter, or a machine's."""
    letter, account = incoming.letter, incoming.account
    pretends = _pretends(letter, known)
    place = await threads.place(
        tx,
        secret,
        account.id,
        account.channel,
        letter,
        known.customer_id,
        sender="pretender" if pretends or BY_FORM in letter.trust.warnings else "person",
        history=incoming.history,
    )
    vouched = not pretends and (letter.trust.dmarc == "pass" or place.answers_ours)
    if place.case_id is not None:
        case = await cases.hold(tx, place.case_id)
        if case.status in ("closed", "spam", "merged"):
            raise Overtaken
        tx.actor = Actor("customer", case.customer_id)
        contact_id, case, handler = await _contact(tx, incoming, case, known)
    else:
        customer_id = known.customer_id or await _meet(tx, incoming, vouched)
        tx.actor = Actor("customer", customer_id)
        case = await _open(tx, incoming, known, customer_id, robot_on=known.robot_on and not pretends)
        contact_id, handler = await contacts.open_contact(tx, case.id, account.channel, incoming.at), case.handler
    # Nobody has to read what is long past.
    status = "read" if incoming.history else "delivered"
    message_id = await put(tx, incoming, case.id, contact_id, tx.actor, status)
    people = [] if pretends else who_joins(letter, known.ours, vouched=vouched)
    warnings = [PRETENDS] * pretends + [STRANGER] * (place.doubt == STRANGER)
    await keep(tx, incoming, case.id, message_id, place, people, warnings=warnings)
    if incoming.history or letter.automatic is not None:
        tx.happened("LetterFiled", case_id=case.id, message_id=message_id)
    else:
        if place.case_id is not None:
            await cases.heard(tx, case, incoming.preview, language=letter.language, handler=handler)
        tx.happened("MessageReceived", case_id=case.id, message_id=message_id)
    if place.proposed is not None and place.doubt is not None and case.id != place.proposed:
        await joining.propose(tx, case.id, place.proposed, place.doubt)
    await _note_sender(tx, incoming, known, case.customer_id, vouched=vouched, joined=place.case_id is not None)


async def _contact(tx: Transaction, incoming: Incoming, case: Case, known: Known) -> tuple[int, Case, Handler]:
    """The contact that a letter to an existing case belongs to, and who has the floor then."""
    letter, channel = incoming.letter, incoming.account.channel
    if incoming.history:
        await cases.remembered(tx, case, incoming.preview, "customer", incoming.at, letter.language)
        later = case.status == "resolved" and incoming.at > case.active_at
        contact_id = None if later else await contacts.find_current(tx, case.id)
        return contact_id or await contacts.open_contact(tx, case.id, channel, incoming.at), case, case.handler
    if letter.automatic is None and case.status == "resolved":
        contact_id = await contacts.open_contact(tx, case.id, channel)
        tx.happened("CaseReopened", case_id=case.id, contact_id=contact_id)
        ours = bare(letter.sender.email) in known.ours
        return contact_id, case, "robot" if known.robot_on and not case.robot_paused and not ours else "queue"
    contact_id = await contacts.find_current(tx, case.id)
    return contact_id or await contacts.open_contact(tx, case.id, channel), case, case.handler


async def _open(tx: Transaction, incoming: Incoming, known: Known, customer_id: int, *, robot_on: bool) -> Case:
    """A new case for a letter: history is done with, a machine's letter waits for nobody."""
    letter, at = incoming.letter, incoming.at
    by_person = letter.automatic is None and not incoming.history
    robot_on = robot_on and by_person and bare(letter.sender.email) not in known.ours
    case = await cases.open_as(
        tx,
        Standing(
            status="resolved" if incoming.history else "new",
            handler="robot" if robot_on else "queue",
            preview=incoming.preview,
            preview_from="customer",
            waiting_since=at if by_person else None,
            active_at=at,
        ),
        customer_id,
        known.customer_name or letter.sender.name,
        channel=incoming.account.channel,
        subject=letter.subject or incoming.preview,
        language=letter.language,
        created_at=at,
    )
    if not incoming.history:
        tx.happened("CaseOpened", case_id=case.id, customer_id=customer_id)
    return case


async def _meet(tx: Transaction, incoming: Incoming, vouched: bool) -> int:
    """The customer of an address not known yet. Without an address it is somebody else each time."""
    letter = incoming.letter
    if not letter.sender.email:
        return await customers.create(tx, name=letter.sender.name, language=letter.language)
    if BY_FORM in letter.trust.warnings:
        customer_id = await customers.create(tx, name=letter.sender.name, language=letter.language)
        await identities.add(tx, customer_id, incoming.account.channel, letter.sender.email, "typed")
        return customer_id
    return await customers.meet(
        tx,
        incoming.account.channel,
        letter.sender.email,
        verified_by="mailbox" if vouched else "received",
        name=letter.sender.name,
        language=letter.language,
    )


async def _note_sender(
    tx: Transaction, incoming: Incoming, known: Known, customer_id: int, *, vouched: bool, joined: bool
) -> None:
    """What the letter proves of the address it came from."""
    letter, channel = incoming.letter, incoming.account.channel
    if known.undeliverable and letter.automatic is None and not incoming.history:
        await identities.mark_deliverable(tx, channel, letter.sender.email)
    if vouched and (known.verified_by == "received" or (known.verified_by is None and joined)):
        owner = known.customer_id or customer_id
        await identities.strengthen(tx, owner, channel, letter.sender.email)
    if known.customer_id is not None and known.customer_name is None and letter.sender.name:
        await customers.rename(tx, known.customer_id, letter.sender.name, given_by_customer=True)


def _answered_by_mail(tx: Transaction, secret: str, letter: Letter, known: Known) -> int | None:
    """The case an agent answers by this letter: the domain vouches for it, and it carries this agent's own token."""
    if known.agent_id is None or letter.trust.dmarc != "pass" or letter.automatic is not None:
        return None
    for one in letter.tokens:
        case_id = tokens.case_of_agent_token(secret, tx.workspace_id, one, known.agent_id)
        if case_id is not None:
            return case_id
    return None


async def _agents_answer(tx: Transaction, incoming: Incoming, case_id: int, agent_id: int | None) -> None:
    """An agent answers the customer by mail: the same as writing it in the inbox."""
    tx.actor = Actor("agent", agent_id)
    case = await cases.lock(tx, await cases.find_final(tx, case_id))
    uploaded_by = f"agent:{agent_id}"
    files = [await attachments.record(tx, one, uploaded_by) for one in incoming.kept]
    message = await messages.write(
        tx,
        case,
        external_id=f"{uploaded_by}:{incoming.external_id}",
        text=incoming.text,
        language=None,
        attachment_ids=files,
    )
    await deliveries.settle(tx, incoming.delivery_id, "message", message.id)
