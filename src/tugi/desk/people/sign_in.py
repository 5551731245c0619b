"""Signing in. Only this file writes `sign_in_attempts`."""

from __future__ import annotations

from datetime import timedelta

from tugi.core import clock
from tugi.core.database import Database, Transaction
from tugi.core.errors import Invalid, NotSignedIn, TooMany
from tugi.core.events import Actor
from tugi.desk.people import agents, passwords, sessions

FAILURES = 10
WITHIN = timedelta(minutes=15)


async def sign_in(database: Database, email: str, password: str, address: str) -> str:
    """The token of a new session.

    `address` is the caller's network address: failures are counted by e-mail and address together,
    so that a stranger cannot lock anybody out.
    Raises NotSignedIn with the same words, after the same time, for an unknown address and a wrong
    password; TooMany after 10 failures in 15 minutes.
    """
    email = email.strip().lower()[:254]
    async with database.everywhere() as tx:
        await _count(tx, email, address)
        known = await agents.find_password(tx, email)
    stored = known[2] if known else None
    if not await passwords.matches(password, stored) or known is None:
        raise NotSignedIn("The e-mail address or the password is not right. Check both and try again.")
    workspace_id, agent_id, _ = known
    async with database.everywhere() as tx:
        await _forget(tx, email, address)
    async with database.transaction(workspace_id, Actor("agent", agent_id)) as tx:
        return await sessions.start(tx, workspace_id, agent_id)


async def check_password(database: Database, agent_id: int, password: str, stored: str | None, address: str) -> None:
    """Raises Invalid unless the password is the stored one; failures count as those of signing in."""
    name = f"agent {agent_id}"
    async with database.everywhere() as tx:
        await _count(tx, name, address)
    if not await passwords.matches(password, stored):
        raise Invalid("The old password is not right.", fields={"password.old": "It is not right."})
    async with database.everywhere() as tx:
        await _forget(tx, name, address)


async def _forget(tx: Transaction, email: str, address: str) -> None:
    await tx.execute("delete from sign_in_attempts where email = $1 and address = $2", email, address)


async def _count(tx: Transaction, email: str, address: str) -> None:
    """Counted before the password is looked at, so that parallel guesses count too."""
    at = clock.now()
    await tx.execute("select pg_advisory_xact_lock(hashtextextended($1, 7214002))", f"{email} {address}")
    earlier = await tx.fetch(
        "select at from sign_in_attempts where email = $1 and address = $2 and at > $3 order by at",
        email,
        address,
        at - WITHIN,
    )
    if len(earlier) >= FAILURES:
        wait = (earlier[-FAILURES]["at"] + WITHIN - at).total_seconds()
        raise TooMany(
            "Too many sign-ins failed. Wait a few minutes, or ask the owner for a new invite link.",
            retry_after=max(1, round(wait)),
        )
    await tx.execute("delete from sign_in_attempts where at <= $1", at - WITHIN)
    await tx.execute("insert into sign_in_attempts (email, address, at) values ($1, $2, $3)", email, address, at)
