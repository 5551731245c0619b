"""E-mail in the demo: the shop's one mailbox, what its robot may do by letter, and how a customer's letter comes in."""

from __future__ import annotations

from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid, parseaddr

import msgspec

from tugi.core.database import Database, Transaction
from tugi.core.errors import Invalid
from tugi.core.events import Actor
from tugi.demo.post_office import LOOPBACK
from tugi.desk.answering import topics
from tugi.desk.cases import accounts, doors
from tugi.desk.cases.posting import checked_address
from tugi.web.demo_mail import Posted

CHANNEL = "email"
SHOP = "Põhjala Pood"
ADDRESS = "abi@pohjala.example"
DOMAIN = "pohjala.example"
# The server before the shop's door: what it says of a sender is believed, and only it can say so.
GATEWAY = "post.pohjala.example"
# By letter the robot drafts, but for these it answers; a sample of those is reviewed.
ANSWERED = ("delivery_time", "delivery_cost", "opening_hours")
SIGNATURE = {
    "en": "Kind regards\nPõhjala Pood\n+372 600 0123",
    "et": "Heade soovidega\nPõhjala Pood\n+372 600 0123",
    "fi": "Ystävällisin terveisin\nPõhjala Pood\n+372 600 0123",
    "pl": "Z pozdrowieniami\nPõhjala Pood\n+372 600 0123",
}
LONGEST_NAME, LONGEST_SUBJECT, LONGEST_TEXT = 100, 250, 100_000


async def open_mailbox(database: Database, workspace_id: int, lead_id: int, port: int) -> int:
    """The mailbox's account, made when missing; it sends by the post office, whose port is another at each start."""
    server = {"host": LOOPBACK, "port": port, "security": "none", "user": ""}
    async with database.transaction(workspace_id) as tx:
        known = await accounts.find_by_address(tx, CHANNEL, ADDRESS)
        if known is not None:
            settings = msgspec.to_builtins(known.settings)
            settings["sending"] = {**settings.get("sending", {}), "smtp": server}
            await accounts.update(tx, known.id, settings=settings)
            return known.id
        settings = {
            "receiving": {"imap": None, "trusted_server": GATEWAY},
            "sending": {"smtp": server, "from_name": SHOP, "signature": SIGNATURE, "plus": True},
        }
        account_id = await accounts.create(tx, CHANNEL, SHOP, ADDRESS, settings, None)
    async with database.quietly().transaction(workspace_id, Actor("agent", lead_id)) as tx:
        await _hold_back(tx)
    return account_id


async def _hold_back(tx: Transaction) -> None:
    """By letter the robot suggests, but for a few topics; in the chat it does what it did."""
    rows = await tx.fetch(
        "select id, key, policy from entries where workspace_id = $1 and policy <> 'people' order by id",
        tx.workspace_id,
    )
    for row in rows:
        answers = row["key"] in ANSWERED and row["policy"] == "answer"
        await topics.set_level(tx, row["id"], "audit" if answers else "suggest", CHANNEL)


def mail_of(written: Posted, at: datetime) -> EmailMessage:
    """The letter as a mail program makes it. Raises Invalid saying which field does not fit."""
    sender = checked_address(written.address)
    if sender.endswith(f"@{DOMAIN}"):
        raise Invalid("This is one of the shop's own addresses. Write as somebody else.", fields={"address": "own"})
    if not written.text.strip() or len(written.text) > LONGEST_TEXT:
        raise Invalid("Write something, and not more than a book.", fields={"text": "length"})
    to = parseaddr(written.to)[1] or ADDRESS
    if doors.base_address(to) != ADDRESS:
        raise Invalid(f"From here letters go to {ADDRESS} only.", fields={"to": "elsewhere"})
    mail = EmailMessage()
    try:
        mail["From"] = Address(_line(written.name, LONGEST_NAME), addr_spec=sender)
        mail["To"] = Address(SHOP, addr_spec=to)
    except ValueError as error:
        raise Invalid(f"“{sender}” is no e-mail address.", fields={"address": "form"}) from error
    mail["Subject"] = _line(written.subject, LONGEST_SUBJECT)
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2])
    answers = [one for one in written.answers if one.strip() and one.isascii() and not set(one) & set(" <>\r\n\t")]
    if answers:
        mail["In-Reply-To"] = f"<{answers[-1]}>"
        mail["References"] = " ".join(f"<{one}>" for one in answers[-20:])
    mail.set_content(written.text.replace("\r\n", "\n"))
    return mail


def vouched(mail: EmailMessage) -> bytes:
    """The mail's bytes with the word of the server before the shop's door: its sender is who it says."""
    raw = mail.as_bytes(policy=mail.policy.clone(linesep="\r\n"))
    sender = parseaddr(str(mail["From"]))[1]
    domain = sender.rpartition("@")[2]
    said = (
        f"Authentication-Results: {GATEWAY}; spf=pass smtp.mailfrom={domain};\r\n"
        f" dkim=pass header.d={domain}; dmarc=pass header.from={domain}\r\n"
    )
    return said.encode("ascii", "replace") + raw


def _line(text: str, longest: int) -> str:
    return " ".join(text.split())[:longest]
