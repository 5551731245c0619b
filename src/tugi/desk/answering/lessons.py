"""Lessons: what the robot could learn. Nothing of it reaches a customer before a person accepts it.

Only this file writes `lessons`; `learning` finds them and `accepting` puts them into the knowledge.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Literal, TypeAlias

import msgspec

from tugi.core import clock
from tugi.core.database import Row, Transaction
from tugi.core.errors import Conflict, NotFound
from tugi.desk.answering.replay_summary import title_of
from tugi.desk.knowledge import entries

Kind: TypeAlias = Literal["example", "wording", "entry"]
Status: TypeAlias = Literal["open", "accepted", "rejected", "outdated"]
KINDS: tuple[Kind, ...] = ("example", "wording", "entry")
MOST_LISTED = 200
SOURCES_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Content:
    """What is proposed. examples: questions to add, with their languages in the same order; text: the proposed
    answer; before: the answer it would replace; languages: contacts by language."""

    examples: list[str] = field(default_factory=list[str])
    example_languages: list[str] = field(default_factory=list[str])
    text: str | None = None
    before: str | None = None
    languages: dict[str, int] = field(default_factory=dict[str, int])


@dataclass(frozen=True, slots=True)
class Proposal:
    """A lesson as it was found. sources: the messages it comes from; contacts, customers, agents: how many
    different ones stand behind it."""

    kind: Kind
    key: str
    entry_id: int | None
    language: str
    title: str
    content: Content
    sources: Sequence[int]
    contacts: int
    customers: int
    agents: int


@dataclass(frozen=True, slots=True)
class Counts:
    """What a robot did with the questions of a replay."""

    answered: int
    right: int
    wrong: int
    asked: int


@dataclass(frozen=True, slots=True)
class Effect:
    """What accepting did to a replay of the last questions, the lesson's own left out."""

    before: Counts
    after: Counts
    questions: int


@dataclass(frozen=True, slots=True)
class Source:
    """A message that a lesson comes from."""

    message_id: int
    case_number: int
    text: str


@dataclass(frozen=True, slots=True)
class Lesson:
    """A lesson. entry_title: in the viewer's language; effect: once it has been weighed."""

    id: int
    kind: Kind
    entry_id: int | None
    entry_title: str | None
    language: str
    title: str
    content: Content
    contacts: int
    customers: int
    agents: int
    status: Status
    effect: Effect | None
    sources: list[Source]
    created_at: datetime
    settled_at: datetime | None


@dataclass(frozen=True, slots=True)
class Pending:
    """An accepted lesson whose effect is not known. before_hash: the robot's model before it."""

    id: int
    before_hash: str
    sources: list[int]
    examples: list[str]


SELECT = (
    "select id, kind, entry_id, language, title, content, sources, contacts, customers, agents, status, effect, "
    "created_at, settled_at from lessons where workspace_id = $1 "
)


async def list_all(
    tx: Transaction, *, status: Status = "open", kind: Kind | None = None, language: str = ""
) -> list[Lesson]:
    """Lessons, those behind which most contacts stand first; of settled ones the latest. language: the viewer's."""
    order = "contacts desc, id" if status == "open" else "settled_at desc nulls last, id desc"
    rows = await tx.fetch(
        SELECT + f"and status = $2 and ($3::text is null or kind = $3) order by {order} limit $4",
        tx.workspace_id,
        status,
        kind,
        MOST_LISTED,
    )
    return await _lessons(tx, rows, language)


async def counts(tx: Transaction) -> dict[Kind, int]:
    """Open lessons by kind."""
    rows = await tx.fetch(
        "select kind, count(*) as n from lessons where workspace_id = $1 and status = 'open' group by kind",
        tx.workspace_id,
    )
    found: dict[str, int] = {row["kind"]: row["n"] for row in rows}
    return {kind: found.get(kind, 0) for kind in KINDS}


async def get(tx: Transaction, lesson_id: int, language: str = "") -> Lesson:
    """Raises NotFound."""
    rows = await tx.fetch(SELECT + "and id = $2", tx.workspace_id, lesson_id)
    if not rows:
        raise NotFound("There is no such lesson.")
    return (await _lessons(tx, rows, language))[0]


async def _lessons(tx: Transaction, rows: Sequence[Row], language: str) -> list[Lesson]:
    ids = sorted({row["entry_id"] for row in rows if row["entry_id"] is not None})
    titles = {entry.id: title_of(entry, language) for entry in await entries.of_ids(tx, ids)} if ids else {}
    shown = [message_id for row in rows for message_id in row["sources"][:SOURCES_SHOWN]]
    said = {
        row["id"]: Source(row["id"], row["number"], row["text"])
        for row in await tx.fetch(
            "select m.id, c.number, m.text from messages m "
            "join cases c on c.workspace_id = m.workspace_id and c.id = m.case_id "
            "where m.workspace_id = $1 and m.id = any($2::bigint[])",
            tx.workspace_id,
            shown,
        )
    }
    return [_lesson(row, titles, said) for row in rows]


def _lesson(row: Row, titles: Mapping[int, str], said: Mapping[int, Source]) -> Lesson:
    values: dict[str, Any] = dict(row)
    values["content"] = msgspec.convert(values["content"], Content)
    values["effect"] = msgspec.convert(values["effect"], Effect) if values["effect"] else None
    values["sources"] = [said[message_id] for message_id in row["sources"][:SOURCES_SHOWN] if message_id in said]
    return Lesson(**values, entry_title=titles.get(row["entry_id"]))


async def settled_texts(tx: Transaction) -> set[str]:
    """Examples that were accepted or rejected once, folded: they are never proposed again."""
    rows = await tx.fetch(
        "select distinct lower(e) as text from lessons, jsonb_array_elements_text(content -> 'examples') as e "
        "where workspace_id = $1 and status in ('accepted', 'rejected')",
        tx.workspace_id,
    )
    return {row["text"] for row in rows}


async def settled_sources(tx: Transaction, kind: Kind) -> set[int]:
    """Messages behind lessons of this kind that were accepted or rejected."""
    rows = await tx.fetch(
        "select distinct unnest(sources) as id from lessons "
        "where workspace_id = $1 and kind = $2 and status in ('accepted', 'rejected')",
        tx.workspace_id,
        kind,
    )
    return {row["id"] for row in rows}


async def propose(tx: Transaction, found: Sequence[Proposal]) -> None:
    """Make the open lessons those that were found now: known ones are renewed, others are outdated.

    What was settled under the same key stays settled. Safe to run twice and at once.
    """
    await tx.execute("select pg_advisory_xact_lock(hashtextextended('lessons', $1))", tx.workspace_id)
    await tx.execute(
        "update lessons set status = 'outdated', settled_at = $3 "
        "where workspace_id = $1 and status = 'open' and key <> all($2::text[])",
        tx.workspace_id,
        [one.key for one in found],
        clock.now(),
    )
    for one in found:
        await tx.execute(
            "insert into lessons (workspace_id, kind, key, entry_id, language, title, content, sources, contacts, "
            "customers, agents, status, created_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'open', $12) "
            "on conflict (workspace_id, key) do update set title = excluded.title, content = excluded.content, "
            "sources = excluded.sources, contacts = excluded.contacts, customers = excluded.customers, "
            "agents = excluded.agents, status = 'open', settled_at = null "
            "where lessons.status in ('open', 'outdated')",
            tx.workspace_id,
            one.kind,
            one.key,
            one.entry_id,
            one.language,
            one.title[:200],
            asdict(one.content),
            list(one.sources),
            one.contacts,
            one.customers,
            one.agents,
            clock.now(),
        )
    tx.happened("LessonsChanged")


async def hold(tx: Transaction, lesson_id: int) -> Lesson:
    """An open lesson, held until the commit. Raises NotFound; Conflict when it was settled."""
    status = await tx.fetchval(
        "select status from lessons where workspace_id = $1 and id = $2 for update", tx.workspace_id, lesson_id
    )
    if status is None:
        raise NotFound("There is no such lesson.")
    if status != "open":
        raise Conflict("This lesson was settled already.")
    return await get(tx, lesson_id)


async def settle(
    tx: Transaction,
    lesson_id: int,
    status: Literal["accepted", "rejected"],
    *,
    entry_id: int | None = None,
    content: Content | None = None,
    before_hash: str | None = None,
) -> None:
    """Note what a person decided. content: as it was accepted; before_hash: the robot's model until then."""
    await tx.execute(
        "update lessons set status = $3, agent_id = $4, settled_at = $5, entry_id = coalesce($6, entry_id), "
        "content = coalesce($7, content), before_hash = $8 where workspace_id = $1 and id = $2",
        tx.workspace_id,
        lesson_id,
        status,
        tx.actor.id if tx.actor.kind == "agent" else None,
        clock.now(),
        entry_id,
        asdict(content) if content else None,
        before_hash,
    )
    tx.happened("LessonsChanged")


async def unweighed(tx: Transaction) -> list[Pending]:
    """Accepted lessons whose effect is not known yet."""
    rows = await tx.fetch(
        "select id, before_hash, sources, content from lessons where workspace_id = $1 and status = 'accepted' "
        "and effect is null and before_hash is not null order by id",
        tx.workspace_id,
    )
    return [
        Pending(row["id"], row["before_hash"], list(row["sources"]), list(row["content"].get("examples", ())))
        for row in rows
    ]


async def note_effect(tx: Transaction, lesson_id: int, effect: Effect) -> None:
    """Keep what accepting it did."""
    await tx.execute(
        "update lessons set effect = $3 where workspace_id = $1 and id = $2 and effect is null",
        tx.workspace_id,
        lesson_id,
        asdict(effect),
    )
    tx.happened("LessonsChanged")
