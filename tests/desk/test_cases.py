"""Cases: only the moves of the state machine, whoever asks and in whatever order."""

import asyncio
from datetime import timedelta
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cast import open_shop
from tugi.core import clock
from tugi.core.database import Database
from tugi.core.errors import Conflict, Invalid
from tugi.core.events import Actor
from tugi.desk.cases import cases, messages
from tugi.desk.cases.cases import NEXT, Status, after_answer, after_customer
from tugi.desk.work import queue

STATUSES: tuple[Status, ...] = get_args(Status)
ENDED = {"closed", "spam", "merged"}


@given(st.sampled_from(STATUSES))
def test_a_customer_or_an_answer_moves_only_a_case_that_may_move(status: Status) -> None:
    for move, allowed in ((after_customer, {"new", "open"}), (after_answer, {"resolved", "waiting_customer"})):
        if status in ENDED:
            with pytest.raises(Conflict):
                move(status)
        else:
            assert move(status) in allowed


def test_nothing_leads_out_of_closed_and_merged_and_every_status_can_be_reached() -> None:
    assert NEXT["closed"] == NEXT["merged"] == frozenset()
    reached = {to for others in NEXT.values() for to in others} | {"new", "merged"}
    assert reached == set(STATUSES)


async def test_every_pair_of_statuses_is_allowed_or_refused_as_the_machine_says(database: Database) -> None:
    shop = await open_shop(database)
    _, case = await shop.say(await shop.customer(), "tere")
    until = clock.now() + timedelta(hours=1)
    for start in STATUSES:
        for end in STATUSES:
            async with database.transaction(shop.workspace_id) as tx:
                await tx.execute("update cases set status = $3 where workspace_id = $1 and id = $2",
                                 shop.workspace_id, case.id, start)  # fmt: skip
            allowed = end in NEXT[start] or (end == start and end != "snoozed")
            async with database.transaction(shop.workspace_id) as tx:
                if allowed:
                    moved = await queue.set_status(tx, case.id, end, until if end == "snoozed" else None)
                    assert moved.status == end
                else:
                    with pytest.raises((Conflict, Invalid)):
                        await queue.set_status(tx, case.id, end, until if end == "snoozed" else None)


async def test_snoozing_needs_a_time_to_come_and_ends_when_it_has_come(database: Database) -> None:
    shop = await open_shop(database)
    _, case = await shop.say(await shop.customer(), "tere")
    async with database.transaction(shop.workspace_id) as tx:
        for until in (None, clock.now() - timedelta(seconds=1)):
            with pytest.raises(Invalid):
                await queue.set_status(tx, case.id, "snoozed", until)
        await queue.set_status(tx, case.id, "snoozed", clock.now() + timedelta(minutes=5))
        assert await queue.wake(tx) == 0
    later = clock.now() + timedelta(minutes=6)
    clock.set_source(lambda: later)
    try:
        async with database.transaction(shop.workspace_id) as tx:
            assert await queue.wake(tx) == 1
            assert (await cases.get_case(tx, case.id)).status == "open"
    finally:
        clock.set_source(None)


async def test_a_message_soon_after_the_resolution_reopens_and_a_late_one_opens_anew(database: Database) -> None:
    shop = await open_shop(database)
    customer_id = await shop.customer()
    _, case = await shop.say(customer_id, "tere")
    async with database.transaction(shop.workspace_id) as tx:
        await queue.set_status(tx, case.id, "resolved", None)
    _, again = await shop.say(customer_id, "siiski veel")
    assert (again.id, again.status) == (case.id, "open")
    async with database.transaction(shop.workspace_id) as tx:
        await queue.set_status(tx, case.id, "resolved", None)
    later = clock.now() + cases.REOPEN + timedelta(hours=1)
    clock.set_source(lambda: later)
    try:
        _, other = await shop.say(customer_id, "uus mure")
    finally:
        clock.set_source(None)
    assert other.id != case.id
    assert other.number == case.number + 1


async def test_case_numbers_are_gapless_when_many_open_at_once(database: Database) -> None:
    shop = await open_shop(database)
    customers = [await shop.customer() for _ in range(16)]
    opened = await asyncio.gather(*(shop.say(one, "tere") for one in customers))
    numbers = sorted(case.number for _, case in opened)
    assert numbers == list(range(numbers[0], numbers[0] + 16))


async def test_the_floor_is_an_agents_once_one_has_answered(database: Database) -> None:
    shop = await open_shop(database)
    customer_id = await shop.customer()
    _, case = await shop.say(customer_id, "tere")
    assert case.handler == "robot"
    async with database.transaction(shop.workspace_id, Actor("agent", shop.kadri)) as tx:
        held = await cases.lock(tx, case.id)
        await queue.take(tx, held, shop.kadri)
        await messages.write(tx, held, external_id="agent:1:00000000", text="Tere", language=None)
    _, after = await shop.say(customer_id, "aitäh")
    assert (after.handler, after.assignee_id) == ("agent", shop.kadri)
