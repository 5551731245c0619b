"""The postman: takes what waits in the outbox to whoever carries it, for all accounts that send.

Each account has up to four lanes of its own, so that a slow mail server slows nobody else's letters. Any number of
processes may run one: the outbox gives a letter to one of them, and what a dead one held is looked after by the next.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Coroutine, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

import structlog

from tugi.core import clock
from tugi.core.database import Database
from tugi.core.errors import NotFound, TugiError
from tugi.core.files import Files
from tugi.core.sealing import Seal
from tugi.desk.cases import accounts, leaving, outbox
from tugi.desk.cases.attachments import Stored
from tugi.desk.cases.outbox import Due, Item
from tugi.ports import Carried, Channel, NotCarried, Outgoing, Part

log = structlog.get_logger("tugi.postman")
LANES = 4
POLL_SECONDS = 1.0
# Well below the time for which the outbox lets a letter be held.
HOLD_SECONDS = 8.0
# What is in hand may be brought to its end for so long when the process is to stop.
GRACE_SECONDS = 5.0


class Postman:
    """Sends for every workspace while `run` runs."""

    def __init__(self, database: Database, files: Files, seal: Seal, channels: Mapping[str, Channel]) -> None:
        self._database = database
        self._files = files
        self._seal = seal
        self._channels = channels
        self._wake = asyncio.Event()
        self._stopping = False
        self._lanes: Counter[int] = Counter()
        self._looking: set[int] = set()
        self._tasks: set[asyncio.Future[None]] = set()
        self._held: dict[int, int] = {}
        self._held_at = 0.0
        self._failing: dict[int, str | None] = {}

    def wake(self) -> None:
        """Something may be due: look now."""
        self._wake.set()

    async def run(self) -> None:
        """Until cancelled; then what is in hand gets some seconds to end."""
        self._stopping = False
        try:
            while True:
                try:
                    await self._round()
                except TugiError as error:
                    log.warning("the outbox was not looked through", why=error.message)
                # Not wait_for: before Python 3.12 it forgets a cancellation that comes together with the wake.
                with suppress(TimeoutError):
                    async with asyncio.timeout(POLL_SECONDS):
                        await self._wake.wait()
                self._wake.clear()
        finally:
            self._stopping = True
            await self._end()

    async def _end(self) -> None:
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=GRACE_SECONDS)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _round(self) -> None:
        await self._hold()
        async with self._database.everywhere() as tx:
            waiting = await outbox.due(tx)
        for one in waiting:
            if one.overdue:
                async with self._database.transaction(one.workspace_id) as tx:
                    lost = await leaving.lose_overdue(tx, one.account_id)
                log.warning("letters of an ended process", account=one.account_id, count=lost)
            if one.unknown and one.account_id not in self._looking:
                self._looking.add(one.account_id)
                self._begin(self._look(one))
            for _ in range(min(one.queued, LANES - self._lanes[one.account_id])):
                self._lanes[one.account_id] += 1
                self._begin(self._lane(one))

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _hold(self) -> None:
        """Say that what is in hand is still being sent."""
        if clock.monotonic() - self._held_at < HOLD_SECONDS:
            return
        self._held_at = clock.monotonic()
        by_workspace: dict[int, list[int]] = {}
        for item_id, workspace_id in self._held.items():
            by_workspace.setdefault(workspace_id, []).append(item_id)
        for workspace_id, ids in by_workspace.items():
            async with self._database.transaction(workspace_id) as tx:
                await outbox.hold(tx, ids)

    async def _lane(self, due: Due) -> None:
        """One letter of an account after another until nothing is due."""
        try:
            while not self._stopping and await self._next(due.workspace_id, due.account_id):
                pass
        except TugiError as error:
            log.warning("a lane ended", account=due.account_id, why=error.message)
        except Exception:
            log.exception("a lane broke", account=due.account_id)
        finally:
            self._lanes[due.account_id] -= 1

    async def _next(self, workspace_id: int, account_id: int) -> bool:
        """Send one letter; False when none is due."""
        async with self._database.transaction(workspace_id) as tx:
            taken = await leaving.take(tx, account_id, 1)
            if not taken:
                return False
            item = taken[0]
            self._held[item.id] = workspace_id
        try:
            try:
                carried = await self._carry(workspace_id, item)
            except NotCarried as error:
                await self._settle(workspace_id, item, error)
            else:
                await self._settle(workspace_id, item, carried)
        finally:
            self._held.pop(item.id, None)
        return True

    async def _carry(self, workspace_id: int, item: Item) -> Carried:
        """Raises NotCarried, whatever went wrong."""
        try:
            async with self._database.reading(workspace_id) as tx:
                account = await accounts.get(tx, item.account_id, self._seal)
                outgoing, stored = await leaving.outgoing_of(tx, item, account)
            channel = self._channels.get(account.channel)
            if channel is None or not account.active:
                raise NotCarried(f"{account.name} is switched off. Switch it on under Channels.", fault="settings")
            return await channel.send(account, await self._with_files(workspace_id, outgoing, stored))
        except NotFound as error:
            raise NotCarried(f"{error.message} Write the letter again.", permanent=True) from error
        except TugiError as error:
            raise NotCarried(error.message, retry_after=error.retry_after) from error
        except NotCarried:
            raise
        except Exception as error:
            log.exception("a letter broke", letter=item.id)
            raise NotCarried("Tugi could not send this, for a reason that lies with Tugi. It tries again.") from error

    async def _with_files(self, workspace_id: int, outgoing: Outgoing, stored: list[Stored]) -> Outgoing:
        if not stored:
            return outgoing
        contents = [await self._files.get(workspace_id, one.hash) for one in stored]
        parts = tuple(
            Part(one.attachment.name, one.attachment.media_type, content)
            for one, content in zip(stored, contents, strict=True)
        )
        return replace(outgoing, parts=parts)

    async def _settle(self, workspace_id: int, item: Item, outcome: Carried | NotCarried) -> None:
        """Write down what became of it, through any absence of the database."""
        failure = outcome if isinstance(outcome, NotCarried) else None
        is_news = self._is_news(item.account_id, failure)
        pause = 0.2
        while True:
            try:
                async with self._database.transaction(workspace_id) as tx:
                    if isinstance(outcome, Carried):
                        await leaving.sent(tx, item, outcome)
                    else:
                        await leaving.not_sent(tx, item, outcome, random.random())
                    if is_news:
                        await accounts.note_sending(tx, item.account_id, failure)
                return
            except TugiError as error:
                log.warning("a letter's fate waits to be written down", letter=item.id, why=error.message)
                await asyncio.sleep(pause)
                pause = min(pause * 2, 5.0)

    def _is_news(self, account_id: int, failure: NotCarried | None) -> bool:
        """Whether the account's own health is another than it was last told here."""
        if failure is not None and failure.fault is None:
            return False
        word = failure.fault if failure else None
        known = account_id in self._failing and self._failing[account_id] == word
        self._failing[account_id] = word
        return not known

    async def _look(self, due: Due) -> None:
        """Find out about letters of unknown fate, one after another."""
        items: list[Item] = []
        try:
            async with self._database.transaction(due.workspace_id) as tx:
                account = await accounts.get(tx, due.account_id, self._seal)
                items = await outbox.take_unknown(tx, due.account_id, 20)
            self._held |= {item.id: due.workspace_id for item in items}
            channel = self._channels.get(account.channel)
            for item in items:
                was_sent = await channel.was_sent(account, item.letter_id) if channel else None
                async with self._database.transaction(due.workspace_id) as tx:
                    await leaving.looked(tx, item, was_sent)
        except TugiError as error:
            log.warning("letters of unknown fate were not looked for", account=due.account_id, why=error.message)
        except Exception:
            log.exception("looking for letters broke", account=due.account_id)
        finally:
            for item in items:
                self._held.pop(item.id, None)
            self._looking.discard(due.account_id)
            self._wake.set()
