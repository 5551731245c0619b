"""Lessons: what the robot could learn from people's work, for approval."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Request

from tugi.desk.answering import accepting, lessons
from tugi.desk.answering.accepting import Wish
from tugi.desk.answering.lessons import Kind, Lesson, Status
from tugi.web import auth
from tugi.web.auth import Viewer

router = APIRouter(prefix="/api/robot/lessons", tags=["lessons"])
Signed = Annotated[Viewer, Depends(auth.viewer)]


@dataclass(frozen=True, slots=True)
class LessonCounts:
    """Open lessons by kind."""

    counts: dict[Kind, int]


@dataclass(frozen=True, slots=True)
class LessonList:
    """Lessons, and how many are open by kind."""

    lessons: list[Lesson]
    counts: dict[Kind, int]


@router.get("")
async def list_lessons(
    request: Request, viewer: Signed, status: Status = "open", kind: Kind | None = None
) -> LessonList:
    """What could be learned, with those behind it (lead, owner)."""
    auth.require(viewer, "owner", "lead")
    async with auth.database_of(request).reading(viewer.workspace_id) as tx:
        found = await lessons.list_all(tx, status=status, kind=kind, language=viewer.language)
        return LessonList(found, await lessons.counts(tx))


@router.post("/find")
async def find_lessons(request: Request, viewer: Signed) -> LessonCounts:
    """Look for lessons now, in the background (lead, owner); answers with what is open so far."""
    auth.require(viewer, "owner", "lead")
    async with auth.database_of(request).transaction(viewer.workspace_id, viewer.actor) as tx:
        tx.happened("LessonsWanted")
        return LessonCounts(await lessons.counts(tx))


@router.post("/{lesson_id:int}/accept")
async def accept_lesson(request: Request, viewer: Signed, lesson_id: int, wish: Wish) -> Lesson:
    """Put it into the knowledge, as proposed or as edited (lead, owner). 409 when it was settled before."""
    auth.require(viewer, "owner", "lead")
    async with auth.database_of(request).transaction(viewer.workspace_id, viewer.actor) as tx:
        await accepting.accept(tx, lesson_id, wish)
        return await lessons.get(tx, lesson_id, viewer.language)


@router.post("/{lesson_id:int}/reject")
async def reject_lesson(request: Request, viewer: Signed, lesson_id: int) -> Lesson:
    """It is not proposed again (lead, owner). 409 when it was settled before."""
    auth.require(viewer, "owner", "lead")
    async with auth.database_of(request).transaction(viewer.workspace_id, viewer.actor) as tx:
        await accepting.reject(tx, lesson_id)
        return await lessons.get(tx, lesson_id, viewer.language)
