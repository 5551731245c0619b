"""Jobs: tried a bounded number of times, told of when given up, taken over when their worker is gone."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import pytest

from cast import Shop, open_shop
from tugi.core import jobs
from tugi.core.database import Database
from tugi.core.errors import Unavailable
from tugi.core.events import Bell, Reaction
from tugi.core.jobs import ATTEMPTS, JobKind, Worker

Run = Callable[[Mapping[str, Any]], Awaitable[None]]
GREET = {"CustomerSeen": [Reaction("greet")]}


async def happen(shop: Shop) -> None:
    """Something from which the job follows."""
    async with shop.database.transaction(shop.workspace_id) as tx:
        tx.happened("CustomerSeen", customer_id=7)


async def work(dsn: str, kind: JobKind, done: asyncio.Event, seconds: float = 60) -> None:
    """A worker that runs until done."""
    worker = Worker(dsn, {"greet": kind})
    running = asyncio.ensure_future(worker.run())
    try:
        await asyncio.wait_for(done.wait(), seconds)
    finally:
        worker.stop()
        await asyncio.wait_for(running, 20)


async def test_a_job_gets_the_ids_of_its_event(dsn: str) -> None:
    database = await Database.open(dsn, GREET)
    done = asyncio.Event()
    told: list[Mapping[str, Any]] = []

    async def run(ids: Mapping[str, Any]) -> None:
        told.append(ids)
        done.set()

    shop = await open_shop(database)
    await happen(shop)
    await work(dsn, JobKind(run), done)
    assert told == [{"workspace_id": shop.workspace_id, "case_id": None, "customer_id": 7}]
    await database.close()


async def test_a_failing_job_is_tried_a_bounded_number_of_times_and_then_given_up(dsn: str) -> None:
    database = await Database.open(dsn, GREET)
    done = asyncio.Event()
    tried: list[float] = []
    given_up: list[Mapping[str, Any]] = []

    async def run(_ids: Mapping[str, Any]) -> None:
        tried.append(time.monotonic())
        raise ValueError("it never works")

    async def gave_up(ids: Mapping[str, Any]) -> None:
        given_up.append(ids)
        done.set()

    await happen(await open_shop(database))
    await work(dsn, JobKind(run, gave_up), done)
    assert len(tried) == ATTEMPTS
    pauses = [late - early for early, late in zip(tried, tried[1:], strict=False)]
    assert all(pause >= 0.5 * 3**number for number, pause in enumerate(pauses)), pauses
    assert len(given_up) == 1
    await database.close()


async def test_a_job_waits_for_an_absent_database_without_being_given_up(dsn: str) -> None:
    database = await Database.open(dsn, GREET)
    done = asyncio.Event()
    tries = 0

    async def run(_ids: Mapping[str, Any]) -> None:
        nonlocal tries
        tries += 1
        if tries < 3:
            raise Unavailable("away")
        done.set()

    async def gave_up(_ids: Mapping[str, Any]) -> None:
        raise AssertionError("it was given up")

    await happen(await open_shop(database))
    await work(dsn, JobKind(run, gave_up), done)
    assert tries == 3
    await database.close()


async def test_a_ring_wakes_a_worker_long_before_it_would_look_by_itself(dsn: str) -> None:
    database = await Database.open(dsn, GREET)
    bell = Bell(database)
    database.after_commit = bell.ring
    ringing = asyncio.ensure_future(bell.run())
    done = asyncio.Event()
    began = 0.0
    waits: list[float] = []

    async def run(_ids: Mapping[str, Any]) -> None:
        waits.append(time.monotonic() - began)
        if len(waits) == 8:
            done.set()

    shop = await open_shop(database)
    worker = Worker(dsn, {"greet": JobKind(run)})
    running = asyncio.ensure_future(worker.run())
    for count in range(8):
        began = time.monotonic()
        await happen(shop)
        async with asyncio.timeout(30):
            while len(waits) == count:
                await asyncio.sleep(0.01)
    worker.stop()
    await asyncio.wait_for(running, 20)
    ringing.cancel()
    assert sorted(waits)[4] < 1.0, waits
    assert done.is_set()
    await database.close()


async def test_a_worker_comes_back_after_its_connections_are_cut(dsn: str, database: Database) -> None:
    writer = await Database.open(dsn, GREET)
    done = asyncio.Event()

    async def run(_ids: Mapping[str, Any]) -> None:
        done.set()

    shop = await open_shop(writer)
    worker = Worker(dsn, {"greet": JobKind(run)})
    running = asyncio.ensure_future(worker.run())
    await asyncio.sleep(1)
    async with database.everywhere() as tx:
        await tx.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity "
            "where datname = current_database() and pid <> pg_backend_pid()"
        )
    await asyncio.sleep(0.5)
    await happen(await again(writer, shop))
    assert await asyncio.wait_for(done.wait(), 60)
    worker.stop()
    await asyncio.wait_for(running, 20)
    await writer.close()


async def again(writer: Database, shop: Shop) -> Shop:
    """The shop, once the pool has noticed that its connections are gone."""
    for _ in range(10):
        try:
            async with writer.reading(shop.workspace_id) as tx:
                await tx.fetchval("select 1")
        except Unavailable:
            continue
    return shop


@pytest.mark.parametrize("how", ["stop", "cancel"])
async def test_a_worker_that_has_to_end_gives_a_long_job_back(
    dsn: str, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    monkeypatch.setattr(jobs, "GRACE", 0.2)
    database = await Database.open(dsn, GREET)
    begun, undone, done = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def long(_ids: Mapping[str, Any]) -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            undone.set()

    async def short(_ids: Mapping[str, Any]) -> None:
        done.set()

    await happen(await open_shop(database))
    worker = Worker(dsn, {"greet": JobKind(long)})
    running = asyncio.ensure_future(worker.run())
    await asyncio.wait_for(begun.wait(), 30)
    if how == "stop":
        worker.stop()
    else:
        running.cancel()
    await asyncio.wait_for(asyncio.gather(running, return_exceptions=True), 15)
    assert undone.is_set()
    await work(dsn, JobKind(short), done)
    await database.close()
