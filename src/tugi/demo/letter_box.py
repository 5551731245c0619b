"""The customers' side of the demo's mail: their mailboxes, and the way from them to the shop's own door."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from datetime import datetime
from email.message import EmailMessage
from email.utils import getaddresses, parseaddr, parsedate_to_datetime

from tugi.core import clock
from tugi.core.database import Database
from tugi.core.errors import NotFound
from tugi.core.files import Files
from tugi.demo.mailing import ADDRESS, CHANNEL, mail_of, vouched
from tugi.demo.post_office import Kept, PostOffice
from tugi.desk.cases import doors
from tugi.desk.cases.doors import Doorstep
from tugi.web.demo_mail import Brief, Posted, Whole

PREVIEW = 140
_IDS = re.compile(r"<([^<>\s]+)>")


class LetterBox:
    """`CustomersPost` over the post office and the shop's door."""

    def __init__(self, database: Database, files: Files, office: PostOffice) -> None:
        self._database = database
        self._office = office
        self._doorstep = Doorstep(database, files)

    async def letters(self, address: str, limit: int) -> Sequence[Brief]:
        """See CustomersPost."""
        kept = await asyncio.to_thread(self._office.mailbox, address, limit)
        return [_brief(one) for one in kept]

    async def letter(self, address: str, key: str) -> Whole | None:
        """See CustomersPost."""
        kept = await asyncio.to_thread(self._office.find, address, key)
        if kept is None:
            return None
        mail = kept.mail
        letter_id = (_IDS.findall(str(mail["Message-ID"] or "")) or [""])[0]
        answered = _IDS.findall(str(mail["References"] or "")) or _IDS.findall(str(mail["In-Reply-To"] or ""))
        reply_to = parseaddr(str(mail["To"] if kept.own else mail["Reply-To"] or mail["From"] or ""))[1]
        return Whole(
            brief=_brief(kept),
            address=_first(mail, "To" if kept.own else "From")[1],
            text=_words(mail, "plain"),
            has_html=mail.get_body(("html",)) is not None,
            reply_to=reply_to,
            letter_id=letter_id,
            refers_to=[*answered, letter_id] if letter_id else answered,
            files=[part.get_filename() or "?" for part in mail.iter_attachments()],
        )

    async def html(self, address: str, key: str) -> str | None:
        """See CustomersPost."""
        kept = await asyncio.to_thread(self._office.find, address, key)
        return None if kept is None else _words(kept.mail, "html")

    async def send(self, posted: Posted) -> None:
        """See CustomersPost."""
        mail = mail_of(posted, clock.now())
        raw = vouched(mail)
        sender, to = parseaddr(str(mail["From"]))[1], parseaddr(str(mail["To"]))[1]
        async with self._database.everywhere() as tx:
            account = await doors.account_of(tx, CHANNEL, to)
        if account is None:
            raise NotFound(f"{ADDRESS} takes no letters just now. Switch it on under Channels.")
        # As a server of the shop's own hands it over: what it says of the sender is believed.
        envelope = {"from": sender, "to": [to], "door": "lmtp"}
        source = doors.source_of("lmtp", raw, to)
        await self._doorstep.keep(account, raw, source=source, envelope=envelope, believed=True)
        await asyncio.to_thread(self._office.keep, mail.as_bytes(), [sender], own=True)


def _brief(kept: Kept) -> Brief:
    name, address = _first(kept.mail, "To" if kept.own else "From")
    preview = " ".join(_words(kept.mail, "plain").split())[:PREVIEW]
    return Brief(kept.key, kept.own, name or address, str(kept.mail["Subject"] or ""), _date(kept.mail), preview)


def _first(mail: EmailMessage, header: str) -> tuple[str, str]:
    found = getaddresses([str(mail[header] or "")])
    return found[0] if found else ("", "")


def _date(mail: EmailMessage) -> datetime | None:
    try:
        return parsedate_to_datetime(str(mail["Date"]))
    except ValueError:
        return None


def _words(mail: EmailMessage, kind: str) -> str:
    """The body of this kind; "" where there is none that can be read."""
    part = mail.get_body((kind,))
    if not isinstance(part, EmailMessage):
        return ""
    try:
        return str(part.get_content())
    except (LookupError, KeyError, ValueError):
        return ""
