"""`tugi import`: the mails of earlier years, with their customers, cases and answers.

First every mail is stored raw, then all are taken in from the oldest to the newest, so that an answer finds what it
answers. Stopped anywhere, the same command goes on; a mail that is there already is passed over. Nothing is sent, no
clock runs, and the robot stays silent.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import structlog

from tugi.channels.email.receiving import folders
from tugi.channels.email.receiving.harvest import Place
from tugi.channels.email.receiving.imap import Connection
from tugi.channels.email.receiving.line import Line
from tugi.channels.email.receiving.mailboxes import CHANNEL
from tugi.channels.email.settings import mailbox_of
from tugi.core import clock
from tugi.core.database import Database
from tugi.core.errors import Invalid, Unavailable
from tugi.core.files import Files, digest_of
from tugi.desk.cases import accounts, careful, deliveries, doors
from tugi.desk.cases.intake import Intake
from tugi.ports import Account

log = structlog.get_logger("tugi.import")
Say = Callable[[str], None]
Connect = Callable[[Account], Awaitable[Connection]]
BATCH_MAILS = 100
BATCH_BYTES = 16 << 20
TELL_SECONDS = 2.0
TRIES = 4
TAKEN_AT_ONCE = 25
WAIT_SECONDS = 2.0
_HEAD = re.compile(rb"\r?\n\r?\n")
_DATE = re.compile(rb"^Date:[ \t]*([^\r\n]{1,100})", re.IGNORECASE | re.MULTILINE)
_FROM = re.compile(rb"^From:((?:[^\r\n]*(?:\r?\n[ \t][^\r\n]*)*))", re.IGNORECASE | re.MULTILINE)
_ADDRESS = re.compile(rb"[^\s<>\"',;:()]+@[^\s<>\"',;:()]+")
_OLDEST = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Found:
    """A mail to import. source: its name, by which it is known the next time. sent: it lay among what we sent."""

    raw: bytes
    source: str
    sent: bool = False


@dataclass(slots=True)
class Done:
    """What became of an import. read: mails looked at; stored: new ones; taken: taken in, by outcome."""

    read: int = 0
    stored: int = 0
    taken: int = 0
    outcomes: dict[str, int] = field(default_factory=dict[str, int])


async def account_for(database: Database, workspace_id: int, address: str) -> Account:
    """The mailbox's account; made, switched off, where the address was never connected. Raises Invalid."""
    plain = address.strip().lower()
    if "@" not in plain:
        raise Invalid("--mailbox must be the address that these mails were sent to, such as info@shop.example.")
    async with database.transaction(workspace_id) as tx:
        found = await accounts.find_by_address(tx, CHANNEL, plain)
        if found is not None:
            return found
        account_id = await accounts.create(tx, CHANNEL, plain, plain, {}, None)
        await accounts.update(tx, account_id, active=False)
        return await accounts.get(tx, account_id)


async def from_files(mails: Iterator[bytes]) -> AsyncIterator[Found]:
    """Mails of files; reading them holds up nothing else."""
    while (raw := await asyncio.to_thread(next, mails, None)) is not None:
        yield Found(raw, f"import:{digest_of(raw)}")


async def from_imap(account: Account, connect: Connect) -> AsyncIterator[Found]:
    """All mails of the account's folders and of its sent folder, the newest first. Raises what connecting raises."""
    receiving = mailbox_of(account).receiving
    line = Line(f"import-{account.id}")
    try:
        await line.open(await connect(account))
        sent = receiving.sent_folder or folders.sent_folder(await line.do(line.connection.folders))
        names = [name for name in dict.fromkeys(receiving.folders) if name != sent]
        for place in [*map(Place, names), *([Place(sent, sent=True)] if sent else [])]:
            opened = await line.do(line.connection.select, place.folder)
            cursor = folders.first_seen(place.folder, opened.validity, opened.next_uid, clock.now())
            uids = (await line.do(line.connection.uids, 1, cursor.last_uid))[::-1]
            while uids:
                batch, fetched = await line.fetch(uids[: folders.BATCH_MAILS])
                uids = uids[len(batch) :]
                for uid, raw in fetched.mails.items():
                    yield Found(raw, folders.source_of(cursor, uid), place.sent)
    finally:
        await line.hang_up()
        line.end()


class Import:
    """One import into one account."""

    def __init__(self, database: Database, files: Files, intake: Callable[[Database], Intake], tell: Say) -> None:
        # What is imported has had its consequences: no job follows.
        self._database = database.quietly()
        self._files = files
        self._intake = intake(self._database)
        self._tell = tell
        self._told_at = clock.monotonic()
        self._began = self._told_at

    async def run(self, account: Account, mails: AsyncIterator[Found], own: frozenset[str]) -> Done:
        """Store all mails, then take them in, oldest first. own: addresses that we wrote from."""
        done, dates = Done(), dict[str, datetime]()
        batch: list[Found] = []
        size, date = 0, _OLDEST
        async for one in mails:
            # Without a date it stays with those it lies among.
            date = dates[one.source] = date_of(one.raw) or date
            done.read += 1
            batch.append(one)
            size += len(one.raw)
            if len(batch) >= BATCH_MAILS or size > BATCH_BYTES:
                done.stored += await self._store(account, batch, own)
                batch, size = [], 0
                self._say(f"{done.read:>8,} mails read, {done.stored:,} of them new")
        done.stored += await self._store(account, batch, own)
        self._tell(f"{done.read:>8,} mails read, {done.stored:,} of them new.")
        await self._take_in(account, dates, done)
        return done

    async def _store(self, account: Account, batch: list[Found], own: frozenset[str]) -> int:
        put = [self._files.put(account.workspace_id, one.raw) for one in batch]
        digests = await asyncio.gather(*put)
        stored = 0
        async with self._database.transaction(account.workspace_id) as tx:
            for one, digest in zip(batch, digests, strict=True):
                delivery_id = await deliveries.store(
                    tx,
                    account.id,
                    source=one.source,
                    hash=digest,
                    size=len(one.raw),
                    sent_by_us=one.sent or sender_of(one.raw) in own,
                    history=True,
                )
                stored += delivery_id is not None
        return stored

    async def _take_in(self, account: Account, dates: dict[str, datetime], done: Done) -> None:
        """Everything of the account's history that still waits, also from an import that was stopped."""
        async with self._database.reading(account.workspace_id) as tx:
            rows = await tx.fetch(
                "select id, source, attempts from deliveries where workspace_id = $1 and channel_account_id = $2 "
                "and status = 'waiting' and history order by id",
                account.workspace_id,
                account.id,
            )
        waiting = sorted(rows, key=lambda row: (dates.get(row["source"], _OLDEST), row["id"]))
        for start in range(0, len(waiting), TAKEN_AT_ONCE):
            some = waiting[start : start + TAKEN_AT_ONCE]
            doubted = any(row["attempts"] for row in some)
            await self._take_some(account.workspace_id, [row["id"] for row in some], doubted=doubted)
            done.taken = min(start + TAKEN_AT_ONCE, len(waiting))
            self._say(f"{done.taken:>8,} of {len(waiting):,} taken in")
        async with self._database.reading(account.workspace_id) as tx:
            counted = await tx.fetch(
                "select coalesce(outcome, status) as what, count(*) as many from deliveries "
                "where workspace_id = $1 and id = any($2) group by 1",
                account.workspace_id,
                [row["id"] for row in waiting],
            )
        done.outcomes = {row["what"]: row["many"] for row in counted}

    async def _take_some(self, workspace_id: int, delivery_ids: list[int], *, doubted: bool) -> None:
        """In one commit where that goes, else one by one; so too where an earlier import ended amid them."""
        if not doubted:
            await self._begin(workspace_id, delivery_ids)
            try:
                if await self._intake.take_in_batch(workspace_id, delivery_ids):
                    return
            except Unavailable as error:
                log.warning("batch not taken in", why=error.message)
            except Exception:
                log.exception("batch not taken in")
            await self._survived(workspace_id, delivery_ids)
        for delivery_id in delivery_ids:
            if (await self._begin(workspace_id, [delivery_id])).get(delivery_id, 0) > careful.DEATHS:
                async with self._database.transaction(workspace_id) as tx:
                    await deliveries.quarantine(tx, delivery_id, careful.ENDED, "ended")
                continue
            await self._take(workspace_id, delivery_id)

    async def _begin(self, workspace_id: int, delivery_ids: list[int]) -> dict[int, int]:
        async with self._database.transaction(workspace_id) as tx:
            return await deliveries.begin(tx, delivery_ids)

    async def _survived(self, workspace_id: int, delivery_ids: list[int]) -> None:
        async with self._database.transaction(workspace_id) as tx:
            await deliveries.survived(tx, delivery_ids)

    async def _take(self, workspace_id: int, delivery_id: int) -> None:
        """One mail; a fault of ours with it keeps it visible and goes on with the next. Raises Unavailable at last."""
        ids = {"workspace_id": workspace_id, "delivery_id": delivery_id}
        for left in range(TRIES, -1, -1):
            try:
                await self._intake.take_in(ids)
                return
            except Unavailable as error:
                if not left:
                    await self._survived(workspace_id, [delivery_id])
                    raise
                self._tell(f"{error.message} Waiting.")
                await asyncio.sleep(WAIT_SECONDS)
            except Exception:
                if not left:
                    log.exception("mail could not be taken in", delivery=delivery_id)
                    await self._intake.gave_up(ids)
                    return

    def _say(self, line: str) -> None:
        now = clock.monotonic()
        if now - self._told_at > TELL_SECONDS:
            self._told_at = now
            self._tell(f"{line}, {now - self._began:,.0f} s")


def date_of(raw: bytes) -> datetime | None:
    """When a mail says it was written, to put mails in order; None where it does not say."""
    found = _DATE.search(_head(raw))
    try:
        at = parsedate_to_datetime(found[1].decode("latin-1")) if found else None
        return None if at is None else at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def sender_of(raw: bytes) -> str:
    """The address in From, without what follows a plus; "" where there is none."""
    field = _FROM.search(_head(raw))
    found = _ADDRESS.findall(field[1]) if field else []
    return doors.base_address(found[-1].decode("latin-1")) if found else ""


def _head(raw: bytes) -> bytes:
    found = _HEAD.search(raw)
    return raw[: found.start()] if found else raw


def summary(done: Done) -> list[str]:
    """What became of an import, as lines to read."""
    names = {
        "message": "messages",
        "repeated": "were there already",
        "bounce": "told of mails that did not arrive",
        "report": "reports",
        "own": "were known as ours",
        "quarantined": "could not be understood: see them under Channels",
    }
    lines = [f"{done.read:,} mails read, {done.read - done.stored:,} of them known by an earlier import."]
    return lines + [f"{done.outcomes[what]:>8,} {said}" for what, said in names.items() if what in done.outcomes]
