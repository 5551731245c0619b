"""Visitors: who a widget's token stands for, and what of a case they may see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import msgspec

from tugi.core import clock, events, secrets
from tugi.core.database import Transaction
from tugi.core.errors import NotSignedIn
from tugi.core.events import Actor
from tugi.desk.cases import cases, posting, readings, transcript
from tugi.desk.cases.attachments import Attachment
from tugi.desk.cases.cases import Case
from tugi.desk.cases.transcript import Message
from tugi.desk.people import customers, identities
from tugi.desk.people.workspaces import Workspace
from tugi.desk.work import hours
from tugi.desk.work.hours import Availability

TOKEN = "visitor"
FILE = "visitor-file"
LASTS = timedelta(days=365)
FILE_LASTS = timedelta(days=7)
NEWEST = 100
# A visitor sees what was said in the chat, and answers by mail to it. What somebody mails of their own accord stays out
# of the widget: an address is no proof of who sits before this browser.
CHANNEL = "widget"


@dataclass(frozen=True, slots=True)
class Visitor:
    """The customer whom a valid token stands for."""

    workspace_id: int
    customer_id: int
    address: str

    @property
    def actor(self) -> Actor:
        """The visitor as the log names them."""
        return Actor("customer", self.customer_id)


class Identity(msgspec.Struct):
    """What the shop's page says of its signed-in visitor; `signature` is made by the shop's server."""

    user_id: str
    signature: str = ""
    email: str | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class WidgetCase:
    """A case as its own customer sees it. agent_read_id: their last message somebody has taken notice of."""

    id: int
    number: int
    status: str
    handler: str
    waiting_since: datetime | None
    agent_read_id: int
    customer_read_id: int


@dataclass(frozen=True, slots=True)
class State:
    """All that the widget shows, as of event `cursor`."""

    cursor: int
    language: str
    shop: Mapping[str, Any]
    availability: Availability
    visitor: Mapping[str, str | None]
    cases: list[WidgetCase]
    messages: list[Message]
    unread: int


def token_for(secret: str, visitor: Visitor) -> str:
    """The token a browser keeps for this visitor."""
    claims: dict[str, object] = {
        "w": visitor.workspace_id,
        "c": visitor.customer_id,
        "a": visitor.address,
        "exp": int((clock.now() + LASTS).timestamp()),
    }
    return secrets.sign(secret, TOKEN, claims)


def visitor_of(secret: str, token: str | None) -> Visitor:
    """Raises NotSignedIn for anything but a token made here."""
    if not token or len(token) > 2000:
        raise NotSignedIn("Open the chat to start a session.")
    claims = secrets.verify(secret, TOKEN, token)
    workspace_id, customer_id, address = claims.get("w"), claims.get("c"), claims.get("a")
    if not (isinstance(workspace_id, int) and isinstance(customer_id, int) and isinstance(address, str)):
        raise NotSignedIn("Open the chat to start a session.")
    return Visitor(workspace_id, customer_id, address)


async def enter(
    tx: Transaction, workspace_secret: str, visitor: Visitor | None, identity: Identity | None, language: str | None
) -> tuple[Visitor, bool]:
    """The visitor of a new session, and whether the shop's identity was refused for its signature.

    A known visitor who is vouched for keeps the history; one who is vouched for as somebody else
    becomes that customer, and the anonymous history stays where it was.
    """
    if visitor is not None and not await _exists(tx, visitor.customer_id):
        visitor = None
    if identity is not None:
        expected = secrets.identity_signature(workspace_secret, identity.user_id)
        if not identity.user_id or len(identity.user_id) > 200 or not secrets.same(expected, identity.signature):
            identity_refused = True
        else:
            return await _signed(tx, visitor, identity, language), False
    else:
        identity_refused = False
    if visitor is None or (identity is None and visitor.address.startswith("user:")):
        address = f"visitor:{secrets.new_token(18)}"
        customer_id = await customers.recognise(tx, "widget", address, language=language)
        visitor = Visitor(tx.workspace_id, customer_id, address)
    return visitor, identity_refused


async def _signed(tx: Transaction, visitor: Visitor | None, identity: Identity, language: str | None) -> Visitor:
    address = f"user:{identity.user_id}"
    owner = await identities.find_owner(tx, "widget", address)
    if owner is None and visitor is not None and visitor.address.startswith("visitor:"):
        await identities.link(tx, visitor.customer_id, "widget", address, "signed")
        owner = await identities.find_owner(tx, "widget", address)
    if owner is None:
        owner = await customers.recognise(tx, "widget", address, verified_by="signed", language=language)
    if identity.name and identity.name.strip():
        await customers.rename(tx, owner, identity.name[:200], given_by_customer=True)
    if identity.email and "@" in identity.email[:254]:
        # The signature covers the user id alone, so the address is the browser's word.
        await identities.link(tx, owner, "email", identity.email[:254].strip().lower(), "typed")
    return Visitor(tx.workspace_id, owner, address)


async def _exists(tx: Transaction, customer_id: int) -> bool:
    return bool(
        await tx.fetchval(
            "select true from customers where workspace_id = $1 and id = $2", tx.workspace_id, customer_id
        )
    )


async def read_state(
    tx: Transaction, visitor: Visitor, workspace: Workspace, language: str, *, secret: str, agents_online: int
) -> State:
    """Everything the widget shows. Raises NotSignedIn when the customer is gone."""
    cursor = await events.cursor(tx)
    found = await customers.of_ids(tx, [visitor.customer_id])
    if not found:
        raise NotSignedIn("This conversation no longer exists. Start a new one.")
    email = next((i.address for i in found[0].identities if i.channel == "email"), None)
    messages = [shown(m, visitor, secret) for m in await messages_of(tx, visitor)]
    known = await cases.of_customer(tx, visitor.customer_id, but=0, channel=CHANNEL)
    by_us = await readings.by_us(tx, [case.id for case in known])
    own = [widget_case(case, by_us[case.id]) for case in known[::-1]]
    read = {c.id: c.customer_read_id for c in own}
    return State(
        cursor=cursor,
        language=language,
        shop=await shop_of(tx, workspace, language),
        availability=await hours.availability(tx, workspace, agents_online),
        visitor={"name": found[0].name, "email": email},
        cases=own,
        messages=messages,
        unread=sum(m.author.kind != "customer" and m.id > read.get(m.case_id, 0) for m in messages),
    )


async def messages_of(tx: Transaction, visitor: Visitor, *, before: int | None = None) -> list[Message]:
    """The newest messages of the visitor's chats (before an id), oldest first."""
    return await transcript.of_customer(tx, visitor.customer_id, before=before, limit=NEWEST, channel=CHANNEL)


async def shop_of(tx: Transaction, workspace: Workspace, language: str) -> dict[str, Any]:
    """The shop as the widget shows it, with the three most asked questions of this language."""
    widget = workspace.widget
    starters = await tx.fetch(
        "select t.entry_id, t.title from entry_texts t "
        "join entries e on e.workspace_id = t.workspace_id and e.id = t.entry_id "
        "where t.workspace_id = $1 and t.language = $2 and e.policy = 'answer' and not e.archived "
        "order by (select count(*) from messages m where m.workspace_id = $1 and m.entry_id = e.id) desc, e.id limit 3",
        tx.workspace_id,
        language,
    )
    return {
        "name": workspace.name,
        "accent": widget.accent,
        "position": widget.position,
        "greeting": dict(widget.greeting).get(language),
        "assistant_name": widget.assistant_name,
        "dark": widget.dark,
        "ask_email": widget.ask_email,
        "robot": workspace.robot.mode,
        # Only where there is a mailbox that sends can we promise that the rest comes by mail.
        "by_mail": await posting.find_any_sending(tx) is not None,
        "starters": [{"entry_id": row["entry_id"], "title": row["title"]} for row in starters],
    }


def widget_case(case: Case, read_by_us: int) -> WidgetCase:
    """A case as its customer sees it."""
    return WidgetCase(
        case.id, case.number, case.status, case.handler, case.waiting_since, read_by_us, case.customer_read_id
    )


async def shown_case(tx: Transaction, case: Case) -> WidgetCase:
    """A case as its customer sees it, with how far we have read."""
    return widget_case(case, (await readings.by_us(tx, [case.id]))[case.id])


def shown(message: Message, visitor: Visitor, secret: str) -> Message:
    """A message as the visitor sees it: nothing internal, files by links only they have."""
    author = Actor(message.author.kind, None)
    name = message.author_name.split()[0] if message.author_name else None
    files = [replace(a, url=file_url(a, visitor, secret)) for a in message.attachments]
    hidden = replace(message, author=author, author_name=name, verdict_id=None, approved_by=None, letter=None)
    return replace(hidden, attachments=files)


def file_url(attachment: Attachment, visitor: Visitor, secret: str) -> str:
    """A link to a file that works for a week and needs no other proof, since images cannot send one."""
    claims: dict[str, object] = {
        "w": visitor.workspace_id,
        "f": attachment.id,
        # Rounded to the day, so that the same file keeps the same link and browsers may cache it.
        "exp": (int((clock.now() + FILE_LASTS).timestamp()) // 86400 + 1) * 86400,
    }
    return f"/widget/attachments/{attachment.id}?token={secrets.sign(secret, FILE, claims)}"
