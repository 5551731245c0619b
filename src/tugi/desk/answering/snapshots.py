"""A robot as one value: the knowledge it answers from, the lead's wishes, the levels, and what trained it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import msgspec

from tugi.core.database import Transaction
from tugi.core.errors import Conflict, NotFound
from tugi.desk.answering import policy, topics
from tugi.desk.answering.levels import Setting
from tugi.desk.answering.policy import PolicyChange, Risk, RobotPolicy
from tugi.desk.knowledge import entries
from tugi.desk.knowledge.entries import Entry
from tugi.desk.knowledge.entry_checks import Draft, EntryText, Policy
from tugi.desk.people.checks import Language
from tugi.robot.facts import Level

# Why levels changed, in the topics' log.
RESTORED = "restored"


@dataclass(frozen=True, slots=True)
class KeptEntry:
    """An entry as it was."""

    id: int
    key: str
    policy: Policy
    valid_from: date | None
    valid_until: date | None
    texts: dict[Language, EntryText]
    examples: dict[Language, list[str]]

    def draft(self, key: str) -> Draft:
        """What somebody would write to have it so again."""
        return Draft(self.texts, key, self.policy, self.valid_from, self.valid_until, self.examples)


@dataclass(frozen=True, slots=True)
class KeptTopic:
    """What the lead had set for a topic."""

    entry_id: int
    risk: Risk
    level: Level | None
    channel_levels: dict[str, Level]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything that decides what the robot does, apart from the bytes of its model."""

    entries: list[KeptEntry]
    policy: RobotPolicy
    topics: list[KeptTopic]
    engine: str
    knowledge_hash: str


def to_bytes(snapshot: Snapshot) -> bytes:
    """The same snapshot gives the same bytes."""
    return msgspec.json.encode(snapshot, order="sorted")


def of_bytes(content: bytes) -> Snapshot:
    """The snapshot of `to_bytes`."""
    stored: dict[str, Any] = msgspec.json.decode(content)
    # A later release's policy has wishes that this one's had not.
    stored["policy"] = asdict(policy.policy_from_json(stored["policy"]))
    return msgspec.convert(stored, Snapshot)


async def take(tx: Transaction, engine: str, knowledge_hash: str) -> Snapshot:
    """The robot as it is now."""
    listed = await tx.fetch(
        "select id from entries where workspace_id = $1 and not archived order by id", tx.workspace_id
    )
    known = await entries.of_ids(tx, [row["id"] for row in listed])
    settings = await topics.settings(tx)
    kept = [
        KeptTopic(entry_id, one.risk, one.level, dict(one.channel_levels))
        for entry_id, one in sorted(settings.items())
        if one.risk != "normal" or one.level is not None or one.channel_levels
    ]
    return Snapshot([_kept(entry) for entry in known], await policy.get(tx), kept, engine, knowledge_hash)


async def of_model(tx: Transaction, model_id: int) -> Snapshot:
    """The robot as it is now, with this model."""
    row = await tx.fetchrow(
        "select engine, knowledge_hash from models where workspace_id = $1 and id = $2", tx.workspace_id, model_id
    )
    if row is None:
        raise NotFound("This version's model is gone.")
    return await take(tx, row["engine"], row["knowledge_hash"])


def _kept(entry: Entry) -> KeptEntry:
    return KeptEntry(
        entry.id, entry.key, entry.policy, entry.valid_from, entry.valid_until, entry.texts, entry.examples
    )


async def put_back(tx: Transaction, snapshot: Snapshot) -> None:
    """Make knowledge, wishes and levels what they were, as the transaction's actor; entries added since are
    archived. A level "own" that no certificate covers any more becomes "suggest"."""
    await _put_back_knowledge(tx, snapshot.entries)
    await policy.update(tx, PolicyChange(**asdict(snapshot.policy)))
    before = {topic.entry_id: topic for topic in snapshot.topics}
    settings = await topics.settings(tx)
    for entry_id in sorted({*before, *settings}):
        wanted = before.get(entry_id, KeptTopic(entry_id, "normal", None, {}))
        now = settings.get(entry_id, Setting())
        if wanted.risk != now.risk:
            await topics.set_risk(tx, entry_id, wanted.risk)
        if wanted.level != now.level:
            await _set_level(tx, entry_id, wanted.level, None)
        for channel in sorted({*wanted.channel_levels, *now.channel_levels}):
            level = wanted.channel_levels.get(channel)
            if level != now.channel_levels.get(channel):
                await _set_level(tx, entry_id, level, channel)


async def _set_level(tx: Transaction, entry_id: int, level: Level | None, channel: str | None) -> None:
    try:
        await topics.set_level(tx, entry_id, level, channel, why=RESTORED)
    except Conflict:
        policy_now = (await entries.of_ids(tx, [entry_id]))[0].policy
        await topics.set_level(tx, entry_id, "off" if policy_now == "people" else "suggest", channel, why=RESTORED)


async def _put_back_knowledge(tx: Transaction, kept: Sequence[KeptEntry]) -> None:
    there = await tx.fetch("select id, archived from entries where workspace_id = $1 order by id", tx.workspace_id)
    wanted = {entry.id for entry in kept}
    for row in there:
        if row["id"] not in wanted and not row["archived"]:
            await entries.set_archived(tx, row["id"], True)
    now = {entry.id: entry for entry in await entries.of_ids(tx, [entry.id for entry in kept])}
    taken = await entries.with_keys(tx, [entry.key for entry in kept])
    for entry in kept:
        present = now.get(entry.id)
        if present is None:
            continue
        if present.archived:
            present = await entries.set_archived(tx, entry.id, False)
        holder = taken.get(entry.key)
        # A key that another entry has taken since is left to it: keys are for people and imports.
        key = entry.key if holder is None or holder.id == entry.id else present.key
        if present.draft() != entry.draft(key):
            await entries.update(tx, entry.id, present.version, entry.draft(key))
