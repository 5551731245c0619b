"""Topics: what the robot may do with each knowledge entry, by channel. Writes `topics` and `topic_changes`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tugi.core import clock
from tugi.core.database import Transaction
from tugi.core.errors import Conflict, NotFound
from tugi.core.events import Actor
from tugi.desk.answering import certificates, policy
from tugi.desk.answering.certificates import Certificate
from tugi.desk.answering.levels import Setting, demoted, effective, permit
from tugi.desk.answering.policy import Risk, RobotPolicy
from tugi.robot.facts import Level, Permit

# What a topic may be set to, by its entry's own policy; None: what holds by default.
ALLOWED: Mapping[str, frozenset[Level | None]] = {
    "answer": frozenset({None, "off", "suggest", "click", "audit", "own"}),
    "suggest": frozenset({None, "off", "suggest"}),
    "people": frozenset({None, "off"}),
}


@dataclass(frozen=True, slots=True)
class Change:
    """One change of a topic's level; why: "lead", "promoted", "automatic" or a reason of a voided certificate."""

    at: datetime
    actor: Actor
    channel: str | None
    from_level: Level
    to_level: Level
    why: str


@dataclass(frozen=True, slots=True)
class Cover:
    """The certificates in force, by what they cover. held: by risk class, languages the robot only suggests in."""

    topics: Mapping[int, Certificate]
    risks: Mapping[str, Certificate]
    held: Mapping[str, tuple[str, ...]]

    def of(self, entry_id: int, setting: Setting) -> Certificate | None:
        """The one that covers a topic: its own, else its risk class's."""
        return self.topics.get(entry_id) or (None if setting.barred else self.risks.get(setting.risk))


async def cover(tx: Transaction) -> Cover:
    """What is certified now."""
    found = await certificates.in_effect(tx)
    held: dict[str, tuple[str, ...]] = {}
    for one in found:
        if one.held_back and one.language is not None:
            held[one.risk] = (*held.get(one.risk, ()), one.language)
    return Cover(
        topics={one.entry_id: one for one in found if one.scope == "topic" and one.entry_id is not None},
        risks={one.risk: one for one in found if one.scope == "risk"},
        held=held,
    )


async def settings(tx: Transaction) -> dict[int, Setting]:
    """What was set, by entry id; topics nobody has touched are missing."""
    rows = await tx.fetch(
        "select entry_id, risk, level, channel_levels, demoted_at, demoted_why, proposed, proposed_at "
        "from topics where workspace_id = $1",
        tx.workspace_id,
    )
    return {row["entry_id"]: Setting(**{k: v for k, v in row.items() if k != "entry_id"}) for row in rows}


@dataclass(frozen=True, slots=True)
class Permits:
    """What the robot may do on a channel: by entry id, and with every other entry. risks: where not normal."""

    by_entry: dict[str, Permit]
    other: Permit
    risks: Mapping[int, Risk]


@dataclass(frozen=True, slots=True)
class Allowed:
    """What was set and certified, on every channel."""

    default: Level
    held: Cover
    known: Mapping[int, Setting]

    def on(self, channel: str) -> Permits:
        """What the robot may do on this channel."""
        found: dict[str, Permit] = {}
        for entry_id in {*self.held.topics, *self.known}:
            setting = self.known.get(entry_id, Setting())
            level, held_in = setting.level_on(channel, self.default), self.held.held.get(setting.risk, ())
            found[str(entry_id)] = permit(level, self.held.of(entry_id, setting), held_in)
        other = permit(self.default, self.held.risks.get("normal"), self.held.held.get("normal", ()))
        return Permits(found, other, {key: one.risk for key, one in self.known.items() if one.risk != "normal"})


async def allowed(tx: Transaction, wishes: RobotPolicy) -> Allowed:
    """What the robot may do now."""
    return Allowed(wishes.default_level, await cover(tx), await settings(tx))


async def permits(tx: Transaction, channel: str) -> Permits:
    """What the robot may do on this channel now."""
    return (await allowed(tx, await policy.get(tx))).on(channel)


async def standing(tx: Transaction, entry_id: int | None, channel: str) -> tuple[Level, Risk]:
    """The level in effect on a channel and the risk of a topic; of no topic, what holds by default."""
    default = (await policy.get(tx)).default_level
    setting = (await settings(tx)).get(entry_id or 0, Setting())
    certified = entry_id is not None and (await cover(tx)).of(entry_id, setting) is not None
    return effective(setting.level_on(channel, default), certified), setting.risk


async def set_level(
    tx: Transaction,
    entry_id: int,
    level: Level | None,
    channel: str | None = None,
    *,
    why: str = "lead",
    evidence: Mapping[str, Any] | None = None,
) -> None:
    """Set what the robot may do; None takes the setting away.

    Raises NotFound, or Conflict for "own" without a certificate in force and for more than its entry allows.
    """
    setting = await _hold(tx, entry_id)
    if level not in await _allowed(tx, entry_id):
        raise Conflict("The entry leaves this to people. Change the entry first, then what the robot may do with it.")
    default = (await policy.get(tx)).default_level
    if level == "own" and (await cover(tx)).of(entry_id, setting) is None:
        raise Conflict("No certificate covers this topic, so the robot may not answer it on its own yet. Review more.")
    before = setting.level_on(channel, default)
    levels = {name: value for name, value in setting.channel_levels.items() if name != channel}
    if channel is not None and level is not None:
        levels[channel] = level
    await tx.execute(
        "update topics set level = $3, channel_levels = $4, demoted_at = null, demoted_why = null, proposed = null, "
        "proposed_at = null where workspace_id = $1 and entry_id = $2",
        tx.workspace_id,
        entry_id,
        setting.level if channel is not None else level,
        levels,
    )
    after = level or (setting.level if channel is not None else None) or default
    await _note_change(tx, entry_id, channel, before, after, why, evidence)


async def set_risk(tx: Transaction, entry_id: int, risk: Risk) -> None:
    """How much a wrong answer on this topic would harm. Raises NotFound."""
    await _hold(tx, entry_id)
    await tx.execute(
        "update topics set risk = $3 where workspace_id = $1 and entry_id = $2", tx.workspace_id, entry_id, risk
    )
    tx.happened("TopicChanged", entry_id=entry_id)
    tx.happened("TopicRiskChanged", entry_id=entry_id)


async def promote(tx: Transaction, entry_id: int, why: str = "promoted") -> None:
    """Confirm what is proposed. Raises Conflict when nothing is proposed any more."""
    setting = await _hold(tx, entry_id)
    if setting.proposed is None:
        raise Conflict("Nothing is proposed for this topic any more.")
    certificate = (await cover(tx)).of(entry_id, setting)
    proof = {"certificate_id": certificate.id} if certificate and setting.proposed in ("audit", "own") else None
    await set_level(tx, entry_id, setting.proposed, why=why, evidence=proof)


async def decline(tx: Transaction, entry_id: int) -> None:
    """Leave the topic as it is; the same is not proposed again for a month."""
    await _hold(tx, entry_id)
    await propose(tx, entry_id, None)


async def propose(tx: Transaction, entry_id: int, level: Level | None) -> None:
    """Lay a promotion before the lead, or take it back."""
    await _hold(tx, entry_id)
    await tx.execute(
        "update topics set proposed = $3, proposed_at = $4 where workspace_id = $1 and entry_id = $2",
        tx.workspace_id,
        entry_id,
        level,
        clock.now(),
    )
    tx.happened("TopicChanged", entry_id=entry_id)


async def withdraw(tx: Transaction, entry_id: int) -> None:
    """Take a proposal back that the evidence no longer speaks for."""
    await tx.execute(
        "update topics set proposed = null, proposed_at = null where workspace_id = $1 and entry_id = $2",
        tx.workspace_id,
        entry_id,
    )
    tx.happened("TopicChanged", entry_id=entry_id)


async def demote(tx: Transaction, entry_ids: Iterable[int], why: str, certificate_id: int) -> None:
    """The certificate that covered these topics is void: what rested on it falls back to suggesting."""
    default, known = (await policy.get(tx)).default_level, await settings(tx)
    for entry_id in entry_ids:
        setting = known.get(entry_id, Setting())
        rested = await _rested_on_certificate(tx, entry_id)
        fallen: dict[str | None, Level] = {None: demoted(setting.level_on(None, default), rested)}
        fallen |= {channel: demoted(level, rested) for channel, level in setting.channel_levels.items()}
        changed: dict[str | None, Level] = {c: to for c, to in fallen.items() if to != setting.level_on(c, default)}
        if not changed:
            continue
        await _hold(tx, entry_id)
        levels = {channel: fallen[channel] for channel in setting.channel_levels}
        await tx.execute(
            "update topics set level = $3, channel_levels = $4, demoted_at = $5, demoted_why = $6, proposed = null, "
            "proposed_at = null where workspace_id = $1 and entry_id = $2",
            tx.workspace_id,
            entry_id,
            fallen[None] if None in changed else setting.level,
            levels,
            clock.now(),
            why,
        )
        for channel, level in changed.items():
            before = setting.level_on(channel, default)
            await _note_change(tx, entry_id, channel, before, level, why, {"certificate_id": certificate_id})


async def count_fallen(tx: Transaction) -> int:
    """Topics that fell back to suggesting since a lead last set their level."""
    return await tx.fetchval(
        "select count(*) from topics where workspace_id = $1 and demoted_at is not null", tx.workspace_id
    )


async def _rested_on_certificate(tx: Transaction, entry_id: int) -> bool:
    """Whether the topic came to be audited because it was certified."""
    return bool(
        await tx.fetchval(
            "select evidence ->> 'certificate_id' is not null from topic_changes where workspace_id = $1 "
            "and entry_id = $2 and to_level = 'audit' order by id desc limit 1",
            tx.workspace_id,
            entry_id,
        )
    )


async def _hold(tx: Transaction, entry_id: int) -> Setting:
    """The topic's setting, locked until the commit. Raises NotFound."""
    if not await tx.fetchval("select true from entries where workspace_id = $1 and id = $2", tx.workspace_id, entry_id):
        raise NotFound("There is no such topic.")
    await tx.execute(
        "insert into topics (workspace_id, entry_id) values ($1, $2) on conflict do nothing",
        tx.workspace_id,
        entry_id,
    )
    await tx.fetchval(
        "select true from topics where workspace_id = $1 and entry_id = $2 for update", tx.workspace_id, entry_id
    )
    return (await settings(tx))[entry_id]


async def _allowed(tx: Transaction, entry_id: int) -> frozenset[Level | None]:
    return ALLOWED[
        await tx.fetchval("select policy from entries where workspace_id = $1 and id = $2", tx.workspace_id, entry_id)
    ]


async def _note_change(
    tx: Transaction,
    entry_id: int,
    channel: str | None,
    before: Level,
    after: Level,
    why: str,
    evidence: Mapping[str, Any] | None,
) -> None:
    if before != after:
        await tx.execute(
            "insert into topic_changes (workspace_id, entry_id, channel, from_level, to_level, actor_kind, actor_id, "
            "why, evidence, created_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            tx.workspace_id,
            entry_id,
            channel,
            before,
            after,
            tx.actor.kind,
            tx.actor.id,
            why,
            evidence,
            clock.now(),
        )
    tx.happened("TopicChanged", entry_id=entry_id)


async def changes(tx: Transaction, entry_id: int, limit: int = 50) -> list[Change]:
    """The history of a topic's level, newest first."""
    rows = await tx.fetch(
        "select created_at, actor_kind, actor_id, channel, from_level, to_level, why from topic_changes "
        "where workspace_id = $1 and entry_id = $2 order by id desc limit $3",
        tx.workspace_id,
        entry_id,
        limit,
    )
    return [
        Change(
            at=row["created_at"],
            actor=Actor(row["actor_kind"], row["actor_id"]),
            channel=row["channel"],
            from_level=row["from_level"],
            to_level=row["to_level"],
            why=row["why"],
        )
        for row in rows
    ]


async def channels(tx: Transaction) -> list[str]:
    """The channels this workspace has been written to on."""
    rows = await tx.fetch(
        "select distinct channel from channel_accounts where workspace_id = $1 order by channel", tx.workspace_id
    )
    return [row["channel"] for row in rows]
