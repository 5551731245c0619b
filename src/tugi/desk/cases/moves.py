"""Moves: which messages go together, and how a case stands by what was said in it. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from tugi.desk.cases.states import ACTIVE, Standing, Status


@dataclass(frozen=True, slots=True)
class Said:
    """A message as moving sees it. letter_id None: it was no letter. history: nobody waits for an answer to it."""

    id: int
    contact_id: int
    account_id: int
    author: str
    text: str
    language: str | None
    at: datetime
    letter_id: str | None = None
    refers_to: frozenset[str] = frozenset()
    subject: str = ""
    automatic: bool = False
    history: bool = False

    @property
    def preview(self) -> str:
        """What a list shows of it."""
        return " ".join(self.text[:400].split()) or self.subject or "📎"


def place_of(row: Mapping[str, Any]) -> Said:
    """From a row of messages with its letter, if any."""
    return Said(
        id=row["id"],
        contact_id=row["contact_id"],
        account_id=row["channel_account_id"],
        author=row["author_kind"],
        text=row["text"],
        language=row["language"],
        at=row["created_at"],
        letter_id=row["letter_id"],
        refers_to=frozenset(row["refers_to"] or ()),
        subject=row["subject"] or "",
        automatic=row["automatic"] is not None,
        history=row["author_kind"] == "customer" and row["status"] == "read",
    )


def thread_from(said: Sequence[Said], message_id: int) -> set[int]:
    """The message and the later ones of its thread: letters that answer it, directly or by others that do.

    Of a message that was no letter, all that was said later through the same account.
    """
    ordered = sorted(said, key=lambda one: one.id)
    start = next(one for one in ordered if one.id == message_id)
    later = [one for one in ordered if one.id > message_id]
    if start.letter_id is None:
        return {message_id, *(one.id for one in later if one.account_id == start.account_id)}
    moved, known = {message_id}, {start.letter_id}
    for one in later:
        if known & one.refers_to:
            moved.add(one.id)
            if one.letter_id:
                known.add(one.letter_id)
    return moved


def standing_after(stands: Standing, said: Sequence[Said]) -> Standing:
    """How the case stands when these are all its messages: who said the last word, and since when somebody waits."""
    ordered = sorted((one for one in said if not one.automatic), key=lambda one: (one.at, one.id))
    if not ordered:
        return stands
    last = ordered[-1]
    waiting: datetime | None = None
    for one in reversed(ordered):
        if one.author != "customer" or one.history:
            break
        waiting = one.at
    status: Status = stands.status
    if status in ACTIVE:
        waits = last.author == "customer" and not last.history
        if waits and status == "waiting_customer":
            status = "open"
        elif not waits and status in ("new", "open"):
            status = "waiting_customer"
    return replace(
        stands,
        status=status,
        handler="queue" if stands.handler == "robot" else stands.handler,
        preview=last.preview[:200],
        preview_from=last.author,
        waiting_since=waiting if status in ACTIVE else None,
        active_at=last.at,
    )
