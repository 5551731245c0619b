"""Replays: what the robot would have done with past questions."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated

from fastapi import APIRouter, Depends, Request

from tugi.desk.answering import replay, replay_items
from tugi.desk.answering.replay import Draft, Replay
from tugi.desk.answering.replay_items import Comparison, ReplayItem, Wanted
from tugi.web import auth
from tugi.web.auth import Viewer

router = APIRouter(prefix="/api/robot/replays", tags=["replays"])
Signed = Annotated[Viewer, Depends(auth.viewer)]


@dataclass(frozen=True, slots=True)
class ReplayList:
    """The latest replays, newest first."""

    replays: list[Replay]


@dataclass(frozen=True, slots=True)
class ReplayWish:
    """The last so many questions; of a version or of today's robot, with a draft on top."""

    last: int
    name: str = ""
    version: int | None = None
    channel: str | None = None
    draft: Draft = field(default_factory=Draft)


@dataclass(frozen=True, slots=True)
class ReplayItems:
    """A page of questions; `next` goes into `after` for the next one."""

    items: list[ReplayItem]
    next: int | None


@router.get("")
async def list_replays(request: Request, viewer: Signed) -> ReplayList:
    """The latest replays with their figures (lead, owner)."""
    auth.require(viewer, "owner", "lead")
    async with auth.database_of(request).reading(viewer.workspace_id) as tx:
        return ReplayList(await replay.list_latest(tx))


@router.post("")
async def ask_for_replay(request: Request, viewer: Signed, wish: ReplayWish) -> Replay:
    """Have the robot decide the last questions again, in the background; nothing is sent (lead, owner)."""
    auth.require(viewer, "owner", "lead")
    async with auth.database_of(request).transaction(viewer.workspace_id, viewer.actor) as tx:
        return await replay.ask(
            tx, last=wish.last, name=wish.name, version=wish.version, channel=wish.channel, draft=wish.draft
        )


@router.get("/{replay_id:int}")
async def get_replay(request: Request, viewer: Signed, replay_id: int) -> Replay:
    """One replay (lead, owner)."""
    auth.require(viewer, "owner", "lead")
    async with auth.database_of(request).reading(viewer.workspace_id) as tx:
        return await replay.get(tx, replay_id)


@router.delete("/{replay_id:int}")
async def delete_replay(request: Request, viewer: Signed, replay_id: int) -> ReplayList:
    """Forget a replay (lead, owner); answers with those that are left."""
    auth.require(viewer, "owner", "lead")
    async with auth.database_of(request).transaction(viewer.workspace_id, viewer.actor) as tx:
        await replay.delete(tx, replay_id)
        return ReplayList(await replay.list_latest(tx))


@router.post("/{replay_id:int}/cancel")
async def cancel_replay(request: Request, viewer: Signed, replay_id: int) -> Replay:
    """Stop it within a second or two; what is done is kept (lead, owner)."""
    auth.require(viewer, "owner", "lead")
    async with auth.database_of(request).transaction(viewer.workspace_id, viewer.actor) as tx:
        return await replay.cancel(tx, replay_id)


@router.post("/{replay_id:int}/resume")
async def resume_replay(request: Request, viewer: Signed, replay_id: int) -> Replay:
    """Go on where it ended (lead, owner). 409 when it is done."""
    auth.require(viewer, "owner", "lead")
    async with auth.database_of(request).transaction(viewer.workspace_id, viewer.actor) as tx:
        return await replay.resume(tx, replay_id)


@router.get("/{replay_id:int}/items")
async def list_items(
    request: Request, viewer: Signed, replay_id: int, wanted: Annotated[Wanted, Depends(Wanted)]
) -> ReplayItems:
    """The questions, newest first, side by side with what a person answered (lead, owner)."""
    auth.require(viewer, "owner", "lead")
    async with auth.database_of(request).reading(viewer.workspace_id) as tx:
        items, after = await replay_items.page(tx, replay_id, wanted, viewer.language)
        return ReplayItems(items, after)


@router.get("/{replay_id:int}/compare/{other_id:int}")
async def compare_replays(request: Request, viewer: Signed, replay_id: int, other_id: int) -> Comparison:
    """What the other replay decided otherwise (lead, owner)."""
    auth.require(viewer, "owner", "lead")
    async with auth.database_of(request).reading(viewer.workspace_id) as tx:
        return await replay_items.compare(tx, replay_id, other_id, viewer.language)
