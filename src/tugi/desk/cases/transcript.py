"""The transcript: reading what was said to and by the customer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from tugi.core.database import Transaction
from tugi.core.events import Actor
from tugi.desk.cases import letters
from tugi.desk.cases.attachments import Attachment
from tugi.desk.cases.letters import LetterBrief

Status = Literal["queued", "sending", "sent", "delivered", "read", "failed", "unknown"]


@dataclass(frozen=True, slots=True)
class MessageChoice:
    """One button of a "did you mean"."""

    entry_id: int
    title: str


@dataclass(frozen=True, slots=True)
class Message:
    """A message as agents see one; visitors get it without `verdict_id` and `letter`. `client_id` is the sender's own.

    approved_by: the agent by whose click the robot said it. follow_ups: buttons under a robot's answer.
    letter: what it has beyond its text where it came or goes as a letter; by_letter: that it did, which all may know.
    """

    id: int
    case_id: int
    client_id: str
    author: Actor
    author_name: str | None
    text: str
    language: str | None
    status: Status
    failure: str | None
    page: Mapping[str, str] | None
    choices: list[MessageChoice] | None
    chosen_entry_id: int | None
    entry_id: int | None
    verdict_id: int | None
    feedback: Literal["up", "down"] | None
    attachments: list[Attachment]
    created_at: datetime
    approved_by: int | None
    follow_ups: list[MessageChoice] | None
    letter: LetterBrief | None = None
    by_letter: bool = False


SELECT = """
select m.id, m.case_id, m.external_id, m.author_kind, m.author_id, m.text, m.language, m.status, m.failure, m.page,
       m.choices, m.chosen_entry_id, m.entry_id, m.verdict_id, m.feedback, m.created_at, m.approved_by, m.follow_ups,
       a.name as author_name,
       (select jsonb_agg(jsonb_build_object('id', f.id, 'name', f.name, 'media_type', f.media_type, 'size', f.size,
               'width', f.width, 'height', f.height) order by f.id)
        from attachments f where f.workspace_id = m.workspace_id and f.message_id = m.id) as attachments,
       BRIEF
from messages m
join cases c on c.workspace_id = m.workspace_id and c.id = m.case_id
left join letters l on l.workspace_id = m.workspace_id and l.message_id = m.id
left join agents a on m.author_kind = 'agent' and a.workspace_id = m.workspace_id and a.id = m.author_id
where m.workspace_id = $1
""".replace("BRIEF", letters.BRIEF)


def client_id_of(external_id: str) -> str:
    """The sender's own id, which stands last in the external id of what our own front ends send."""
    return external_id.rsplit(":", 1)[-1]


async def find(tx: Transaction, channel_account_id: int, external_id: str) -> Message | None:
    """The message with this id of the sender or provider."""
    row = await tx.fetchrow(
        SELECT + "and m.channel_account_id = $2 and m.external_id = $3",
        tx.workspace_id,
        channel_account_id,
        external_id,
    )
    return message_of(row) if row else None


async def of_case(tx: Transaction, case_id: int, *, before: int | None = None, limit: int = 500) -> list[Message]:
    """The newest messages of a case (before an id), oldest first."""
    rows = await tx.fetch(
        SELECT + "and m.case_id = $2 and ($3::bigint is null or m.id < $3) order by m.id desc limit $4",
        tx.workspace_id,
        case_id,
        before,
        limit,
    )
    return [message_of(row) for row in reversed(rows)]


async def of_customer(
    tx: Transaction, customer_id: int, *, before: int | None = None, limit: int = 100, channel: str | None = None
) -> list[Message]:
    """The newest messages of all the customer's cases (of one channel, before an id), oldest first."""
    rows = await tx.fetch(
        SELECT + "and c.customer_id = $2 and ($3::bigint is null or m.id < $3) "
        "and ($5::text is null or c.channel = $5) order by m.id desc limit $4",
        tx.workspace_id,
        customer_id,
        before,
        limit,
        channel,
    )
    return [message_of(row) for row in reversed(rows)]


async def of_ids(tx: Transaction, message_ids: Sequence[int]) -> list[Message]:
    """The messages with these ids that exist, oldest first."""
    rows = await tx.fetch(
        SELECT + "and m.id = any($2::bigint[]) order by m.id", tx.workspace_id, sorted(set(message_ids))
    )
    return [message_of(row) for row in rows]


def message_of(row: Mapping[str, Any]) -> Message:
    """A Message from a row of SELECT."""
    return Message(
        id=row["id"],
        case_id=row["case_id"],
        client_id=client_id_of(row["external_id"]),
        author=Actor(row["author_kind"], row["author_id"]),
        author_name=row["author_name"],
        text=row["text"],
        language=row["language"],
        status=row["status"],
        failure=row["failure"],
        page=row["page"],
        choices=_choices(row["choices"]),
        chosen_entry_id=row["chosen_entry_id"],
        entry_id=row["entry_id"],
        verdict_id=row["verdict_id"],
        feedback=row["feedback"],
        attachments=[Attachment(**file) for file in row["attachments"] or ()],
        created_at=row["created_at"],
        approved_by=row["approved_by"],
        follow_ups=_choices(row["follow_ups"]),
        letter=letters.brief_of(row["letter"]),
        by_letter=row["letter"] is not None,
    )


def _choices(stored: Sequence[Mapping[str, Any]] | None) -> list[MessageChoice] | None:
    return [MessageChoice(choice["entry_id"], choice["title"]) for choice in stored] if stored else None
