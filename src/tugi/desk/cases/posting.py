"""Posting: what we say in a case whose account sends becomes a letter that waits in the outbox."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from tugi.core import clock
from tugi.core.database import Transaction
from tugi.core.errors import Conflict, Invalid
from tugi.desk.cases import accounts, letters, outbox, threads, tokens
from tugi.desk.cases.cases import Case
from tugi.desk.cases.letters import Written
from tugi.desk.cases.participants import bare
from tugi.ports import Account, Address

LONGEST_WAIT = timedelta(days=366)
MOST_COPIES = 20
UNDO_SECONDS = 15
# Rough on purpose: whether an address exists, its own server tells.
ADDRESS = re.compile(r"[^\s@<>(),;:\\\"\[\]]{1,64}@[^\s@<>(),;:\\\"\[\]]{1,190}\.[^\s@<>(),;:\\\"\[\].]{2,63}")


@dataclass(frozen=True, slots=True)
class Wish:
    """What the writer of a letter may choose. copies: addresses; send_at: not before; automatic: a machine answers.

    to, subject, account_id: of a letter that answers none; account_id: by which account it leaves.
    """

    copies: Sequence[str] = ()
    send_at: datetime | None = None
    automatic: bool = False
    to: Address | None = None
    subject: str = ""
    account_id: int | None = None


PLAIN = Wish()


async def find_sending(tx: Transaction, account_id: int) -> Account | None:
    """The account if what we say leaves through it as a letter; chats are read where they are written.

    One that is switched off counts: its letters wait and say why, and are not taken for sent.
    """
    account = await accounts.get(tx, account_id)
    return account if account.address else None


async def find_any_sending(tx: Transaction) -> Account | None:
    """The workspace's oldest account that has a server to send letters by."""
    rows = await tx.fetch(
        "select id from channel_accounts where workspace_id = $1 and active and address is not null order by id",
        tx.workspace_id,
    )
    for row in rows:
        account = await accounts.get(tx, row["id"])
        if wishes(account).get("smtp") is not None:
            return account
    return None


async def post(tx: Transaction, case: Case, account: Account, message_id: int, wish: Wish, by: str) -> None:
    """Make the stored message a letter and queue it. by: "agent" or "robot". Raises Invalid, Conflict."""
    latest = await letters.find_latest(tx, case.id)
    to = wish.to or await recipient_of(tx, case, account, latest)
    copies = _copies(wish.copies, to, account)
    subject = _answering(latest.subject if latest else case.subject) if not wish.subject else wish.subject
    letter_id = tokens.letter_id(await secret(tx), tx.workspace_id, case.id, message_id, _domain(account))
    refers_to = threads.references([latest.letter_id, *latest.refers_to]) if latest else []
    written = Written(
        letter_id=letter_id,
        sender=Address(account.address or "", account.name),
        subject=subject,
        refers_to=refers_to,
        recipients=[to],
        copies=copies,
    )
    await letters.store(tx, case.id, message_id, written, [to, *copies])
    await outbox.queue(
        tx,
        account_id=account.id,
        case_id=case.id,
        kind="reply",
        message_ids=[message_id],
        letter_id=letter_id,
        to=[to],
        cc=copies,
        automatic=wish.automatic,
        not_before=_not_before(wish.send_at, account, by),
    )


async def secret(tx: Transaction) -> str:
    """The installation's key, with which tokens are made."""
    return await tx.fetchval("select secret from installation")


def checked_address(address: str) -> str:
    """In lower case. Raises Invalid for what is no e-mail address."""
    found = address.strip().lower()
    if len(found) > 254 or not ADDRESS.fullmatch(found):
        raise Invalid(f"“{address.strip()[:100]}” is no e-mail address.", fields={"copies": "form"})
    return found


def _copies(wanted: Sequence[str], to: Address, account: Account) -> list[Address]:
    found = dict.fromkeys(checked_address(one) for one in wanted)
    if len(found) > MOST_COPIES:
        raise Invalid(f"A letter has at most {MOST_COPIES} people in copy.", fields={"copies": "too many"})
    own = {to.email, bare(account.address or "")}
    return [Address(one) for one in found if one not in own and bare(one) not in own]


async def recipient_of(tx: Transaction, case: Case, account: Account, latest: Written | None) -> Address:
    """Whom we write to: who wrote last, at the address they want answers at, unless that seems to be a trick.

    Raises Conflict when no address of the customer is known.
    """
    if latest is not None and latest.sender.email:
        elsewhere = "reply_to_elsewhere" in latest.trust.warnings
        own = bare(account.address or "")
        wanted = [one for one in latest.reply_to if one.email and bare(one.email) != own]
        return wanted[0] if wanted and not elsewhere else latest.sender
    row = await tx.fetchrow(
        "select i.address, k.name from identities i "
        "join customers k on k.workspace_id = i.workspace_id and k.id = i.customer_id "
        "where i.workspace_id = $1 and i.customer_id = $2 and i.channel = $3 and i.undeliverable_since is null "
        "order by array_position(array['signed', 'mailbox', 'received', 'typed'], i.verified_by), i.id desc limit 1",
        tx.workspace_id,
        case.customer_id,
        account.channel,
    )
    if row is None:
        raise Conflict("There is no address of this customer that letters reach. Ask for one, or write in the chat.")
    return Address(row["address"], row["name"])


def _answering(subject: str) -> str:
    """The subject as it was, with "Re:" where it has no such mark yet."""
    subject = " ".join(subject.split())[:240]
    marked = re.match(r"(?:re|vs|sv|odp|aw|ha|ats|отв)\s*(?:\[\d+\])?\s*:", subject, re.I)
    return subject if marked else f"Re: {subject}"


def _domain(account: Account) -> str:
    domain = (account.address or "").rpartition("@")[2]
    try:
        return domain.encode("idna").decode()
    except UnicodeError:
        return "localhost"


def _not_before(send_at: datetime | None, account: Account, by: str) -> datetime:
    now = clock.now()
    if send_at is not None:
        if send_at.tzinfo is None or not now < send_at <= now + LONGEST_WAIT:
            raise Invalid("Choose a time within the coming year to send at.", fields={"send_at": "within a year"})
        return send_at
    return now + timedelta(seconds=undo_seconds(account)) if by == "agent" else now


def undo_seconds(account: Account) -> float:
    """How long an agent may take a letter back."""
    wish = wishes(account).get("undo_seconds", UNDO_SECONDS)
    return float(min(max(wish, 0), 300)) if isinstance(wish, int | float) else UNDO_SECONDS


def wishes(account: Account) -> Mapping[str, object]:
    """What the account's settings say of sending."""
    found = account.settings.get("sending")
    return cast("Mapping[str, object]", found) if isinstance(found, Mapping) else {}
