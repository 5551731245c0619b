"""Cases, for the inbox: lists, one case whole, and everything an agent does to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from tugi.core import events
from tugi.core.database import Transaction
from tugi.core.errors import Conflict, NotFound
from tugi.desk.answering import acceptance, suggestions, verdicts
from tugi.desk.answering.suggestions import Suggestion
from tugi.desk.answering.verdicts import Verdict
from tugi.desk.cases import cases, messages, notes, readings, timeline, transcript
from tugi.desk.cases.cases import Case, Status
from tugi.desk.cases.notes import Note
from tugi.desk.cases.posting import Wish
from tugi.desk.cases.timeline import Line
from tugi.desk.cases.transcript import Message
from tugi.desk.people import customers
from tugi.desk.people.customers import Customer
from tugi.desk.work import queue, views
from tugi.desk.work.views import Counts, Listing
from tugi.web import auth, uploads, wire
from tugi.web.auth import Viewer
from tugi.web.live import Reader

router = APIRouter(prefix="/api", tags=["cases"])
Signed = Annotated[Viewer, Depends(auth.viewer)]


@dataclass(frozen=True, slots=True)
class CaseView:
    """Everything an agent sees of a case, as of event `cursor`."""

    case: Case
    customer: Customer
    past_cases: list[Case]
    messages: list[Message]
    notes: list[Note]
    lines: list[Line]
    verdicts: list[Verdict]
    suggestion: Suggestion | None
    cursor: int


@dataclass(frozen=True, slots=True)
class Reply:
    """What an agent writes to the customer. suggestion_id: the suggestion it came from, if any.

    copies, send_at: of a letter: addresses that get a copy, and when to send it at the earliest.
    """

    client_id: str
    text: str = ""
    attachments: list[int] = field(default_factory=list)
    suggestion_id: int | None = None
    entry_id: int | None = None
    copies: list[str] = field(default_factory=list[str])
    send_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class NewNote:
    """An internal note."""

    client_id: str
    text: str


@dataclass(frozen=True, slots=True)
class Assignment:
    """Whose case it is; both null: nobody's."""

    agent_id: int | None = None
    team_id: int | None = None


@dataclass(frozen=True, slots=True)
class StatusChoice:
    """`until` only for snoozed."""

    status: Status
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class RobotChoice:
    """Whether the robot keeps out of this case."""

    paused: bool


@dataclass(frozen=True, slots=True)
class ReadMark:
    """The last message seen."""

    message_id: int


@dataclass(frozen=True, slots=True)
class NewName:
    """The customer's name."""

    name: str


@dataclass(frozen=True, slots=True)
class CustomerNoteText:
    """A note about the customer."""

    text: str


@router.get("/cases", response_model=Listing)
async def list_cases(
    request: Request, viewer: Signed, list: str = "open", limit: int = 50, before: str | None = None, q: str = ""
) -> Response:
    """A page of a list, most recently active first; `q` searches all cases."""
    async with auth.database_of(request).reading(viewer.workspace_id) as tx:
        found = await views.list_cases(tx, viewer.agent_id, list, limit=limit, before=before, query=q[:200])
    return wire.reply(found)


@router.get("/counts", response_model=Counts)
async def get_counts(request: Request, viewer: Signed) -> Response:
    """How many cases are in each list."""
    async with auth.database_of(request).reading(viewer.workspace_id) as tx:
        return wire.reply(await views.count(tx, viewer.agent_id))


@router.get("/cases/by-number/{number}", response_model=CaseView)
async def get_case_by_number(request: Request, viewer: Signed, number: int) -> Response:
    """The case T-`number`."""
    async with auth.database_of(request).reading(viewer.workspace_id) as tx:
        case_id = await cases.find_id(tx, wire.checked_id(number, "case"))
        if case_id is None:
            raise NotFound("There is no such case.")
        return wire.reply(await _view(tx, case_id, viewer))


@router.get("/cases/{case_id}", response_model=CaseView)
async def get_case(request: Request, viewer: Signed, case_id: int) -> Response:
    """One case whole."""
    async with auth.database_of(request).reading(viewer.workspace_id) as tx:
        return wire.reply(await _view(tx, case_id, viewer))


async def _view(tx: Transaction, case_id: int, viewer: Viewer) -> CaseView:
    known = await cases.get_case(tx, wire.checked_id(case_id, "case"))
    case = (await views.seen_by(tx, [known], viewer.agent_id))[0]
    return CaseView(
        case=case,
        customer=await customers.get_customer(tx, case.customer_id),
        past_cases=await cases.of_customer(tx, case.customer_id, but=case_id),
        messages=[uploads.linked(m) for m in await transcript.of_case(tx, case_id)],
        notes=await notes.of_case(tx, case_id),
        lines=await timeline.lines_of(tx, case_id),
        verdicts=await verdicts.of_case(tx, case_id),
        suggestion=await suggestions.find_offered(tx, case_id),
        cursor=await events.cursor(tx),
    )


@router.post("/cases/{case_id}/messages", response_model=Message)
async def post_message(request: Request, viewer: Signed, case_id: int, reply: Reply) -> Response:
    """Answer the customer: the floor is the agent's from then on."""
    client_id = messages.checked_client_id(reply.client_id)
    async with auth.database_of(request).transaction(viewer.workspace_id, viewer.actor) as tx:
        case = await cases.lock(tx, case_id)
        used = await _suggestion_of(tx, case, reply.suggestion_id) if reply.suggestion_id else None
        await queue.take(tx, case, viewer.agent_id)
        message = await messages.write(
            tx,
            case,
            external_id=f"agent:{viewer.agent_id}:{client_id}",
            text=reply.text,
            language=None,
            attachment_ids=reply.attachments[:10],
            entry_id=used.entry_id if used else reply.entry_id,
            letter=Wish(copies=reply.copies, send_at=reply.send_at),
        )
        if used:
            await acceptance.used(tx, used, message, viewer.agent_id)
        else:
            await suggestions.outdate(tx, case_id)
        await readings.note(tx, case_id, viewer.agent_id, message.id)
    return wire.reply(uploads.linked(message))


async def _suggestion_of(tx: Transaction, case: Case, suggestion_id: int) -> Suggestion:
    """The suggestion an answer comes from. Raises NotFound, and Conflict when it may not be used any more."""
    suggestion = await suggestions.get(tx, suggestion_id)
    if suggestion.case_id != case.id:
        raise NotFound("There is no such suggestion.")
    if suggestion.status in ("dismissed", "outdated"):
        raise Conflict(acceptance.GONE)
    return suggestion


@router.post("/cases/{case_id}/notes", response_model=Note)
async def post_note(request: Request, viewer: Signed, case_id: int, note: NewNote) -> Response:
    """Write an internal note."""
    client_id = f"agent:{viewer.agent_id}:{messages.checked_client_id(note.client_id)}"
    text = messages.checked_text(note.text)
    async with auth.database_of(request).transaction(viewer.workspace_id, viewer.actor) as tx:
        return wire.reply(await notes.write(tx, case_id, viewer.agent_id, client_id, text))


@router.post("/cases/{case_id}/assign", response_model=Case)
async def post_assign(request: Request, viewer: Signed, case_id: int, to: Assignment) -> Response:
    """Assign to an agent, a team, both or nobody."""
    async with auth.database_of(request).transaction(viewer.workspace_id, viewer.actor) as tx:
        case = await queue.assign(tx, case_id, to.agent_id, to.team_id)
        return wire.reply((await views.seen_by(tx, [case], viewer.agent_id))[0])


@router.post("/cases/{case_id}/status", response_model=Case)
async def post_status(request: Request, viewer: Signed, case_id: int, choice: StatusChoice) -> Response:
    """Resolve, reopen, wait, snooze, mark as spam."""
    async with auth.database_of(request).transaction(viewer.workspace_id, viewer.actor) as tx:
        case = await queue.set_status(tx, case_id, choice.status, choice.until)
        return wire.reply((await views.seen_by(tx, [case], viewer.agent_id))[0])


@router.post("/cases/{case_id}/robot", response_model=Case)
async def post_robot(request: Request, viewer: Signed, case_id: int, choice: RobotChoice) -> Response:
    """Pause the robot on this case, or let it in again."""
    async with auth.database_of(request).transaction(viewer.workspace_id, viewer.actor) as tx:
        case = await queue.pause_robot(tx, case_id, choice.paused)
        return wire.reply((await views.seen_by(tx, [case], viewer.agent_id))[0])


@router.post("/cases/{case_id}/read")
async def post_read(request: Request, viewer: Signed, case_id: int, mark: ReadMark) -> dict[str, str]:
    """The agent has seen this message."""
    async with auth.database_of(request).transaction(viewer.workspace_id, viewer.actor) as tx:
        await readings.note(tx, case_id, viewer.agent_id, mark.message_id)
    return {}


@router.get("/customers/{customer_id}", response_model=Customer)
async def get_customer(request: Request, viewer: Signed, customer_id: int) -> Response:
    """A customer with identities and notes."""
    async with auth.database_of(request).reading(viewer.workspace_id) as tx:
        return wire.reply(await customers.get_customer(tx, customer_id))


@router.patch("/customers/{customer_id}", response_model=Customer)
async def patch_customer(request: Request, viewer: Signed, customer_id: int, change: NewName) -> Response:
    """Rename a customer; a name that an agent wrote is never used to address them."""
    async with auth.database_of(request).transaction(viewer.workspace_id, viewer.actor) as tx:
        await customers.rename(tx, customer_id, messages.checked_text(change.name), given_by_customer=False)
        return wire.reply(await customers.get_customer(tx, customer_id))


@router.post("/customers/{customer_id}/notes", response_model=Customer)
async def post_customer_note(request: Request, viewer: Signed, customer_id: int, note: CustomerNoteText) -> Response:
    """Write a note about a customer, for agents only."""
    text = messages.checked_text(note.text)
    async with auth.database_of(request).transaction(viewer.workspace_id, viewer.actor) as tx:
        return wire.reply(await customers.write_note(tx, customer_id, viewer.agent_id, text))


@router.post("/attachments")
async def post_attachment(request: Request, viewer: Signed) -> Response:
    """Upload a file (raw body, at most 20 MB), to be sent with a message afterwards."""
    attachment = await uploads.store(
        request,
        auth.database_of(request),
        request.app.state.files,
        viewer.workspace_id,
        f"agent:{viewer.agent_id}",
    )
    return wire.reply(uploads.with_url(attachment, f"/api/attachments/{attachment.id}"))


@router.get("/attachments/{attachment_id}")
async def get_attachment(request: Request, viewer: Signed, attachment_id: int) -> Response:
    """A file of the agent's own workspace."""
    return await uploads.send(auth.database_of(request), request.app.state.files, viewer.workspace_id, attachment_id)


@router.get("/events")
async def get_events(request: Request, viewer: Signed, after: int) -> Response:
    """The fall-back of the socket: events after a number."""
    reader = Reader(viewer.workspace_id, agent_id=viewer.agent_id, name=viewer.name)
    return wire.reply(await request.app.state.hub.read_for(reader, max(0, after)))
