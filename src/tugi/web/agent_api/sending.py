"""Letters that leave, for the inbox: one begun, taken back, sent again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from tugi.desk.cases import leaving, messages
from tugi.desk.cases.cases import Case
from tugi.desk.cases.leaving import Taken
from tugi.desk.cases.transcript import Message
from tugi.desk.work import beginning, views
from tugi.web import auth, uploads, wire
from tugi.web.auth import Viewer

router = APIRouter(prefix="/api", tags=["letters"])
Signed = Annotated[Viewer, Depends(auth.viewer)]


@dataclass(frozen=True, slots=True)
class NewLetter:
    """A letter that begins a case. to: one e-mail address."""

    client_id: str
    account_id: int
    to: str
    subject: str
    text: str


@router.post("/messages/{message_id}/take-back", response_model=Taken)
async def post_take_back(request: Request, viewer: Signed, message_id: int) -> Response:
    """Undo an answer that has not left yet; its text comes back."""
    async with auth.database_of(request).transaction(viewer.workspace_id, viewer.actor) as tx:
        return wire.reply(await leaving.take_back(tx, wire.checked_id(message_id, "message")))


@router.post("/messages/{message_id}/resend", response_model=Message)
async def post_resend(request: Request, viewer: Signed, message_id: int) -> Response:
    """Send a letter that failed, or whose fate is unknown, once more."""
    async with auth.database_of(request).transaction(viewer.workspace_id, viewer.actor) as tx:
        return wire.reply(uploads.linked(await leaving.resend(tx, wire.checked_id(message_id, "message"))))


@router.post("/cases", response_model=Case)
async def post_case(request: Request, viewer: Signed, letter: NewLetter) -> Response:
    """Begin a case by writing to somebody. The same client_id again returns the case it began."""
    client_id = f"agent:{viewer.agent_id}:{messages.checked_client_id(letter.client_id)}"
    async with auth.database_of(request).transaction(viewer.workspace_id, viewer.actor) as tx:
        case = await beginning.write_to(
            tx,
            wire.checked_id(letter.account_id, "channel"),
            letter.to,
            letter.subject,
            letter.text,
            client_id,
            viewer.agent_id,
        )
        return wire.reply((await views.seen_by(tx, [case], viewer.agent_id))[0])
