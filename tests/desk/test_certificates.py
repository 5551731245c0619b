"""Certificates: made of judged questions, voided by every kind of drift, and what rests on them falls with them."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from desk.judging import NORMAL, Desk, events_of, open_desk
from tugi.core import clock
from tugi.core.database import Database
from tugi.core.errors import Conflict
from tugi.core.events import Actor
from tugi.desk.answering import evidence, policy, topics
from tugi.desk.answering.certificates import Scope
from tugi.desk.answering.certifying import Certifying
from tugi.desk.answering.policy import PolicyChange
from tugi.robot.facts import Level


@pytest.fixture
async def desk(database: Database, tmp_path: Path) -> Desk:
    opened = await open_desk(database, tmp_path)
    async with database.transaction(opened.shop.workspace_id) as tx:
        await policy.update(tx, PolicyChange(default_level="suggest"))
    return opened


@pytest.fixture
def time() -> Iterator[list[datetime]]:
    """Time that stands still until the test moves it."""
    at = [datetime(2026, 11, 2, 12, 0, tzinfo=UTC)]
    clock.set_source(lambda: at[0])
    yield at
    clock.set_source(None)


async def certified(desk: Desk, count: int = 130) -> None:
    """So many right judgements about the parcel, and the certificate they bring."""
    await desk.judge(await desk.decided(count))
    await desk.certify()
    assert (await desk.standing()).status == "in_force"


async def set_level(desk: Desk, level: Level, key: str = "parcel") -> None:
    async with desk.database.transaction(desk.shop.workspace_id, Actor("agent", desk.shop.kadri)) as tx:
        await topics.set_level(tx, desk.entries[key], level)


async def setting(desk: Desk, key: str = "parcel") -> topics.Setting:
    async with desk.database.reading(desk.shop.workspace_id) as tx:
        return (await topics.settings(tx)).get(desk.entries[key], topics.Setting())


async def count_statements(desk: Desk) -> list[tuple[str, str, int]]:
    async with desk.database.reading(desk.shop.workspace_id) as tx:
        rows = await tx.fetch("select scope, status, answered from certificates order by id")
    return [tuple(row) for row in rows]


async def test_enough_right_judgements_certify_the_class_the_language_and_the_topic(desk: Desk) -> None:
    await desk.judge(await desk.decided(100))
    await desk.certify()
    before = await desk.standing()
    assert (before.status, before.answered, before.errors, before.needed) == ("insufficient", 100, 0, 23)
    await desk.judge(await desk.decided(23))
    await desk.certify()
    for scope in (NORMAL, Scope("language", "normal", "et"), Scope("topic", "normal", None, desk.entries["parcel"])):
        one = await desk.standing(scope)
        assert (one.status, one.cases, one.answered, one.errors, one.needed) == ("in_force", 123, 123, 0, 0)
        assert one.bound is not None
        assert one.bound <= one.target == 0.05
        assert one.threshold == 0.5
        assert one.evidence_from is not None
    async with desk.database.reading(desk.shop.workspace_id) as tx:
        allowed = await topics.permits(tx, "widget")
        permits, other = allowed.by_entry, allowed.other
    assert other.threshold == 0.5
    assert permits[str(desk.entries["parcel"])].certificate_id is not None


async def test_twice_and_at_once_is_the_same_as_once(desk: Desk) -> None:
    await desk.judge(await desk.decided(130))
    await asyncio.gather(desk.certify(), desk.certify(), Certifying(desk.database, desk.answering).run(desk.ids))
    once = await count_statements(desk)
    assert sorted(once) == [("language", "in_force", 130), ("risk", "in_force", 130), ("topic", "in_force", 130)]
    changed = await events_of(desk, "CertificatesChanged")
    await desk.certify()
    assert await count_statements(desk) == once
    assert await events_of(desk, "CertificatesChanged") == changed


async def test_errors_and_unknown_truths_count_against(desk: Desk) -> None:
    await desk.judge(await desk.decided(124))
    wrong = await desk.decided(6)
    await desk.judge(wrong[:2], "wrong_entry", truth="returns")
    await desk.judge(wrong[2:4], "wrong_entry")
    await desk.judge(wrong[4:], "hand_over")
    await desk.certify()
    one = await desk.standing()
    assert (one.status, one.answered, one.errors) == ("insufficient", 130, 6)
    assert one.needed > 100


async def test_those_who_teach_do_not_certify(desk: Desk) -> None:
    await desk.judge(await desk.decided(130, role="teach"))
    await desk.certify()
    assert (await desk.standing()).cases == 0


async def test_a_changed_answer_voids_and_the_lead_may_keep_the_evidence(desk: Desk) -> None:
    await certified(desk)
    await set_level(desk, "own")
    await desk.change_answer("parcel", "Hoopis teine vastus.")
    await desk.certify()
    async with desk.database.reading(desk.shop.workspace_id) as tx:
        voided = await tx.fetch("select scope, void_reason from certificates where status = 'voided' order by scope")
    assert [tuple(row) for row in voided] == [
        ("language", "knowledge_changed"),
        ("risk", "knowledge_changed"),
        ("topic", "knowledge_changed"),
    ]
    fallen = await setting(desk)
    assert (fallen.level, fallen.demoted_why) == ("suggest", "knowledge_changed")
    assert (await desk.standing()).cases == 0
    async with desk.database.transaction(desk.shop.workspace_id) as tx:
        change = (await topics.changes(tx, desk.entries["parcel"]))[0]
        assert (change.actor.kind, change.from_level, change.to_level) == ("system", "own", "suggest")
        assert await evidence.keep(tx, desk.entries["parcel"]) == 130
    await desk.certify()
    assert (await desk.standing()).status == "in_force"
    assert (await setting(desk)).level == "suggest"


async def test_errors_in_audits_void_and_what_was_judged_before_counts_no_more(
    desk: Desk, time: list[datetime]
) -> None:
    await certified(desk)
    await set_level(desk, "own")
    time[0] += timedelta(days=1)
    said = await desk.decided(20, kind="answer")
    await desk.judge(said[:16])
    await desk.judge(said[16:], "wrong_entry", truth="returns")
    await desk.certify()
    async with desk.database.reading(desk.shop.workspace_id) as tx:
        reasons = await tx.fetch("select distinct void_reason from certificates where status = 'voided'")
    assert [row["void_reason"] for row in reasons] == ["audit_errors"]
    fallen = await setting(desk)
    assert (fallen.level, fallen.demoted_why) == ("suggest", "audit_errors")
    time[0] += timedelta(days=1)
    await desk.certify()
    assert (await desk.standing()).cases == 0
    await desk.judge(await desk.decided(40))
    await desk.certify()
    assert (await desk.standing()).cases == 40


async def test_one_bad_topic_falls_out_of_a_class_that_holds(desk: Desk, time: list[datetime]) -> None:
    async with desk.database.transaction(desk.shop.workspace_id) as tx:
        await policy.update(tx, PolicyChange(automatic_promotion=True))
    await desk.judge(await desk.decided(130, "returns"))
    await desk.judge(await desk.decided(12))
    await desk.certify()
    assert (await setting(desk)).level == "audit"
    time[0] += timedelta(days=1)
    await desk.judge(await desk.decided(60, "returns", kind="answer"))
    bad = await desk.decided(6, kind="answer")
    await desk.judge(bad[:3])
    await desk.judge(bad[3:], "wrong_entry", truth="hours")
    await desk.certify()
    await desk.certify()
    assert (await desk.standing()).status == "in_force"
    fallen = await setting(desk)
    assert (fallen.level, fallen.demoted_why) == ("suggest", "audit_errors")
    assert (await setting(desk, "returns")).level == "own"
    # Leads are told until one of them has looked after it.
    async with desk.database.reading(desk.shop.workspace_id) as tx:
        assert await topics.count_fallen(tx) == 1
    await set_level(desk, "click")
    async with desk.database.reading(desk.shop.workspace_id) as tx:
        assert await topics.count_fallen(tx) == 0


async def test_a_few_errors_in_many_audits_void_nothing(desk: Desk, time: list[datetime]) -> None:
    await certified(desk)
    time[0] += timedelta(days=1)
    said = await desk.decided(60, kind="answer")
    await desk.judge(said[:58])
    await desk.judge(said[58:], "hand_over")
    await desk.certify()
    assert (await desk.standing()).status == "in_force"


async def test_other_scores_than_at_the_time_void(desk: Desk, time: list[datetime]) -> None:
    await certified(desk)
    await set_level(desk, "own")
    time[0] += timedelta(days=1)
    await desk.decided(130)
    await desk.certify()
    assert (await desk.standing()).status == "in_force"
    await desk.decided(130, probability=0.3)
    time[0] += timedelta(days=1)
    await desk.certify()
    async with desk.database.reading(desk.shop.workspace_id) as tx:
        row = await tx.fetchrow("select void_reason from certificates where scope = 'risk' and status = 'voided'")
    assert row is not None
    assert row["void_reason"] == "scores_shifted"
    assert (await setting(desk)).level == "suggest"


async def test_another_engine_under_which_it_does_not_hold_voids(desk: Desk) -> None:
    await certified(desk)
    await desk.change_answer("parcel", "Hoopis teine vastus.")
    async with desk.database.transaction(desk.shop.workspace_id) as tx:
        await tx.execute("update models set engine = 'another' where id = (select max(id) from models)")
    await desk.certify()
    async with desk.database.reading(desk.shop.workspace_id) as tx:
        reasons = await tx.fetch("select distinct void_reason from certificates where status = 'voided'")
    assert [row["void_reason"] for row in reasons] == ["engine_changed"]


async def test_new_evidence_voids_only_what_it_contradicts(desk: Desk) -> None:
    await certified(desk)
    some = await desk.decided(4)
    await desk.judge(some, "wrong_entry", truth="returns")
    await desk.certify()
    kept = await desk.standing()
    assert (kept.status, kept.answered, kept.errors) == ("in_force", 134, 4)
    await desk.judge(await desk.decided(8), "wrong_entry", truth="returns")
    await desk.certify()
    assert (await desk.standing()).status == "insufficient"


async def test_what_a_lead_set_without_a_certificate_stays_when_one_is_voided(desk: Desk) -> None:
    await set_level(desk, "audit", "hours")
    await certified(desk)
    await desk.change_answer("parcel", "Hoopis teine vastus.")
    await desk.certify()
    assert (await setting(desk, "hours")).level == "audit"


async def test_a_topic_climbs_as_its_evidence_grows(desk: Desk, time: list[datetime]) -> None:
    parcel = desk.entries["parcel"]
    await desk.judge(await desk.decided(10))
    await desk.certify()
    assert (await setting(desk)).proposed == "click"
    async with desk.database.transaction(desk.shop.workspace_id, Actor("agent", desk.shop.kadri)) as tx:
        await topics.promote(tx, parcel)
        with pytest.raises(Conflict):
            await topics.promote(tx, parcel)
    assert (await setting(desk)).level == "click"
    await desk.judge(await desk.decided(120))
    await desk.certify()
    assert (await setting(desk)).proposed == "audit"
    async with desk.database.transaction(desk.shop.workspace_id, Actor("agent", desk.shop.kadri)) as tx:
        await topics.promote(tx, parcel)
    time[0] += timedelta(days=1)
    await desk.judge(await desk.decided(20, kind="answer"))
    await desk.certify()
    assert (await setting(desk)).proposed == "own"
    async with desk.database.transaction(desk.shop.workspace_id, Actor("agent", desk.shop.kadri)) as tx:
        await topics.decline(tx, parcel)
    await desk.judge(await desk.decided(1))
    await desk.certify()
    assert (await setting(desk)).proposed is None
    assert (await setting(desk)).level == "audit"
    await desk.change_answer("parcel", "Hoopis teine vastus.")
    await desk.certify()
    assert (await setting(desk)).level == "suggest"


async def test_what_the_robot_would_not_have_said_anyway_holds_no_topic_down(desk: Desk) -> None:
    await desk.judge(await desk.decided(10))
    await desk.judge(await desk.decided(10, probability=0.3), "wrong_entry", truth="returns")
    await desk.certify()
    assert (await setting(desk)).proposed == "click"
    await desk.judge(await desk.decided(3), "wrong_entry", truth="returns")
    await desk.certify()
    assert (await setting(desk)).proposed is None


async def test_a_lead_may_let_topics_climb_by_themselves(desk: Desk) -> None:
    async with desk.database.transaction(desk.shop.workspace_id) as tx:
        await policy.update(tx, PolicyChange(automatic_promotion=True))
    await desk.judge(await desk.decided(130))
    await desk.certify()
    assert (await setting(desk)).level == "audit"
    async with desk.database.reading(desk.shop.workspace_id) as tx:
        assert (await topics.changes(tx, desk.entries["parcel"]))[0].why == "automatic"


async def test_own_needs_a_certificate_and_a_default_of_own_takes_effect_only_where_certified(desk: Desk) -> None:
    with pytest.raises(Conflict):
        await set_level(desk, "own")
    async with desk.database.transaction(desk.shop.workspace_id) as tx:
        await policy.update(tx, PolicyChange(default_level="own"))
        assert (await topics.permits(tx, "widget")).other.level == "suggest"
    await certified(desk)
    async with desk.database.reading(desk.shop.workspace_id) as tx:
        assert (await topics.permits(tx, "widget")).other.level == "own"


async def test_a_stricter_target_is_a_new_question(desk: Desk) -> None:
    await certified(desk)
    async with desk.database.transaction(desk.shop.workspace_id) as tx:
        await policy.update(tx, PolicyChange(targets={"normal": 0.01}))
    await desk.certify()
    one = await desk.standing()
    assert (one.status, one.target) == ("insufficient", 0.01)


async def spoken_in(desk: Desk, language: str) -> Level:
    """What is left of the parcel's level for customers of this language."""
    async with desk.database.reading(desk.shop.workspace_id) as tx:
        permits = (await topics.permits(tx, "widget")).by_entry
    return permits[str(desk.entries["parcel"])].in_language(language).level


async def test_a_language_with_more_mistakes_than_promised_is_held_back_until_it_has_fewer(desk: Desk) -> None:
    await certified(desk)
    await set_level(desk, "audit")
    finnish = await desk.decided(60, language="fi")
    await desk.judge(finnish[:56])
    await desk.judge(finnish[56:], "wrong_entry", truth="hours")
    await desk.certify()
    # Four of 190 are no more than one in twenty, four of 60 are.
    assert (await desk.standing()).status == "in_force"
    assert (await spoken_in(desk, "et"), await spoken_in(desk, "fi")) == ("audit", "suggest")
    async with desk.database.reading(desk.shop.workspace_id) as tx:
        assert (await topics.cover(tx)).held == {"normal": ("fi",)}
    await desk.judge(await desk.decided(20, language="fi"))
    await desk.certify()
    assert await spoken_in(desk, "fi") == "audit"


async def test_a_language_of_which_little_is_known_is_not_held_back(desk: Desk) -> None:
    await certified(desk)
    await set_level(desk, "audit")
    finnish = await desk.decided(61, language="fi")
    await desk.judge(finnish[1:])
    await desk.judge(finnish[:1], "wrong_entry", truth="hours")
    await desk.certify()
    stated = await desk.standing(Scope("language", "normal", "fi"))
    # Not certified by itself, and yet nothing speaks against it.
    assert (stated.status, (stated.bound or 0) > stated.target, stated.held_back) == ("insufficient", True, False)
    assert await spoken_in(desk, "fi") == "audit"
