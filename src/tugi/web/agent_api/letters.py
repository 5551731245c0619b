"""Letters, for the inbox: one whole, as it came, and cases split, joined and parted again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from tugi.core.database import Transaction
from tugi.core.errors import NotFound
from tugi.desk.cases import cases, correspondence, deliveries, joining, letters, transcript
from tugi.desk.cases.cases import Case
from tugi.desk.cases.correspondence import Correspondence
from tugi.desk.cases.joining import Join
from tugi.desk.cases.letters import LetterView
from tugi.desk.people import workspaces
from tugi.desk.work import views
from tugi.web import auth, wire
from tugi.web.auth import Viewer

router = APIRouter(prefix="/api", tags=["letters"])
Signed = Annotated[Viewer, Depends(auth.viewer)]


@dataclass(frozen=True, slots=True)
class SplitAt:
    """The first message of the thread that goes to a case of its own."""

    message_id: int


@dataclass(frozen=True, slots=True)
class JoinTo:
    """The number of the case that takes everything over."""

    number: int


@router.get("/messages/{message_id}/letter", response_model=LetterView)
async def get_letter(request: Request, viewer: Signed, message_id: int) -> Response:
    """A letter whole: headers, cleaned HTML, and what it quotes."""
    async with auth.database_of(request).reading(viewer.workspace_id) as tx:
        return wire.reply(await letters.get_view(tx, await _message(tx, message_id)))


@router.get("/cases/{case_id}/correspondence", response_model=Correspondence)
async def get_correspondence(request: Request, viewer: Signed, case_id: int) -> Response:
    """How an answer in this case would be addressed now: whom it goes to, who gets a copy, what is added under it."""
    async with auth.database_of(request).reading(viewer.workspace_id) as tx:
        workspace = await workspaces.get(tx)
        found = await correspondence.of_case(
            tx, await cases.get_case(tx, wire.checked_id(case_id, "case")), workspace.languages[0]
        )
    return wire.reply(found)


@router.get("/messages/{message_id}/raw")
async def get_raw_letter(request: Request, viewer: Signed, message_id: int) -> Response:
    """The bytes of a letter as they came, only ever to be saved."""
    async with auth.database_of(request).reading(viewer.workspace_id) as tx:
        delivery = await deliveries.find_of_message(tx, await _message(tx, message_id))
    if delivery is None:
        raise NotFound("This message did not come as a letter.")
    content = await request.app.state.files.get(viewer.workspace_id, delivery.hash)
    return raw(content, f"letter-{message_id}.eml")


def raw(content: bytes, name: str) -> Response:
    """Bytes of a stranger, which no browser shows or runs."""
    headers = {
        "content-disposition": f"attachment; filename*=UTF-8''{quote(name)}",
        "x-content-type-options": "nosniff",
        "content-security-policy": "sandbox; default-src 'none'",
        "cache-control": "no-store",
        "cross-origin-resource-policy": "same-origin",
    }
    return Response(content, media_type="application/octet-stream", headers=headers)


@router.get("/cases/{case_id}/joins", response_model=list[Join])
async def get_joins(request: Request, viewer: Signed, case_id: int) -> Response:
    """What was split from or joined to a case, and what is proposed for it."""
    async with auth.database_of(request).reading(viewer.workspace_id) as tx:
        case = await cases.get_case(tx, wire.checked_id(case_id, "case"))
        return wire.reply(await joining.of_case(tx, case.id))


@router.post("/cases/{case_id}/split", response_model=Case)
async def post_split(request: Request, viewer: Signed, case_id: int, at: SplitAt) -> Response:
    """Move a message and what answers it to a new case, which is returned."""
    async with auth.database_of(request).transaction(viewer.workspace_id, viewer.actor) as tx:
        case = await joining.split(tx, wire.checked_id(case_id, "case"), at.message_id)
        return wire.reply((await views.seen_by(tx, [case], viewer.agent_id))[0])


@router.post("/cases/{case_id}/join", response_model=Case)
async def post_join(request: Request, viewer: Signed, case_id: int, to: JoinTo) -> Response:
    """Move everything of this case into case T-`number`, which is returned."""
    async with auth.database_of(request).transaction(viewer.workspace_id, viewer.actor) as tx:
        case = await joining.join(tx, wire.checked_id(case_id, "case"), wire.checked_id(to.number, "case"))
        return wire.reply((await views.seen_by(tx, [case], viewer.agent_id))[0])


@router.post("/joins/{join_id}/undo", response_model=Case)
async def post_undo(request: Request, viewer: Signed, join_id: int) -> Response:
    """Move back what a split or join moved; the case it came from is returned."""
    async with auth.database_of(request).transaction(viewer.workspace_id, viewer.actor) as tx:
        case = await joining.undo(tx, wire.checked_id(join_id, "join"))
        return wire.reply((await views.seen_by(tx, [case], viewer.agent_id))[0])


@router.post("/joins/{join_id}/dismiss")
async def post_dismiss(request: Request, viewer: Signed, join_id: int) -> dict[str, str]:
    """A proposal that is none."""
    async with auth.database_of(request).transaction(viewer.workspace_id, viewer.actor) as tx:
        await joining.dismiss(tx, wire.checked_id(join_id, "join"))
    return {}


async def _message(tx: Transaction, message_id: int) -> int:
    """The id of a message that this workspace has. Raises NotFound."""
    if not await transcript.of_ids(tx, [wire.checked_id(message_id, "message")]):
        raise NotFound("There is no such message.")
    return message_id
