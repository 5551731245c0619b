"""Agents and teams, for the Team screen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Request

from tugi.core.database import Transaction
from tugi.desk.people import agents, invites, sessions, teams
from tugi.desk.people.agents import Agent, AgentChange, Role
from tugi.desk.people.checks import Language
from tugi.desk.people.teams import Team
from tugi.web import auth
from tugi.web.auth import Viewer

router = APIRouter(prefix="/api", tags=["people"])
Signed = Annotated[Viewer, Depends(auth.viewer)]


@dataclass(frozen=True, slots=True)
class NewAgent:
    """Whom to invite."""

    name: str
    email: str
    role: Role = "agent"
    language: Language = "en"


@dataclass(frozen=True, slots=True)
class AgentPatch:
    """What to change of an agent; None leaves it."""

    name: str | None = None
    role: Role | None = None
    active: bool | None = None
    team_ids: list[int] | None = None


@dataclass(frozen=True, slots=True)
class InviteLink:
    """A path on this server, valid for 72 hours and one use."""

    invite_url: str


@dataclass(frozen=True, slots=True)
class Invited:
    """A new agent and the link to hand them."""

    agent: Agent
    invite_url: str


@dataclass(frozen=True, slots=True)
class NewTeam:
    """A team's name."""

    name: str


@dataclass(frozen=True, slots=True)
class TeamPatch:
    """What to change of a team; None leaves it."""

    name: str | None = None
    agent_ids: list[int] | None = None


async def _invite_url(request: Request, tx: Transaction, agent_id: int) -> str:
    # Without a host: the page that shows it knows its own address, a Host header can be forged.
    return "/invite/" + await invites.create(tx, auth.secret_of(request), agent_id)


@router.get("/agents")
async def list_agents(request: Request, viewer: Signed) -> list[Agent]:
    """Everybody in the workspace, by name."""
    async with auth.database_of(request).reading(viewer.workspace_id) as tx:
        return await agents.list_all(tx)


@router.post("/agents")
async def create_agent(request: Request, viewer: Signed, form: NewAgent) -> Invited:
    """Invite somebody. Leads invite agents and leads, owners anybody."""
    auth.require(viewer, "owner", "lead")
    if form.role == "owner":
        auth.require(viewer, "owner")
    async with auth.database_of(request).transaction(viewer.workspace_id, viewer.actor) as tx:
        agent = await agents.create(tx, name=form.name, email=form.email, role=form.role, language=form.language)
        return Invited(agent, await _invite_url(request, tx, agent.id))


@router.patch("/agents/{agent_id}")
async def patch_agent(request: Request, viewer: Signed, agent_id: int, patch: AgentPatch) -> Agent:
    """Change name, role, teams, or switch off; somebody switched off is signed out everywhere at once."""
    wanted = AgentChange(name=patch.name, role=patch.role, active=patch.active)
    async with auth.database_of(request).transaction(viewer.workspace_id, viewer.actor) as tx:
        target = await agents.get(tx, agent_id)
        agents.check_may_change(viewer.role, viewer.agent_id, target, wanted)
        if wanted != AgentChange():
            await agents.change(tx, agent_id, wanted)
        if patch.active is False:
            await sessions.end_all(tx, agent_id)
        if patch.team_ids is not None:
            await teams.set_teams_of(tx, agent_id, patch.team_ids)
        return await agents.get(tx, agent_id)


@router.post("/agents/{agent_id}/invite")
async def invite_again(request: Request, viewer: Signed, agent_id: int) -> InviteLink:
    """A new link by which the agent chooses a password, also when they forgot theirs."""
    async with auth.database_of(request).transaction(viewer.workspace_id, viewer.actor) as tx:
        target = await agents.get(tx, agent_id)
        agents.check_may_change(viewer.role, viewer.agent_id, target, AgentChange())
        return InviteLink(await _invite_url(request, tx, agent_id))


@router.get("/teams")
async def list_teams(request: Request, viewer: Signed) -> list[Team]:
    """All teams, by name."""
    async with auth.database_of(request).reading(viewer.workspace_id) as tx:
        return await teams.list_all(tx)


@router.post("/teams")
async def create_team(request: Request, viewer: Signed, form: NewTeam) -> Team:
    """A new team (lead, owner)."""
    auth.require(viewer, "owner", "lead")
    async with auth.database_of(request).transaction(viewer.workspace_id, viewer.actor) as tx:
        return await teams.create(tx, form.name)


@router.patch("/teams/{team_id}")
async def patch_team(request: Request, viewer: Signed, team_id: int, patch: TeamPatch) -> Team:
    """Rename a team or replace its members (lead, owner)."""
    auth.require(viewer, "owner", "lead")
    async with auth.database_of(request).transaction(viewer.workspace_id, viewer.actor) as tx:
        return await teams.change(tx, team_id, name=patch.name, agent_ids=patch.agent_ids)


@router.delete("/teams/{team_id}")
async def delete_team(request: Request, viewer: Signed, team_id: int) -> dict[str, str]:
    """Delete a team; its cases stay (lead, owner)."""
    auth.require(viewer, "owner", "lead")
    async with auth.database_of(request).transaction(viewer.workspace_id, viewer.actor) as tx:
        await teams.delete(tx, team_id)
    return {}
