"""What every screen of a signed-in agent starts from."""

from __future__ import annotations

from dataclasses import dataclass

from tugi.core import events
from tugi.core.database import Database
from tugi.desk.people import agents, teams, workspaces
from tugi.desk.people.agents import Agent
from tugi.desk.people.teams import Team
from tugi.desk.people.workspaces import Workspace
from tugi.desk.work import views
from tugi.desk.work.views import Counts


@dataclass(frozen=True, slots=True)
class Me:
    """The agent and their workspace as of event `cursor`."""

    agent: Agent
    workspace: Workspace
    agents: list[Agent]
    teams: list[Team]
    cursor: int
    counts: Counts


async def read_me(database: Database, workspace_id: int, agent_id: int) -> Me:
    """One consistent view for the agent. Raises NotFound when the agent is gone."""
    async with database.reading(workspace_id) as tx:
        return Me(
            agent=await agents.get(tx, agent_id),
            workspace=await workspaces.get(tx),
            agents=await agents.list_all(tx),
            teams=await teams.list_all(tx),
            cursor=await events.cursor(tx),
            counts=await views.count(tx, agent_id),
        )
