"""Measures: what was used and what was passed over, and a time saved only where it can be told."""

from datetime import datetime, timedelta

import pytest

from cast import open_shop
from desk.talk import Talk, open_talk
from tugi.core import clock
from tugi.core.database import Database
from tugi.desk.answering import acceptance, measures, suggestions

DRAFT = "Teie pakk on teel."


async def offered_and(talk: Talk, act: str, at: datetime, seconds: float, key: str = "parcel") -> None:
    """A suggestion that meets this end so many seconds later."""
    database, workspace_id = talk.shop.database, talk.shop.workspace_id
    now = at
    clock.set_source(lambda: now)
    try:
        customer_id = await talk.shop.customer()
        question = await talk.asked(customer_id, "kus mu pakk on")
        offer = await talk.offered(question, key, DRAFT)
        now = at + timedelta(seconds=seconds)
        if act == "customer went on":
            await talk.offered(await talk.asked(customer_id, "ja veel"), key, DRAFT)
            return
        async with database.transaction(workspace_id, talk.agent()) as tx:
            if act == "dismissed":
                await acceptance.dismiss(tx, offer.id, talk.shop.kadri, "wrong_tone")
                return
        text = {"sent": DRAFT, "edited": "Teie pakk on kohal."}.get(act, "Ise kirjutatud vastus.")
        said = await talk.answered(question.case_id, text, by=talk.agent())
        async with database.transaction(workspace_id, talk.agent()) as tx:
            if act == "own words":
                await suggestions.outdate(tx, question.case_id)
            else:
                await acceptance.used(tx, offer, said, talk.shop.kadri)
    finally:
        clock.set_source(None)


async def test_used_and_passed_over_are_counted_and_the_rest_is_left_out(database: Database) -> None:
    talk = await open_talk(await open_shop(database))
    at = clock.now() - timedelta(days=1)
    for act in ("sent", "sent", "edited", "dismissed", "own words", "customer went on"):
        await offered_and(talk, act, at, 30)
    await offered_and(talk, "sent", clock.now() - timedelta(days=40), 30)
    async with database.reading(talk.shop.workspace_id) as tx:
        found = await measures.read(tx, "et", 30)
    total = found.total
    assert (total.offered, total.sent, total.edited, total.dismissed, total.unanswered) == (5, 2, 1, 1, 1)
    assert total.acceptance == pytest.approx(0.6)
    assert total.distance == pytest.approx((4 / 19) / 3, abs=0.01)
    assert total.seconds_saved is None
    assert [(one.id, one.name, one.offered) for one in found.by_agent] == [(talk.shop.kadri, "Kadri Mets", 5)]
    assert [(one.id, one.name) for one in found.by_topic] == [(talk.entries["parcel"], "Kus on minu pakk?")]


async def test_time_saved_is_of_the_topic_where_there_is_enough_and_else_over_all(database: Database) -> None:
    talk = await open_talk(await open_shop(database))
    at = clock.now() - timedelta(days=1)
    for seconds in (90, 100, 110, 100, 100):
        await offered_and(talk, "own words", at, seconds)
        await offered_and(talk, "sent", at, seconds - 70)
    await offered_and(talk, "sent", at, 30, "price")
    async with database.reading(talk.shop.workspace_id) as tx:
        found = await measures.read(tx, "et", 30)
    saved = {one.id: one.seconds_saved for one in found.by_topic}
    assert saved == {talk.entries["parcel"]: pytest.approx(70), talk.entries["price"]: pytest.approx(70)}
    assert found.total.seconds_saved == pytest.approx(70)


async def test_a_shop_without_suggestions_has_empty_measures(database: Database) -> None:
    talk = await open_talk(await open_shop(database))
    async with database.reading(talk.shop.workspace_id) as tx:
        found = await measures.read(tx, "et", 30)
    assert (found.by_topic, found.by_agent, found.total.acceptance) == ([], [], None)
