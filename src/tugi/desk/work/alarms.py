"""Alarms of channels: one that refuses, one that nobody looks at, one that has fallen silent. They end by themselves.

Silent is what gave no mail for 24 hours, and for four times as much opening time as its longest gap in 30 days.
A channel's health is its own record (`accounts.note_health`); the words read here are those that every channel with
deliveries keeps: last_mail_at, last_connected_at, failing_since, failure, sending_failing_since, sending_failure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, Literal
from zoneinfo import ZoneInfo

from tugi.core import clock
from tugi.core.database import Transaction
from tugi.desk.cases import accounts
from tugi.desk.cases.accounts import Standing
from tugi.desk.people import workspaces
from tugi.desk.people.workspaces import Workspace
from tugi.desk.work import hours

Code = Literal["refuses", "cannot_send", "not_looked_at", "silent"]
REFUSES_AFTER = timedelta(minutes=10)
NOT_LOOKED_AT_AFTER = timedelta(minutes=20)
SILENT_AFTER = timedelta(hours=24)
USUAL_DAYS = 30
USUAL_TIMES = 4
# With fewer mails, or a shorter time of them, nobody can tell silence from peace.
FEWEST_MAILS = 10
FEWEST_DAYS = timedelta(days=7)
COUNTED_FOR = timedelta(days=1)
_FAILURES: tuple[tuple[str, str, Code], ...] = (
    ("failing_since", "failure", "refuses"),
    ("sending_failing_since", "sending_failure", "cannot_send"),
)


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something is wrong with a channel since then. said: a sentence, with the server's own words where it has any."""

    code: Code
    since: datetime
    said: str


@dataclass(frozen=True, slots=True)
class Usual:
    """What a channel's silence is measured by. longest: opening time without mail, None with too little mail."""

    longest: timedelta | None
    counted_at: datetime


def failing(health: Mapping[str, Any], now: datetime) -> Alarm | None:
    """The alarm that the health alone gives."""
    for since_key, key, code in _FAILURES:
        since, failure = _moment(health.get(since_key)), health.get(key)
        if failure and since is not None and now - since >= REFUSES_AFTER:
            return Alarm(code, since, str(failure.get("said", "")))
    seen = _moment(health.get("last_connected_at"))
    if seen is not None and now - seen >= NOT_LOOKED_AT_AFTER and not health.get("failure"):
        return Alarm("not_looked_at", seen, "Nobody has looked into this mailbox since. Is a worker of Tugi running?")
    return None


def silence(last_mail: datetime, open_since: timedelta, usual: Usual, now: datetime) -> Alarm | None:
    """The alarm of a channel without mail. open_since: opening time that has passed since its last mail."""
    if usual.longest is None or now - last_mail <= SILENT_AFTER or open_since <= USUAL_TIMES * usual.longest:
        return None
    return Alarm("silent", last_mail, "No mail for much longer than usual. Write one to it and see whether it comes.")


def longest_gap(times: Sequence[datetime], workspace: Workspace) -> timedelta | None:
    """The longest opening time between two mails; None when there are too few. times: ascending."""
    if len(times) < FEWEST_MAILS or times[-1] - times[0] < FEWEST_DAYS:
        return None
    zone = ZoneInfo(workspace.timezone)
    return max(hours.open_time(workspace.hours, zone, first, second) for first, second in pairwise(times))


async def look(tx: Transaction) -> None:
    """Begin and end the alarms of the workspace's channels; people hear of every change."""
    standings = await accounts.list_all(tx)
    if not standings:
        return
    workspace = await workspaces.get(tx)
    for one in standings:
        await _look_at(tx, one, workspace)


async def _look_at(tx: Transaction, one: Standing, workspace: Workspace) -> None:
    now, seen = clock.now(), dict[str, Any]()
    alarm = failing(one.health, now) if one.account.active else None
    last_mail = _moment(one.health.get("last_mail_at"))
    if one.account.active and alarm is None and last_mail is not None and now - last_mail > SILENT_AFTER:
        usual = await _usual(tx, one, workspace, last_mail, now)
        seconds = usual.longest and usual.longest.total_seconds()
        seen["usual"] = {"seconds": seconds, "counted_at": usual.counted_at.isoformat()}
        zone = ZoneInfo(workspace.timezone)
        alarm = silence(last_mail, hours.open_time(workspace.hours, zone, last_mail, now), usual, now)
    told = alarm_of(one.health)
    if (alarm and alarm.code) != (told and told.code):
        seen["alarm"] = alarm and {"code": alarm.code, "since": alarm.since, "said": alarm.said}
        await accounts.note_health(tx, one.account.id, seen, tell=True)
    elif seen and seen["usual"] != one.health.get("usual"):
        await accounts.note_health(tx, one.account.id, seen, tell=False)


async def _usual(tx: Transaction, one: Standing, workspace: Workspace, last_mail: datetime, now: datetime) -> Usual:
    """What is usual for it, counted once a day while it is silent."""
    kept = one.health.get("usual") or {}
    counted_at = _moment(kept.get("counted_at"))
    if counted_at is not None and last_mail < counted_at and now - counted_at < COUNTED_FOR:
        seconds = kept.get("seconds")
        return Usual(timedelta(seconds=seconds) if seconds is not None else None, counted_at)
    rows = await tx.fetch(
        "select received_at from deliveries where workspace_id = $1 and channel_account_id = $2 and not history "
        "and not sent_by_us and received_at between $3 and $4 order by received_at",
        tx.workspace_id,
        one.account.id,
        last_mail - timedelta(days=USUAL_DAYS),
        last_mail,
    )
    return Usual(longest_gap([row["received_at"] for row in rows], workspace), now)


def alarm_of(health: Mapping[str, Any]) -> Alarm | None:
    """The alarm that a channel's health carries."""
    kept = health.get("alarm")
    since = _moment(kept.get("since")) if kept else None
    return Alarm(kept["code"], since, kept["said"]) if kept and since else None


def _moment(value: Any) -> datetime | None:
    """A moment as the record keeps it."""
    return datetime.fromisoformat(value) if isinstance(value, str) else value
