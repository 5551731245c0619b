"""Orders as the shop reports them: what the robot may read to the customer who proved to be theirs.

Only this file writes `orders`. The shop sends whole orders, again and in any order: the newest report wins.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Literal, get_args
from urllib.parse import urlsplit

from tugi.core import clock
from tugi.core.database import Transaction
from tugi.desk.people.checks import Checks

Status = Literal["received", "paid", "packing", "sent", "ready_for_pickup", "delivered", "returned", "cancelled"]
STATUSES: tuple[Status, ...] = get_args(Status)
MOST = 500
# A customer who names no order means a recent one.
_RECENT = timedelta(days=90)
_SELECT = (
    "select number, email, customer_ref, status, carrier, tracking_code, tracking_url, expected_on, placed_at "
    "from orders where workspace_id = $1 "
)


@dataclass(frozen=True, slots=True)
class Report:
    """One order as the shop sends it. customer_ref: the shop's own id of the buyer, as it signs its visitors.

    updated_at: when this was true in the shop; an older report than the stored one changes nothing.
    lines: [{"title", "quantity"}], for people only.
    """

    number: str
    status: str
    placed_at: datetime
    updated_at: datetime
    email: str | None = None
    customer_ref: str | None = None
    carrier: str | None = None
    tracking_code: str | None = None
    tracking_url: str | None = None
    expected_on: date | None = None
    lines: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])


@dataclass(frozen=True, slots=True)
class Order:
    """An order as it stands."""

    number: str
    email: str | None
    customer_ref: str | None
    status: Status
    carrier: str | None
    tracking_code: str | None
    tracking_url: str | None
    expected_on: date | None
    placed_at: datetime


def checked(reports: Sequence[Report]) -> list[Report]:
    """The reports, tidied. Raises Invalid with every problem by place, such as "orders.3.status"."""
    checks = Checks()
    if len(reports) > MOST:
        checks.problem("orders", f"There are {len(reports):,}. Send at most {MOST} at once.")
    tidy = [_tidied(checks, f"orders.{place}", report) for place, report in enumerate(reports[:MOST])]
    checks.done()
    return tidy


def _tidied(checks: Checks, where: str, report: Report) -> Report:
    for name, at in (("placed_at", report.placed_at), ("updated_at", report.updated_at)):
        if at.tzinfo is None:
            checks.problem(f"{where}.{name}", "It has no time zone. Add one, such as Z.")
    url = checks.line(f"{where}.tracking_url", report.tracking_url or "", 500, required=False)
    if url and (urlsplit(url).scheme != "https" or not urlsplit(url).hostname):
        checks.problem(f"{where}.tracking_url", "It is not an https address.")
    return Report(
        number=checks.line(f"{where}.number", report.number, 40),
        status=checks.one_of(f"{where}.status", report.status, STATUSES),
        placed_at=report.placed_at,
        updated_at=report.updated_at,
        email=checks.email(f"{where}.email", report.email).lower() if report.email else None,
        customer_ref=checks.line(f"{where}.customer_ref", report.customer_ref or "", 200, required=False) or None,
        carrier=checks.line(f"{where}.carrier", report.carrier or "", 60, required=False) or None,
        tracking_code=checks.line(f"{where}.tracking_code", report.tracking_code or "", 60, required=False) or None,
        tracking_url=url or None,
        expected_on=report.expected_on,
        lines=report.lines[:200],
    )


async def store(tx: Transaction, reports: Sequence[Report]) -> int:
    """Take in checked reports; returns how many changed an order. Twice is once."""
    changed = 0
    for report in reports:
        changed += bool(
            await tx.fetchval(
                "insert into orders (workspace_id, number, email, customer_ref, status, carrier, tracking_code, "
                "tracking_url, expected_on, placed_at, lines, updated_at) "
                "values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) "
                "on conflict (workspace_id, lower(number)) do update set email = excluded.email, "
                "customer_ref = excluded.customer_ref, status = excluded.status, carrier = excluded.carrier, "
                "tracking_code = excluded.tracking_code, tracking_url = excluded.tracking_url, "
                "expected_on = excluded.expected_on, placed_at = excluded.placed_at, lines = excluded.lines, "
                "updated_at = excluded.updated_at where orders.updated_at < excluded.updated_at returning id",
                tx.workspace_id,
                report.number,
                report.email,
                report.customer_ref,
                report.status,
                report.carrier,
                report.tracking_code,
                report.tracking_url,
                report.expected_on,
                report.placed_at,
                report.lines,
                report.updated_at,
            )
        )
    return changed


async def find(tx: Transaction, number: str) -> Order | None:
    """The order of that number, whoever's it is: only for what tells nobody whether it exists."""
    row = await tx.fetchrow(_SELECT + "and lower(number) = lower($2)", tx.workspace_id, number)
    return _order(row) if row else None


async def of_owner(
    tx: Transaction, emails: Sequence[str], customer_refs: Sequence[str], number: str | None
) -> list[Order]:
    """Orders of the owner of these proven addresses and shop ids, newest first; of `number`, or recent ones."""
    rows = await tx.fetch(
        _SELECT + "and (lower(email) = any($2::text[]) or customer_ref = any($3::text[])) "
        "and case when $4::text is null then placed_at > $5 else lower(number) = lower($4) end "
        "order by placed_at desc, id desc limit 5",
        tx.workspace_id,
        [email.lower() for email in emails],
        list(customer_refs),
        number,
        clock.now() - _RECENT,
    )
    return [_order(row) for row in rows]


def _order(row: Mapping[str, Any]) -> Order:
    return Order(**dict(row))
