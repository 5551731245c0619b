"""What is read of one mailbox's folders: everything new, history piece by piece, what was left behind.

A mail is stored and committed first; only then it is marked as read or moved, so that whatever happens in between, it
is fetched again or known already.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from tugi.channels.email.oauth import Tokens
from tugi.channels.email.receiving import cursors, folders, leases
from tugi.channels.email.receiving.folders import Cursor, Left
from tugi.channels.email.receiving.imap import Opened
from tugi.channels.email.receiving.line import Fetched, Line
from tugi.channels.email.receiving.standing import Standing
from tugi.channels.email.settings import Receiving
from tugi.core import clock
from tugi.core.database import Database
from tugi.core.files import Files, digest_of
from tugi.core.safe_addresses import Guard
from tugi.desk.cases import deliveries
from tugi.ports import Account


class TakenOver(Exception):
    """Another process reads this mailbox now."""


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Seconds. look: the longest wait before looking again, with IDLE (RFC 2177 asks for under 29 minutes) or without.

    pause, longest: after a failure, doubled each time. peoples: the first pause where a person has to mend something.
    again: how often what the server would not give is asked for once more. limit: factor of all time limits.
    """

    look: float = 60.0
    pause: float = 2.0
    longest: float = 300.0
    peoples: float = 60.0
    again: float = 900.0
    database: float = 2.0
    limit: float = 1.0


@dataclass(frozen=True, slots=True)
class Means:
    """What every mailbox of a process is read with. holder: this process's name in the leases."""

    database: Database
    files: Files
    tokens: Tokens
    guard: Guard
    context: ssl.SSLContext
    holder: str
    rhythm: Rhythm = field(default_factory=Rhythm)


@dataclass(frozen=True, slots=True)
class Place:
    """A folder that is read. sent: it holds what we wrote."""

    folder: str
    sent: bool = False


class Harvest:
    """One mailbox's folders, over the line that is open. Raises ImapFailed, Unavailable, TakenOver."""

    def __init__(self, account: Account, receiving: Receiving, line: Line, standing: Standing, means: Means) -> None:
        self._account = account
        self._receiving = receiving
        self._line = line
        self._standing = standing
        self._means = means
        self.cursors: dict[str, Cursor] = {}
        self._history: dict[str, list[int]] = {}
        self._asked_again = float("-inf")

    def forget(self) -> None:
        """Begin anew from what is stored."""
        self.cursors.clear()
        self._history.clear()
        self._asked_again = float("-inf")

    async def has_news(self, place: Place) -> bool:
        """Whether a folder holds more than was read; it is the selected one afterwards."""
        opened = await self._line.do(self._line.connection.select, place.folder)
        cursor = self.cursors[place.folder]
        return opened.validity != cursor.uid_validity or opened.next_uid > cursor.last_uid + 1

    async def _opened(self, place: Place) -> tuple[Opened, Cursor]:
        """Select the folder; the cursor is made to fit it."""
        opened = await self._line.do(self._line.connection.select, place.folder)
        before = self.cursors.get(place.folder)
        if before is None:
            async with self._means.database.reading(self._account.workspace_id) as tx:
                before = await cursors.find(tx, self._account.id, place.folder)
            if before is not None and before.uid_validity == opened.validity and before.settled_uid < before.last_uid:
                before = await self._finish_marking(place, before)
        cursor = folders.matched(before, place.folder, opened.validity, opened.next_uid, clock.now())
        cursor = folders.reaching_back(cursor, self._receiving.history_days)
        if cursor != before:
            self._history.pop(place.folder, None)
            await self._save(cursor)
        self.cursors[place.folder] = cursor
        return opened, cursor

    async def _save(self, cursor: Cursor) -> None:
        async with self._means.database.transaction(self._account.workspace_id) as tx:
            if not await leases.still_ours(tx, self._account.id, self._means.holder):
                raise TakenOver
            await cursors.save(tx, self._account.id, cursor)
        self.cursors[cursor.folder] = cursor

    async def read_new(self, place: Place) -> bool:
        """All that is new in a folder; whether there was anything."""
        opened, cursor = await self._opened(place)
        connection = self._line.connection
        last = opened.next_uid - 1
        if last <= cursor.last_uid:
            return await self._settled(cursor)
        # What was there before the folder was numbered anew is looked at only as far back as we knew the folder.
        since = cursor.opened_at - timedelta(days=1)
        anew = await self._line.do(connection.uids, cursor.last_uid + 1, min(cursor.anew_uid, last), since)
        uids = anew + await self._line.do(connection.uids, max(cursor.last_uid, cursor.anew_uid) + 1, last)
        while uids:
            cursor = await self._take(place, cursor, uids)
            uids = [uid for uid in uids if uid > cursor.last_uid]
        if cursor.last_uid < last:
            cursor = folders.looked_through(cursor, [last])
            await self._save(replace(cursor, settled_uid=cursor.last_uid))
        return True

    async def _settled(self, cursor: Cursor) -> bool:
        """Note that all is marked, once there is nothing else to note."""
        if cursor.settled_uid < cursor.last_uid:
            await self._save(replace(cursor, settled_uid=cursor.last_uid))
        return False

    async def _take(self, place: Place, cursor: Cursor, uids: Sequence[int]) -> Cursor:
        """Store the first of these new mails, then acknowledge them."""
        window = list(uids[: folders.BATCH_MAILS])
        dealt, fetched = await self._fetch_unknown(cursor, window, history=False)
        after = replace(folders.looked_through(cursor, dealt), settled_uid=cursor.last_uid)
        for uid, said in fetched.left.items():
            after = folders.leaving(after, uid, said)
        await self._store(place, after, fetched.mails, backlog=len(uids) - len(dealt), history=False)
        await self._acknowledge(place, list(fetched.mails))
        return after

    async def _fetch_unknown(
        self, cursor: Cursor, window: Sequence[int], *, history: bool
    ) -> tuple[list[int], Fetched]:
        """What is not stored yet of these mails, as much as makes a batch: (those dealt with by it, what came)."""
        wanted = await self._unknown(cursor, window, history=history)
        if not wanted:
            return list(window), Fetched({})
        batch, fetched = await self._line.fetch(wanted)
        over = next((uid for uid in wanted if uid not in batch), None)
        dealt = list(window if over is None else window[: list(window).index(over)])
        return dealt, Fetched(await self._not_seen(cursor, fetched.mails), fetched.left)

    async def _unknown(self, cursor: Cursor, uids: Sequence[int], *, history: bool) -> list[int]:
        """Those that are not stored yet, also not under an earlier number; in the same order."""
        async with self._means.database.reading(self._account.workspace_id) as tx:
            stored = await cursors.stored(tx, self._account.id, [folders.source_of(cursor, uid) for uid in uids])
        unknown = [uid for uid in uids if folders.source_of(cursor, uid) not in stored]
        renumbered = [uid for uid in unknown if uid <= cursor.anew_uid]
        if not renumbered:
            return unknown
        connection = self._line.connection
        headers = await self._line.do(connection.message_ids, renumbered)
        ids = {uid: folders.message_id_of(header) for uid, header in headers.items()}
        async with self._means.database.reading(self._account.workspace_id) as tx:
            letters = await cursors.known_letters(tx, self._account.id, [one for one in ids.values() if one])
        gone = {uid for uid, letter_id in ids.items() if letter_id in letters}
        if not history:
            arrived = await self._line.do(connection.arrived, renumbered)
            # Older than our knowledge of the folder: the history's business.
            gone |= {uid for uid, at in arrived.items() if at < cursor.opened_at}
        return [uid for uid in unknown if uid not in gone]

    async def _not_seen(self, cursor: Cursor, mails: Mapping[int, bytes]) -> Mapping[int, bytes]:
        """Without those whose very bytes are stored, where numbers changed: a mail without Message-ID, a bounce."""
        renumbered = {uid: digest_of(mails[uid]) for uid in mails if uid <= cursor.anew_uid}
        if not renumbered:
            return mails
        async with self._means.database.reading(self._account.workspace_id) as tx:
            known = await cursors.known_hashes(tx, self._account.id, list(renumbered.values()))
        return {uid: content for uid, content in mails.items() if renumbered.get(uid) not in known}

    async def _store(
        self, place: Place, cursor: Cursor, mails: Mapping[int, bytes], *, backlog: int, history: bool
    ) -> None:
        """Bytes into Files, then all of them and the cursor in one commit."""
        means, workspace_id = self._means, self._account.workspace_id
        digests = await asyncio.gather(*(means.files.put(workspace_id, content) for content in mails.values()))
        async with means.database.transaction(workspace_id) as tx:
            if not await leases.still_ours(tx, self._account.id, means.holder):
                raise TakenOver
            for (uid, content), digest in zip(mails.items(), digests, strict=True):
                await deliveries.store(
                    tx,
                    self._account.id,
                    source=folders.source_of(cursor, uid),
                    hash=digest,
                    size=len(content),
                    envelope={"folder": place.folder},
                    sent_by_us=place.sent,
                    history=history,
                )
            await cursors.save(tx, self._account.id, cursor)
            others = [one for one in self.cursors.values() if one.folder != cursor.folder]
            await self._standing.stored(tx, [*others, cursor], len(mails), backlog, history=history)
        self.cursors[cursor.folder] = cursor

    async def _acknowledge(self, place: Place, uids: Sequence[int]) -> None:
        """What is committed is marked or moved as the shop wishes; a folder of sent mail stays as it is."""
        receiving, connection = self._receiving, self._line.connection
        if not uids or place.sent or receiving.after == "nothing":
            return
        if receiving.after == "move" and receiving.move_to and receiving.move_to != place.folder:
            await self._line.do(connection.move, uids, receiving.move_to)
        else:
            await self._line.do(connection.mark_seen, uids)

    async def read_history(self, places: Sequence[Place]) -> bool:
        """One piece of one folder's history, the newest first, in turns; whether there was any."""
        waiting = [one for one in places if (c := self.cursors.get(one.folder)) and c.backfill_uid is not None]
        if not waiting:
            return False
        place = min(waiting, key=lambda one: self.cursors[one.folder].backfill_done)
        _, cursor = await self._opened(place)
        if cursor.backfill_uid is None:
            return True
        if place.folder not in self._history:
            below, since = cursor.backfill_uid - 1, cursor.history_since
            self._history[place.folder] = await self._line.do(self._line.connection.uids, 1, below, since)
        uids = self._history[place.folder]
        dealt, fetched = await self._fetch_unknown(cursor, uids[: -folders.BATCH_MAILS - 1 : -1], history=True)
        after = folders.history_read(cursor, dealt, len(uids) - len(dealt), len(fetched.mails))
        for uid, said in fetched.left.items():
            after = folders.leaving(after, uid, said, history=True)
        # The oldest of a piece first: an answer comes after what it answers.
        await self._store(place, after, dict(sorted(fetched.mails.items())), backlog=0, history=True)
        del uids[len(uids) - len(dealt) :]
        return True

    async def ask_again(self, places: Sequence[Place]) -> None:
        """Once in a while: what the server would not give before."""
        if clock.monotonic() - self._asked_again < self._means.rhythm.again:
            return
        self._asked_again = clock.monotonic()
        for place in places:
            for left in self.cursors[place.folder].left_behind:
                if left.tries < folders.TRIES:
                    await self._fetch_left(place, left)

    async def _fetch_left(self, place: Place, left: Left) -> None:
        _, cursor = await self._opened(place)
        if left not in cursor.left_behind:
            # The folder was numbered anew: its number is another mail's.
            return
        batch, fetched = await self._line.fetch([left.uid])
        if not batch:
            return
        if left.uid in fetched.left:
            await self._save(folders.leaving(cursor, left.uid, fetched.left[left.uid], history=left.history))
            return
        after = folders.fetched_after_all(cursor, [left.uid])
        await self._store(place, after, fetched.mails, backlog=0, history=left.history)
        if not left.history:
            await self._acknowledge(place, list(fetched.mails))

    async def _finish_marking(self, place: Place, cursor: Cursor) -> Cursor:
        """Mark or move what was stored just before an earlier process died."""
        uids = await self._line.do(self._line.connection.uids, cursor.settled_uid + 1, cursor.last_uid)
        async with self._means.database.reading(self._account.workspace_id) as tx:
            known = await cursors.stored(tx, self._account.id, [folders.source_of(cursor, uid) for uid in uids])
        await self._acknowledge(place, [uid for uid in uids if folders.source_of(cursor, uid) in known])
        return replace(cursor, settled_uid=cursor.last_uid)
