"""Channel accounts: one mailbox, page, number or widget of a workspace. Transport only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tugi.core import clock
from tugi.core.database import Row, Transaction
from tugi.core.errors import Conflict, NotFound
from tugi.core.sealing import Seal
from tugi.ports import Account, NotCarried

SELECT = "select id, workspace_id, channel, name, address, active, settings, sealed from channel_accounts "


async def ensure_account(tx: Transaction, channel: str, name: str) -> int:
    """The workspace's first account of this channel, made when missing; two at once make one."""
    found = await tx.fetchval(
        "select min(id) from channel_accounts where workspace_id = $1 and channel = $2", tx.workspace_id, channel
    )
    if found is not None:
        return found
    await tx.execute("select pg_advisory_xact_lock(hashtextextended($1, $2))", f"account:{channel}", tx.workspace_id)
    return await tx.fetchval(
        "with known as (select min(id) as id from channel_accounts where workspace_id = $1 and channel = $2), "
        "made as (insert into channel_accounts (workspace_id, channel, name) "
        "select $1, $2, $3 from known where id is null returning id) "
        "select coalesce((select id from made), (select id from known))",
        tx.workspace_id,
        channel,
        name,
    )


@dataclass(frozen=True, slots=True)
class Standing:
    """An account with what was last seen of its health; its secrets are not opened."""

    account: Account
    health: dict[str, Any]
    created_at: datetime


async def list_all(tx: Transaction) -> list[Standing]:
    """The workspace's accounts that have an address, switched off ones too; oldest first."""
    rows = await tx.fetch(
        "select id, workspace_id, channel, name, address, active, settings, sealed, health, created_at "
        "from channel_accounts where workspace_id = $1 and address is not null order by id",
        tx.workspace_id,
    )
    return [Standing(_account(row, None), dict(row["health"]), row["created_at"]) for row in rows]


async def find_by_address(tx: Transaction, channel: str, address: str) -> Account | None:
    """The account of an address: the one that is on, else the newest that is off."""
    row = await tx.fetchrow(
        SELECT + "where workspace_id = $1 and channel = $2 and lower(address) = lower($3) "
        "order by active desc, id desc limit 1",
        tx.workspace_id,
        channel,
        address,
    )
    return _account(row, None) if row is not None else None


async def create(
    tx: Transaction, channel: str, name: str, address: str, settings: Mapping[str, Any], sealed: bytes | None
) -> int:
    """A new account's id. Raises Conflict when the address has an active account already."""
    account_id = await tx.fetchval(
        "insert into channel_accounts (workspace_id, channel, name, address, settings, sealed, created_at) "
        "values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing returning id",
        tx.workspace_id,
        channel,
        name,
        address,
        dict(settings),
        sealed,
        clock.now(),
    )
    if account_id is None:
        raise Conflict(f"{address} is connected already.", fields={"address": "connected already"})
    tx.happened("ChannelChanged", account_id=account_id)
    return account_id


async def update(
    tx: Transaction,
    account_id: int,
    *,
    name: str | None = None,
    active: bool | None = None,
    settings: Mapping[str, Any] | None = None,
    sealed: bytes | None = None,
) -> None:
    """Change what is given. Raises NotFound."""
    tag = await tx.execute(
        "update channel_accounts set name = coalesce($3, name), active = coalesce($4, active), "
        "settings = coalesce($5::jsonb, settings), sealed = coalesce($6, sealed) where workspace_id = $1 and id = $2",
        tx.workspace_id,
        account_id,
        name,
        active,
        dict(settings) if settings is not None else None,
        sealed,
    )
    if tag != "UPDATE 1":
        raise NotFound("There is no such channel.")
    tx.happened("ChannelChanged", account_id=account_id)


async def note_health(tx: Transaction, account_id: int, health: Mapping[str, Any], *, tell: bool) -> None:
    """Merge what was seen of the account's health; `tell`: people should see it at once."""
    await tx.execute(
        "update channel_accounts set health = health || $3::jsonb where workspace_id = $1 and id = $2",
        tx.workspace_id,
        account_id,
        dict(health),
    )
    if tell:
        tx.happened("ChannelChanged", account_id=account_id)


async def note_sending(tx: Transaction, account_id: int, failure: NotCarried | None) -> None:
    """Whether the account can send: what is wrong and since when, or that all is well."""
    before = await health_of(tx, account_id)
    health: dict[str, Any] = {"sending_failure": None, "sending_failing_since": None}
    if failure is not None:
        health["sending_failure"] = {"code": failure.fault, "said": str(failure)}
        health["sending_failing_since"] = before.get("sending_failing_since") or clock.now()
    else:
        health["last_sent_at"] = clock.now()
    told = (before.get("sending_failure") or {}).get("code") != (failure.fault if failure else None)
    await note_health(tx, account_id, health, tell=told)


async def health_of(tx: Transaction, account_id: int) -> dict[str, Any]:
    """What was last seen of the account's health."""
    found = await tx.fetchval(
        "select health from channel_accounts where workspace_id = $1 and id = $2", tx.workspace_id, account_id
    )
    return dict(found or {})


async def get(tx: Transaction, account_id: int, seal: Seal | None = None) -> Account:
    """One account; its secrets only with the seal. Raises NotFound."""
    row = await tx.fetchrow(SELECT + "where workspace_id = $1 and id = $2", tx.workspace_id, account_id)
    if row is None:
        raise NotFound("There is no such channel.")
    return _account(row, seal)


async def of_channel(tx: Transaction, channel: str, seal: Seal | None = None) -> list[Account]:
    """The channel's active accounts; of all workspaces in a transaction that sees them all."""
    rows = await tx.fetch(
        SELECT + "where channel = $1 and active and (workspace_id = $2 or $2 = 0) order by id", channel, tx.workspace_id
    )
    return [_account(row, seal) for row in rows]


def purpose(workspace_id: int) -> str:
    """What an account's secrets are sealed for."""
    return f"channel account of {workspace_id}"


def _account(row: Row, seal: Seal | None) -> Account:
    return Account(
        id=row["id"],
        workspace_id=row["workspace_id"],
        channel=row["channel"],
        name=row["name"],
        address=row["address"],
        active=row["active"],
        settings=row["settings"],
        secrets=seal.open(purpose(row["workspace_id"]), row["sealed"]) if seal else {},
    )
