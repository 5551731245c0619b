"""Raw deliveries: what nobody could read is tried again or put aside by a person, and can be saved as it came."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi import Path as InPath
from starlette.responses import Response

from tugi.desk.cases import deliveries
from tugi.desk.cases.deliveries import Delivery, Status
from tugi.web import auth, wire
from tugi.web.agent_api.letters import raw
from tugi.web.auth import Viewer

router = APIRouter(prefix="/api/deliveries", tags=["channels"])
Signed = Annotated[Viewer, Depends(auth.viewer)]
Id = Annotated[int, InPath(ge=1, lt=2**53)]
Limit = Annotated[int, Query(ge=1, le=100)]
Before = Annotated[int | None, Query(ge=1, lt=2**53)]


@router.get("", response_model=list[Delivery])
async def list_deliveries(
    request: Request, viewer: Signed, status: Status = "quarantined", limit: Limit = 50, before: Before = None
) -> Response:
    """The newest of a status; `before`: those with smaller ids, for the next page."""
    async with auth.database_of(request).reading(viewer.workspace_id) as tx:
        return wire.reply(await deliveries.list_newest(tx, status, limit=limit, before=before))


@router.post("/{delivery_id}/retry", response_model=Delivery)
async def retry(request: Request, viewer: Signed, delivery_id: Id) -> Response:
    """Try once more to understand it (lead, owner)."""
    auth.require(viewer, "owner", "lead")
    async with auth.database_of(request).transaction(viewer.workspace_id, viewer.actor) as tx:
        return wire.reply(await deliveries.retry(tx, delivery_id))


@router.post("/{delivery_id}/discard", response_model=Delivery)
async def discard(request: Request, viewer: Signed, delivery_id: Id) -> Response:
    """Put it aside: nobody needs it (lead, owner). The raw bytes stay."""
    auth.require(viewer, "owner", "lead")
    async with auth.database_of(request).transaction(viewer.workspace_id, viewer.actor) as tx:
        return wire.reply(await deliveries.discard(tx, delivery_id))


@router.get("/{delivery_id}/raw")
async def get_raw(request: Request, viewer: Signed, delivery_id: Id) -> Response:
    """The bytes as they came, only ever to be saved."""
    async with auth.database_of(request).reading(viewer.workspace_id) as tx:
        delivery = await deliveries.get(tx, delivery_id)
    content = await request.app.state.files.get(viewer.workspace_id, delivery.hash)
    return raw(content, f"delivery-{delivery_id}.eml")
