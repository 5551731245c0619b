"""Versions of the robot: made whenever it changes, named, compared, and put back in one click.

Only this file writes `versions`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal, TypeAlias

from tugi.core import clock
from tugi.core.database import Database, Row, Transaction
from tugi.core.errors import NotFound
from tugi.core.events import SYSTEM, Actor
from tugi.core.files import Files
from tugi.desk.answering import snapshots, training
from tugi.desk.answering.snapshots import KeptEntry, Snapshot
from tugi.desk.people.checks import Checks
from tugi.robot.model import BadModel, cuts_from_bytes

Reason: TypeAlias = Literal["training", "policy", "restore", "lesson"]
MOST_LISTED = 200
# Who changed the robot is told by one of its latest events.
CHANGES = (
    "EntryChanged",
    "KnowledgeImported",
    "RobotPolicyChanged",
    "TopicChanged",
    "LessonSettled",
    "VersionRestored",
)
RECENT_EVENTS = 1_000
LOCK = "select pg_advisory_xact_lock(hashtextextended('versions', $1))"


@dataclass(frozen=True, slots=True)
class Replayed:
    """What the latest finished replay of a version found."""

    answered: int
    right: int
    wrong: int
    questions: int


@dataclass(frozen=True, slots=True)
class Version:
    """A robot of some time. entries, examples: what it had learned; serving: it is the one that answers now."""

    number: int
    name: str
    made_for: Reason
    entries: int
    examples: int
    engine: str
    actor: Actor
    created_at: datetime
    serving: bool
    restored_from: int | None
    replay: Replayed | None


@dataclass(frozen=True, slots=True)
class Titled:
    """An entry's id with a title."""

    id: int
    title: str


@dataclass(frozen=True, slots=True)
class Turned:
    """A setting that differs. Values are written as the settings hold them; None: not set."""

    name: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Difference:
    """What a later version has otherwise than an earlier one. cuts_changed: see `Cuts`; None: not readable any more."""

    entries_added: list[Titled]
    entries_removed: list[Titled]
    entries_changed: list[Titled]
    policy_changed: list[Turned]
    cuts_changed: list[Turned]


SELECT = """
select v.number, v.name, v.made_for, m.entries, m.examples, m.engine, v.actor_kind, v.actor_id, v.created_at,
       v.restored_from, v.number = (select max(n.number) from versions n where n.workspace_id = $1) as serving,
       (select r.summary from replays r where r.workspace_id = v.workspace_id and r.version_id = v.id
        and r.status = 'done' and $2::jsonb @> r.draft order by r.id desc limit 1) as summary
from versions v join models m on m.workspace_id = v.workspace_id and m.id = v.model_id
where v.workspace_id = $1
"""


def _version(row: Row) -> Version:
    summary: Mapping[str, Any] | None = row["summary"]
    return Version(
        number=row["number"],
        name=row["name"],
        made_for=row["made_for"],
        entries=row["entries"],
        examples=row["examples"],
        engine=row["engine"],
        actor=Actor(row["actor_kind"], row["actor_id"]),
        created_at=row["created_at"],
        serving=row["serving"],
        restored_from=row["restored_from"],
        replay=Replayed(*(summary[name] for name in ("answered", "right", "wrong", "questions"))) if summary else None,
    )


async def list_all(tx: Transaction, plain_draft: Mapping[str, Any]) -> list[Version]:
    """The latest versions, newest first. plain_draft: what a replay's draft holds when nothing was tried; those of
    earlier releases hold less."""
    rows = await tx.fetch(SELECT + " order by v.number desc limit $3", tx.workspace_id, plain_draft, MOST_LISTED)
    return [_version(row) for row in rows]


async def get(tx: Transaction, number: int, plain_draft: Mapping[str, Any]) -> Version:
    """Raises NotFound."""
    row = await tx.fetchrow(SELECT + " and v.number = $3", tx.workspace_id, plain_draft, number)
    if row is None:
        raise NotFound("There is no such version.")
    return _version(row)


async def rename(tx: Transaction, number: int, name: str) -> None:
    """Give it a name. Raises Invalid, NotFound."""
    checks = Checks()
    tidy = checks.line("name", name, 200, required=False)
    checks.done()
    found = await tx.fetchval(
        "update versions set name = $3 where workspace_id = $1 and number = $2 returning number",
        tx.workspace_id,
        number,
        tidy,
    )
    if found is None:
        raise NotFound("There is no such version.")
    tx.happened("VersionMade", version=number)


async def make(database: Database, files: Files, workspace_id: int, made_for: Reason) -> int | None:
    """Keep the robot as it is now; None when it is that of the newest version, or there is none yet.

    Safe to run twice and at once.
    """
    async with database.reading(workspace_id) as tx:
        model = await _ready_model(tx)
        if model is None:
            return None
        snapshot = await snapshots.take(tx, model["engine"], model["knowledge_hash"])
        actor = await _who(tx)
    digest = await files.put(workspace_id, snapshots.to_bytes(snapshot))
    async with database.transaction(workspace_id) as tx:
        await tx.execute(LOCK, workspace_id)
        newest = await tx.fetchrow(
            "select snapshot_hash, created_at from versions where workspace_id = $1 order by number desc limit 1",
            workspace_id,
        )
        if newest and newest["snapshot_hash"] == digest:
            return None
        if made_for == "training" and await _learned_lesson(tx, newest["created_at"] if newest else None):
            made_for = "lesson"
        return await _insert(tx, model["id"], digest, made_for, actor)


async def _ready_model(tx: Transaction) -> Row | None:
    return await tx.fetchrow(
        "select id, knowledge_hash, engine from models where workspace_id = $1 and status = 'ready' "
        "order by id desc limit 1",
        tx.workspace_id,
    )


async def _who(tx: Transaction) -> Actor:
    row = await tx.fetchrow(
        "select actor_kind, actor_id from (select number, kind, actor_kind, actor_id from events "
        "where workspace_id = $1 order by number desc limit $3) e where kind = any($2::text[]) "
        "order by number desc limit 1",
        tx.workspace_id,
        list(CHANGES),
        RECENT_EVENTS,
    )
    return Actor(row["actor_kind"], row["actor_id"]) if row else SYSTEM


async def _learned_lesson(tx: Transaction, since: datetime | None) -> bool:
    return await tx.fetchval(
        "select exists (select from lessons where workspace_id = $1 and status = 'accepted' "
        "and ($2::timestamptz is null or settled_at > $2))",
        tx.workspace_id,
        since,
    )


async def _insert(
    tx: Transaction, model_id: int, digest: str, made_for: Reason, actor: Actor, restored_from: int | None = None
) -> int:
    number: int = await tx.fetchval(
        "insert into versions (workspace_id, number, model_id, snapshot_hash, made_for, restored_from, actor_kind, "
        "actor_id, created_at) select $1, coalesce(max(number), 0) + 1, $2, $3, $4, $5, $6, $7, $8 "
        "from versions where workspace_id = $1 returning number",
        tx.workspace_id,
        model_id,
        digest,
        made_for,
        restored_from,
        actor.kind,
        actor.id,
        clock.now(),
    )
    tx.happened("VersionMade", version=number)
    return number


async def snapshot_of(database: Database, files: Files, workspace_id: int, number: int) -> Snapshot:
    """What a version was. Raises NotFound, Unavailable."""
    async with database.reading(workspace_id) as tx:
        digest = await tx.fetchval(
            "select snapshot_hash from versions where workspace_id = $1 and number = $2", workspace_id, number
        )
    if digest is None:
        raise NotFound("There is no such version.")
    return snapshots.of_bytes(await files.get(workspace_id, digest))


async def restore(database: Database, files: Files, workspace_id: int, number: int, actor: Actor) -> int:
    """Make the robot what it was, at once: its own model serves again. Returns the number of the version that this
    makes. Raises NotFound, Unavailable."""
    snapshot = await snapshot_of(database, files, workspace_id, number)
    async with database.transaction(workspace_id, actor) as tx:
        await tx.execute(LOCK, workspace_id)
        row = await tx.fetchrow(
            "select model_id, (select max(n.number) from versions n where n.workspace_id = $1) as newest "
            "from versions where workspace_id = $1 and number = $2",
            workspace_id,
            number,
        )
        if row is None:
            raise NotFound("There is no such version.")
        await snapshots.put_back(tx, snapshot)
        model_id = await training.adopt(tx, row["model_id"])
        tx.happened("VersionRestored", version=number)
        # What is there now may differ a little from what was kept: people have judged since, a certificate is gone.
        present = await snapshots.of_model(tx, model_id)
    digest = await files.put(workspace_id, snapshots.to_bytes(present))
    async with database.transaction(workspace_id, actor) as tx:
        await tx.execute(LOCK, workspace_id)
        made = await _claim(tx, model_id, digest, row["newest"], number)
        return made or await _insert(tx, model_id, digest, "restore", actor, number)


async def _claim(tx: Transaction, model_id: int, digest: str, newest: int, restored_from: int) -> int | None:
    """The version that the job has made of the restored robot in the meantime, told as what it is."""
    number = await tx.fetchval(
        "update versions set made_for = 'restore', restored_from = $5, actor_kind = $6, actor_id = $7 "
        "where workspace_id = $1 and model_id = $2 and snapshot_hash = $3 and number > $4 returning number",
        tx.workspace_id,
        model_id,
        digest,
        newest,
        restored_from,
        tx.actor.kind,
        tx.actor.id,
    )
    if number is not None:
        tx.happened("VersionMade", version=number)
    return number


async def compare(
    database: Database, files: Files, workspace_id: int, a: int, b: int, language: str = ""
) -> Difference:
    """What version b has otherwise than a. language: of the titles. Raises NotFound, Unavailable."""
    first = await snapshot_of(database, files, workspace_id, a)
    second = await snapshot_of(database, files, workspace_id, b)
    before, after = ({entry.id: entry for entry in one.entries} for one in (first, second))
    cuts = [await _cuts(database, files, workspace_id, number) for number in (a, b)]

    def titled(entry: KeptEntry) -> Titled:
        titles = {str(code): text.title for code, text in entry.texts.items()}
        return Titled(entry.id, titles.get(language) or next(iter(titles.values()), ""))

    return Difference(
        entries_added=[titled(entry) for key, entry in after.items() if key not in before],
        entries_removed=[titled(entry) for key, entry in before.items() if key not in after],
        entries_changed=[titled(entry) for key, entry in after.items() if key in before and before[key] != entry],
        policy_changed=_turned(_settings(first), _settings(second)),
        cuts_changed=_turned(*cuts),
    )


async def _cuts(database: Database, files: Files, workspace_id: int, number: int) -> dict[str, Any]:
    """From which certainty on that version answers and asks back, and how sure it is of an average question."""
    async with database.reading(workspace_id) as tx:
        file_hash = await tx.fetchval(
            "select m.file_hash from versions v join models m on m.workspace_id = v.workspace_id and m.id = v.model_id "
            "where v.workspace_id = $1 and v.number = $2",
            workspace_id,
            number,
        )
    try:
        found = cuts_from_bytes(await files.get(workspace_id, file_hash))
    except (BadModel, NotFound):
        return {}
    return {name: round(value, 3) for name, value in asdict(found).items()}


def _settings(snapshot: Snapshot) -> dict[str, Any]:
    """All settings by name: a policy's own tables line by line, topics by their entry."""
    flat: dict[str, Any] = {"engine": snapshot.engine}
    for name, value in asdict(snapshot.policy).items():
        if isinstance(value, Mapping):
            flat |= {f"{name}.{key}": one for key, one in value.items()}
        else:
            flat[name] = value
    for topic in snapshot.topics:
        flat[f"topic.{topic.entry_id}.risk"] = topic.risk
        flat[f"topic.{topic.entry_id}.level"] = topic.level
        flat |= {f"topic.{topic.entry_id}.level.{name}": level for name, level in topic.channel_levels.items()}
    return flat


def _turned(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Turned]:
    names = [name for name in dict.fromkeys([*before, *after]) if before.get(name) != after.get(name)]
    return [Turned(name, before.get(name), after.get(name)) for name in names]
