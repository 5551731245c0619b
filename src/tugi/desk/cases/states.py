"""The state machine of a case: its statuses, who has the floor, and what leads where. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from tugi.core import clock
from tugi.core.errors import Conflict

Status = Literal[
    "new",
    "open",
    "waiting_customer",
    "waiting_internal",
    "snoozed",
    "resolved",
    "closed",
    "spam",
    "merged",
]
Handler = Literal["robot", "queue", "agent"]

ACTIVE: frozenset[Status] = frozenset({"new", "open", "waiting_customer", "waiting_internal"})
# What an agent may choose, from each status. A closed case is locked: a new message opens a new case.
NEXT: Mapping[Status, frozenset[Status]] = {
    "new": frozenset({"open", "waiting_customer", "waiting_internal", "snoozed", "resolved", "spam"}),
    "open": frozenset({"waiting_customer", "waiting_internal", "snoozed", "resolved", "spam"}),
    "waiting_customer": frozenset({"open", "waiting_internal", "snoozed", "resolved", "spam"}),
    "waiting_internal": frozenset({"open", "waiting_customer", "snoozed", "resolved", "spam"}),
    "snoozed": frozenset({"open", "waiting_customer", "waiting_internal", "snoozed", "resolved", "spam"}),
    "resolved": frozenset({"open", "closed"}),
    "closed": frozenset(),
    "spam": frozenset({"open"}),
    "merged": frozenset(),
}


@dataclass(frozen=True, slots=True)
class Standing:
    """The part of a case that follows from its messages: where it stands, what was said last, who waits."""

    status: Status
    handler: Handler
    preview: str = ""
    preview_from: str | None = None
    waiting_since: datetime | None = None
    active_at: datetime = field(default_factory=clock.now)
    snoozed_until: datetime | None = None
    merged_into: int | None = None


def after_customer(status: Status) -> Status:
    """The status after the customer has said something: our turn."""
    if status in ("closed", "spam", "merged"):
        raise Conflict("This case takes no more messages.")
    return "new" if status == "new" else "open"


def after_answer(status: Status) -> Status:
    """The status after we have answered: the customer's turn. An answer to a resolved case keeps it resolved."""
    if status in ("closed", "spam", "merged"):
        raise Conflict("This case is closed. Open a new one to write to the customer.")
    return "resolved" if status == "resolved" else "waiting_customer"
