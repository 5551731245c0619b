"""Channel accounts: one mailbox, page, number or widget of a workspace. Transport only."""

from __future__ import annotations

from tugi.core.database import Transaction


async def ensure_account(tx: Transaction, channel: str, name: str) -> int:
    """The workspace's only account of this channel, made when missing; two at once make one."""
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
