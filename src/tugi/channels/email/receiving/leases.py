"""Who reads which mailbox: one process at a time. The only writer of `mailbox_readers`.

A lease is kept by saying so again, and taken over when its holder has been silent for too long. Its time is the
database's own, so that machines whose clocks differ agree.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from tugi.core.database import Transaction

TAKE = """
insert into mailbox_readers (workspace_id, channel_account_id, holder, held_until)
select w, a, $3, now() + make_interval(secs => $4) from unnest($1::bigint[], $2::bigint[]) as wanted(w, a)
on conflict (workspace_id, channel_account_id) do update set holder = excluded.holder, held_until = excluded.held_until
where mailbox_readers.holder = excluded.holder or mailbox_readers.held_until < now()
returning channel_account_id
"""


async def take(tx: Transaction, wanted: Mapping[int, int], holder: str, seconds: float) -> set[int]:
    """Hold these accounts {account id: workspace id} for so long; returns those that are ours now."""
    rows = await tx.fetch(TAKE, list(wanted.values()), list(wanted), holder, seconds)
    return {row["channel_account_id"] for row in rows}


async def still_ours(tx: Transaction, account_id: int, holder: str) -> bool:
    """Whether nobody took the account over; until the commit nobody can."""
    found = await tx.fetchval(
        "select holder from mailbox_readers where workspace_id = $1 and channel_account_id = $2 for share",
        tx.workspace_id,
        account_id,
    )
    return found == holder


async def give_back(tx: Transaction, account_ids: Collection[int], holder: str) -> None:
    """Let others read these at once."""
    await tx.execute(
        "delete from mailbox_readers where holder = $1 and channel_account_id = any($2)", holder, list(account_ids)
    )
