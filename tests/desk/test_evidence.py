"""What counts as evidence, and what a crowd of customers or one hasty agent cannot bring about."""

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cast import open_shop
from desk.judging import open_desk
from desk.talk import Talk, open_talk
from tugi.core import clock
from tugi.core.database import Database
from tugi.core.errors import Invalid
from tugi.core.events import Actor
from tugi.desk.answering import acceptance, evidence, judged, topics
from tugi.desk.answering.drawing import draw
from tugi.desk.answering.evidence import role_of
from tugi.desk.answering.judged import Judged, Voice, capped, ruling
from tugi.desk.cases import cases, messages
from tugi.desk.people import workspaces

ANSWER = "Teie pakk jõuab kohale 3 tööpäevaga. Jälgida saab seda lingilt, mille saatsime e-kirjaga. Head päeva!"


@pytest.fixture
def time() -> Iterator[list[datetime]]:
    """Time that stands still until the test moves it."""
    at = [datetime(2026, 11, 2, 12, 0, tzinfo=UTC)]
    clock.set_source(lambda: at[0])
    yield at
    clock.set_source(None)


async def sent(talk: Talk, time: list[datetime], text: str, seconds: float = 20) -> dict[str, Any]:
    """An agent answers with a suggestion, changed to this text; the judgement that comes of it."""
    question = await talk.asked(await talk.shop.customer(), "kus mu pakk on")
    suggestion = await talk.offered(question, "parcel", ANSWER)
    time[0] += timedelta(seconds=seconds)
    async with talk.shop.database.transaction(talk.shop.workspace_id, talk.agent()) as tx:
        case = await cases.lock(tx, question.case_id)
        external_id = f"agent:1:{uuid.uuid4()}"
        message = await messages.write(tx, case, external_id=external_id, text=text, language=None)
        await acceptance.used(tx, suggestion, message, talk.shop.kadri)
        await acceptance.used(tx, suggestion, message, talk.shop.kadri)
        rows = await tx.fetch("select * from judgements where verdict_id = $1", suggestion.verdict_id)
    assert len(rows) == 1
    return dict(rows[0])


async def test_sent_as_it_was_counts_right(database: Database, time: list[datetime]) -> None:
    talk = await open_talk(await open_shop(database))
    row = await sent(talk, time, ANSWER)
    assert (row["source"], row["label"], row["weight"], row["distance"]) == ("sent", "right", 1, 0)
    assert row["truth_entry_id"] == talk.entries["parcel"]
    assert row["agent_id"] == talk.shop.kadri


async def test_nobody_reads_in_a_second(database: Database, time: list[datetime]) -> None:
    talk = await open_talk(await open_shop(database))
    assert (await sent(talk, time, ANSWER, seconds=1.9))["weight"] == 0
    assert (await sent(talk, time, ANSWER, seconds=2))["weight"] == 1


async def test_a_small_edit_counts_right_and_a_large_one_or_another_figure_counts_nothing(
    database: Database, time: list[datetime]
) -> None:
    talk = await open_talk(await open_shop(database))
    small = await sent(talk, time, "Tere! " + ANSWER)
    assert (small["source"], small["label"], small["weight"]) == ("edited", "right", 1)
    assert 0 < small["distance"] < 0.15
    large = await sent(talk, time, "Uurime välja ja kirjutame Teile homme. " + ANSWER[:40])
    assert (large["weight"], large["distance"] > 0.15) == (0, True)
    figure = await sent(talk, time, ANSWER.replace("3 tööpäevaga", "5 tööpäevaga"))
    assert figure["distance"] < 0.02
    assert figure["weight"] == 0


@pytest.mark.parametrize(
    ("reason", "kept"),
    [
        ("wrong_entry", ("wrong_entry", 1)),
        ("should_hand_over", ("hand_over", 1)),
        ("wrong_tone", ("wrong_tone", 0)),
        ("not_now", None),
        ("incomplete", None),
        (None, None),
    ],
)
async def test_a_dismissal_counts_by_its_reason(
    database: Database, time: list[datetime], reason: Any, kept: tuple[str, float] | None
) -> None:
    talk = await open_talk(await open_shop(database))
    suggestion = await talk.offered(await talk.asked(await talk.shop.customer(), "kus mu pakk on"), "parcel", ANSWER)
    async with database.transaction(talk.shop.workspace_id, talk.agent()) as tx:
        truth = talk.entries["price"] if reason == "wrong_entry" else None
        await acceptance.dismiss(tx, suggestion.id, talk.shop.kadri, reason, truth)
        rows = await tx.fetch("select label, weight, truth_entry_id from judgements")
    assert [(row["label"], row["weight"]) for row in rows] == ([kept] if kept else [])
    assert all(row["truth_entry_id"] == truth for row in rows)


async def test_an_entry_of_nobody_is_no_truth(database: Database, time: list[datetime]) -> None:
    talk = await open_talk(await open_shop(database))
    suggestion = await talk.offered(await talk.asked(await talk.shop.customer(), "kus mu pakk on"), "parcel", ANSWER)
    with pytest.raises(Invalid):
        async with database.transaction(talk.shop.workspace_id, talk.agent()) as tx:
            await acceptance.dismiss(tx, suggestion.id, talk.shop.kadri, "wrong_entry", 999_999)


async def test_a_question_that_became_an_example_is_set_aside(database: Database, tmp_path: Path) -> None:
    desk = await open_desk(database, tmp_path)
    some = await desk.decided(3)
    await desk.judge(some)
    async with database.transaction(desk.shop.workspace_id) as tx:
        message_id = (await evidence.get_decided(tx, some[0])).message_id
        for status in ("open", "rejected", "accepted"):
            await tx.execute(
                "insert into lessons (workspace_id, kind, key, language, content, sources, contacts, customers, "
                "agents, status, created_at) values ($1, 'example', $2, 'et', '{}', $3, 1, 1, 1, $2, now())",
                desk.shop.workspace_id,
                status,
                [message_id],
            )
            await evidence.refresh(tx)
            aside = await tx.fetchval("select count(*) from judgements where set_aside = 'became_example'")
            assert aside == (1 if status == "accepted" else 0)
        assert len(await judged.of_role(tx, "certify")) == 2


async def test_the_same_customer_never_both_teaches_and_certifies(database: Database, tmp_path: Path) -> None:
    desk = await open_desk(database, tmp_path)
    await desk.judge(await desk.decided(12, role="teach"))
    await desk.judge(await desk.decided(9, "returns", role="certify"))
    async with database.reading(desk.shop.workspace_id) as tx:
        lessons = await judged.for_teaching(tx)
        certifies = await judged.of_role(tx, "certify")
    assert {one.entry_id for one in lessons} == {str(desk.entries["parcel"])}
    assert len(lessons) == 12
    assert {one.entry_id for one in certifies} == {desk.entries["returns"]}
    share = sum(role_of(1, number) == "teach" for number in range(30_000)) / 30_000
    assert 0.32 < share < 0.347


# poisoning -----------------------------------------------------------------


async def test_fifty_customers_who_say_solved_or_not_change_nothing_but_the_queue(
    database: Database, tmp_path: Path
) -> None:
    desk = await open_desk(database, tmp_path)
    answered = await desk.decided(100, kind="answer")
    for place, verdict_id in enumerate(answered):
        async with database.transaction(desk.shop.workspace_id) as tx:
            decided = await evidence.get_decided(tx, verdict_id)
            await evidence.note_customer(tx, decided.case_id, "not_solved" if place < 50 else "solved", verdict_id)
            await evidence.note_customer(tx, decided.case_id, "not_solved" if place < 50 else "solved", verdict_id)
        await draw(database, {**desk.ids, "verdict_id": verdict_id})
    await desk.certify()
    assert (await desk.standing()).cases == 0
    async with database.reading(desk.shop.workspace_id) as tx:
        assert await tx.fetchval("select count(*) from judgements") == 100
        assert await tx.fetchval("select count(*) from review_items where drawn = 'signal'") == 10
        assert await judged.for_teaching(tx) == []
        assert (await topics.settings(tx)).get(desk.entries["parcel"]) is None


async def test_a_crowds_complaints_do_not_void_what_people_found_right(database: Database, tmp_path: Path) -> None:
    desk = await open_desk(database, tmp_path)
    asked = await desk.decided(130, kind="answer")
    await desk.judge(asked)
    await desk.certify()
    async with database.transaction(desk.shop.workspace_id) as tx:
        for verdict_id in asked[:50]:
            decided = await evidence.get_decided(tx, verdict_id)
            await evidence.note_customer(tx, decided.case_id, "not_solved", verdict_id)
    await desk.certify()
    one = await desk.standing()
    assert (one.status, one.answered, one.errors) == ("in_force", 130, 0)


async def test_one_agent_clicking_two_hundred_times_certifies_nothing(database: Database, tmp_path: Path) -> None:
    desk = await open_desk(database, tmp_path)
    await desk.judge(await desk.decided(200), source="sent", drawn="work")
    await desk.certify()
    assert (await desk.standing()).cases == 0
    others = await desk.agent("Liis")
    await desk.judge(await desk.decided(40), source="sent", drawn="work", agent_id=others)
    await desk.judge(await desk.decided(10))
    await desk.certify()
    one = await desk.standing()
    assert (one.status, one.cases) == ("insufficient", 100)


async def test_what_a_signal_brought_up_counts_against_but_never_for(database: Database, tmp_path: Path) -> None:
    desk = await open_desk(database, tmp_path)
    signalled = await desk.decided(10)
    await desk.judge(signalled[:6], drawn="signal")
    await desk.judge(signalled[6:], "wrong_entry", truth="returns", drawn="signal")
    await desk.judge(await desk.decided(5))
    await desk.certify()
    one = await desk.standing()
    assert (one.cases, one.errors) == (9, 4)


# rules ---------------------------------------------------------------------


def voice(label: str, truth: int | None = None, source: Any = "review") -> Voice:
    return Voice(source, label, 7, truth)


def test_reviewers_come_before_agents_and_the_majority_before_one() -> None:
    assert ruling([voice("right", 7, "sent")]) == (True, 7)
    assert ruling([voice("right", 7, "sent"), voice("wrong_entry", 9)]) == (True, 9)
    assert ruling([voice("right", 7), voice("wrong_entry", 9)]) is None
    assert ruling([voice("right", 7), voice("wrong_entry", 9), voice("right", 7)]) == (True, 7)
    assert ruling([voice("wrong_entry", 8), voice("wrong_entry", 9)]) == (False, None)
    assert ruling([voice("hand_over"), voice("wrong_entry")]) == (False, None)
    assert ruling([voice("wrong_tone")]) == (True, 7)
    assert ruling([Voice("review", "right", 7, None, "hand_over")]) == (True, None)
    assert ruling([]) is None


def sent_by(agent_id: int | None, number: int) -> Judged:
    now = datetime(2026, 11, 2, tzinfo=UTC)
    return Judged(number, 1, 1, 1, 7, 7, True, "work", agent_id, "et", "widget", "suggest", 0.9, now, now)


@given(st.lists(st.sampled_from([None, 1, 2, 3]), max_size=60))
def test_nobody_outweighs_all_others(senders: list[int | None]) -> None:
    found = [sent_by(agent_id, number) for number, agent_id in enumerate(senders)]
    kept = capped(found)
    for agent_id in (1, 2, 3):
        mine = sum(one.sent_by == agent_id for one in kept)
        assert 2 * mine <= len(kept) or mine <= sum(s != agent_id for s in senders)
        assert mine <= len(kept) - mine
    assert all(one in kept for one in found if one.sent_by is None)


async def test_the_visitors_buttons_reach_the_review(database: Database, tmp_path: Path) -> None:
    desk = await open_desk(database, tmp_path)
    async with database.reading(desk.shop.workspace_id) as tx:
        assert await workspaces.get_identity_secret(tx)
    verdict_id = (await desk.decided(1, kind="answer"))[0]
    async with database.transaction(desk.shop.workspace_id, Actor("robot")) as tx:
        decided = await evidence.get_decided(tx, verdict_id)
        case = await cases.lock(tx, decided.case_id)
        await messages.write(
            tx, case, external_id="robot:answer-1", text="Vaadake lingilt.", language="et",
            entry_id=desk.entries["parcel"], verdict_id=verdict_id,
        )  # fmt: skip
    async with database.transaction(desk.shop.workspace_id) as tx:
        await evidence.note_customer(tx, decided.case_id, "not_solved")
    for _ in range(2):
        await draw(database, {**desk.ids, "verdict_id": verdict_id})
    async with database.reading(desk.shop.workspace_id) as tx:
        row = await tx.fetchrow("select source, label, weight, agent_id from judgements")
        assert row is not None
        assert tuple(row) == ("not_solved", "wrong_entry", 0, None)
        assert await tx.fetchval("select count(*) from review_items") == 1
