"""Opening hours on the shop's own wall clock, through clock changes and holidays."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tugi.desk.people.workspaces import Hours
from tugi.desk.work.hours import HORIZON, is_open, opens_at

ZONES = st.sampled_from([ZoneInfo(name) for name in ("Europe/Tallinn", "Europe/Helsinki", "Europe/Warsaw")])
MOMENTS = st.integers(0, 2 * 366 * 86400).map(lambda s: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=s))
WALL = st.integers(0, 23 * 60 + 59).map(lambda m: f"{m // 60:02d}:{m % 60:02d}")
SPAN = st.tuples(WALL, WALL).filter(lambda span: span[0] < span[1])
DAYS = st.dictionaries(st.sampled_from([str(day) for day in range(7)]), st.lists(SPAN, max_size=2))
TALLINN = ZoneInfo("Europe/Tallinn")
WEEKDAYS = {str(day): [("09:00", "17:00")] for day in range(5)}


def hours(days: object, holidays: list[str] | None = None) -> Hours:
    """Opening hours that are not always open."""
    return Hours(False, days, holidays or [])  # pyright: ignore[reportArgumentType]


@given(DAYS, ZONES, MOMENTS)
def test_the_next_opening_is_the_first_moment_at_which_it_is_open(days: object, zone: ZoneInfo, at: datetime) -> None:
    known = hours(days)
    opening = opens_at(known, zone, at)
    if is_open(known, zone, at):
        assert opening is None
    elif opening is None:
        assert not any(is_open(known, zone, at + timedelta(hours=n)) for n in range(24 * 14))
    else:
        assert at < opening < at + timedelta(days=HORIZON + 1)
        assert is_open(known, zone, opening)
        step = (opening - at) / 50
        assert not any(is_open(known, zone, at + step * n) for n in range(50))


@given(ZONES, MOMENTS)
def test_a_plain_day_is_open_exactly_by_the_clock_on_the_wall(zone: ZoneInfo, at: datetime) -> None:
    wall = at.astimezone(zone)
    expected = wall.weekday() < 5 and time(9) <= wall.time() < time(17)
    assert is_open(hours(WEEKDAYS), zone, at) == expected


@given(ZONES, MOMENTS)
def test_a_holiday_is_closed_all_day_and_always_open_knows_none(zone: ZoneInfo, at: datetime) -> None:
    day = at.astimezone(zone).date()
    every_day = {str(n): [("00:00", "24:00")] for n in range(7)}
    assert is_open(hours(every_day), zone, at)
    assert not is_open(hours(every_day, [day.isoformat()]), zone, at)
    assert is_open(Hours(True, {}, [day.isoformat()]), zone, at)


@pytest.mark.parametrize(
    ("day", "hours_long"),
    [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 6, 1), 24)],
)
def test_a_whole_day_is_as_long_as_the_clock_change_makes_it(day: date, hours_long: int) -> None:
    known = hours({str(day.weekday()): [("00:00", "24:00")]})
    noon = datetime.combine(day, time(12), TALLINN).astimezone(UTC)
    quarters = [noon + timedelta(minutes=15 * n) for n in range(-120, 120)]
    assert sum(is_open(known, TALLINN, at) for at in quarters) / 4 == hours_long


def test_an_opening_that_the_clock_skips_is_right_after_the_skip() -> None:
    known = hours({"6": [("03:30", "12:00")]})
    before = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)
    opening = opens_at(known, TALLINN, before)
    assert opening is not None
    assert opening.astimezone(UTC) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


def test_no_hours_at_all_open_never() -> None:
    assert opens_at(hours({}), TALLINN, datetime(2026, 1, 1, tzinfo=UTC)) is None
