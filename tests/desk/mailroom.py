"""A shop with a mailbox, and a channel on the standard library's own reader, for tests of what follows from letters."""

from __future__ import annotations

import asyncio
import email
import email.policy
import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage, Message
from email.utils import getaddresses, parsedate_to_datetime
from pathlib import Path
from typing import Any

from cast import Shop, open_shop
from tugi.core.database import Database
from tugi.core.events import Actor
from tugi.core.files import Folder
from tugi.desk.cases import accounts, cases, deliveries, letters, messages, tokens
from tugi.desk.cases.cases import Case
from tugi.desk.cases.intake import Intake
from tugi.ports import Account, Address, Bounce, Letter, Outgoing, Part, Trust, Unreadable

ADDRESS = "abi@pohjala.example"
DOMAIN = "pohjala.example"
IDS = re.compile(r"<([^<>\s]+)>")
_numbers = itertools.count(1)


class PlainChannel:
    """Reads well-formed mails. X-Bounce: "LETTER-ID RECIPIENT permanent|passing|late". X-Trust: "dmarc=pass"."""

    def read(self, raw: bytes, account: Account, envelope: Mapping[str, object]) -> Letter:
        """See Channel."""
        message = email.message_from_bytes(raw, policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        if message["X-Unreadable"]:
            raise Unreadable(str(message["X-Unreadable"]))
        if message["X-Explodes"]:
            raise RuntimeError("a fault of ours")
        body = message.get_body(("plain",))
        new_text, _, quoted = (body.get_content() if body else "").partition("\n> ")
        recipients = [*_addresses(message, "To"), *_addresses(message, "Cc")]
        refers_to = [*reversed(IDS.findall(str(message["In-Reply-To"] or ""))), *reversed(_references(message))]
        return Letter(
            letter_id=(IDS.findall(str(message["Message-ID"] or "")) or [f"made-{hash(raw)}@x"])[0],
            sender=(_addresses(message, "From") or [Address("")])[0],
            subject=str(message["Subject"] or ""),
            new_text=new_text,
            quoted_text=quoted,
            html=_html(message),
            to=tuple(_addresses(message, "To")),
            cc=tuple(_addresses(message, "Cc")),
            reply_to=tuple(_addresses(message, "Reply-To")),
            refers_to=tuple(dict.fromkeys(refers_to)),
            tokens=tuple(one.email.partition("@")[0].partition("+")[2] for one in recipients if "+" in one.email),
            sent_at=parsedate_to_datetime(str(message["Date"])).astimezone(UTC) if message["Date"] else None,
            automatic="auto-submitted" if message["Auto-Submitted"] else None,
            bounce=_bounce(message),
            report=bool(message["X-Report"]),
            trust=Trust(dmarc="pass") if message["X-Trust"] == "dmarc=pass" else Trust(),
            parts=tuple(_part(part) for part in message.iter_attachments()),
        )

    async def send(self, account: Account, outgoing: Outgoing) -> str:
        """Nothing leaves here."""
        raise AssertionError("nothing is sent in these tests")

    async def was_sent(self, account: Account, letter_id: str) -> bool | None:
        """See Channel."""
        return None


def _addresses(message: Message, header: str) -> list[Address]:
    found = getaddresses([str(one) for one in message.get_all(header, [])])
    return [Address(address.lower(), name or None) for name, address in found if address]


def _references(message: Message) -> list[str]:
    return IDS.findall(str(message["References"] or ""))


def _html(message: EmailMessage) -> str | None:
    part = message.get_body(("html",))
    return part.get_content() if part is not None else None


def _bounce(message: Message) -> Bounce | None:
    if not message["X-Bounce"]:
        return None
    letter_id, recipient, how = str(message["X-Bounce"]).split()
    return Bounce(letter_id, recipient, how == "permanent", "5.1.1", "No such mailbox", delayed=how == "late")


def _part(part: Any) -> Part:
    content_id = str(part["Content-ID"] or "").strip("<>") or None
    return Part(part.get_filename() or "file", part.get_content_type(), part.get_content(), content_id)


def written(
    sender: str,
    subject: str = "Küsimus",
    text: str = "Kas tennised on laos?",
    *,
    to: str = ADDRESS,
    message_id: str | None = None,
    answers: Sequence[str] = (),
    at: datetime | None = None,
    **headers: str,
) -> bytes:
    """A mail as it goes over the wire. answers: ids without brackets, the nearest last, as References has them."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, to, subject
    mail["Message-ID"] = f"<{message_id or f'm{next(_numbers)}@mail.example'}>"
    if answers:
        mail["In-Reply-To"] = f"<{answers[-1]}>"
        mail["References"] = " ".join(f"<{one}>" for one in answers)
    if at is not None:
        mail["Date"] = at.strftime("%a, %d %b %Y %H:%M:%S +0000")
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(text)
    return mail.as_bytes()


@dataclass
class Mailroom:
    """The shop, its mailbox and the intake of one process."""

    shop: Shop
    account_id: int
    files: Folder
    intake: Intake
    secret: str
    sources: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    @property
    def database(self) -> Database:
        """The shop's database."""
        return self.shop.database

    @property
    def workspace_id(self) -> int:
        """The shop's workspace."""
        return self.shop.workspace_id

    async def store(
        self, raw: bytes, *, source: str | None = None, account_id: int | None = None, **how: bool
    ) -> int | None:
        """What a poller or door does with a mail; None: stored before."""
        digest = await self.files.put(self.workspace_id, raw)
        async with self.database.transaction(self.workspace_id) as tx:
            return await deliveries.store(
                tx,
                account_id or self.account_id,
                source=source or f"imap:INBOX:1:{next(self.sources)}",
                hash=digest,
                size=len(raw),
                envelope={"folder": "INBOX"},
                **how,
            )

    async def take(self, delivery_id: int | None) -> None:
        """Run the job."""
        await self.intake.take_in({"workspace_id": self.workspace_id, "case_id": None, "delivery_id": delivery_id})

    async def deliver(self, raw: bytes, **how: Any) -> deliveries.Delivery:
        """Store a mail and take it in."""
        delivery_id = await self.store(raw, **how)
        assert delivery_id is not None
        await self.take(delivery_id)
        return await self.delivery(delivery_id)

    async def delivery(self, delivery_id: int) -> deliveries.Delivery:
        """A delivery as it stands."""
        async with self.database.reading(self.workspace_id) as tx:
            return await deliveries.get(tx, delivery_id)

    async def rows(self, sql: str, *values: object) -> list[dict[str, Any]]:
        """What the database holds; $1 is the workspace."""
        async with self.database.reading(self.workspace_id) as tx:
            return [dict(row) for row in await tx.fetch(sql, self.workspace_id, *values)]

    async def case_of(self, delivery: deliveries.Delivery) -> Case:
        """The case that a delivery's message is part of."""
        return (await self.cases("and id = (select case_id from messages where id = $2)", delivery.message_id))[0]

    async def cases(self, condition: str = "", *values: object) -> list[Case]:
        """The shop's cases, oldest first."""
        from_ids = await self.rows(f"select id from cases where workspace_id = $1 {condition} order by id", *values)
        async with self.database.reading(self.workspace_id) as tx:
            return await cases.of_ids(tx, [row["id"] for row in from_ids])

    async def messages(self) -> list[dict[str, Any]]:
        """All messages, oldest first."""
        return await self.rows("select * from messages where workspace_id = $1 order by id")

    async def answer(self, case_id: int, text: str = "Vastus") -> letters.LetterView:
        """Kadri's answer, as the outbox will carry it."""
        async with self.database.transaction(self.workspace_id, Actor("agent", self.shop.kadri)) as tx:
            case = await cases.lock(tx, case_id)
            said = await messages.write(tx, case, external_id=f"agent:{next(_numbers):08}", text=text, language="et")
            return await letters.get_view(tx, said.id)

    async def set_status(self, case_id: int, status: cases.Status) -> None:
        """An agent moves the case."""
        async with self.database.transaction(self.workspace_id) as tx:
            await cases.set_status(tx, await cases.lock(tx, case_id), status)

    def token(self, case_id: int) -> str:
        """The mailbox's plus-address that leads to a case."""
        return f"abi+{tokens.token(self.secret, self.workspace_id, case_id)}@{DOMAIN}"

    async def work(self) -> None:
        """Take in everything that waits, as workers do, some at once."""
        for row in await self.rows("select id from deliveries where workspace_id = $1 and status = 'waiting'"):
            await self.take(row["id"])

    async def work_at_once(self, delivery_ids: Sequence[int]) -> None:
        """Several jobs at the same time."""
        await asyncio.gather(*(self.take(one) for one in delivery_ids))


async def open_mailroom(database: Database, folder: Path) -> Mailroom:
    """A shop with one mailbox."""
    shop = await open_shop(database)
    async with database.transaction(shop.workspace_id) as tx:
        account_id = await accounts.create(tx, "email", "Abi", ADDRESS, {}, None)
        secret = await tx.fetchval("select secret from installation")
    files = Folder(folder)
    return Mailroom(shop, account_id, files, Intake(database, files, {"email": PlainChannel()}, secret), secret)
