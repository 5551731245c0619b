"""Where reading stands, folder by folder: the only writer of `folder_cursors`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict

from tugi.channels.email.receiving.folders import Cursor, Left
from tugi.core import clock
from tugi.core.database import Row, Transaction

SELECT = """
select folder, uid_validity, last_uid, opened_at, settled_uid, anew_uid, history_since, backfill_uid, backfill_left,
       backfill_done, left_behind
from folder_cursors where workspace_id = $1 and channel_account_id = $2
"""
SAVE = """
insert into folder_cursors (
    workspace_id, channel_account_id, changed_at, folder, uid_validity, last_uid, opened_at, settled_uid, anew_uid,
    history_since, backfill_uid, backfill_left, backfill_done, left_behind)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
on conflict (workspace_id, channel_account_id, folder) do update set
    changed_at = excluded.changed_at, uid_validity = excluded.uid_validity, last_uid = excluded.last_uid,
    settled_uid = excluded.settled_uid, anew_uid = excluded.anew_uid, history_since = excluded.history_since,
    backfill_uid = excluded.backfill_uid, backfill_left = excluded.backfill_left,
    backfill_done = excluded.backfill_done, left_behind = excluded.left_behind
"""


async def find(tx: Transaction, account_id: int, folder: str) -> Cursor | None:
    """Where reading of one folder stands."""
    row = await tx.fetchrow(SELECT + "and folder = $3", tx.workspace_id, account_id, folder)
    return _cursor(row) if row else None


async def list_all(tx: Transaction, account_id: int) -> list[Cursor]:
    """Where reading of every folder stands that was ever read."""
    rows = await tx.fetch(SELECT + "order by folder", tx.workspace_id, account_id)
    return [_cursor(row) for row in rows]


async def save(tx: Transaction, account_id: int, cursor: Cursor) -> None:
    """Keep where reading stands, in the transaction that stores what was read."""
    await tx.execute(
        SAVE,
        tx.workspace_id,
        account_id,
        clock.now(),
        cursor.folder,
        cursor.uid_validity,
        cursor.last_uid,
        cursor.opened_at,
        cursor.settled_uid,
        cursor.anew_uid,
        cursor.history_since,
        cursor.backfill_uid,
        cursor.backfill_left,
        cursor.backfill_done,
        [asdict(one) for one in cursor.left_behind],
    )


async def stored(tx: Transaction, account_id: int, sources: Sequence[str]) -> set[str]:
    """Which of these sources are deliveries already."""
    rows = await tx.fetch(
        "select source from deliveries where workspace_id = $1 and channel_account_id = $2 and source = any($3)",
        tx.workspace_id,
        account_id,
        sources,
    )
    return {row["source"] for row in rows}


async def known_letters(tx: Transaction, account_id: int, letter_ids: Iterable[str]) -> set[str]:
    """Which of these Message-IDs are letters of the account, or ours."""
    rows = await tx.fetch(
        "select l.letter_id from letters l left join deliveries d "
        "on d.workspace_id = l.workspace_id and d.id = l.delivery_id "
        "where l.workspace_id = $1 and l.letter_id = any($3) and coalesce(d.channel_account_id, $2) = $2",
        tx.workspace_id,
        account_id,
        list(letter_ids),
    )
    return {row["letter_id"] for row in rows}


async def known_hashes(tx: Transaction, account_id: int, hashes: Sequence[str]) -> set[str]:
    """Which of these bytes (SHA-256 in hex) are deliveries of the account."""
    rows = await tx.fetch(
        "select distinct hash from deliveries where workspace_id = $1 and channel_account_id = $2 and hash = any($3)",
        tx.workspace_id,
        account_id,
        hashes,
    )
    return {row["hash"] for row in rows}


def progress(cursors: Sequence[Cursor]) -> Mapping[str, int] | None:
    """How far the history of a mailbox has been read: {"done", "left"}; None when none was asked for."""
    asked = [one for one in cursors if one.history_since is not None]
    if not asked:
        return None
    return {"done": sum(one.backfill_done for one in asked), "left": sum(one.backfill_left for one in asked)}


def _cursor(row: Row) -> Cursor:
    values = dict(row)
    return Cursor(**{**values, "left_behind": tuple(Left(**one) for one in values["left_behind"])})
