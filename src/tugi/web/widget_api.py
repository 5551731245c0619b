"""The visitors' side: everything the widget sends and asks. Starlette and msgspec, since this path is hot."""

from __future__ import annotations

import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any, Literal

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tugi.core.database import Database
from tugi.core.errors import Invalid, NotFound, TooMany
from tugi.core.files import Files
from tugi.desk.answering import evidence
from tugi.desk.answering.evidence import Signal
from tugi.desk.cases import accounts, cases, messages, readings, transcript
from tugi.desk.people import customers, identities, workspaces
from tugi.desk.people.workspaces import Workspace
from tugi.desk.work import queue
from tugi.ports import Inbound
from tugi.web import uploads, visitors, wire
from tugi.web.live import Hub, Reader
from tugi.web.visitors import Identity, Visitor

# A visitor may send this many messages at once, and then this many a second.
BURST, RATE = 60.0, 5.0


class Page(msgspec.Struct):
    """The shop page the visitor is on."""

    url: str = ""
    title: str = ""
    language: str = ""

    def tidy(self) -> dict[str, str]:
        """Of bounded length and only a web address."""
        web = self.url.startswith(("http://", "https://"))
        return {
            "url": _storable(self.url)[:2000] if web else "",
            "title": _storable(self.title)[:300],
            "language": _storable(self.language)[:35],
        }


class SessionWish(msgspec.Struct):
    key: str
    page: Page = msgspec.field(default_factory=Page)
    token: str | None = None
    identity: Identity | None = None


class ChoiceMade(msgspec.Struct):
    message_id: int
    entry_id: int


class NewMessage(msgspec.Struct):
    client_id: str
    text: str = ""
    page: Page = msgspec.field(default_factory=Page)
    attachments: list[int] = msgspec.field(default_factory=list)
    choice: ChoiceMade | None = None


class PersonWish(msgspec.Struct):
    client_id: str
    page: Page = msgspec.field(default_factory=Page)


class ReadMark(msgspec.Struct):
    message_id: int


class Feedback(msgspec.Struct):
    message_id: int
    value: Literal["up", "down"]


class EmailLeft(msgspec.Struct):
    email: str


class Solved(msgspec.Struct):
    case_id: int


def _storable(text: str) -> str:
    return text.replace("\0", "").encode("utf-8", "ignore").decode()


@dataclass(slots=True)
class Known:
    """A workspace as remembered for a moment, so that each message need not read it."""

    workspace: Workspace
    account_id: int
    until: float


class WidgetApi:
    """The routes under /widget."""

    def __init__(self, database: Database, files: Files, hub: Hub, secret: str) -> None:
        self._database = database
        self._files = files
        self._hub = hub
        self._secret = secret
        self._known: dict[int, Known] = {}
        self._budgets: OrderedDict[int, tuple[float, float]] = OrderedDict()

    def routes(self) -> list[Route]:
        """The HTTP routes; the socket is in web/sockets.py."""
        post, get = ["POST"], ["GET"]
        table = [
            ("/widget/session", self.session, post),
            ("/widget/state", self.state, get),
            ("/widget/events", self.events, get),
            ("/widget/messages", self.post_message, post),
            ("/widget/messages", self.older, get),
            ("/widget/person", self.person, post),
            ("/widget/read", self.read, post),
            ("/widget/feedback", self.feedback, post),
            ("/widget/email", self.email, post),
            ("/widget/solved", self.solved, post),
            ("/widget/attachments", self.upload, post),
            ("/widget/attachments/{id}", self.download, get),
        ]
        return [Route(path, wire.guarded(act), methods=how) for path, act, how in table]

    def visitor_of(self, request: Request) -> Visitor:
        """Raises NotSignedIn."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        return visitors.visitor_of(self._secret, token if scheme.lower() == "bearer" else None)

    async def _workspace(self, workspace_id: int) -> Known:
        known = self._known.get(workspace_id)
        if known is None or known.until < time.monotonic():
            async with self._database.transaction(workspace_id) as tx:
                account_id = await accounts.ensure_account(tx, "widget", "Widget")
                known = Known(await workspaces.get(tx), account_id, time.monotonic() + 2)
            self._known[workspace_id] = known
        return known

    def _spend(self, customer_id: int) -> None:
        now = time.monotonic()
        left, at = self._budgets.pop(customer_id, (BURST, now))
        left = min(BURST, left + (now - at) * RATE)
        if left < 1:
            raise TooMany("Too many messages at once. Wait a moment.", retry_after=2)
        self._budgets[customer_id] = (left - 1, now)
        if len(self._budgets) > 20_000:
            self._budgets.popitem(last=False)

    async def session(self, request: Request) -> Response:
        """Open the widget: a new or known visitor, and all that it shows."""
        wish = await wire.json_of(request, SessionWish)
        async with self._database.everywhere() as tx:
            workspace = await workspaces.find_by_widget_key(tx, wish.key) if len(wish.key) < 200 else None
        if workspace is None:
            raise NotFound("There is no widget with this key. Copy the snippet from the widget's settings again.")
        visitor = None
        if wish.token:
            try:
                visitor = visitors.visitor_of(self._secret, wish.token)
            except visitors.NotSignedIn:
                visitor = None
            if visitor and visitor.workspace_id != workspace.id:
                visitor = None
        language = language_for(workspace, wish.page.language)
        async with self._database.transaction(workspace.id) as tx:
            secret = await workspaces.get_identity_secret(tx)
            visitor, refused = await visitors.enter(tx, secret, visitor, wish.identity, language)
            await customers.seen(tx, visitor.customer_id, wish.page.tidy())
        state = await self._state(visitor, workspace, language)
        answer: dict[str, Any] = {"token": visitors.token_for(self._secret, visitor), "state": state}
        if refused:
            answer["identity_refused"] = True
        return wire.reply(answer)

    async def _state(self, visitor: Visitor, workspace: Workspace, language: str) -> visitors.State:
        online = len(self._hub.online_agents(workspace.id))
        async with self._database.reading(workspace.id) as tx:
            return await visitors.read_state(
                tx, visitor, workspace, language, secret=self._secret, agents_online=online
            )

    async def state(self, request: Request) -> Response:
        """The fresh state."""
        visitor = self.visitor_of(request)
        known = await self._workspace(visitor.workspace_id)
        language = language_for(known.workspace, request.query_params.get("language", ""))
        return wire.reply(await self._state(visitor, known.workspace, language))

    async def events(self, request: Request) -> Response:
        """The fall-back of the socket."""
        visitor = self.visitor_of(request)
        after = wire.whole_number(request.query_params, "after")
        reader = Reader(visitor.workspace_id, visitor=visitor)
        return wire.reply(await self._hub.read_for(reader, after))

    async def post_message(self, request: Request) -> Response:
        """A message; acknowledged means stored, and the same client_id again changes nothing."""
        visitor = self.visitor_of(request)
        new = await wire.json_of(request, NewMessage)
        self._spend(visitor.customer_id)
        known = await self._workspace(visitor.workspace_id)
        if len(new.attachments) > 10:
            raise Invalid("A message has at most 10 files.", fields={"attachments": "at most 10"})
        inbound = Inbound(
            channel="widget",
            channel_account_id=known.account_id,
            address=visitor.address,
            external_id=f"customer:{visitor.customer_id}:{messages.checked_client_id(new.client_id)}",
            text=new.text,
            proven=True,
            page=new.page.tidy(),
            attachment_ids=tuple(new.attachments),
            chosen=(new.choice.message_id, new.choice.entry_id) if new.choice else None,
        )
        robot_on = known.workspace.robot.mode != "off"
        async with self._database.transaction(visitor.workspace_id, visitor.actor) as tx:
            message, case = await messages.receive(tx, inbound, visitor.customer_id, robot_on)
            shown = await visitors.shown_case(tx, case)
        return wire.reply({"message": visitors.shown(message, visitor, self._secret), "case": shown})

    async def older(self, request: Request) -> Response:
        """Messages before an id, oldest first."""
        visitor = self.visitor_of(request)
        before = wire.whole_number(request.query_params, "before")
        async with self._database.reading(visitor.workspace_id) as tx:
            found = await visitors.messages_of(tx, visitor, before=before)
        return wire.reply({"messages": [visitors.shown(m, visitor, self._secret) for m in found]})

    async def person(self, request: Request) -> Response:
        """ "Talk to a person": the robot gives up the floor at once."""
        visitor = self.visitor_of(request)
        wish = await wire.json_of(request, PersonWish)
        messages.checked_client_id(wish.client_id)
        self._spend(visitor.customer_id)
        async with self._database.transaction(visitor.workspace_id, visitor.actor) as tx:
            await customers.hold(tx, visitor.customer_id)
            case = await cases.find_current(tx, visitor.customer_id, visitors.CHANNEL)
            if case is None or case.status == "resolved":
                page = wish.page.tidy()
                language = language_for((await self._workspace(visitor.workspace_id)).workspace, page["language"])
                case_id = await cases.open_case(
                    tx, visitor.customer_id, channel="widget", subject="", language=language, handler="robot"
                )
                case = await cases.get_case(tx, case_id)
            if case.handler == "robot":
                await queue.hand_over(tx, case, "wants_person")
                tx.happened("PersonAskedFor", case_id=case.id)
            shown = await visitors.shown_case(tx, await cases.get_case(tx, case.id))
        return wire.reply({"case": shown})

    async def _own_case(self, tx: Any, visitor: Visitor, case_id: int) -> cases.Case:
        case = await cases.get_case(tx, case_id)
        if case.customer_id != visitor.customer_id or case.channel != visitors.CHANNEL:
            raise NotFound("There is no such case.")
        return case

    async def read(self, request: Request) -> Response:
        """The visitor has seen this message."""
        visitor = self.visitor_of(request)
        mark = await wire.json_of(request, ReadMark)
        async with self._database.transaction(visitor.workspace_id, visitor.actor) as tx:
            found = await transcript.of_ids(tx, [mark.message_id])
            if not found:
                raise NotFound("There is no such message.")
            case = await self._own_case(tx, visitor, found[0].case_id)
            await readings.note(tx, case.id, readings.CUSTOMER, mark.message_id)
        return wire.reply({})

    async def feedback(self, request: Request) -> Response:
        """A thumb on a robot's answer."""
        visitor = self.visitor_of(request)
        given = await wire.json_of(request, Feedback)
        async with self._database.transaction(visitor.workspace_id, visitor.actor) as tx:
            message = await messages.give_feedback(tx, visitor.customer_id, given.message_id, given.value)
            await self._own_case(tx, visitor, message.case_id)
            if message.verdict_id is not None and message.entry_id is not None:
                signal: Signal = "solved" if given.value == "up" else "not_solved"
                await evidence.note_customer(tx, message.case_id, signal, message.verdict_id)
        return wire.reply({"message": visitors.shown(message, visitor, self._secret)})

    async def email(self, request: Request) -> Response:
        """An address to answer to; typed, so it proves nothing."""
        visitor = self.visitor_of(request)
        left = await wire.json_of(request, EmailLeft)
        address = _storable(left.email).strip().lower()
        name, _, domain = address.partition("@")
        if not name or "." not in domain or len(address) > 254 or any(c.isspace() or c in '<>"' for c in address):
            raise Invalid("This does not look like an e-mail address.", fields={"email": "form"})
        async with self._database.transaction(visitor.workspace_id, visitor.actor) as tx:
            if await identities.link(tx, visitor.customer_id, "email", address, "typed"):
                case = await cases.find_current(tx, visitor.customer_id, visitors.CHANNEL)
                tx.happened("EmailLeft", case_id=case.id if case else None, customer_id=visitor.customer_id)
        return wire.reply({"email": address})

    async def solved(self, request: Request) -> Response:
        """The customer says that it is solved."""
        visitor = self.visitor_of(request)
        wish = await wire.json_of(request, Solved)
        async with self._database.transaction(visitor.workspace_id, visitor.actor) as tx:
            case = await self._own_case(tx, visitor, wish.case_id)
            if case.status in cases.ACTIVE:
                case = await queue.set_status(tx, case.id, "resolved", None)
                await evidence.note_customer(tx, case.id, "solved")
            shown = await visitors.shown_case(tx, case)
        return wire.reply({"case": shown})

    async def upload(self, request: Request) -> Response:
        """A file, to be sent with a message afterwards."""
        visitor = self.visitor_of(request)
        self._spend(visitor.customer_id)
        attachment = await uploads.store(
            request, self._database, self._files, visitor.workspace_id, f"customer:{visitor.customer_id}"
        )
        url = visitors.file_url(attachment, visitor, self._secret)
        return wire.reply(uploads.with_url(attachment, url))

    async def download(self, request: Request) -> Response:
        """A file by its signed link."""
        attachment_id = wire.whole_number(request.path_params, "id")
        token = request.query_params.get("token", "")
        workspace_id = uploads.workspace_of_link(self._secret, token, attachment_id)
        return await uploads.send(self._database, self._files, workspace_id, attachment_id)


def language_for(workspace: Workspace, wanted: str) -> str:
    """The workspace's language nearest to what the page says, such as "et-EE" -> "et"."""
    short = wanted[:2].lower()
    return short if short in workspace.languages else workspace.languages[0]
