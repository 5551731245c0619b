"""History: letters of earlier years are there to be looked up. They ask nothing of anybody."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from desk.mailroom import ADDRESS, Mailroom, open_mailroom, written
from tugi.core import clock
from tugi.core.database import Database
from tugi.core.events import Actor
from tugi.core.jobs import JobKind, Worker
from tugi.desk import reactions
from tugi.desk.cases import cases, joining, readings, timeline
from tugi.desk.work import queue

MARI = "Mari <mari@kiri.example>"
LONG_AGO = datetime(2021, 3, 1, 9, tzinfo=UTC)


async def unread(room: Mailroom, case_id: int) -> int:
    """What Kadri's list says beside a case."""
    async with room.database.reading(room.workspace_id) as tx:
        return (await timeline.unread_counts(tx, [case_id], [room.shop.kadri]))[room.shop.kadri][case_id]


async def jobs(room: Mailroom) -> list[str]:
    """What is to be done beside taking letters in."""
    sql = "select entrypoint from pgqueuer where $1::bigint > 0 and entrypoint <> 'take_in' order by id"
    return [row["entrypoint"] for row in await room.rows(sql)]


async def test_letters_of_history_are_unread_nowhere(database: Database, tmp_path: Path) -> None:
    room = await open_mailroom(database, tmp_path)
    for number in range(3):
        answers = [f"v{number - 1}@kiri.example"] if number else []
        at = LONG_AGO + timedelta(days=number)
        old = await room.deliver(
            written(MARI, message_id=f"v{number}@kiri.example", answers=answers, at=at), history=True
        )
    case = await room.case_of(old)
    assert await unread(room, case.id) == 0
    assert (case.status, case.waiting_since, case.active_at) == ("resolved", None, LONG_AGO + timedelta(days=2))
    # Found again by a letter of today that answers it: one to read, not four.
    clock.set_source(lambda: LONG_AGO + timedelta(days=5))
    try:
        live = await room.deliver(written(MARI, message_id="v3@kiri.example", answers=["v2@kiri.example"]))
    finally:
        clock.set_source(None)
    case = await room.case_of(live)
    assert case.status != "resolved"
    assert await unread(room, case.id) == 1
    async with database.transaction(room.workspace_id, Actor("agent", room.shop.kadri)) as tx:
        await readings.note(tx, case.id, room.shop.kadri, live.message_id or 0)
    assert await unread(room, case.id) == 0


async def test_history_that_comes_after_todays_letter_of_its_thread_changes_nothing_of_today(
    database: Database, tmp_path: Path
) -> None:
    room = await open_mailroom(database, tmp_path)
    live = await room.deliver(written(MARI, answers=["v1@kiri.example"]))
    before = await room.case_of(live)
    async with database.transaction(room.workspace_id) as tx:
        await queue.hand_over(tx, await cases.lock(tx, before.id), "asked")
    before = await room.case_of(live)
    old = await room.deliver(written(MARI, text="Vana", message_id="v1@kiri.example", at=LONG_AGO), history=True)
    after = await room.case_of(old)
    assert after.id == before.id
    assert await unread(room, after.id) == 1
    for name in ("status", "handler", "waiting_since", "active_at", "preview", "assignee_id"):
        assert getattr(after, name) == getattr(before, name)


async def test_nothing_follows_from_history(dsn: str, tmp_path: Path) -> None:
    database = await Database.open(dsn, reactions.REACTIONS)
    room = await open_mailroom(database, tmp_path)
    jobs_of_the_shop = await jobs(room)
    taken = await room.deliver(written(MARI, at=LONG_AGO), history=True)
    await room.deliver(written(MARI, "Teine", at=LONG_AGO, Auto_Submitted="auto-replied"), history=True)
    sent = written(f"Abi <{ADDRESS}>", "Pakkumine", to="jaan@kiri.example", at=LONG_AGO)
    await room.deliver(sent, history=True, sent_by_us=True)
    assert (await room.case_of(taken)).handler == "queue"
    assert {case.status for case in await room.cases()} == {"resolved"}
    assert [case.waiting_since for case in await room.cases()] == [None, None, None]
    assert await jobs(room) == jobs_of_the_shop
    told = await room.rows(
        "select kind, count(*) as n from events where workspace_id = $1 and case_id is not null group by kind"
    )
    assert {one["kind"]: one["n"] for one in told} == {"LetterFiled": 3}
    await database.close()


async def test_a_customer_of_today_does_not_wait_for_all_of_history(dsn: str, tmp_path: Path) -> None:
    database = await Database.open(dsn, reactions.REACTIONS)
    room = await open_mailroom(database, tmp_path)
    for number in range(120):
        await room.store(written(MARI, f"Vana {number}", at=LONG_AGO), history=True)
    live = await room.store(written(MARI, "Uus"))
    begun, done = list[int](), asyncio.Event()

    async def take_in(ids: Mapping[str, Any]) -> None:
        begun.append(ids["delivery_id"])
        if len(begun) == 121:
            done.set()

    worker = Worker(dsn, {"take_in": JobKind(take_in)})
    running = asyncio.ensure_future(worker.run())
    try:
        await asyncio.wait_for(done.wait(), 60)
    finally:
        worker.stop()
        await asyncio.wait_for(running, 20)
        await database.close()
    assert live in begun[:10]


async def test_joined_and_split_history_makes_nobody_wait(database: Database, tmp_path: Path) -> None:
    room = await open_mailroom(database, tmp_path)
    first = await room.deliver(written(MARI, "Vana", message_id="v1@kiri.example", at=LONG_AGO), history=True)
    second = await room.deliver(
        written(MARI, "Vana", answers=["v1@kiri.example"], at=LONG_AGO + timedelta(days=1)), history=True
    )
    old = await room.case_of(first)
    live = await room.case_of(await room.deliver(written(MARI, "Uus")))
    async with database.transaction(room.workspace_id, Actor("agent", room.shop.kadri)) as tx:
        joined = await joining.join(tx, old.id, live.number)
    # Since today, not since 2021.
    assert joined.waiting_since is not None
    assert live.waiting_since is not None
    assert abs(joined.waiting_since - live.waiting_since) < timedelta(seconds=10)
    async with database.transaction(room.workspace_id, Actor("agent", room.shop.kadri)) as tx:
        split = await joining.split(tx, live.id, second.message_id or 0)
    assert (split.status, split.waiting_since) == ("resolved", None)
