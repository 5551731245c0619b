"""All mailboxes that are read by IMAP: a reader for each, here or in another process, never in two."""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import structlog

from tugi.channels.email.oauth import Tokens
from tugi.channels.email.receiving import leases
from tugi.channels.email.receiving.failing import ImapFailed
from tugi.channels.email.receiving.harvest import Means, Rhythm
from tugi.channels.email.receiving.imap import context_of
from tugi.channels.email.receiving.reader import Reader
from tugi.channels.email.receiving.standing import Standing
from tugi.channels.email.settings import Mailbox, Server, mailbox_of
from tugi.core import secrets
from tugi.core.database import Database
from tugi.core.errors import Invalid, TugiError, Unavailable
from tugi.core.files import Files
from tugi.core.safe_addresses import Guard
from tugi.core.sealing import Seal
from tugi.desk.cases import accounts
from tugi.ports import Account

log = structlog.get_logger("tugi.mailboxes")
CHANNEL = "email"
# How soon a mailbox that was added, changed or switched off is noticed.
LOOK_SECONDS = 3.0
# How long a mailbox stays with a process that no longer says that it reads it.
LEASE_SECONDS = 15.0
# A reader that ended by a fault of ours is started again after this.
FAULT_SECONDS = 60.0


@dataclass(slots=True)
class _Running:
    account: Account
    task: asyncio.Future[None]
    restart_at: float = 0.0


class Mailboxes:
    """Reads every active mailbox of every workspace while `run` runs. Any number of processes may do so at once."""

    def __init__(
        self,
        database: Database,
        files: Files,
        seal: Seal,
        tokens: Tokens,
        guard: Guard,
        *,
        ca_file: Path | None = None,
        rhythm: Rhythm | None = None,
        look_seconds: float = LOOK_SECONDS,
        lease_seconds: float = LEASE_SECONDS,
    ) -> None:
        """Raises Invalid when the file of authorities cannot be read."""
        self._database = database
        self._seal = seal
        self._look_seconds = look_seconds
        self._lease_seconds = lease_seconds
        holder = f"{socket.gethostname()}:{os.getpid()}:{secrets.new_token(6)}"
        self._means = Means(database, files, tokens, guard, _context(ca_file), holder, rhythm or Rhythm())
        self._running: dict[int, _Running] = {}
        self._asked: dict[int, int] = {}
        self._ours: set[int] = set()
        self._renew_at = 0.0

    async def run(self) -> None:
        """Until cancelled; then every connection is closed and others may read at once."""
        try:
            while True:
                try:
                    await self._look()
                except TugiError as error:
                    log.warning("mailboxes were not looked through", why=error.message)
                await asyncio.sleep(self._look_seconds)
        finally:
            held = list(self._running)
            await self._stop(held)
            await self._give_back(held)

    async def _look(self) -> None:
        """Start, stop and restart readers so that they fit what is set up, and what is ours to read."""
        wanted = {account.id: account for account in await self._accounts()}
        ours = await self._hold({one.id: one.workspace_id for one in wanted.values()})
        changed = [
            account_id
            for account_id, running in self._running.items()
            if account_id not in ours or wanted[account_id] != running.account
        ]
        await self._stop(changed)
        await self._give_back([account_id for account_id in changed if account_id not in ours])
        now = asyncio.get_running_loop().time()
        for account_id in ours:
            running = self._running.get(account_id)
            if running is not None and running.task.done():
                self._say_why(running, now)
            if account_id not in self._running or running is not None and 0 < running.restart_at <= now:
                await self._start(wanted[account_id])

    async def _hold(self, wanted: dict[int, int]) -> set[int]:
        """Those that are ours to read; said again three times before it is forgotten."""
        now = asyncio.get_running_loop().time()
        if wanted != self._asked or now >= self._renew_at:
            async with self._database.everywhere() as tx:
                self._ours = await leases.take(tx, wanted, self._means.holder, self._lease_seconds)
            self._asked, self._renew_at = wanted, now + self._lease_seconds / 3
        return self._ours

    async def _accounts(self) -> list[Account]:
        """Active mailboxes with their secrets. One whose secrets cannot be opened does not hide the others."""
        async with self._database.everywhere() as tx:
            bare_ones = [one for one in await accounts.of_channel(tx, CHANNEL) if _is_read(one)]
            try:
                return [one for one in await accounts.of_channel(tx, CHANNEL, self._seal) if _is_read(one)]
            except Unavailable as error:
                log.warning("a mailbox cannot be opened", why=error.message)
        found: list[Account] = []
        for bare in bare_ones:
            try:
                async with self._database.reading(bare.workspace_id) as tx:
                    found.append(await accounts.get(tx, bare.id, self._seal))
            except TugiError as error:
                log.warning("mailbox cannot be opened", account=bare.id, why=error.message)
        return found

    async def _start(self, account: Account) -> None:
        try:
            mailbox = mailbox_of(account)
            server = _server_of(mailbox)
        except Invalid as error:
            await Standing(self._database, account.workspace_id, account.id).failed(
                ImapFailed("settings", error.message)
            )
            waiting = asyncio.get_running_loop().create_future()
            waiting.set_result(None)
            self._running[account.id] = _Running(account, waiting, restart_at=float("inf"))
            return
        reader = Reader(account, mailbox, server, self._means)
        self._running[account.id] = _Running(account, asyncio.ensure_future(reader.run()))

    def _say_why(self, running: _Running, now: float) -> None:
        """A reader ended by itself: taken over and free again, or a fault of ours."""
        if running.restart_at:
            return
        error = running.task.exception()
        if error is not None:
            log.error("mailbox reader failed", account=running.account.id, exc_info=error)
        running.restart_at = now + (FAULT_SECONDS if error else 0.001)

    async def _stop(self, account_ids: Collection[int]) -> None:
        ended = [self._running.pop(account_id).task for account_id in account_ids]
        for task in ended:
            task.cancel()
        await asyncio.gather(*ended, return_exceptions=True)

    async def _give_back(self, account_ids: Collection[int]) -> None:
        if not account_ids:
            return
        try:
            async with self._database.everywhere() as tx:
                await leases.give_back(tx, account_ids, self._means.holder)
        except TugiError as error:
            log.warning("mailboxes not given back; others take them over soon", why=error.message)


def _is_read(account: Account) -> bool:
    receiving = account.settings.get("receiving")
    return isinstance(receiving, dict) and receiving.get("imap") is not None


def _server_of(mailbox: Mailbox) -> Server:
    """Where the mailbox is read. Raises Invalid for settings that lead nowhere."""
    receiving = mailbox.receiving
    if receiving.imap is None:
        raise Invalid("This mailbox is not read by IMAP.")
    if receiving.after == "move" and not receiving.move_to:
        raise Invalid("Mails are to be moved once they are stored, but no folder is named.")
    return receiving.imap


def _context(ca_file: Path | None) -> ssl.SSLContext:
    try:
        return context_of(ca_file)
    except (OSError, ssl.SSLError) as error:
        raise Invalid(f"TUGI_MAIL_CA: {ca_file} holds no certificates that can be read: {error}.") from error
