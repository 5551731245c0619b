"""Mails in and out while the worker is killed: none lost, none doubled, no second copy but by its own id.

TUGI_NEMESIS_MAILS and TUGI_NEMESIS_KILLS set other numbers (1000 and 20 take some minutes), TUGI_NEMESIS_SEED begins
elsewhere.
"""

import asyncio
import os
import random
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import aiosmtplib
import asyncpg
import pytest

from cast import Shop, open_shop
from fakes.smtp_peer import Peer, smtp_peer
from spine.house import Process, free_port, running, until
from tugi.core.database import Database
from tugi.core.events import Actor
from tugi.desk import reactions
from tugi.desk.cases import accounts, cases, messages
from tugi.desk.people import workspaces
from tugi.desk.people.workspaces import RobotSettings, WorkspaceChange
from tugi.desk.work import queue

KILLS = int(os.environ.get("TUGI_NEMESIS_KILLS", "8"))
MAILS = int(os.environ.get("TUGI_NEMESIS_MAILS", "300"))
SEED = int(os.environ.get("TUGI_NEMESIS_SEED", "20261122"))
SENDERS = 4
ADDRESS = "abi@pood.example"


def mail(number: int) -> bytes:
    """The same bytes each time, as a mail server that comes again has them."""
    return (
        f"From: Klient {number} <klient-{number}@kodu.example>\r\nTo: {ADDRESS}\r\nSubject: Küsimus {number}\r\n"
        f"Message-ID: <in-{number}@kodu.example>\r\nDate: Sun, 22 Nov 2026 10:00:00 +0200\r\n"
        f"MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nSõnum {number}: kus mu pakk on?\r\n"
    ).encode()


@dataclass
class Post:
    """A worker with its own door, a shop with one mailbox, and a peer that takes what leaves."""

    shop: Shop
    worker: Process
    door: int
    account_id: int
    peer: Peer
    kills: int = 0
    deliveries: int = 0
    stopped: bool = False
    answered: set[int] = field(default_factory=set)

    async def send(self, numbers: range) -> None:
        """Each until it is acknowledged, like any mail server."""
        for number in numbers:
            while True:
                with suppress(aiosmtplib.SMTPException, OSError, TimeoutError):
                    self.deliveries += 1
                    await aiosmtplib.send(
                        mail(number),
                        sender=f"klient-{number}@kodu.example",
                        recipients=[ADDRESS],
                        hostname="127.0.0.1",
                        port=self.door,
                        start_tls=False,
                        timeout=10,
                    )
                    break
                await asyncio.sleep(0.1)

    async def answer(self) -> None:
        """An agent answers each case once, until every one is answered."""
        database, workspace_id = self.shop.database, self.shop.workspace_id
        while len(self.answered) < MAILS:
            async with database.reading(workspace_id) as tx:
                rows = await tx.fetch("select id from cases where waiting_since is not null order by id limit 200")
            for row in rows:
                async with database.transaction(workspace_id, Actor("agent", self.shop.kadri)) as tx:
                    case = await cases.lock(tx, row["id"])
                    if case.waiting_since is None:
                        continue
                    await queue.take(tx, case, self.shop.kadri)
                    said = f"Vastus juhtumile {case.number}"
                    key = f"agent:{case.id}"
                    await messages.write(tx, case, external_id=key, text=said, language="et")
                self.answered.add(row["id"])
            await asyncio.sleep(0.05)

    async def tend(self) -> None:
        """Clean up behind updates, as autovacuum does where it is not switched off for the tests, until cancelled."""
        connection = await asyncpg.connect(self.worker.settings["TUGI_DATABASE_URL"])
        try:
            while True:
                await connection.execute("vacuum (analyze)")
                await asyncio.sleep(5)
        finally:
            await connection.close()

    async def torment(self, seed: random.Random) -> None:
        """Kill the worker at random moments, some while it is only starting, and start it again."""
        while self.kills < KILLS:
            await asyncio.sleep(seed.uniform(0.5, 4.0))
            assert self.worker.running is not None
            assert self.worker.running.poll() is None, self.worker.log()[-3000:]
            self.worker.running.kill()
            self.worker.running.wait(10)
            self.kills += 1
            self.worker.start()


@pytest.fixture
async def post(dsn: str, tmp_path: Path) -> AsyncIterator[Post]:
    """Everything real: the door, the jobs, the outbox, SMTP out."""
    database = await Database.open(dsn, reactions.REACTIONS)
    shop = await open_shop(database)
    with smtp_peer() as peer:
        settings = {
            "sending": {"smtp": {"host": "127.0.0.1", "port": peer.port, "security": "none"}, "undo_seconds": 0}
        }
        async with database.transaction(shop.workspace_id) as tx:
            await workspaces.update(tx, WorkspaceChange(robot=RobotSettings(mode="off")))
            account_id = await accounts.create(tx, "email", "Abi", ADDRESS, settings, None)
        door = free_port()
        own = {
            "TUGI_DATABASE_URL": dsn,
            "TUGI_ENGINE": "ngrams",
            "TUGI_SMTP_LISTEN": f"127.0.0.1:{door}",
            "TUGI_PRIVATE_HOSTS": "127.0.0.1",
        }
        with running("worker", tmp_path / "home", free_port(), own) as worker:
            yield Post(shop, worker, door, account_id, peer)
    await database.close()


async def test_mails_in_and_out_while_the_worker_is_killed(post: Post) -> None:
    seed = random.Random(SEED)
    sending = [post.send(range(first, MAILS, SENDERS)) for first in range(SENDERS)]
    tending = asyncio.ensure_future(post.tend())
    try:
        async with asyncio.timeout(900):
            await asyncio.gather(post.torment(seed), post.answer(), *sending)
            await until(lambda: _settled(post), 300)
    finally:
        tending.cancel()
        await asyncio.gather(tending, return_exceptions=True)

    assert post.kills == KILLS
    async with post.shop.database.reading(post.shop.workspace_id) as tx:
        came = await tx.fetch(
            "select subject from letters l join messages m on m.id = l.message_id where m.author_kind = 'customer'"
        )
        left = await tx.fetch("select letter_id from outgoing")
        said = await tx.fetch("select status, count(*) as n from messages where author_kind = 'agent' group by status")
        people = await tx.fetchval("select count(*) from customers")
    assert sorted(row["subject"] for row in came) == sorted(f"Küsimus {number}" for number in range(MAILS))
    assert people == MAILS
    assert [(row["status"], row["n"]) for row in said] == [("sent", MAILS)]
    taken = post.peer.count()
    assert set(taken) == {row["letter_id"] for row in left}
    assert len(taken) == MAILS
    # A copy may only come from a death between the peer's 250 and our commit: at most what four lanes had in hand.
    assert sum(taken.values()) - MAILS <= KILLS * 4


async def _settled(post: Post) -> bool:
    """Whether nothing waits any more on either side; nothing may be given up."""
    async with post.shop.database.reading(post.shop.workspace_id) as tx:
        rows = await tx.fetch("select state, count(*) as n from outgoing group by state")
        waiting = await tx.fetchval("select count(*) from deliveries where status = 'waiting'")
        lost = await tx.fetchval("select count(*) from deliveries where status in ('quarantined', 'discarded')")
    assert lost == 0
    states = {row["state"]: row["n"] for row in rows}
    assert states.get("failed", 0) == 0, states
    return waiting == 0 and states == {"sent": MAILS}
