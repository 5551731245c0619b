"""Suggestions: what the robot would say, for an agent to send, edit, approve or dismiss."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from tugi.core import clock
from tugi.core.database import Transaction
from tugi.core.errors import Conflict, NotFound
from tugi.desk.answering.distance import share_changed

Status = Literal["offered", "sent", "edited", "dismissed", "outdated"]
Settled = Literal["sent", "edited", "dismissed"]
Dismissal = Literal["wrong_entry", "incomplete", "wrong_tone", "not_now", "should_hand_over"]


@dataclass(frozen=True, slots=True)
class Source:
    """An entry that a suggestion's words come from."""

    entry_id: int
    title: str


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A suggested answer. `title` is the entry's, in the suggestion's language.

    awaits_click: the robot says it itself as soon as an agent approves. drafted_by: the language model that
    wrote it; None for the entry's own words. sources: the entries it was made from.
    """

    id: int
    case_id: int
    verdict_id: int
    entry_id: int
    title: str
    text: str
    language: str
    probability: float | None
    status: Status
    awaits_click: bool
    drafted_by: str | None
    sources: list[Source]


SELECT = """
select s.id, s.case_id, s.verdict_id, s.entry_id, coalesce(t.title, '') as title, s.text, s.language,
       v.probability, s.status, s.awaits_click, s.drafted_by, s.sources
from suggestions s
left join verdicts v on v.workspace_id = s.workspace_id and v.id = s.verdict_id
left join entry_texts t on t.workspace_id = s.workspace_id and t.entry_id = s.entry_id and t.language = s.language
where s.workspace_id = $1
"""


async def offer(
    tx: Transaction,
    case_id: int,
    verdict_id: int,
    *,
    entry_id: int,
    text: str,
    language: str,
    awaits_click: bool = False,
    drafted_by: str | None = None,
    sources: Sequence[Source] = (),
) -> int:
    """Offer an answer; older offers of the case are outdated by it."""
    await outdate(tx, case_id)
    suggestion_id = await tx.fetchval(
        "insert into suggestions (workspace_id, case_id, verdict_id, entry_id, text, language, status, created_at, "
        "awaits_click, drafted_by, sources) values ($1, $2, $3, $4, $5, $6, 'offered', $7, $8, $9, $10) returning id",
        tx.workspace_id,
        case_id,
        verdict_id,
        entry_id,
        text,
        language,
        clock.now(),
        awaits_click,
        drafted_by,
        [{"entry_id": source.entry_id, "title": source.title} for source in sources] or None,
    )
    tx.happened("SuggestionOffered", case_id=case_id, suggestion_id=suggestion_id)
    return suggestion_id


async def outdate(tx: Transaction, case_id: int) -> None:
    """The conversation has moved on: what is on offer no longer fits."""
    for row in await tx.fetch(
        "update suggestions set status = 'outdated', settled_at = $3 "
        "where workspace_id = $1 and case_id = $2 and status = 'offered' returning id",
        tx.workspace_id,
        case_id,
        clock.now(),
    ):
        tx.happened("SuggestionSettled", case_id=case_id, suggestion_id=row["id"], status="outdated")


async def settle(
    tx: Transaction,
    suggestion: Suggestion,
    agent_id: int,
    status: Settled,
    *,
    text: str = "",
    message_id: int | None = None,
    reason: Dismissal | None = None,
) -> Suggestion:
    """An agent sent it, edited it to `text`, or dismissed it. Raises Conflict when it was settled otherwise before."""
    row = await tx.fetchrow(
        "update suggestions set status = $3, agent_id = $4, settled_at = $5, message_id = $6, reason = $7, "
        "distance = $8 where workspace_id = $1 and id = $2 and status = 'offered' returning id",
        tx.workspace_id,
        suggestion.id,
        status,
        agent_id,
        clock.now(),
        message_id,
        reason,
        None if status == "dismissed" else share_changed(suggestion.text, text),
    )
    if row is None:
        known = await get(tx, suggestion.id)
        if known.status == status:
            return known
        raise Conflict("This suggestion is no longer on offer.")
    tx.happened("SuggestionSettled", case_id=suggestion.case_id, suggestion_id=suggestion.id, status=status, why=reason)
    return await get(tx, suggestion.id)


async def get(tx: Transaction, suggestion_id: int) -> Suggestion:
    """Raises NotFound."""
    known = await of_ids(tx, [suggestion_id])
    if not known:
        raise NotFound("There is no such suggestion.")
    return known[0]


async def find_offered(tx: Transaction, case_id: int) -> Suggestion | None:
    """What is on offer in this case now."""
    row = await tx.fetchrow(
        SELECT + "and s.case_id = $2 and s.status = 'offered' order by s.id desc limit 1",
        tx.workspace_id,
        case_id,
    )
    return _suggestion(row) if row else None


async def tried_entries(tx: Transaction, verdict_id: int) -> list[int]:
    """The entries of this verdict that are on offer as suggestions, or that an agent has dismissed."""
    rows = await tx.fetch(
        "select entry_id from suggestions where workspace_id = $1 and verdict_id = $2 "
        "and status in ('offered', 'dismissed')",
        tx.workspace_id,
        verdict_id,
    )
    return [row["entry_id"] for row in rows]


async def find_message(tx: Transaction, suggestion_id: int) -> int | None:
    """The message that came from it."""
    return await tx.fetchval(
        "select message_id from suggestions where workspace_id = $1 and id = $2", tx.workspace_id, suggestion_id
    )


async def of_ids(tx: Transaction, suggestion_ids: Sequence[int]) -> list[Suggestion]:
    """The suggestions with these ids that exist."""
    rows = await tx.fetch(SELECT + "and s.id = any($2::bigint[]) order by s.id", tx.workspace_id, list(suggestion_ids))
    return [_suggestion(row) for row in rows]


def _suggestion(row: Mapping[str, Any]) -> Suggestion:
    values: dict[str, Any] = dict(row)
    stored = values["sources"] or [{"entry_id": values["entry_id"], "title": values["title"]}]
    values["sources"] = [Source(source["entry_id"], source["title"]) for source in stored]
    return Suggestion(**values)
