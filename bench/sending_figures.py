"""Letters that leave: how many a second from the outbox of two mailboxes to a mail server beside us, at what cost."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from bench.house import TUGI, House, Server, free_port, spawn
from bench.report import report
from tugi.core import clock
from tugi.core.database import Database, Transaction
from tugi.core.events import Actor
from tugi.desk.cases import accounts, cases, contacts, letters, messages
from tugi.desk.cases.letters import Written
from tugi.desk.cases.posting import PLAIN, Wish
from tugi.desk.people import customers
from tugi.ports import Address

LETTERS, MAILBOXES = 600, 2
TEXT = "Tere!\n\nPakk jõuab homme enne kella kolme. Jälgida saab siin: https://jalgi.example/AB123.\n\nTervitades"
MOST_SECONDS = 180.0


class Peer:
    """Takes every letter as fast as a server in Python can."""

    def __init__(self) -> None:
        self.taken = 0

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        try:
            writer.write(b"220 bench\r\n")
            while line := await reader.readline():
                word = line[:4].upper()
                if word == b"EHLO":
                    writer.write(b"250-bench\r\n250 SIZE 50000000\r\n")
                elif word == b"DATA":
                    writer.write(b"354 go on\r\n")
                    await reader.readuntil(b"\r\n.\r\n")
                    self.taken += 1
                    writer.write(b"250 taken\r\n")
                else:
                    writer.write(b"250 fine\r\n")
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


async def mails_sent(house: House) -> None:
    """Answers queued by an agent, sent by one worker; CPU of the worker alone."""
    database = await Database.open(house.dsn)
    peer, port = Peer(), free_port()
    server = await asyncio.start_server(peer.talk, "127.0.0.1", port, limit=2**24)
    try:
        await _queue(house, database, port)
        environment = house.environment(free_port()) | {"TUGI_PRIVATE_HOSTS": "127.0.0.1", "TUGI_ENGINE": "ngrams"}
        worker = Server(spawn([TUGI, "worker"], environment, house.home / "sending.log"), 0, 0.0)
        try:
            await _until(lambda: peer.taken >= LETTERS // 10)
            began, first, cpu = time.perf_counter(), peer.taken, worker.usage().cpu_s
            await _until(lambda: peer.taken >= LETTERS)
            seconds, sent = time.perf_counter() - began, peer.taken - first
            cpu = worker.usage().cpu_s - cpu
            report("mails_sent", sent / seconds, "mails/s", cpu_ms=cpu * 1000 / sent, rss_mb=worker.usage().rss_mb)
        finally:
            worker.end()
    finally:
        server.close()
        await server.wait_closed()
        await database.close()


async def _queue(house: House, database: Database, port: int) -> None:
    smtp = {"host": "127.0.0.1", "port": port, "security": "none", "user": ""}
    settings: dict[str, Any] = {"sending": {"smtp": smtp, "plus": True, "undo_seconds": 0}}
    async with database.transaction(house.workspace_id) as tx:
        mailboxes = [
            await accounts.create(tx, "email", "Abi", f"abi{n}@pohjala.example", settings, None)
            for n in range(MAILBOXES)
        ]
        agent_id = await tx.fetchval("select min(id) from agents where workspace_id = $1", house.workspace_id)
    for number in range(LETTERS):
        async with database.transaction(house.workspace_id, Actor("agent", agent_id)) as tx:
            await answer(tx, number, mailboxes[number % MAILBOXES])


async def answer(tx: Transaction, number: int, account_id: int, wish: Wish = PLAIN) -> None:
    """A customer's letter and what an agent answers, which waits in the outbox."""
    sender = Address(f"klient{number}@kiri.example", "Mari Maasikas")
    customer_id = await customers.recognise(tx, "email", sender.email, verified_by="received", name=sender.name)
    case_id = await cases.open_case(tx, customer_id, channel="email", subject="Pakk", language="et", handler="queue")
    contact_id = await contacts.open_contact(tx, case_id, "email")
    letter_id = f"{number}.bench@kiri.example"
    message_id = await messages.put(
        tx, case_id, contact_id, account_id, f"letter:{letter_id}", Actor("customer", customer_id), TEXT, "et",
        "delivered", clock.now(),
    )  # fmt: skip
    if message_id is not None:
        await letters.store(tx, case_id, message_id, Written(letter_id, sender, "Pakk"), [sender])
    case = await cases.lock(tx, case_id)
    await messages.write(tx, case, external_id=f"agent:1:bench-{number:06}", text=TEXT, language="et", letter=wish)


async def _until(true: Any) -> None:
    end = time.perf_counter() + MOST_SECONDS
    while not true():
        if time.perf_counter() > end:
            raise TimeoutError("the letters did not leave in time")
        await asyncio.sleep(0.02)
