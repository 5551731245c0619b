"""Help beside the composer: similar cases, next questions, summaries, suggestions and their measures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from tugi.desk.answering import acceptance, measures
from tugi.desk.answering.assist import Assist, Help
from tugi.desk.answering.measures import Measures
from tugi.desk.answering.suggestions import Dismissal, Suggestion
from tugi.desk.cases.transcript import Message
from tugi.web import auth, uploads, wire
from tugi.web.auth import Viewer

router = APIRouter(prefix="/api", tags=["assist"])
Signed = Annotated[Viewer, Depends(auth.viewer)]


@dataclass(frozen=True, slots=True)
class Dismissed:
    """Why a suggestion was not used. truth_entry_id: with wrong_entry, the right one if the agent knows it."""

    reason: Dismissal | None = None
    truth_entry_id: int | None = None


@router.get("/cases/{case_id}/assist", response_model=Help)
async def get_assist(request: Request, viewer: Signed, case_id: int) -> Response:
    """What helps to answer this case: suggestion, entries, similar cases, next questions, summary."""
    assist: Assist = request.app.state.assist
    return wire.reply(await assist.with_case(viewer.workspace_id, wire.checked_id(case_id, "case"), viewer.language))


@router.get("/robot/assist-measures", response_model=Measures)
async def get_measures(request: Request, viewer: Signed, days: int = 30) -> Response:
    """How much the suggestions helped, per topic and agent."""
    async with auth.database_of(request).reading(viewer.workspace_id) as tx:
        return wire.reply(await measures.read(tx, viewer.language, days))


@router.post("/suggestions/{suggestion_id}/dismiss", response_model=Suggestion)
async def dismiss(request: Request, viewer: Signed, suggestion_id: int, why: Dismissed) -> Response:
    """The agent does not want this suggestion."""
    async with auth.database_of(request).transaction(viewer.workspace_id, viewer.actor) as tx:
        return wire.reply(await acceptance.dismiss(tx, suggestion_id, viewer.agent_id, why.reason, why.truth_entry_id))


@router.post("/suggestions/{suggestion_id}/approve", response_model=Message)
async def approve(request: Request, viewer: Signed, suggestion_id: int) -> Response:
    """The robot says what it suggested, approved by this agent, and keeps the floor."""
    async with auth.database_of(request).transaction(viewer.workspace_id, viewer.actor) as tx:
        return wire.reply(uploads.linked(await acceptance.approve(tx, suggestion_id, viewer.agent_id)))
