"""Versions of the robot, restorable."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request

from tugi.core.database import Transaction
from tugi.desk.answering import training, versions
from tugi.desk.answering.replay import Draft
from tugi.desk.answering.training import Model
from tugi.desk.answering.versions import Titled, Version
from tugi.web import auth
from tugi.web.auth import Viewer

router = APIRouter(prefix="/api/robot/versions", tags=["versions"])
Signed = Annotated[Viewer, Depends(auth.viewer)]
PLAIN = asdict(Draft())


@dataclass(frozen=True, slots=True)
class VersionList:
    """Versions, newest first, which of them answers now, and how the robot's learning stands."""

    versions: list[Version]
    serving: int | None
    model: Model


@dataclass(frozen=True, slots=True)
class VersionName:
    """What people call it."""

    name: str


@dataclass(frozen=True, slots=True)
class Differences:
    """What the second version has otherwise; policy_changed, cuts_changed: {name, from, to}.

    cuts_changed: answer_cut, ask_cut (from which certainty on it answers and asks back; above 1: never) and
    calibration (how sure it is of an average question).
    """

    entries_added: list[Titled]
    entries_removed: list[Titled]
    entries_changed: list[Titled]
    policy_changed: list[dict[str, Any]]
    cuts_changed: list[dict[str, Any]]


@router.get("")
async def list_versions(request: Request, viewer: Signed) -> VersionList:
    """Every robot there was, newest first (lead, owner)."""
    auth.require(viewer, "owner", "lead")
    async with auth.database_of(request).reading(viewer.workspace_id) as tx:
        found = await versions.list_all(tx, PLAIN)
        serving = next((version.number for version in found if version.serving), None)
        return VersionList(found, serving, await training.state(tx))


@router.patch("/{number:int}")
async def rename_version(request: Request, viewer: Signed, number: int, named: VersionName) -> Version:
    """Give a version a name (lead, owner)."""
    auth.require(viewer, "owner", "lead")
    async with auth.database_of(request).transaction(viewer.workspace_id, viewer.actor) as tx:
        await versions.rename(tx, number, named.name)
        return await _get(tx, number)


@router.post("/{number:int}/restore")
async def restore_version(request: Request, viewer: Signed, number: int) -> Version:
    """Make the robot what it was then: knowledge, policy, levels and model, at once (lead, owner).

    Entries added since are archived, not deleted. Answers with the new version that this makes.
    """
    auth.require(viewer, "owner", "lead")
    database = auth.database_of(request)
    made = await versions.restore(database, request.app.state.files, viewer.workspace_id, number, viewer.actor)
    async with database.reading(viewer.workspace_id) as tx:
        return await _get(tx, made)


@router.get("/{number:int}/compare/{other:int}")
async def compare_versions(request: Request, viewer: Signed, number: int, other: int) -> Differences:
    """What the other version has otherwise (lead, owner)."""
    auth.require(viewer, "owner", "lead")
    found = await versions.compare(
        auth.database_of(request), request.app.state.files, viewer.workspace_id, number, other, viewer.language
    )
    policy, cuts = (
        [{"name": one.name, "from": one.before, "to": one.after} for one in turned]
        for turned in (found.policy_changed, found.cuts_changed)
    )
    return Differences(found.entries_added, found.entries_removed, found.entries_changed, policy, cuts)


async def _get(tx: Transaction, number: int) -> Version:
    return await versions.get(tx, number, PLAIN)
