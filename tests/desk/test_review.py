"""Review: what is drawn, how often, who judges it, and what becomes of disagreement."""

import math
from collections import Counter
from pathlib import Path

import pytest

from desk.judging import ASKED, Desk, open_desk
from tugi.core.database import Database
from tugi.core.errors import Conflict, Invalid, NotFound
from tugi.desk.answering import drawing, evidence, judged, policy, review, review_cards, topics, verdicts
from tugi.desk.answering.drawing import chance_of, draw, lot
from tugi.desk.answering.policy import PolicyChange, RobotPolicy
from tugi.desk.cases import messages
from tugi.desk.people import customers, workspaces
from tugi.robot import facts as robot


@pytest.fixture
async def desk(database: Database, tmp_path: Path) -> Desk:
    return await open_desk(database, tmp_path)


async def all_drawn(desk: Desk) -> None:
    """From now on everything is drawn, for one judge each."""
    async with desk.database.transaction(desk.shop.workspace_id) as tx:
        shares = PolicyChange(hand_over_share=1, audit_share={"audit": 1, "own": 1}, second_judge_share=0)
        await policy.update(tx, shares)


async def drawn(desk: Desk, count: int = 1, key: str = "parcel") -> list[int]:
    """Decisions and their jobs, each run twice; ids of the verdicts."""
    made = await desk.decided(count, key)
    for verdict_id in [*made, *made]:
        await draw(desk.database, {**desk.ids, "verdict_id": verdict_id})
    return made


async def items(desk: Desk, agent_id: int | None = None) -> list[review.Item]:
    async with desk.database.reading(desk.shop.workspace_id) as tx:
        return await review.queue(tx, agent_id or desk.shop.kadri)


@pytest.mark.parametrize("share", [0.05, 0.2, 0.5])
def test_the_lot_falls_at_its_rate_and_always_the_same(share: float) -> None:
    count = 40_000
    hits = sum(lot("salt", "draw", number) < share for number in range(count))
    # Five standard deviations: fails by chance once in two million.
    assert abs(hits - count * share) < 5 * math.sqrt(count * share * (1 - share))
    assert [lot("a", "draw", 1), lot("a", "draw", 1)] == [lot("a", "draw", 1)] * 2
    assert len({lot("a", "draw", 1), lot("b", "draw", 1), lot("a", "second", 1), lot("a", "draw", 2)}) == 4


def test_chances_follow_level_and_risk() -> None:
    wishes = RobotPolicy()
    assert chance_of(wishes, "answer", "audit", "normal") == 0.2
    assert chance_of(wishes, "answer", "own", "normal") == 0.05
    assert chance_of(wishes, "answer", "own", "high") == 0.1
    assert chance_of(wishes, "answer", "audit", "low") == 0.1
    assert chance_of(wishes, "hand_over", "suggest", "normal") == 0.05
    assert chance_of(wishes, "answer", "click", "normal") == 0.2
    assert chance_of(RobotPolicy(hand_over_share=1), "ask", "audit", "high") == 1


async def test_answers_and_hand_overs_are_drawn_at_their_rates(desk: Desk) -> None:
    async with desk.database.transaction(desk.shop.workspace_id) as tx:
        await policy.update(tx, PolicyChange(hand_over_share=0.3, audit_share={"audit": 0.6}))
        await topics.set_risk(tx, desk.entries["returns"], "high")
    wanted = [
        *[(v, 0.6) for v in await desk.decided(120, kind="answer")],
        *[(v, 0.3) for v in await desk.decided(120, kind="hand_over")],
        *[(v, 0.6) for v in await desk.decided(120, "returns", kind="suggest")],
    ]
    for verdict_id, _ in wanted:
        await draw(desk.database, {**desk.ids, "verdict_id": verdict_id})
    async with desk.database.reading(desk.shop.workspace_id) as tx:
        salt = await workspaces.get_identity_secret(tx)
        rows = await tx.fetch("select verdict_id, drawn, chance, judges_wanted from review_items")
    found = {row["verdict_id"]: row for row in rows}
    assert set(found) == {v for v, chance in wanted if lot(salt, "draw", v) < chance}
    for start, chance in ((0, 0.6), (120, 0.3), (240, 0.6)):
        hits = sum(v in found for v, _ in wanted[start : start + 120])
        assert abs(hits - 120 * chance) < 5 * math.sqrt(120 * chance * (1 - chance))
    assert {round(row["chance"], 3) for row in rows} == {0.3, 0.6}
    assert Counter(found[v]["drawn"] for v, _ in wanted if v in found).keys() == {"random", "risk"}
    second = sum(row["judges_wanted"] == 2 for row in rows)
    assert 0 < second < len(rows) / 2


async def test_silence_courtesy_and_wishes_for_a_person_are_not_drawn(desk: Desk) -> None:
    await all_drawn(desk)
    silent, courteous, wished = await desk.decided(3)
    async with desk.database.transaction(desk.shop.workspace_id) as tx:
        for verdict_id, kind, reason in (
            (silent, "stay_silent", "thanks"),
            (courteous, "answer", "courtesy"),
            (wished, "hand_over", "wants_person"),
        ):
            await tx.execute("update verdicts set kind = $2, reason = $3 where id = $1", verdict_id, kind, reason)
    for verdict_id in (silent, courteous, wished, 999_999):
        await draw(desk.database, {**desk.ids, "verdict_id": verdict_id})
    assert await items(desk) == []


async def test_an_item_is_judged_once_and_can_be_taken_back(desk: Desk) -> None:
    await all_drawn(desk)
    await drawn(desk, 3)
    waiting = await items(desk)
    assert len(waiting) == 3
    liis = await desk.agent("Liis")
    async with desk.database.transaction(desk.shop.workspace_id) as tx:
        await review.judge(tx, waiting[0].id, desk.shop.kadri, "right", None)
        await review.judge(tx, waiting[0].id, desk.shop.kadri, "wrong_tone", None)
        with pytest.raises(Conflict):
            await review.judge(tx, waiting[0].id, liis, "right", None)
        assert await review.count_today(tx, desk.shop.kadri) == 1
        assert await review.count_waiting(tx, desk.shop.kadri) == 2
        assert await tx.fetchval("select label from judgements") == "wrong_tone"
    async with desk.database.transaction(desk.shop.workspace_id) as tx:
        await review.undo(tx, waiting[0].id, desk.shop.kadri)
        await review.undo(tx, waiting[0].id, desk.shop.kadri)
        assert await tx.fetchval("select count(*) from judgements") == 0
    assert len(await items(desk)) == 3


async def test_what_is_skipped_comes_last_for_that_person_only(desk: Desk) -> None:
    await all_drawn(desk)
    await drawn(desk, 3)
    first, second, third = [item.id for item in await items(desk)]
    async with desk.database.transaction(desk.shop.workspace_id) as tx:
        await review.skip(tx, first, desk.shop.kadri)
        with pytest.raises(NotFound):
            await review.skip(tx, 999_999, desk.shop.kadri)
    assert [item.id for item in await items(desk)] == [second, third, first]
    assert [item.id for item in await items(desk, await desk.agent("Liis"))] == [first, second, third]


async def test_two_who_disagree_call_for_a_third(desk: Desk) -> None:
    await all_drawn(desk)
    async with desk.database.transaction(desk.shop.workspace_id) as tx:
        await policy.update(tx, PolicyChange(second_judge_share=1))
    verdict_id = (await drawn(desk))[0]
    item_id = (await items(desk))[0].id
    liis, tiit = await desk.agent("Liis"), await desk.agent("Tiit")

    async def say(agent_id: int, label: evidence.Label, truth: str | None = None) -> None:
        async with desk.database.transaction(desk.shop.workspace_id) as tx:
            await review.judge(tx, item_id, agent_id, label, desk.entries[truth] if truth else None)

    async def known() -> list[judged.Judged]:
        async with desk.database.reading(desk.shop.workspace_id) as tx:
            return await judged.of_role(tx, "certify")

    await say(desk.shop.kadri, "right")
    assert [item.id for item in await items(desk, liis)] == [item_id]
    assert await items(desk) == []
    await say(liis, "wrong_entry", "returns")
    async with desk.database.reading(desk.shop.workspace_id) as tx:
        queue = await review_cards.queue(tx, tiit, "et")
    assert [one.item.verdict_id for one in queue.disagreements] == [verdict_id]
    assert [one.label for one in queue.disagreements[0].judgements] == ["right", "wrong_entry"]
    assert [one.id for one in queue.items] == [item_id]
    assert await known() == []
    await say(tiit, "wrong_entry", "returns")
    assert await items(desk, await desk.agent("Rein")) == []
    assert [(one.truth, one.right) for one in await known()] == [(desk.entries["returns"], False)]


async def test_a_truth_must_be_another_entry_of_this_shop(desk: Desk) -> None:
    await all_drawn(desk)
    await drawn(desk)
    item_id = (await items(desk))[0].id
    for truth in (999_999, desk.entries["parcel"]):
        with pytest.raises(Invalid):
            async with desk.database.transaction(desk.shop.workspace_id) as tx:
                await review.judge(tx, item_id, desk.shop.kadri, "wrong_entry", truth)


async def test_a_card_tells_what_a_reviewer_needs(desk: Desk) -> None:
    await all_drawn(desk)
    await drawn(desk)
    async with desk.database.reading(desk.shop.workspace_id) as tx:
        card = (await review_cards.queue(tx, desk.shop.kadri, "et")).items[0]
    assert card.question == "kus mu pakk on praegu"
    assert card.entry is not None
    assert (card.entry.id, card.entry.title, card.kind) == (desk.entries["parcel"], "Parcel", "suggest")
    assert card.candidates[0].entry_id == desk.entries["parcel"]
    assert (card.drawn, card.language, card.channel) == ("random", "et", "widget")


async def test_asking_the_same_again_within_a_week_puts_the_first_answer_into_review(desk: Desk) -> None:
    async with desk.database.transaction(desk.shop.workspace_id) as tx:
        await policy.update(tx, PolicyChange(hand_over_share=0, audit_share={"audit": 0.01}))
    first, second, other = await desk.decided(3, kind="answer")
    async with desk.database.transaction(desk.shop.workspace_id) as tx:
        await tx.execute(
            "update cases set customer_id = (select customer_id from cases order by id limit 1) "
            "where id = (select case_id from verdicts where id = $1)",
            second,
        )
    for verdict_id in (first, second, second, other):
        await drawing.draw(desk.database, {**desk.ids, "verdict_id": verdict_id})
    async with desk.database.reading(desk.shop.workspace_id) as tx:
        rows = await tx.fetch("select verdict_id, source, weight from judgements")
        assert await tx.fetchval("select count(*) from events where kind = 'JudgementGiven'") == 1
    assert [tuple(row) for row in rows] == [(first, "repeat", 0)]
    await drawing.draw(desk.database, {**desk.ids, "verdict_id": first})
    async with desk.database.reading(desk.shop.workspace_id) as tx:
        assert await tx.fetchval("select count(*) from review_items where verdict_id = $1", first) == 1


async def test_two_answers_in_one_message_are_both_named(desk: Desk) -> None:
    await all_drawn(desk)
    parcel, hours = desk.entries["parcel"], desk.entries["hours"]
    why = robot.Why("et", "answered_several", candidates=(robot.Candidate(str(parcel), 0.9),))
    said = robot.Answer("Tere. Siin on mõlemad.", "et", why, str(parcel), 0.9, also=(str(hours),))
    shown = verdicts.view(said, {parcel: "Parcel", hours: "Hours"})
    async with desk.database.transaction(desk.shop.workspace_id) as tx:
        customer_id = await customers.create(tx, name="Mari", language="et")
        message, _ = await messages.receive(tx, desk.shop.inbound(ASKED["parcel"]), customer_id, True)
        verdict_id = await verdicts.store(tx, message.case_id, message.id, shown, 3.0)
    await draw(desk.database, {**desk.ids, "verdict_id": verdict_id})
    async with desk.database.reading(desk.shop.workspace_id) as tx:
        [stored] = await verdicts.of_case(tx, message.case_id)
        [card] = (await review_cards.queue(tx, desk.shop.kadri, "et")).items
    assert [(one.entry_id, one.title) for one in stored.why.also] == [(hours, "Hours")]
    assert card.entry is not None
    assert [(one.id, one.title) for one in (card.entry, *card.also)] == [(parcel, "Parcel"), (hours, "Hours")]


async def test_a_verdict_of_an_earlier_release_names_one_entry(desk: Desk) -> None:
    [verdict_id] = await desk.decided(1)
    async with desk.database.transaction(desk.shop.workspace_id) as tx:
        await tx.execute("update verdicts set why = why - 'also' where workspace_id = $1", tx.workspace_id)
        [stored] = await verdicts.of_ids(tx, [verdict_id])
    assert stored.why.also == []
