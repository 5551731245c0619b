"""Similar cases: the nearest by meaning, each once, with what was replied and how it ended."""

import numpy as np
import pytest

from cast import open_shop
from desk.talk import Talk, open_talk
from tugi.core import clock
from tugi.core.database import Database
from tugi.core.events import ROBOT
from tugi.desk.answering import similar, vectors
from tugi.desk.answering.similar import Likeness
from tugi.desk.cases import cases
from tugi.desk.work import queue

VARIANT = "test-1"


def pointing(degrees: float) -> vectors.Floats:
    """A unit vector in the plane of meaning."""
    return np.array([np.cos(np.radians(degrees)), np.sin(np.radians(degrees)), 0, 0], np.float32)


async def case_at(talk: Talk, degrees: float, text: str, *, reply: str | None, key: str | None = None) -> int:
    """A past case whose question points there; its id."""
    question = await talk.asked(await talk.shop.customer(), text)
    async with talk.shop.database.transaction(talk.shop.workspace_id) as tx:
        await vectors.keep(tx, VARIANT, [(question.id, question.case_id, pointing(degrees))])
    if reply:
        await talk.answered(question.case_id, reply, key, by=ROBOT if key else talk.agent())
    return question.case_id


async def resolved(talk: Talk, case_id: int) -> None:
    """An agent settles the case."""
    async with talk.shop.database.transaction(talk.shop.workspace_id, talk.agent()) as tx:
        await queue.set_status(tx, case_id, "resolved", None)


async def test_the_nearest_answered_cases_are_found_each_once_with_their_ends(database: Database) -> None:
    talk = await open_talk(await open_shop(database))
    near = await case_at(talk, 20, "kus mu pakk on", reply="Pakk on teel.")
    nearer = await case_at(talk, 10, "kus pakk", reply="Vaadake jälgimislinki.", key="parcel")
    await case_at(talk, 90, "tahan tagastada", reply="Tagastage 30 päeva jooksul.")
    await case_at(talk, 1, "kus on pakk", reply=None)
    await resolved(talk, near)
    mine = await case_at(talk, 0, "kus on minu pakk?", reply=None)
    likeness = Likeness()
    async with database.reading(talk.shop.workspace_id) as tx:
        found = await similar.like(tx, likeness, mine, VARIANT, pointing(0))
    assert [(one.case_id, one.how, one.ended) for one in found] == [
        (nearer, "robot", "open"),
        (near, "agent", "solved"),
    ]
    assert (found[0].question, found[0].answer) == ("kus pakk", "Vaadake jälgimislinki.")
    # Reopened by the same customer; and a newer question, found without reading the old ones again.
    async with database.reading(talk.shop.workspace_id) as tx:
        customer_id = (await cases.get_case(tx, near)).customer_id
    await talk.asked(customer_id, "ikka pole kohal")
    newest = await case_at(talk, 0, "kus see pakk siis on", reply="Homme.")
    async with database.reading(talk.shop.workspace_id) as tx:
        found = await similar.like(tx, likeness, mine, VARIANT, pointing(0))
    assert [(one.case_id, one.ended) for one in found] == [(newest, "open"), (nearer, "open"), (near, "reopened")]


async def test_another_shops_cases_are_never_found(database: Database) -> None:
    one, other = await open_talk(await open_shop(database)), await open_talk(await open_shop(database, "Teine Pood"))
    await case_at(other, 0, "kus mu pakk on", reply="Pakk on teel.")
    mine = await case_at(one, 0, "kus mu pakk on", reply=None)
    likeness = Likeness()
    for talk, count in ((other, 1), (one, 0)):
        async with database.reading(talk.shop.workspace_id) as tx:
            assert len(await similar.like(tx, likeness, mine, VARIANT, pointing(0))) == count


async def test_without_vectors_the_same_entrys_cases_stand_in(database: Database) -> None:
    talk = await open_talk(await open_shop(database))
    first = await case_at(talk, 0, "kus mu pakk on", reply="Pakk on teel.", key="parcel")
    await case_at(talk, 0, "kui palju maksab", reply="3 eurot.", key="price")
    second = await case_at(talk, 0, "pakk?", reply="Vaadake linki.", key="parcel")
    mine = await case_at(talk, 0, "kus on pakk", reply=None)
    async with database.reading(talk.shop.workspace_id) as tx:
        found = await similar.of_entry(tx, mine, talk.entries["parcel"])
    assert [(one.case_id, one.likeness) for one in found] == [(second, None), (first, None)]


async def test_older_questions_that_are_filled_in_later_are_found_soon(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are made newest first: whoever looks in the meantime must not be left with the newest alone."""
    talk = await open_talk(await open_shop(database))
    past = await talk.asked(await talk.shop.customer(), "kus mu pakk on")
    await talk.answered(past.case_id, "Pakk on teel.", None, by=talk.agent())
    mine = await case_at(talk, 0, "kus on minu pakk?", reply=None)
    likeness, now = Likeness(), 1000.0
    monkeypatch.setattr(clock, "monotonic", lambda: now)

    async def found() -> list[int]:
        async with database.reading(talk.shop.workspace_id) as tx:
            return [one.case_id for one in await similar.like(tx, likeness, mine, VARIANT, pointing(0))]

    assert await found() == []
    async with database.transaction(talk.shop.workspace_id) as tx:
        await vectors.keep(tx, VARIANT, [(past.id, past.case_id, pointing(5))])
    now += 15
    assert await found() == [past.case_id]
