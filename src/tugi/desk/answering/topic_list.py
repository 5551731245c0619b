"""The topics as the lead sees them: level, evidence, certificate, and what is missing to the next one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, TypeAlias

from tugi.core import clock
from tugi.core.database import Row, Transaction
from tugi.core.errors import NotFound
from tugi.desk.answering import certificates, judged, judgement_list, policy, review, topics
from tugi.desk.answering.certificates import Certificate, Held, Scope
from tugi.desk.answering.judged import Judged
from tugi.desk.answering.judgement_list import JudgementView
from tugi.desk.answering.levels import Setting, effective
from tugi.desk.answering.policy import Risk, RobotPolicy
from tugi.desk.answering.topics import Change, Cover
from tugi.desk.knowledge.entry_checks import Policy
from tugi.desk.people.checks import Language
from tugi.robot.certificate import needed
from tugi.robot.facts import Level

Coverage: TypeAlias = Literal["full", "part"]

COUNTED = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Topic:
    """A knowledge entry and what the robot may do with it.

    level: in effect where no channel has its own; own_level: what was set, None for the policy's default.
    languages: those it has an answer in: full with example questions, part without.
    contacts_30, answered_30: questions of 30 days whose first candidate it was, and answers given by the robot.
    judged, right: judged questions about it. certificate: the one in force that covers it, else its own statement
    or its risk class's; None, as needed is 0, where the entry's policy keeps the robot from answering. needed: more
    judged answers until it is certified. set_aside: judgements that do not count because the answer has other words.
    held_languages: its languages in which the robot only suggests, as judged answers in them are worse than promised.
    """

    entry_id: int
    title: str
    policy: Policy
    risk: Risk
    level: Level
    own_level: Level | None
    channel_levels: dict[str, Level]
    examples: int
    languages: dict[Language, Coverage]
    contacts_30: int
    answered_30: int
    judged: int
    right: int
    certificate: Certificate | None
    certified: bool
    needed: int
    proposed: Level | None
    proposed_why: str | None
    demoted_at: datetime | None
    demoted_why: str | None
    set_aside: int
    held_languages: list[str]


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums over all topics."""

    judged: int
    right: int
    in_force: int
    proposed: int
    to_review: int


@dataclass(frozen=True, slots=True)
class TopicList:
    """All topics, the statements about risk classes and languages, and the channels levels can be set for."""

    topics: list[Topic]
    certificates: list[Certificate]
    channels: list[str]
    totals: Totals


@dataclass(frozen=True, slots=True)
class TopicPage:
    """One topic with its history."""

    topic: Topic
    certificates: list[Certificate]
    changes: list[Change]
    judgements: list[JudgementView]
    mistakes: list[JudgementView]


@dataclass(frozen=True, slots=True)
class _Known:
    wishes: RobotPolicy
    settings: Mapping[int, Setting]
    cover: Cover
    current: Mapping[Scope, Held]
    contacts: Mapping[int, int]
    answered: Mapping[int, int]
    found: Mapping[int, Sequence[Judged]]
    certify: Mapping[int, Sequence[Judged]]
    set_aside: Mapping[int, int]


async def list_all(tx: Transaction, language: Language) -> TopicList:
    """Every topic in use, with titles in this language where there are any; most asked first."""
    known = await _known(tx)
    rows = await _entries(tx, language, None)
    listed = [_topic(row, known) for row in rows]
    listed.sort(key=lambda topic: (-topic.contacts_30, topic.title))
    held = [one.certificate for scope, one in known.current.items() if scope.kind != "topic"]
    in_force = sum(one.certificate.status == "in_force" for one in known.current.values())
    totals = Totals(
        judged=sum(topic.judged for topic in listed),
        right=sum(topic.right for topic in listed),
        in_force=in_force,
        proposed=sum(topic.proposed is not None for topic in listed),
        to_review=await review.count_waiting(tx),
    )
    return TopicList(listed, held, await topics.channels(tx), totals)


async def get(tx: Transaction, entry_id: int, language: Language) -> Topic:
    """One topic. Raises NotFound."""
    rows = await _entries(tx, language, entry_id)
    if not rows:
        raise NotFound("There is no such topic.")
    return _topic(rows[0], await _known(tx))


async def page(tx: Transaction, entry_id: int, language: Language) -> TopicPage:
    """One topic with its certificates, changes and judgements, newest first. Raises NotFound."""
    topic = await get(tx, entry_id, language)
    return TopicPage(
        topic=topic,
        certificates=await certificates.of_topic(tx, entry_id, topic.risk),
        changes=await topics.changes(tx, entry_id),
        judgements=await judgement_list.of_entry(tx, entry_id, language, only_mistakes=False),
        mistakes=await judgement_list.of_entry(tx, entry_id, language, only_mistakes=True),
    )


def _topic(row: Row, known: _Known) -> Topic:
    entry_id: int = row["id"]
    setting = known.settings.get(entry_id, Setting())
    # What people answer or send is no answer of the robot's, whatever its risk class has proved.
    answers = row["policy"] == "answer"
    certificate = known.cover.of(entry_id, setting) if answers else None
    found = known.found.get(entry_id, ())
    shown = certificate or (_statement(known, entry_id, setting.risk) if answers else None)
    return Topic(
        entry_id=entry_id,
        title=row["title"],
        policy=row["policy"],
        risk=setting.risk,
        level=effective(setting.level_on(None, known.wishes.default_level), certificate is not None),
        own_level=setting.level,
        channel_levels=dict(setting.channel_levels),
        examples=row["examples"],
        languages={code: "full" if code in row["asked_in"] else "part" for code in row["answered_in"]},
        contacts_30=known.contacts.get(entry_id, 0),
        answered_30=known.answered.get(entry_id, 0),
        judged=len(found),
        right=sum(one.right for one in found),
        certificate=shown,
        certified=certificate is not None,
        needed=_needed(known, entry_id, setting) if answers and certificate is None else 0,
        proposed=setting.proposed,
        proposed_why=_why_proposed(setting, certificate),
        demoted_at=setting.demoted_at,
        demoted_why=setting.demoted_why,
        set_aside=known.set_aside.get(entry_id, 0),
        held_languages=[code for code in known.cover.held.get(setting.risk, ()) if code in row["answered_in"]],
    )


def _why_proposed(setting: Setting, certificate: Certificate | None) -> str | None:
    if setting.proposed is None:
        return None
    return "certified" if certificate and setting.proposed in ("audit", "own") else "judged_right"


def _statement(known: _Known, entry_id: int, risk: Risk) -> Certificate | None:
    held = known.current.get(Scope("topic", risk, None, entry_id)) or known.current.get(Scope("risk", risk))
    return held.certificate if held else None


def _needed(known: _Known, entry_id: int, setting: Setting) -> int:
    """The shorter way: judgements of this topic alone, or of its whole risk class."""
    mine = known.certify.get(entry_id, ())
    wrong = sum(not one.right for one in mine)
    target, confidence = known.wishes.targets[setting.risk], known.wishes.confidence
    alone = needed(wrong, target, confidence, answered=len(mine))
    together = known.current.get(Scope("risk", setting.risk))
    if together is None or setting.barred:
        return alone
    return min(alone, together.certificate.needed)


async def _known(tx: Transaction) -> _Known:
    certifying = await judged.of_role(tx, "certify")
    everything = [*judged.capped(certifying), *judged.capped(await judged.of_role(tx, "teach"))]
    since = clock.now() - COUNTED
    contacts = await tx.fetch(
        "select first_entry_id as id, count(*) as n from verdicts where workspace_id = $1 and created_at > $2 "
        "and first_entry_id is not null group by 1",
        tx.workspace_id,
        since,
    )
    answered = await tx.fetch(
        "select entry_id as id, count(*) as n from messages where workspace_id = $1 and created_at > $2 "
        "and author_kind = 'robot' and entry_id is not null group by 1",
        tx.workspace_id,
        since,
    )
    set_aside = await tx.fetch(
        "select entry_id as id, count(*) as n from judgements where workspace_id = $1 and entry_id is not null "
        "and set_aside = 'answer_changed' and weight > 0 group by 1",
        tx.workspace_id,
    )
    return _Known(
        wishes=await policy.get(tx),
        settings=await topics.settings(tx),
        cover=await topics.cover(tx),
        current=await certificates.current(tx),
        contacts=Counter({row["id"]: row["n"] for row in contacts}),
        answered=Counter({row["id"]: row["n"] for row in answered}),
        found=_by_entry(everything),
        certify=_by_entry(judged.capped([one for one in certifying if one.sure])),
        set_aside=Counter({row["id"]: row["n"] for row in set_aside}),
    )


def _by_entry(found: Sequence[Judged]) -> dict[int, list[Judged]]:
    by_entry: dict[int, list[Judged]] = {}
    for one in found:
        if one.entry_id is not None:
            by_entry.setdefault(one.entry_id, []).append(one)
    return by_entry


async def _entries(tx: Transaction, language: Language, entry_id: int | None) -> list[Row]:
    return await tx.fetch(
        "select e.id, e.policy, coalesce((select t.title from entry_texts t where t.workspace_id = $1 "
        "and t.entry_id = e.id order by t.language = $2 desc, t.language = 'en' desc, t.language limit 1), '') "
        "as title, "
        "(select count(*) from entry_examples x where x.workspace_id = $1 and x.entry_id = e.id) as examples, "
        "array(select t.language from entry_texts t where t.workspace_id = $1 and t.entry_id = e.id) as answered_in, "
        "array(select distinct x.language from entry_examples x where x.workspace_id = $1 and x.entry_id = e.id) "
        "as asked_in "
        "from entries e where e.workspace_id = $1 and not e.archived "
        "and ($3::bigint is null or e.id = $3) order by e.id",
        tx.workspace_id,
        language,
        entry_id,
    )
