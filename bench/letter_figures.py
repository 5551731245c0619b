"""Letters: how many are taken in a second, at what cost, and how soon one may be acknowledged."""

from __future__ import annotations

import asyncio
import itertools
import time
from email.message import EmailMessage
from typing import Any

from bench.house import TUGI, House, Server, free_port, spawn
from bench.report import report
from tugi.core.database import Database
from tugi.core.files import Folder
from tugi.desk.cases import accounts, deliveries
from tugi.desk.reactions import REACTIONS

COMMAND = [TUGI, "worker"]
WORKERS = 2
SENDERS = 400
MAILS = 4_000
WARM = 200
STORING_AT_ONCE = 8
ACKNOWLEDGED_A_SECOND = 50
SECONDS = 30
DONE_SECONDS = 300.0
# Character n-grams alone: the embedder's own time is another figure.
ENGINE = "ngrams"
ADDRESS = "abi@pohjala.example"
QUESTIONS = (
    "Tere! Kus mu pakk on? Tellisin reedel ja pole veel midagi kuulnud.",
    "Hi, how much is delivery to Latvia and how long does it take?",
    "Hei, miten palautan tuotteen jota en ole käyttänyt?",
    "Dzień dobry, chciałabym zwrócić buty, rozmiar nie pasuje.",
)


def letter(number: int) -> bytes:
    """A customer's letter as programs write them: text and HTML; every third answers an earlier one."""
    mail = EmailMessage()
    mail["From"] = f"Klient {number % SENDERS} <klient{number % SENDERS}@kiri.example>"
    mail["To"], mail["Subject"] = ADDRESS, f"Küsimus {number % 50}"
    mail["Message-ID"] = f"<{number}.bench@kiri.example>"
    mail["Date"] = "Fri, 20 Nov 2026 10:00:00 +0200"
    if number % 3 == 2 and number >= SENDERS:
        mail["In-Reply-To"] = mail["References"] = f"<{number - SENDERS}.bench@kiri.example>"
    text = f"{QUESTIONS[number % len(QUESTIONS)]} Nr {number}.\n\nTervitades\nKlient {number % SENDERS}\n"
    quoted = "\nOn Fri, Nov 20, 2026 at 9:00 AM Abi <abi@pohjala.example> wrote:\n> Tere\n> Vastame varsti.\n"
    mail.set_content(text + quoted)
    paragraphs = "".join(f"<p style='margin:0'>{line}</p>" for line in (text + quoted).splitlines())
    mail.add_alternative(f"<html><body><div>{paragraphs * 3}</div></body></html>", subtype="html")
    return mail.as_bytes()


class Door:
    """Stores letters as pollers and doors do."""

    def __init__(self, house: House, database: Database, account_id: int) -> None:
        self._house = house
        self._database = database
        self._account_id = account_id
        self._files = Folder(house.home / "files")
        self._numbers = itertools.count()

    def write(self, count: int) -> list[tuple[int, bytes]]:
        """So many new letters; writing them is no part of any figure."""
        return [(number, letter(number)) for number in itertools.islice(self._numbers, count)]

    async def store(self, number: int, raw: bytes) -> float:
        """Store a letter; milliseconds until it may be acknowledged."""
        began = time.perf_counter()
        digest = await self._files.put(self._house.workspace_id, raw)
        async with self._database.transaction(self._house.workspace_id) as tx:
            await deliveries.store(
                tx, self._account_id, source=f"imap:INBOX:1:{number}", hash=digest, size=len(raw), envelope={}
            )
        return (time.perf_counter() - began) * 1000

    async def flood(self, written: list[tuple[int, bytes]]) -> None:
        """Store these, some at once."""
        left = iter(written)

        async def one() -> None:
            for number, raw in left:
                await self.store(number, raw)

        await asyncio.gather(*(one() for _ in range(STORING_AT_ONCE)))


async def mails(house: House) -> None:
    """Store, read, thread and decide on two workers; then the wait of whoever delivers, at 50 a second."""
    database = await Database.open(house.dsn, REACTIONS)
    async with database.transaction(house.workspace_id) as tx:
        account_id = await accounts.create(tx, "email", "Abi", ADDRESS, {}, None)
    door = Door(house, database, account_id)
    workers = [_worker(house) for _ in range(WORKERS)]
    try:
        await door.flood(door.write(WARM))
        await _decided(house, WARM)
        written = door.write(MAILS)
        busy = _cpu(workers)
        own, began = time.process_time(), time.perf_counter()
        await door.flood(written)
        stored_cpu, stored = time.process_time() - own, time.perf_counter() - began
        kinds = await _decided(house, WARM + MAILS)
        seconds = time.perf_counter() - began
        cpu = (_cpu(workers) - busy + stored_cpu) * 1000 / MAILS
        report(
            "mails_taken_in", MAILS / seconds, "mails/s", cpu_ms=cpu, rss_mb=max(w.usage().rss_mb for w in workers),
            failures=kinds.get("quarantined", 0), target=">= 150/s, <= 6 CPU ms",
        )  # fmt: skip
        report("mails_stored", MAILS / stored, "mails/s", cpu_ms=stored_cpu * 1000 / MAILS)
        times = await _steadily(door)
        report(
            "mail_acknowledged_at_50", len(times) / SECONDS, "mails/s", times_ms=times,
            target="p99 <= 50 ms",
        )  # fmt: skip
        await _decided(house, WARM + MAILS + len(times))
    finally:
        for worker in workers:
            worker.end()
        await database.close()


def _worker(house: House) -> Server:
    port = free_port()
    environment = house.environment(port) | {"TUGI_ENGINE": ENGINE}
    return Server(spawn(COMMAND, environment, house.home / f"worker-{port}.log"), port, 0.0)


def _cpu(workers: list[Server]) -> float:
    return sum(worker.usage().cpu_s for worker in workers)


async def _steadily(door: Door) -> list[float]:
    """Letters that come at their own times, whether or not the one before is stored."""
    waits: list[asyncio.Future[float]] = []
    written = door.write(ACKNOWLEDGED_A_SECOND * SECONDS)
    began = time.perf_counter()
    for place, one in enumerate(written):
        await asyncio.sleep(max(0.0, began + place / ACKNOWLEDGED_A_SECOND - time.perf_counter()))
        waits.append(asyncio.ensure_future(door.store(*one)))
    return list(await asyncio.gather(*waits))


async def _decided(house: House, count: int) -> dict[str, int]:
    """Wait until so many letters are taken in and each burst is decided; how many deliveries stand how."""
    connection: Any = await house.connect()
    give_up = time.monotonic() + DONE_SECONDS
    try:
        while time.monotonic() < give_up:
            rows = await connection.fetch("select status, count(*) as n from deliveries group by status")
            kinds = {row["status"]: row["n"] for row in rows}
            open_jobs = await connection.fetchval(
                "select count(*) from pgqueuer where entrypoint in ('take_in', 'answer') and status <> 'failed'"
            )
            if sum(kinds.values()) >= count and not kinds.get("waiting") and not open_jobs:
                return kinds
            await asyncio.sleep(0.1)
    finally:
        await connection.close()
    raise RuntimeError(f"letters were not taken in within {DONE_SECONDS:.0f} s: {kinds}")
