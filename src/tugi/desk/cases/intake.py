"""Intake: the job that makes of a raw delivery what it is, in one transaction, however often it runs.

The raw bytes are stored and acknowledged by then. Understanding them happens outside any transaction and in a thread;
what cannot be understood is quarantined with a sentence, and the next one is not kept waiting.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import structlog

from tugi.core.batches import Batches
from tugi.core.database import Database
from tugi.core.errors import Conflict, Invalid, NotFound, TugiError, Unavailable
from tugi.core.files import Files
from tugi.desk.cases import attachments, deliveries, filing, pictures
from tugi.desk.cases.attachments import Kept
from tugi.desk.cases.incoming import Incoming, Overtaken
from tugi.desk.cases.storable import storable
from tugi.ports import Account, Channel, Letter, Part, Unreadable, UnreadableCode

log = structlog.get_logger("tugi.intake")
# Longer than the largest mail takes on a busy machine; a reader that hangs holds nobody up for longer.
READING_SECONDS = 60.0
# Those that come together are read within this, or each by itself.
TOGETHER_SECONDS = 3.0
MOST_TOGETHER = 20
# Bytes of those that are held in memory at the same time; more than this is read one by one.
LARGEST_TOGETHER = 4 << 20
# Two that are stored at once wait for each other, and the second tries anew.
TRIES = 5

READ = """
select d.id as delivery_id, d.status, d.hash, d.size, d.envelope, d.sent_by_us, d.history, d.received_at,
       a.id, a.workspace_id, a.channel, a.name, a.address, a.active, a.settings
from deliveries d join channel_accounts a on a.workspace_id = d.workspace_id and a.id = d.channel_account_id
where d.workspace_id = $1 and d.id = any($2) and d.status = 'waiting'
"""


class Intake:
    """Takes deliveries in, for all workspaces of a process. channels: by the word in channel_accounts."""

    def __init__(self, database: Database, files: Files, channels: Mapping[str, Channel], secret: str) -> None:
        self._database = database
        self._files = files
        self._channels = channels
        self._secret = secret
        self._batches = Batches(self._take_in_together, self._take_in_one, MOST_TOGETHER)

    async def take_in(self, ids: Mapping[str, Any]) -> None:
        """The job: understand a delivery and store what it is. Safe to run twice, also at once."""
        await self._batches.serve(ids["workspace_id"], ids["delivery_id"], None)

    async def _take_in_one(self, workspace_id: int, delivery_id: int, _item: None) -> None:
        async with self._database.reading(workspace_id) as tx:
            row = await tx.fetchrow(READ, workspace_id, [delivery_id])
        if row is None:
            return
        try:
            incoming = await self._understood(workspace_id, row)
        except Unreadable as error:
            await self._quarantine(workspace_id, delivery_id, str(error), error.code)
            return
        for _ in range(TRIES):
            try:
                async with self._database.transaction(workspace_id) as tx:
                    await filing.file(tx, self._secret, incoming)
                return
            except Overtaken:
                continue
            except (Invalid, Conflict, NotFound) as error:
                # Trying again would end the same.
                await self._quarantine(workspace_id, delivery_id, error.message)
                return
        raise Unavailable("The same letter is being stored by somebody else.", retry_after=1)

    async def take_in_batch(self, workspace_id: int, delivery_ids: Sequence[int]) -> bool:
        """Several at once, in this order and with one commit: for history. False: each must be taken in by itself."""
        try:
            await self._take_in_together(workspace_id, dict.fromkeys(delivery_ids))
        except (Unreadable, Overtaken, Invalid, Conflict, NotFound, TimeoutError):
            return False
        return True

    async def take_in_alone(self, ids: Mapping[str, Any]) -> None:
        """The same with no other letter beside it."""
        await self._take_in_one(ids["workspace_id"], ids["delivery_id"], None)

    async def _take_in_together(self, workspace_id: int, asked: Mapping[int, None]) -> Mapping[int, None]:
        async with self._database.reading(workspace_id) as tx:
            rows = {row["delivery_id"]: row for row in await tx.fetch(READ, workspace_id, list(asked))}
        waiting = [rows[one] for one in asked if one in rows]
        if sum(row["size"] for row in waiting) > LARGEST_TOGETHER:
            raise Unreadable("These are too large to be held in memory together.")
        reading = asyncio.gather(*(self._understood(workspace_id, row) for row in waiting))
        understood = await asyncio.wait_for(reading, TOGETHER_SECONDS)
        async with self._database.transaction(workspace_id) as tx:
            for incoming in understood:
                await filing.file(tx, self._secret, incoming)
        return asked

    async def gave_up(self, ids: Mapping[str, Any]) -> None:
        """Every attempt failed: a person sees the delivery and may try again."""
        failure = "This letter could not be stored, for a reason that lies with us. Try again, or open the raw letter."
        await self._quarantine(ids["workspace_id"], ids["delivery_id"], failure, "ours")

    async def _quarantine(
        self, workspace_id: int, delivery_id: int, failure: str, code: UnreadableCode = "other"
    ) -> None:
        async with self._database.transaction(workspace_id) as tx:
            if await deliveries.quarantine(tx, delivery_id, failure, code):
                log.warning("delivery quarantined", workspace=workspace_id, delivery=delivery_id, why=failure)

    async def _understood(self, workspace_id: int, row: Mapping[str, Any]) -> Incoming:
        """The letter with its files kept. Raises Unreadable, and Unavailable while storage is away."""
        channel = self._channels.get(row["channel"])
        if channel is None:
            raise Unreadable(f"Nothing here can read what comes through {row['channel']}.", "no_reader")
        account = Account(
            id=row["id"],
            workspace_id=workspace_id,
            channel=row["channel"],
            name=row["name"],
            address=row["address"],
            active=row["active"],
            settings=row["settings"],
        )
        try:
            raw = await self._files.get(workspace_id, row["hash"])
        except NotFound as error:
            raise Unreadable("The raw letter is missing from the file storage.", "missing") from error
        reading = asyncio.to_thread(_read, channel, raw, row["hash"], account, row["envelope"])
        try:
            letter = await asyncio.wait_for(reading, READING_SECONDS)
        except TimeoutError as error:
            said = f"Reading this letter took longer than {READING_SECONDS:.0f} seconds."
            raise Unreadable(said, "slow") from error
        return Incoming(
            delivery_id=row["delivery_id"],
            account=account,
            letter=replace(letter, parts=()),
            kept=[await self._keep(workspace_id, part) for part in letter.parts],
            sent_by_us=row["sent_by_us"],
            history=row["history"],
            received_at=row["received_at"],
        )

    async def _keep(self, workspace_id: int, part: Part) -> Kept:
        claimed = attachments.tidy_type(part.media_type)
        content, media_type, dimensions = part.content, claimed, None
        if claimed.startswith("image/"):
            content, media_type, dimensions = await asyncio.to_thread(pictures.inspected, part.content, claimed)
        digest = await self._files.put(workspace_id, content)
        return Kept(digest, part.name, media_type, len(content), dimensions, part.content_id)


def _read(channel: Channel, raw: bytes, raw_hash: str, account: Account, envelope: Mapping[str, object]) -> Letter:
    try:
        return storable(channel.read(raw, account, envelope), raw_hash)
    except TugiError as error:
        raise Unreadable(error.message) from error
