"""SIGTERM while mailboxes are read: the process ends soon, and the next one goes on where it was."""

import asyncio
import signal
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from cast import Shop, open_shop
from fakes.dovecot import PASSWORD, Dovecot
from fakes.mail_shop import mail
from fakes.tcp_proxy import TcpProxy
from spine.house import Process, free_port, running, until
from tugi.core import clock
from tugi.core.database import Database
from tugi.core.sealing import Seal
from tugi.desk import reactions
from tugi.desk.cases import accounts
from tugi.desk.people import workspaces
from tugi.desk.people.workspaces import RobotSettings, WorkspaceChange

MAILS = 200
# What operators' supervisors wait before they kill.
SECONDS = 5.0


@pytest.fixture
def dovecot() -> Iterator[Dovecot]:
    server = Dovecot()
    server.add("info")
    server.start()
    yield server
    server.close()


@dataclass
class House:
    """A shop whose mailbox lies on a real server, and what its processes are told."""

    shop: Shop
    account_id: int
    dovecot: Dovecot
    cable: TcpProxy
    settings: dict[str, str]
    home: Path

    def process(self, command: str) -> Any:
        """A Tugi for the length of a block."""
        return running(command, self.home, free_port(), self.settings)

    async def rows(self, sql: str) -> list[dict[str, Any]]:
        """What the database holds."""
        async with self.shop.database.reading(self.shop.workspace_id) as tx:
            return [dict(row) for row in await tx.fetch(sql)]

    async def count(self, sql: str) -> int:
        """How many rows there are."""
        return (await self.rows(f"select count(*) as n from {sql}"))[0]["n"]

    async def came(self, least: int) -> bool:
        """Whether at least so many deliveries are stored."""
        return await self.count("deliveries") >= least

    async def idles(self, since: datetime) -> bool:
        """Whether the process that began then has read all that lies in the mailbox, and waits in it."""
        health = (await self.rows("select health from channel_accounts where address is not null"))[0]["health"]
        seen = datetime.fromisoformat(health.get("last_connected_at", since.isoformat()))
        return seen > since and (health.get("backfill") or {"left": 1})["left"] == 0

    async def settled(self, count: int) -> bool:
        """Whether so many came and nothing waits."""
        return await self.count("deliveries") == count == await self.count("deliveries where status = 'taken'")


@pytest.fixture
async def house(dsn: str, tmp_path: Path, dovecot: Dovecot) -> AsyncIterator[House]:
    """With history to read back."""
    database = await Database.open(dsn, reactions.REACTIONS)
    async with TcpProxy(dovecot.tls_port, pause=0.0) as cable:
        yield await furnished(database, dsn, dovecot, cable, tmp_path)
    await database.close()


async def furnished(database: Database, dsn: str, dovecot: Dovecot, cable: TcpProxy, folder: Path) -> House:
    """A shop with a connected mailbox."""
    shop = await open_shop(database)
    imap = {"host": "127.0.0.1", "port": cable.port, "security": "tls", "user": "info"}
    async with database.transaction(shop.workspace_id) as tx:
        await workspaces.update(tx, WorkspaceChange(robot=RobotSettings(mode="off")))
        secret = await tx.fetchval("select secret from installation")
        sealed = Seal(secret).close(accounts.purpose(shop.workspace_id), {"password": PASSWORD})
        kept = {"sign_in": "password", "receiving": {"imap": imap, "history_days": 30}}
        account_id = await accounts.create(tx, "email", "Abi", "info@shop.example", kept, sealed)
    settings = {
        "TUGI_DATABASE_URL": dsn,
        "TUGI_ENGINE": "ngrams",
        "TUGI_PRIVATE_HOSTS": "127.0.0.1",
        "TUGI_MAIL_CA": str(dovecot.certificate.chain),
    }
    return House(shop, account_id, dovecot, cable, settings, folder / "home")


async def end(process: Process) -> float:
    """SIGTERM; how long it takes until the process has ended by itself."""
    running = process.running
    assert running is not None
    began = time.monotonic()
    running.terminate()
    # The web server, once it has ended in order, raises the signal again that asked it to.
    assert await asyncio.to_thread(running.wait, 60) in (0, -signal.SIGTERM), process.log()[-3000:]
    process.running = None
    assert "Traceback" not in process.log(), process.log()[-3000:]
    return time.monotonic() - began


@pytest.mark.parametrize("command", ["worker", "serve"])
async def test_ended_amid_history_and_in_idle_nothing_is_lost_or_doubled(house: House, command: str) -> None:
    for number in range(MAILS):
        house.dovecot.deliver("info", mail(number, size=10_000), age_seconds=86_400)
    took: list[float] = []
    for _ in range(2):
        house.cable.mood = "well"
        before = await house.count("deliveries")
        with house.process(command) as process:
            await until(lambda before=before: house.came(before + 1))
            # From now on the rest takes minutes.
            house.cable.mood = "drip"
            took.append(await end(process))
    assert 0 < await house.count("deliveries") < MAILS
    house.cable.mood = "well"
    began = clock.now()
    with house.process(command) as process:
        await until(lambda: house.idles(began))
        took.append(await end(process))
    house.dovecot.deliver("info", mail(MAILS))
    again = clock.now()
    with house.process(command) as process:
        await until(lambda: house.settled(MAILS + 1))
        await until(lambda: house.idles(again))
        took.append(await end(process))
    assert max(took) < SECONDS, took
    messages = await house.rows("select external_id from messages")
    assert sorted(row["external_id"] for row in messages) == sorted(
        f"letter:{number}@kiri.example" for number in range(MAILS + 1)
    )
    outcomes = await house.rows("select outcome, history, count(*) as n from deliveries group by 1, 2 order by 3")
    assert outcomes == [
        {"outcome": "message", "history": False, "n": 1},
        {"outcome": "message", "history": True, "n": MAILS},
    ]
