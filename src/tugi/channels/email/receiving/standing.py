"""What people see of a mailbox: when it was last well, what is wrong, how much is still to read.

Kept in the account's health: last_connected_at, last_mail_at, backlog, failing_since, failure {code, said},
backfill {done, left}, sent_folder. An event only where something changed that people look at.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tugi.channels.email.receiving import cursors
from tugi.channels.email.receiving.failing import ImapFailed
from tugi.channels.email.receiving.folders import Cursor
from tugi.core import clock
from tugi.core.database import Database, Transaction
from tugi.desk.cases import accounts

# A connection that is lost once and found again is nobody's concern.
PASSING = {"lost", "slow", "unreachable", "answer"}
# How often it is said that all is well, and how often that history has moved on.
WELL_SECONDS = 60.0
PROGRESS_SECONDS = 5.0


class Standing:
    """One mailbox's health as it was last told."""

    def __init__(self, database: Database, workspace_id: int, account_id: int) -> None:
        self._database = database
        self._workspace_id = workspace_id
        self._account_id = account_id
        self._failure: str | None = None
        self._known = False
        self._well_at = float("-inf")
        self._progress_at = float("-inf")
        self.failures = 0

    async def failed(self, error: ImapFailed) -> None:
        """The mailbox cannot be read; what may pass is told when it comes twice in a row. Raises Unavailable."""
        self.failures += 1
        self._well_at = float("-inf")
        if error.code in PASSING and self.failures < 2:
            return
        async with self._database.transaction(self._workspace_id) as tx:
            await self._tell_failure(tx, {"code": error.code, "said": error.said}, {})

    async def well(self, all_cursors: Sequence[Cursor], missing: Sequence[str], sent_folder: str | None) -> None:
        """The server answered; what it would not give is told all the same. Raises Unavailable."""
        self.failures = 0
        failure = _shortcoming(all_cursors, missing)
        due = clock.monotonic() - self._well_at > WELL_SECONDS
        if not due and self._known and (failure["code"] if failure else None) == self._failure:
            return
        seen = {"last_connected_at": clock.now(), "sent_folder": sent_folder, "backfill": cursors.progress(all_cursors)}
        async with self._database.transaction(self._workspace_id) as tx:
            await self._tell_failure(tx, failure, seen)
        self._well_at = clock.monotonic()

    async def _tell_failure(self, tx: Transaction, failure: dict[str, Any] | None, more: dict[str, Any]) -> None:
        before = await accounts.health_of(tx, self._account_id)
        old, code = before.get("failure") or {}, failure["code"] if failure else None
        since = None if failure is None else before.get("failing_since") if old else clock.now()
        tell = old.get("code") != code or "last_connected_at" not in before
        health = {"failure": failure, "failing_since": since, **more}
        await accounts.note_health(tx, self._account_id, health, tell=tell)
        self._failure, self._known = code, True

    async def stored(
        self, tx: Transaction, all_cursors: Sequence[Cursor], mails: int, backlog: int, *, history: bool
    ) -> None:
        """In the transaction that stores mails: how many came, and how many wait."""
        self.failures = 0
        health: dict[str, Any] = {"backlog": backlog, "backfill": cursors.progress(all_cursors)}
        if mails and not history:
            health["last_mail_at"] = clock.now()
        ended = history and not any(one.backfill_left for one in all_cursors)
        tell = history and (ended or clock.monotonic() - self._progress_at > PROGRESS_SECONDS)
        if tell:
            self._progress_at = clock.monotonic()
        await accounts.note_health(tx, self._account_id, health, tell=tell)


def _shortcoming(all_cursors: Sequence[Cursor], missing: Sequence[str]) -> dict[str, Any] | None:
    """What is wrong with a mailbox that can be read."""
    if missing:
        names = ", ".join(missing)
        return {"code": "folder", "said": f"The mailbox has no folder {names} that can be opened. Choose another."}
    left = [(cursor.folder, one) for cursor in all_cursors for one in cursor.left_behind]
    if not left:
        return None
    folder, first = left[0]
    which = f"{len(left)}; the first is number {first.uid} in {folder}"
    return {
        "code": "unfetched",
        "said": f"Mails that could not be fetched: {which}. {first.said}",
        "mails": [{"folder": folder, "uid": one.uid, "said": one.said} for folder, one in left[:20]],
    }
