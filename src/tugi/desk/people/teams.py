"""Teams: groups of agents that cases are given to. Only this file writes `teams` and `team_members`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tugi.core.database import Row, Transaction
from tugi.core.errors import Conflict, Invalid, NotFound
from tugi.desk.people.checks import Checks


@dataclass(frozen=True, slots=True)
class Team:
    """A named group of agents."""

    id: int
    name: str
    agent_ids: list[int]


_SELECT = (
    "select t.id, t.name, array(select m.agent_id from team_members m where m.workspace_id = t.workspace_id "
    "and m.team_id = t.id order by m.agent_id) as agent_ids from teams t where t.workspace_id = $1 "
)


def _from_row(row: Row) -> Team:
    return Team(id=row["id"], name=row["name"], agent_ids=list(row["agent_ids"]))


async def list_all(tx: Transaction) -> list[Team]:
    """The workspace's teams, by name."""
    rows = await tx.fetch(_SELECT + "order by lower(t.name)", tx.workspace_id)
    return [_from_row(row) for row in rows]


async def of_ids(tx: Transaction, team_ids: Sequence[int]) -> list[Team]:
    """The teams with these ids that exist."""
    rows = await tx.fetch(_SELECT + "and t.id = any($2::bigint[]) order by t.id", tx.workspace_id, list(team_ids))
    return [_from_row(row) for row in rows]


async def get(tx: Transaction, team_id: int) -> Team:
    """One team. Raises NotFound."""
    row = await tx.fetchrow(_SELECT + "and t.id = $2", tx.workspace_id, team_id)
    if row is None:
        raise NotFound("There is no such team in this workspace.")
    return _from_row(row)


async def create(tx: Transaction, name: str) -> Team:
    """A new, empty team. Raises Invalid for a wrong name, Conflict when the name is taken."""
    name = _checked(name)
    team_id = await tx.fetchval(
        "insert into teams (workspace_id, name) values ($1, $2) "
        "on conflict (workspace_id, lower(name)) do nothing returning id",
        tx.workspace_id,
        name,
    )
    if team_id is None:
        raise _taken()
    tx.happened("TeamChanged", team_id=team_id)
    return Team(team_id, name, [])


async def change(
    tx: Transaction, team_id: int, *, name: str | None = None, agent_ids: Sequence[int] | None = None
) -> Team:
    """Rename a team or replace its members. Raises NotFound, Invalid, Conflict when the name is taken."""
    await tx.fetchrow("select id from teams where workspace_id = $1 and id = $2 for update", tx.workspace_id, team_id)
    team = await get(tx, team_id)
    if name is not None:
        await _rename(tx, team, _checked(name))
    if agent_ids is not None:
        await _replace_members(tx, team_id, agent_ids)
        for agent_id in sorted(set(agent_ids) ^ set(team.agent_ids)):
            tx.happened("AgentChanged", agent_id=agent_id)
    tx.happened("TeamChanged", team_id=team_id)
    return await get(tx, team_id)


async def _rename(tx: Transaction, team: Team, name: str) -> None:
    taken = await tx.fetchval(
        "select exists (select from teams where workspace_id = $1 and lower(name) = lower($2) and id <> $3)",
        tx.workspace_id,
        name,
        team.id,
    )
    if taken:
        raise _taken()
    await tx.execute("update teams set name = $3 where workspace_id = $1 and id = $2", tx.workspace_id, team.id, name)


async def _replace_members(tx: Transaction, team_id: int, agent_ids: Sequence[int]) -> None:
    wanted = sorted(set(agent_ids))
    known = await tx.fetchval(
        "select count(*) from agents where workspace_id = $1 and id = any($2)", tx.workspace_id, wanted
    )
    if known != len(wanted):
        raise Invalid("Somebody in this list is not in the workspace.", fields={"agent_ids": "Unknown."})
    await tx.execute("delete from team_members where workspace_id = $1 and team_id = $2", tx.workspace_id, team_id)
    await tx.execute(
        "insert into team_members (workspace_id, team_id, agent_id) select $1, $2, unnest($3::bigint[])",
        tx.workspace_id,
        team_id,
        wanted,
    )


async def set_teams_of(tx: Transaction, agent_id: int, team_ids: Sequence[int]) -> None:
    """Make the agent a member of exactly these teams. Raises Invalid for an unknown team."""
    wanted = sorted(set(team_ids))
    teams = await list_all(tx)
    if not set(wanted) <= {team.id for team in teams}:
        raise Invalid("One of these teams does not exist.", fields={"team_ids": "Unknown."})
    await tx.execute("delete from team_members where workspace_id = $1 and agent_id = $2", tx.workspace_id, agent_id)
    await tx.execute(
        "insert into team_members (workspace_id, team_id, agent_id) select $1, unnest($3::bigint[]), $2",
        tx.workspace_id,
        agent_id,
        wanted,
    )
    for team in teams:
        if (agent_id in team.agent_ids) != (team.id in wanted):
            tx.happened("TeamChanged", team_id=team.id)
    tx.happened("AgentChanged", agent_id=agent_id)


async def delete(tx: Transaction, team_id: int) -> None:
    """Delete a team; its cases stay, without a team. Raises NotFound."""
    team = await get(tx, team_id)
    await tx.execute("delete from teams where workspace_id = $1 and id = $2", tx.workspace_id, team_id)
    for agent_id in team.agent_ids:
        tx.happened("AgentChanged", agent_id=agent_id)
    tx.happened("TeamChanged", team_id=team_id)


def _checked(name: str) -> str:
    checks = Checks()
    tidy = checks.line("name", name, 60)
    checks.done()
    return tidy


def _taken() -> Conflict:
    return Conflict("A team of this name exists already.", fields={"name": "It is in use."})
