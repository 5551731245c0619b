"""Agents: the people who answer. Only this file writes `agents`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, TypeAlias

from tugi.core import clock
from tugi.core.database import Row, Transaction
from tugi.core.errors import Conflict, Forbidden, Invalid, NotFound
from tugi.desk.people.checks import Checks, Language

Role: TypeAlias = Literal["owner", "lead", "agent"]
ROLES: tuple[Role, ...] = ("owner", "lead", "agent")

# An agent counts as online this long after a sign of life.
ONLINE = timedelta(seconds=75)


@dataclass(frozen=True, slots=True)
class Agent:
    """A person who works in the workspace. available: takes cases; active: may sign in."""

    id: int
    name: str
    email: str
    role: Role
    language: Language
    available: bool
    active: bool
    online: bool
    team_ids: list[int]


@dataclass(frozen=True, slots=True)
class AgentChange:
    """What to change of an agent; None leaves it."""

    name: str | None = None
    role: Role | None = None
    language: Language | None = None
    available: bool | None = None
    active: bool | None = None


_SELECT = (
    "select a.id, a.name, a.email, a.role, a.language, a.available, a.active, a.seen_at, "
    "array(select m.team_id from team_members m where m.workspace_id = a.workspace_id "
    "and m.agent_id = a.id order by m.team_id) as team_ids from agents a where a.workspace_id = $1 "
)


def _from_row(row: Row) -> Agent:
    seen = row["seen_at"]
    return Agent(
        id=row["id"],
        name=row["name"],
        email=row["email"],
        role=row["role"],
        language=row["language"],
        available=row["available"],
        active=row["active"],
        online=row["active"] and seen is not None and clock.now() - seen < ONLINE,
        team_ids=list(row["team_ids"]),
    )


async def list_all(tx: Transaction) -> list[Agent]:
    """The workspace's agents, by name."""
    rows = await tx.fetch(_SELECT + "order by lower(a.name), a.id", tx.workspace_id)
    return [_from_row(row) for row in rows]


async def of_ids(tx: Transaction, agent_ids: Sequence[int]) -> list[Agent]:
    """The agents with these ids that exist."""
    rows = await tx.fetch(_SELECT + "and a.id = any($2::bigint[]) order by a.id", tx.workspace_id, list(agent_ids))
    return [_from_row(row) for row in rows]


async def find(tx: Transaction, agent_id: int) -> Agent | None:
    """One agent, or None."""
    row = await tx.fetchrow(_SELECT + "and a.id = $2", tx.workspace_id, agent_id)
    return _from_row(row) if row else None


async def get(tx: Transaction, agent_id: int) -> Agent:
    """One agent. Raises NotFound."""
    agent = await find(tx, agent_id)
    if agent is None:
        raise NotFound("There is no such person in this workspace.")
    return agent


async def create(
    tx: Transaction,
    *,
    name: str,
    email: str,
    role: Role,
    language: Language = "en",
    password_hash: str | None = None,
) -> Agent:
    """A new agent; without a password hash they need an invite.

    Raises Invalid for a wrong name or address, Conflict when the address is taken.
    """
    checks = Checks()
    name = checks.line("name", name, 80)
    email = checks.email("email", email)
    checks.done()
    # The address is unique in the whole installation; on conflict nothing tells whose it is.
    agent_id = await tx.fetchval(
        "insert into agents (workspace_id, email, name, password_hash, role, language, created_at) "
        "values ($1, $2, $3, $4, $5, $6, $7) on conflict (lower(email)) do nothing returning id",
        tx.workspace_id,
        email,
        name,
        password_hash,
        role,
        language,
        clock.now(),
    )
    if agent_id is None:
        raise Conflict("This e-mail address is in use. Choose another one.", fields={"email": "It is in use."})
    tx.happened("AgentChanged", agent_id=agent_id)
    return await get(tx, agent_id)


async def change(tx: Transaction, agent_id: int, wanted: AgentChange) -> Agent:
    """Change an agent. Raises NotFound, Invalid, or Conflict when no active owner would be left."""
    # One lock for all changes of people: two owners must not step down at the same moment.
    await tx.fetch("select id from agents where workspace_id = $1 and role = 'owner' for update", tx.workspace_id)
    old = await get(tx, agent_id)
    checks = Checks()
    name = old.name if wanted.name is None else checks.line("name", wanted.name, 80)
    checks.done()
    role = wanted.role or old.role
    active = old.active if wanted.active is None else wanted.active
    if old.role == "owner" and old.active and not (role == "owner" and active):
        await _need_other_owner(tx, agent_id)
    await tx.execute(
        "update agents set name = $3, role = $4, language = $5, available = $6, active = $7 "
        "where workspace_id = $1 and id = $2",
        tx.workspace_id,
        agent_id,
        name,
        role,
        wanted.language or old.language,
        old.available if wanted.available is None else wanted.available,
        active,
    )
    tx.happened("AgentChanged", agent_id=agent_id)
    return await get(tx, agent_id)


async def _need_other_owner(tx: Transaction, agent_id: int) -> None:
    others = await tx.fetchval(
        "select count(*) from agents where workspace_id = $1 and role = 'owner' and active and id <> $2",
        tx.workspace_id,
        agent_id,
    )
    if not others:
        raise Conflict("This is the last owner. Make somebody else an owner first.")


def check_may_change(role: Role, own_id: int, target: Agent, wanted: AgentChange) -> None:
    """Raises Forbidden unless somebody with `role` may make this change: leads look after agents,
    owners after everyone, and nobody raises their own role."""
    if role == "agent":
        raise Forbidden("Only leads and owners may change people. Ask one of them.")
    if role == "lead" and (target.role == "owner" or wanted.role == "owner"):
        raise Forbidden("Only an owner may change owners. Ask one of them.")
    if target.id == own_id and wanted.role not in (None, target.role) and role != "owner":
        raise Forbidden("Nobody changes their own role. Ask an owner.")
    if target.id == own_id and wanted.active is False:
        raise Invalid("You cannot switch yourself off. Ask another owner.", fields={"active": "It is you."})


async def saw(tx: Transaction, agent_id: int) -> None:
    """Note a sign of life; at most one write in half a minute."""
    await tx.execute(
        "update agents set seen_at = $3::timestamptz where workspace_id = $1 and id = $2 "
        "and (seen_at is null or seen_at < $3::timestamptz - interval '30 seconds')",
        tx.workspace_id,
        agent_id,
        clock.now(),
    )


async def find_password(tx: Transaction, email: str) -> tuple[int, int, str | None] | None:
    """Workspace, agent and password hash of an active agent by e-mail, over every workspace."""
    row = await tx.fetchrow(
        "select workspace_id, id, password_hash from agents where lower(email) = lower($1) and active", email
    )
    return (row["workspace_id"], row["id"], row["password_hash"]) if row else None


async def any_exists(tx: Transaction) -> bool:
    """Whether the transaction sees any agent."""
    return await tx.fetchval("select exists (select from agents)")


async def find_place(tx: Transaction, email: str) -> tuple[int, int] | None:
    """Workspace and id of an agent by e-mail, switched off or not, over every workspace."""
    row = await tx.fetchrow("select workspace_id, id from agents where lower(email) = lower($1)", email)
    return (row["workspace_id"], row["id"]) if row else None


async def get_password_hash(tx: Transaction, agent_id: int) -> str | None:
    """The stored password hash; None while the invite is open. Raises NotFound."""
    row = await tx.fetchrow(
        "select password_hash from agents where workspace_id = $1 and id = $2", tx.workspace_id, agent_id
    )
    if row is None:
        raise NotFound("There is no such person in this workspace.")
    return row["password_hash"]


async def set_password(tx: Transaction, agent_id: int, password_hash: str, *, instead_of: str | None) -> None:
    """Store a new password hash. Raises Conflict when the old one is no longer `instead_of`,
    which is what makes an invite work once."""
    done = await tx.execute(
        "update agents set password_hash = $3 where workspace_id = $1 and id = $2 "
        "and password_hash is not distinct from $4",
        tx.workspace_id,
        agent_id,
        password_hash,
        instead_of,
    )
    if done != "UPDATE 1":
        raise Conflict("The password was changed meanwhile. Sign in with the new one.")
    tx.happened("AgentChanged", agent_id=agent_id)
