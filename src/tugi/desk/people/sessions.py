"""Sessions of agents' browsers. A token is known only to its browser; stored is its hash.

Only this file writes `sessions`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from tugi.core import clock, secrets
from tugi.core.database import Transaction
from tugi.desk.people.agents import Role
from tugi.desk.people.checks import Language

LASTS = timedelta(days=30)
# Sliding forward once a day is enough and spares a write on every request.
SLIDES_AFTER = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Session:
    """Who is signed in by a token."""

    workspace_id: int
    agent_id: int
    role: Role
    name: str
    language: Language


async def start(tx: Transaction, workspace_id: int, agent_id: int) -> str:
    """A new session; returns its token, 256 random bits."""
    token = secrets.new_token()
    at = clock.now()
    await tx.execute(
        "insert into sessions (token_hash, workspace_id, agent_id, created_at, expires_at) values ($1, $2, $3, $4, $5)",
        secrets.token_hash(token),
        workspace_id,
        agent_id,
        at,
        at + LASTS,
    )
    await tx.execute("delete from sessions where agent_id = $1 and expires_at < $2", agent_id, at)
    return token


async def find(tx: Transaction, token: str) -> Session | None:
    """The session of a token, in a transaction that sees every workspace.

    None when it ended or expired or its agent was switched off. A session in use slides forward.
    """
    at = clock.now()
    row = await tx.fetchrow(
        "select s.token_hash, s.workspace_id, s.agent_id, s.expires_at, a.role, a.name, a.language "
        "from sessions s join agents a on a.workspace_id = s.workspace_id and a.id = s.agent_id "
        "where s.token_hash = $1 and s.expires_at > $2 and a.active",
        secrets.token_hash(token),
        at,
    )
    if row is None:
        return None
    if row["expires_at"] < at + LASTS - SLIDES_AFTER:
        await tx.execute("update sessions set expires_at = $2 where token_hash = $1", row["token_hash"], at + LASTS)
    return Session(row["workspace_id"], row["agent_id"], row["role"], row["name"], row["language"])


async def end(tx: Transaction, token: str) -> None:
    """End one session; it does not matter whether it still exists."""
    await tx.execute("delete from sessions where token_hash = $1", secrets.token_hash(token))


async def end_all(tx: Transaction, agent_id: int, *, but: str | None = None) -> None:
    """End an agent's sessions, all `but` the one of the given token."""
    kept = secrets.token_hash(but) if but else ""
    await tx.execute(
        "delete from sessions where workspace_id = $1 and agent_id = $2 and token_hash <> $3",
        tx.workspace_id,
        agent_id,
        kept,
    )
