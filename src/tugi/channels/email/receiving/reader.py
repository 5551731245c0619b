"""One mailbox's life: connect, read what is new, then a piece of history, then wait; again and again."""

from __future__ import annotations

import asyncio
import random

import structlog

from tugi.channels.email.oauth import SignInFailed
from tugi.channels.email.receiving import folders
from tugi.channels.email.receiving.failing import ImapFailed
from tugi.channels.email.receiving.harvest import Harvest, Means, Place, Rhythm, TakenOver
from tugi.channels.email.receiving.imap import Connection, opening_of
from tugi.channels.email.receiving.line import Line
from tugi.channels.email.receiving.standing import Standing
from tugi.channels.email.settings import Mailbox, Server
from tugi.core.errors import Unavailable
from tugi.ports import Account

log = structlog.get_logger("tugi.mailboxes")
# What only a person can mend is tried more rarely: servers lock accounts that try wrong passwords.
PEOPLES = {"password", "sign_in_again", "client_refused", "not_set_up", "certificate", "host", "port", "tls"}


def pause_after(code: str, failures: int, rhythm: Rhythm) -> float:
    """Seconds to wait after so many failures in a row, before jitter."""
    first = rhythm.peoples if code in PEOPLES else rhythm.pause
    return min(first * 2 ** min(failures - 1, 20), max(rhythm.longest, 4 * first))


class Reader:
    """Reads one mailbox until it is cancelled or another process has taken it over."""

    def __init__(self, account: Account, mailbox: Mailbox, server: Server, means: Means) -> None:
        self.account = account
        self._mailbox = mailbox
        self._server = server
        self._means = means
        self._line = Line(str(account.id), means.rhythm.limit)
        self._standing = Standing(means.database, account.workspace_id, account.id)
        self._harvest = Harvest(account, mailbox.receiving, self._line, self._standing, means)
        self._places: list[Place] = []
        self._missing: list[str] = []

    async def run(self) -> None:
        """Read on through any failure. Ends by itself only when another process reads."""
        try:
            while True:
                try:
                    await self._session()
                except ImapFailed as error:
                    await self._pause(error)
                except SignInFailed as error:
                    await self._pause(ImapFailed(error.code, error.said))
                except TakenOver:
                    return
        finally:
            await self._line.hang_up()
            self._line.end()

    async def _pause(self, error: ImapFailed) -> None:
        await self._line.hang_up()
        log.info("mailbox is not read", account=self.account.id, why=error.code)
        try:
            await self._standing.failed(error)
        except Unavailable as away:
            log.warning("mailbox failure not noted", account=self.account.id, why=away.message)
        pause = pause_after(error.code, self._standing.failures, self._means.rhythm)
        await asyncio.sleep(pause * random.uniform(0.7, 1.3))

    async def _session(self) -> None:
        """One connection, until it is lost."""
        means = self._means
        connection = Connection(
            self._server, await opening_of(self.account, self._mailbox, means.tokens), means.guard, means.context
        )
        try:
            await self._line.open(connection)
        except ImapFailed as error:
            if error.code == "sign_in_again":
                means.tokens.forget(self.account)
            raise
        self._harvest.forget()
        self._places = await self._chosen()
        while True:
            try:
                if not await self._round():
                    await self._well()
                    await self._wait()
            except Unavailable as error:
                # Nothing was stored, so nothing is acknowledged; the same mails are fetched again.
                log.warning("mails are not stored", account=self.account.id, why=error.message)
                self._harvest.forget()
                await asyncio.sleep(means.rhythm.database)

    async def _chosen(self) -> list[Place]:
        """The folders to read: those of the settings, and where sent mail lies."""
        listed = await self._line.do(self._line.connection.folders)
        receiving = self._mailbox.receiving
        sent = receiving.sent_folder or folders.sent_folder(listed)
        places = [Place(name) for name in dict.fromkeys(receiving.folders or ["INBOX"]) if name != sent]
        return places + ([Place(sent, sent=True)] if sent else [])

    async def _round(self) -> bool:
        """Everything new, then one piece of history; whether there was anything."""
        self._missing = []
        busy = False
        for place in self._places:
            try:
                busy = await self._harvest.read_new(place) or busy
            except ImapFailed as error:
                if error.code != "folder":
                    raise
                self._missing.append(place.folder)
        if len(self._missing) == len(self._places):
            raise ImapFailed("folder", f"The mailbox has no folder {self._missing[0]!r} that can be opened.")
        present = [place for place in self._places if place.folder not in self._missing]
        if await self._harvest.read_history(present):
            await self._well()
            return True
        await self._harvest.ask_again(present)
        return busy

    async def _well(self) -> None:
        sent = next((place.folder for place in self._places if place.sent), None)
        await self._standing.well(list(self._harvest.cursors.values()), self._missing, sent)

    async def _wait(self) -> None:
        """Until something is new in the first folder, or it is time to look through all."""
        connection, look = self._line.connection, self._means.rhythm.look
        if not await self._line.do(lambda: connection.may_idle):
            await asyncio.sleep(look)
            return
        first = next(place for place in self._places if place.folder not in self._missing)
        if not await self._harvest.has_news(first):
            await self._line.do(connection.wait, look, seconds=look / self._means.rhythm.limit + 60)
