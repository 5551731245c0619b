"""A channel that refuses, that nobody looks at, or that is silent raises an alarm, and the alarm ends by itself."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cast import Shop, open_shop
from tugi.core import clock
from tugi.core.database import Database
from tugi.core.events import read_after
from tugi.desk.cases import accounts, deliveries
from tugi.desk.people.workspaces import Hours
from tugi.desk.work import alarms, hours
from tugi.desk.work.alarms import Alarm

# A Monday noon.
MONDAY = datetime(2026, 3, 2, 12, tzinfo=UTC)


class Clock:
    """Time that only the test moves."""

    def __init__(self) -> None:
        self.now = MONDAY

    def go(self, to: datetime) -> None:
        self.now = to


@pytest.fixture
def time() -> Iterator[Clock]:
    """The clock, standing at Monday noon."""
    moved = Clock()
    clock.set_source(lambda: moved.now)
    yield moved
    clock.set_source(None)


@pytest.fixture
async def shop(database: Database, time: Clock) -> Shop:
    """A shop whose clock the test moves."""
    return await open_shop(database)


async def mailbox(shop: Shop) -> int:
    """The mailbox's account, connected."""
    async with shop.database.transaction(shop.workspace_id) as tx:
        account_id = await accounts.create(tx, "email", "Shop", "shop@shop.example", {}, None)
        await accounts.note_health(tx, account_id, {"last_connected_at": clock.now()}, tell=False)
    return account_id


async def note(shop: Shop, account_id: int, **health: Any) -> None:
    """What the reader of the mailbox says of it."""
    async with shop.database.transaction(shop.workspace_id) as tx:
        await accounts.note_health(tx, account_id, health, tell=False)


async def looked(shop: Shop, account_id: int) -> Alarm | None:
    """The alarm after one more look."""
    async with shop.database.transaction(shop.workspace_id) as tx:
        await alarms.look(tx)
        return alarms.alarm_of(await accounts.health_of(tx, account_id))


async def told(shop: Shop) -> int:
    """How often people heard that a channel has changed."""
    async with shop.database.reading(shop.workspace_id) as tx:
        return [event.kind for event in await read_after(tx, 0)].count("ChannelChanged")


async def test_a_refusal_becomes_an_alarm_after_ten_minutes_and_ends(shop: Shop, time: Clock) -> None:
    account_id = await mailbox(shop)
    before = await told(shop)
    failure = {"code": "password", "said": "imap.shop.example does not take this password."}
    await note(shop, account_id, failure=failure, failing_since=MONDAY)
    time.go(MONDAY + timedelta(minutes=9))
    assert await looked(shop, account_id) is None
    time.go(MONDAY + timedelta(minutes=10))
    assert await looked(shop, account_id) == Alarm("refuses", MONDAY, failure["said"])
    time.go(MONDAY + timedelta(minutes=50))
    assert await looked(shop, account_id) == Alarm("refuses", MONDAY, failure["said"])
    assert await told(shop) == before + 1
    await note(shop, account_id, failure=None, failing_since=None, last_connected_at=time.now)
    assert await looked(shop, account_id) is None
    assert await told(shop) == before + 2


async def test_a_mailbox_that_cannot_send_is_told_too(shop: Shop, time: Clock) -> None:
    account_id = await mailbox(shop)
    await note(shop, account_id, sending_failure={"code": "password", "said": "No."}, sending_failing_since=MONDAY)
    time.go(MONDAY + timedelta(minutes=15))
    assert await looked(shop, account_id) == Alarm("cannot_send", MONDAY, "No.")


async def test_a_mailbox_that_nobody_reads_is_told(shop: Shop, time: Clock) -> None:
    account_id = await mailbox(shop)
    time.go(MONDAY + timedelta(minutes=20))
    found = await looked(shop, account_id)
    assert found is not None
    assert (found.code, found.since) == ("not_looked_at", MONDAY)


async def test_a_mailbox_that_is_off_raises_no_alarm_and_ends_its_own(shop: Shop, time: Clock) -> None:
    account_id = await mailbox(shop)
    time.go(MONDAY + timedelta(hours=1))
    assert await looked(shop, account_id) is not None
    async with shop.database.transaction(shop.workspace_id) as tx:
        await accounts.update(tx, account_id, active=False)
    assert await looked(shop, account_id) is None


async def letters(shop: Shop, account_id: int, time: Clock, *, days: int, hour_step: int, skip: set[int]) -> datetime:
    """Mails every few hours from nine to five of each day but those of the week skipped; the last one's moment."""
    last, number = time.now, 0
    for day in range(days):
        for hour in range(9, 17, hour_step):
            at = datetime(2026, 3, 2, hour, tzinfo=UTC) + timedelta(days=day)
            if at.weekday() in skip:
                continue
            time.go(at)
            number += 1
            async with shop.database.transaction(shop.workspace_id) as tx:
                await deliveries.store(tx, account_id, source=f"imap:{number}", hash="h", size=1)
            last = at
    await note(shop, account_id, last_mail_at=last)
    return last


async def alarm_at(shop: Shop, account_id: int, time: Clock, at: datetime) -> str | None:
    """The alarm's code at a moment at which the mailbox was just read."""
    time.go(at)
    await note(shop, account_id, last_connected_at=at)
    found = await looked(shop, account_id)
    return found.code if found else None


async def test_silence_counts_in_opening_hours(shop: Shop, time: Clock) -> None:
    """Nine to five on workdays; the longest gap is a working day of 8 hours, so 32 open hours may pass."""
    account_id = await mailbox(shop)
    # Friday the 20th at 15:00 is the last one; every day has mails at nine and at three, but Wednesdays.
    last = await letters(shop, account_id, time, days=19, hour_step=6, skip={2, 5, 6})
    assert last == datetime(2026, 3, 20, 15, tzinfo=UTC)
    async with shop.database.reading(shop.workspace_id) as tx:
        workspace = await alarms.workspaces.get(tx)
    zone = ZoneInfo(workspace.timezone)
    usual = max(
        hours.open_time(workspace.hours, zone, first, second)
        for first, second in (
            (datetime(2026, 3, 3, 15, tzinfo=UTC), datetime(2026, 3, 5, 9, tzinfo=UTC)),
            (datetime(2026, 3, 6, 15, tzinfo=UTC), datetime(2026, 3, 9, 9, tzinfo=UTC)),
        )
    )
    assert usual > timedelta(hours=8)
    # The weekend is closed, so it is no silence.
    assert await alarm_at(shop, account_id, time, datetime(2026, 3, 22, 15, tzinfo=UTC)) is None
    moment = last
    while hours.open_time(workspace.hours, zone, last, moment) <= 4 * usual:
        moment += timedelta(hours=1)
    assert await alarm_at(shop, account_id, time, moment - timedelta(hours=1)) is None
    assert await alarm_at(shop, account_id, time, moment) == "silent"
    async with shop.database.reading(shop.workspace_id) as tx:
        written = await tx.fetchval("select xmin::text from channel_accounts where id = $1", account_id)
    assert await looked(shop, account_id) is not None
    async with shop.database.reading(shop.workspace_id) as tx:
        # Nothing has changed, so nothing was written.
        assert await tx.fetchval("select xmin::text from channel_accounts where id = $1", account_id) == written
    before = await told(shop)
    assert await alarm_at(shop, account_id, time, moment + timedelta(days=2)) == "silent"
    assert await told(shop) == before
    await note(shop, account_id, last_mail_at=time.now)
    assert await looked(shop, account_id) is None


async def test_a_busy_mailbox_is_silent_after_a_day_at_the_earliest(shop: Shop, time: Clock) -> None:
    account_id = await mailbox(shop)
    last = await letters(shop, account_id, time, days=10, hour_step=1, skip={5, 6})
    assert await alarm_at(shop, account_id, time, last + timedelta(hours=24)) is None


async def test_with_little_mail_nobody_can_tell(shop: Shop, time: Clock) -> None:
    account_id = await mailbox(shop)
    last = await letters(shop, account_id, time, days=9, hour_step=8, skip=set())
    assert await alarm_at(shop, account_id, time, last + timedelta(days=200)) is None
    # Many mails of one day tell nothing about a week either.
    other = await mailbox_named(shop, "second@shop.example")
    last = await letters(shop, other, time, days=2, hour_step=1, skip=set())
    assert await alarm_at(shop, other, time, last + timedelta(days=200)) is None


async def mailbox_named(shop: Shop, address: str) -> int:
    """Another mailbox."""
    async with shop.database.transaction(shop.workspace_id) as tx:
        return await accounts.create(tx, "email", address, address, {}, None)


async def test_history_and_sent_mail_are_no_sign_of_life(shop: Shop, time: Clock) -> None:
    account_id = await mailbox(shop)
    last = await letters(shop, account_id, time, days=19, hour_step=1, skip=set())
    for number in range(30):
        time.go(last - timedelta(days=20) + timedelta(minutes=number))
        async with shop.database.transaction(shop.workspace_id) as tx:
            for kind in ("history", "sent_by_us"):
                more: dict[str, bool] = {kind: True}
                await deliveries.store(tx, account_id, source=f"{kind}:{number}", hash="h", size=1, **more)
    assert await alarm_at(shop, account_id, time, last + timedelta(days=7)) == "silent"


WEEK = {str(day): [("09:00", "17:00")] for day in range(5)}


@given(
    st.timedeltas(timedelta(0), timedelta(days=365)),
    st.timedeltas(timedelta(0), timedelta(days=40)),
    st.timedeltas(timedelta(0), timedelta(days=40)),
    st.sampled_from(["UTC", "Europe/Tallinn", "America/New_York"]),
)
def test_opening_time_adds_up(start: timedelta, first: timedelta, second: timedelta, name: str) -> None:
    shop_hours, zone = Hours(always_open=False, days=WEEK, holidays=["2026-02-24"]), ZoneInfo(name)
    begin = MONDAY + start
    middle, end = begin + first, begin + first + second
    parts = [
        hours.open_time(shop_hours, zone, begin, middle),
        hours.open_time(shop_hours, zone, middle, end),
        hours.open_time(shop_hours, zone, begin, end),
    ]
    assert parts[0] + parts[1] == parts[2]
    assert timedelta(0) <= parts[2] <= end - begin
    assert hours.open_time(Hours(always_open=True), zone, begin, end) == end - begin
