"""Invites: signed links by which a new agent, or one who forgot, chooses a password."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from tugi.core import clock, secrets
from tugi.core.database import Database, Transaction
from tugi.core.errors import NotFound, NotSignedIn
from tugi.core.events import Actor
from tugi.desk.people import agents, passwords, sessions, workspaces
from tugi.desk.people.checks import Checks, Language

HOURS = 72
_PURPOSE = "invite"
_GONE = "This invite is no longer valid. Ask for a new one."


@dataclass(frozen=True, slots=True)
class Invite:
    """Whom an invite is for and to which shop."""

    workspace_id: int
    agent_id: int
    name: str
    email: str
    language: Language
    shop_name: str


def _stamp(password_hash: str | None) -> str:
    return secrets.token_hash(password_hash or "")[:16]


async def create(tx: Transaction, secret: str, agent_id: int) -> str:
    """A token by which the agent chooses a password, once, within 72 hours.

    `secret` signs tokens of this installation. Raises NotFound.
    """
    password_hash = await agents.get_password_hash(tx, agent_id)
    expires = clock.now() + timedelta(hours=HOURS)
    claims: dict[str, object] = {
        "workspace": tx.workspace_id,
        "agent": agent_id,
        # Choosing a password changes the stamp: that is what makes the token work once.
        "stamp": _stamp(password_hash),
        "exp": int(expires.timestamp()),
    }
    return secrets.sign(secret, _PURPOSE, claims)


def _claims(secret: str, token: str) -> tuple[int, int, str]:
    try:
        claims = secrets.verify(secret, _PURPOSE, token)
        workspace_id, agent_id, stamp = claims["workspace"], claims["agent"], claims["stamp"]
    except (NotSignedIn, KeyError, ValueError) as error:
        raise NotFound(_GONE) from error
    if not isinstance(workspace_id, int) or not isinstance(agent_id, int):
        raise NotFound(_GONE)
    return workspace_id, agent_id, str(stamp)


async def get(database: Database, secret: str, token: str) -> Invite:
    """Whom the invite is for. Raises NotFound when it is false, expired, used, or its agent is gone."""
    workspace_id, agent_id, stamp = _claims(secret, token)
    async with database.reading(workspace_id) as tx:
        agent = await agents.find(tx, agent_id)
        if agent is None or not agent.active:
            raise NotFound(_GONE)
        if not secrets.same(stamp, _stamp(await agents.get_password_hash(tx, agent_id))):
            raise NotFound(_GONE)
        shop = await workspaces.get(tx)
    return Invite(workspace_id, agent_id, agent.name, agent.email, agent.language, shop.name)


async def accept(database: Database, secret: str, token: str, password: str) -> str:
    """Store the chosen password, end the agent's other sessions, start one; returns its token.

    Raises Invalid for a password too short or long, NotFound as `get`, Conflict when used meanwhile.
    """
    checks = Checks()
    passwords.check(checks, "password", password)
    checks.done()
    invite = await get(database, secret, token)
    _, _, stamp = _claims(secret, token)
    new = await passwords.hashed(password)
    async with database.transaction(invite.workspace_id, Actor("agent", invite.agent_id)) as tx:
        old = await agents.get_password_hash(tx, invite.agent_id)
        if not secrets.same(stamp, _stamp(old)):
            raise NotFound(_GONE)
        await agents.set_password(tx, invite.agent_id, new, instead_of=old)
        await sessions.end_all(tx, invite.agent_id)
        return await sessions.start(tx, invite.workspace_id, invite.agent_id)
