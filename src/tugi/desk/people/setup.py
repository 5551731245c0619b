"""The first run: a workspace and its owner. Also how an operator lets somebody in from the command line."""

from __future__ import annotations

from tugi.core.database import Database, Transaction
from tugi.core.errors import Conflict, NotFound
from tugi.desk.people import agents, passwords, sessions, workspaces
from tugi.desk.people.agents import Agent, AgentChange
from tugi.desk.people.checks import Checks, Language

_LOCK = "select pg_advisory_xact_lock(7214003)"


async def is_needed(database: Database) -> bool:
    """Whether nobody can sign in yet."""
    async with database.everywhere() as tx:
        return not await agents.any_exists(tx)


async def set_up(
    database: Database,
    *,
    shop_name: str,
    email: str,
    password: str,
    name: str = "",
    language: Language = "en",
) -> str:
    """Create the workspace and its owner; returns the token of the owner's first session.

    The robot of a new shop suggests only, until its lead lets it answer topic by topic.
    Raises Invalid with every problem by field, Conflict when somebody can sign in already.
    """
    checks = Checks()
    shop_name = checks.line("shop_name", shop_name, 80)
    email = checks.email("email", email)
    passwords.check(checks, "password", password)
    checks.done()
    password_hash = await passwords.hashed(password)
    async with database.everywhere() as tx:
        await tx.execute(_LOCK)
        await _need_empty(tx)
        # A set-up that stopped half-way left its workspace behind.
        workspace_id = await workspaces.find_only_id(tx)
        if workspace_id is None:
            workspace_id = (await workspaces.create(tx, shop_name)).id
    async with database.transaction(workspace_id) as tx:
        await tx.execute(_LOCK)
        await _need_empty(tx)
        await workspaces.update(tx, workspaces.WorkspaceChange(name=shop_name))
        owner = await agents.create(
            tx,
            name=name.strip() or email.partition("@")[0],
            email=email,
            role="owner",
            language=language,
            password_hash=password_hash,
        )
        return await sessions.start(tx, workspace_id, owner.id)


async def _need_empty(tx: Transaction) -> None:
    if await agents.any_exists(tx):
        raise Conflict("This installation is set up already. Sign in.")


async def create_admin(
    database: Database, *, email: str, password: str, name: str = "", shop_name: str = "My shop"
) -> Agent:
    """For `tugi admin create`: an owner with this password, in the only workspace, or in a new one.

    A known address becomes an owner again with the new password, and its other sessions end.
    Raises Invalid, Conflict when the address belongs to another workspace or there are several workspaces.
    """
    checks = Checks()
    email = checks.email("email", email)
    passwords.check(checks, "password", password)
    checks.done()
    password_hash = await passwords.hashed(password)
    async with database.everywhere() as tx:
        await tx.execute(_LOCK)
        known = await agents.find_place(tx, email)
        workspace_id = known[0] if known else await workspaces.find_only_id(tx)
        if workspace_id is None:
            if await workspaces.any_exists(tx):
                raise Conflict("There are several workspaces. Invite the person from the Team screen.")
            workspace_id = (await workspaces.create(tx, shop_name)).id
    async with database.transaction(workspace_id) as tx:
        if known is None:
            name = name.strip() or email.partition("@")[0]
            return await agents.create(tx, name=name, email=email, role="owner", password_hash=password_hash)
        agent_id = known[1]
        old = await agents.get_password_hash(tx, agent_id)
        await agents.set_password(tx, agent_id, password_hash, instead_of=old)
        await sessions.end_all(tx, agent_id)
        return await agents.change(tx, agent_id, AgentChange(name=name.strip() or None, role="owner", active=True))


async def get_only_workspace_id(database: Database) -> int:
    """The workspace commands work in. Raises NotFound when there is none, or none that is the only one."""
    async with database.everywhere() as tx:
        workspace_id = await workspaces.find_only_id(tx)
    if workspace_id is None:
        raise NotFound("There is no workspace, or more than one. Run `tugi admin create` first.")
    return workspace_id
