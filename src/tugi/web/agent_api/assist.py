"""Help beside the composer: similar cases, next questions, summaries, suggestions and their measures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from tugi.desk.answering import acceptance
from tugi.desk.answering.suggestions import Dismissal, Suggestion
from tugi.desk.cases.transcript import Message
from tugi.web import auth, uploads, wire
from tugi.web.auth import Viewer

router = APIRouter(prefix="/api", tags=["assist"])
Signed = Annotated[Viewer, Depends(auth.viewer)]


@dataclass(frozen=True, slots=True)
class Dismissed:
    """Why a suggestion was not used."""

    reason: Dismissal | None = None


@router.post("/suggestions/{suggestion_id}/dismiss", response_model=Suggestion)
async def dismiss(request: Request, viewer: Signed, suggestion_id: int, why: Dismissed) -> Response:
    """The agent does not want this suggestion."""
    async with auth.database_of(request).transaction(viewer.workspace_id, viewer.actor) as tx:
        return wire.reply(await acceptance.dismiss(tx, suggestion_id, viewer.agent_id, why.reason))


@router.post("/suggestions/{suggestion_id}/approve", response_model=Message)
async def approve(request: Request, viewer: Signed, suggestion_id: int) -> Response:
    """The robot says what it suggested, approved by this agent, and keeps the floor."""
    async with auth.database_of(request).transaction(viewer.workspace_id, viewer.actor) as tx:
        return wire.reply(uploads.linked(await acceptance.approve(tx, suggestion_id, viewer.agent_id)))
