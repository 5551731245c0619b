"""Opening hours: when people are there, and how soon one may honestly be expected to answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from tugi.core import clock
from tugi.core.database import Transaction
from tugi.desk.cases import contacts
from tugi.desk.people.workspaces import Hours, Workspace

# An opening further ahead than this is as good as none.
HORIZON = 60


@dataclass(frozen=True, slots=True)
class Availability:
    """What a customer is told. expected_answer_seconds: the recent median, None while unknown."""

    open: bool
    opens_at: datetime | None
    agents_online: int
    expected_answer_seconds: int | None


def is_open(hours: Hours, zone: ZoneInfo, at: datetime) -> bool:
    """Whether `at` lies in the opening hours, told by the shop's own wall clock."""
    if hours.always_open:
        return True
    local = at.astimezone(zone)
    return any(opens <= at < closes for opens, closes in _spans(hours, zone, local.date()))


def opens_at(hours: Hours, zone: ZoneInfo, at: datetime) -> datetime | None:
    """The next opening after `at`; None while open or when there is none within 60 days."""
    if is_open(hours, zone, at):
        return None
    today = at.astimezone(zone).date()
    for ahead in range(HORIZON):
        for opens, closes in _spans(hours, zone, today + timedelta(days=ahead)):
            if opens > at and closes > opens:
                return opens
    return None


def open_time(hours: Hours, zone: ZoneInfo, start: datetime, end: datetime) -> timedelta:
    """How much of the time from `start` to `end` lies in the opening hours."""
    if hours.always_open:
        return max(end - start, timedelta(0))
    total = timedelta(0)
    day, last = start.astimezone(zone).date(), end.astimezone(zone).date()
    while day <= last:
        total += sum(
            (max(min(closes, end) - max(opens, start), timedelta(0)) for opens, closes in _spans(hours, zone, day)),
            timedelta(0),
        )
        day += timedelta(days=1)
    return total


def _spans(hours: Hours, zone: ZoneInfo, day: date) -> Iterator[tuple[datetime, datetime]]:
    if day.isoformat() in hours.holidays:
        return
    spans: Mapping[str, Sequence[tuple[str, str]]] = hours.days
    for opens, closes in sorted(spans.get(str(day.weekday()), ())):
        yield _moment(day, opens, zone), _moment(day, closes, zone)


def _moment(day: date, wall: str, zone: ZoneInfo) -> datetime:
    """A wall time of a day as a moment; a time that a clock change skips is the moment after the skip."""
    if wall == "24:00":
        return datetime.combine(day + timedelta(days=1), time(0), zone)
    hour, minute = wall.split(":")
    moment = datetime.combine(day, time(int(hour), int(minute)), zone)
    return moment.astimezone(ZoneInfo("UTC")).astimezone(zone)


async def availability(tx: Transaction, workspace: Workspace, agents_online: int) -> Availability:
    """What to tell customers now."""
    now = clock.now()
    zone = ZoneInfo(workspace.timezone)
    seconds = await contacts.first_answer_seconds(tx)
    return Availability(
        open=is_open(workspace.hours, zone, now),
        opens_at=opens_at(workspace.hours, zone, now),
        agents_online=agents_online,
        expected_answer_seconds=round(seconds) if seconds is not None else None,
    )
