"""Leaving: what becomes of letters that go, and what people see of it. Who carries them calls only this.

A letter that cannot leave makes its case ours again: nobody waits for an answer that never came.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from tugi.core import clock, i18n
from tugi.core.database import Transaction
from tugi.core.errors import Conflict, NotFound
from tugi.desk.cases import attachments, cases, contacts, letters, messages, outbox, posting, tokens, transcript
from tugi.desk.cases.attachments import Attachment, Stored
from tugi.desk.cases.cases import Case, Standing
from tugi.desk.cases.outbox import Item
from tugi.desk.cases.transcript import Message
from tugi.desk.people import workspaces
from tugi.desk.people.workspaces import Workspace
from tugi.ports import Account, Address, Carried, NotCarried, Outgoing, Quote

LOOKING = "It is not known yet whether this letter left. Tugi is finding out."
GAVE_UP = "Nobody can tell whether this letter left. Ask the customer, or send it again."
# The receiving side needs a moment to file what it took.
BEFORE_LOOKING = timedelta(seconds=5)
LONGEST_QUOTE = 50_000


@dataclass(frozen=True, slots=True)
class Taken:
    """What taking a letter back gives to the composer again."""

    text: str
    attachments: list[Attachment]


async def take(tx: Transaction, account_id: int, limit: int) -> list[Item]:
    """Due letters, now being sent by the caller."""
    items = await outbox.take(tx, account_id, limit)
    for item in items:
        await _show(tx, item, "sending")
    return items


async def sent(tx: Transaction, item: Item, carried: Carried) -> None:
    """The letter has left; who was refused beside others is told on the message."""
    if await outbox.move(tx, item, "sent", answer=carried.answer):
        await _show(tx, item, "sent", " ".join(carried.refused.values())[:500] or None)


async def not_sent(tx: Transaction, item: Item, error: NotCarried, dice: float) -> None:
    """It did not leave, or nobody knows: tried again, given to people, or looked after."""
    why = str(error)[:500]
    if error.unknown:
        not_before = clock.now() + BEFORE_LOOKING
        if lost := await outbox.move(tx, item, "lost", answer=why, not_before=not_before, final=False, this_try=True):
            await _show(tx, lost, "unknown", LOOKING)
        return
    again = None if error.permanent else outbox.next_try(item, error.retry_after, dice)
    if again is None:
        case = await _case_of(tx, item)
        if await outbox.move(tx, item, "refused", answer=why, this_try=True):
            await _show(tx, item, "failed", why if error.permanent else f"{why} It was tried {item.attempts} times.")
            await _ours_again(tx, case)
    elif await outbox.move(tx, item, "delayed", answer=why, not_before=again, this_try=True):
        await _show(tx, item, "queued", why)


async def lose_overdue(tx: Transaction, account_id: int) -> int:
    """Letters whose sender died in the middle: their fate is unknown from now on."""
    lost = await outbox.lose_overdue(tx, account_id)
    for item in lost:
        await _show(tx, item, "unknown", LOOKING)
    return len(lost)


async def looked(tx: Transaction, item: Item, was_sent: bool | None) -> None:
    """Somebody looked for a letter of unknown fate. None: that could not be found out, so it is sent again as well."""
    if was_sent:
        await sent(tx, item, Carried("found among the sent mail"))
    elif item.lost <= outbox.MOST_LOST:
        if await outbox.move(tx, item, "missed", not_before=clock.now()):
            await _show(tx, item, "queued", None)
    else:
        case = await _case_of(tx, item)
        if await outbox.give_up_unknown(tx, item):
            await _show(tx, item, "unknown", GAVE_UP)
            await _ours_again(tx, case)


async def take_back(tx: Transaction, message_id: int) -> Taken:
    """Undo writing a letter before it leaves. Raises NotFound, and Conflict when it is too late."""
    message = await _own(tx, message_id)
    case = await cases.lock(tx, message.case_id)
    if await outbox.remove_queued(tx, message_id) is None:
        raise Conflict("This letter is on its way already and cannot be taken back.")
    files = await attachments.detach(tx, message_id, f"agent:{tx.actor.id}")
    await messages.remove(tx, message_id)
    await cases.stand(tx, case.id, await _standing(tx, case))
    await contacts.answer_removed(tx, case.id)
    tx.happened("MessageTakenBack", case_id=case.id, message_id=message_id)
    return Taken(message.text, files)


async def _standing(tx: Transaction, case: Case) -> Standing:
    """How a case stands by the messages it has left."""
    said = await transcript.of_case(tx, case.id, limit=40)
    last = said[-1] if said else None
    waiting = next((n for n, one in enumerate(reversed(said)) if one.author.kind != "customer"), len(said))
    status = case.status
    if status in ("waiting_customer", "resolved") and (last is None or last.author.kind == "customer"):
        status = "open" if any(one.author.kind != "customer" for one in said) else "new"
    return Standing(
        status=status,
        handler=case.handler,
        preview=(last.text or "📎")[:200] if last else "",
        preview_from=last.author.kind if last else None,
        waiting_since=said[-waiting].created_at if waiting else None,
        active_at=last.created_at if last else case.created_at,
        snoozed_until=case.snoozed_until,
        merged_into=case.merged_into,
    )


async def resend(tx: Transaction, message_id: int) -> Message:
    """Send a letter that failed, or whose fate is unknown, once more with the same id. Raises NotFound, Conflict."""
    message = await _own(tx, message_id)
    case = await cases.lock(tx, message.case_id)
    item = await outbox.find_of_message(tx, message_id)
    moved = await outbox.move(tx, item, "resend", not_before=clock.now()) if item else None
    if moved is None:
        raise Conflict("Only a letter that failed, or whose fate is unknown, can be sent again.")
    await _show(tx, moved, "queued")
    await cases.answered(tx, case, message.text or "📎", by="agent")
    return (await transcript.of_ids(tx, [message_id]))[0]


async def _own(tx: Transaction, message_id: int) -> Message:
    found = await transcript.of_ids(tx, [message_id])
    if not found or found[0].author.kind == "customer":
        raise NotFound("There is no such message.")
    return found[0]


async def _show(tx: Transaction, item: Item, status: transcript.Status, failure: str | None = None) -> None:
    """The letter's state on its message. What a chat's customer could read anyway keeps its own."""
    if item.kind == "reply":
        await messages.carry(tx, item.message_ids[0], status, failure)


async def _case_of(tx: Transaction, item: Item) -> Case | None:
    """The case that a reply is part of now, locked; it may have been joined to another since it was written."""
    case_id = await tx.fetchval(
        "select case_id from messages where workspace_id = $1 and id = $2", tx.workspace_id, item.message_ids[0]
    )
    return await cases.lock(tx, case_id) if case_id is not None and item.kind == "reply" else None


async def _ours_again(tx: Transaction, case: Case | None) -> None:
    """They cannot answer what never reached them: it is our turn."""
    if case is not None and case.status in ("waiting_customer", "resolved"):
        await cases.set_status(tx, case, "open")


async def outgoing_of(tx: Transaction, item: Item, account: Account) -> tuple[Outgoing, list[Stored]]:
    """The letter to carry, without its files, and where those are. Raises NotFound when its message is gone."""
    said = await transcript.of_ids(tx, item.message_ids)
    if not said:
        raise NotFound("There is no such message.")
    workspace = await workspaces.get(tx)
    case = await cases.get_case(tx, said[-1].case_id)
    language = said[-1].language or case.language or workspace.languages[0]
    token = tokens.token(await posting.secret(tx), tx.workspace_id, case.id)
    if item.kind == "continued":
        text, subject = continued_text(said, workspace, language), continued_subject(workspace, language)
        refers_to, quote = list[str](), None
    else:
        own = await letters.get_view(tx, said[0].id)
        text, subject, refers_to = said[0].text, own.subject, own.refers_to
        quote = await _quote(tx, case.id, refers_to[0], workspace, item.automatic) if refers_to else None
    outgoing = Outgoing(
        letter_id=item.letter_id,
        recipients=item.to,
        copies=item.cc,
        subject=subject,
        text=text,
        html=None,
        language=language,
        answers=tuple(refers_to),
        automatic=item.automatic,
        token=token,
        unsubscribe=str(posting.wishes(account).get("unsubscribe") or "") or None if item.kind == "continued" else None,
        quote=quote,
    )
    return outgoing, await attachments.stored_of(tx, list(item.message_ids))


def continued_subject(workspace: Workspace, language: str) -> str:
    """What a letter that goes on with a chat is called."""
    return i18n.text(language, "mail.continued.subject", shop=workspace.name)


def continued_text(said: Sequence[Message], workspace: Workspace, language: str) -> str:
    """Our own words of a chat as one letter, oldest first, each with who said it."""
    zone = ZoneInfo(workspace.timezone)
    pieces = [i18n.text(language, "mail.continued.intro")]
    for message in said:
        who = message.author_name or i18n.text(language, "mail.continued.robot")
        files = ", ".join(f"📎 {file.name}" for file in message.attachments)
        words = "\n".join(part for part in (message.text, files) if part)
        pieces.append(f"{who}, {message.created_at.astimezone(zone):%H:%M}\n{words}")
    return "\n\n".join([*pieces, i18n.text(language, "mail.continued.outro")])


async def _quote(tx: Transaction, case_id: int, letter_id: str, workspace: Workspace, by_machine: bool) -> Quote | None:
    """The letter of this case that is answered; never notes, and nothing of another case.

    A machine quotes only what is surely the recipient's own: else strangers could send their words through us.
    """
    row = await tx.fetchrow(
        "select m.text, m.created_at, l.sent_at, l.sender, l.quoted_text, l.trust->>'dmarc' as dmarc from letters l "
        "join messages m on m.workspace_id = l.workspace_id and m.id = l.message_id "
        "where l.workspace_id = $1 and l.letter_id = $2 and m.case_id = $3 order by m.id desc limit 1",
        tx.workspace_id,
        letter_id,
        case_id,
    )
    if row is None or (by_machine and row["dmarc"] != "pass"):
        return None
    sender: dict[str, str | None] = row["sender"]
    at: datetime = row["sent_at"] or row["created_at"]
    text = f"{row['text']}\n\n{row['quoted_text']}".strip()[:LONGEST_QUOTE]
    who = Address(sender.get("email") or "", sender.get("name"))
    return Quote(who, at.astimezone(ZoneInfo(workspace.timezone)), text)
