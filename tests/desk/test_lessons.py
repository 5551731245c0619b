"""Lessons: found in what agents did, never in customers' word alone, and harmless until a person accepts them."""

from pathlib import Path
from typing import Any

import pytest

from cast import Shop
from desk.rehearsal import KNOWLEDGE, asks, engine, learn, rehearse, replies, taught_shop
from tugi.core import clock
from tugi.core.database import Database
from tugi.core.errors import Conflict
from tugi.core.events import Actor
from tugi.core.files import Files, Folder
from tugi.desk.answering import accepting, lessons, training
from tugi.desk.answering.accepting import Weighing, Wish
from tugi.desk.answering.learning import Learning
from tugi.desk.answering.lessons import Lesson
from tugi.desk.knowledge import entries
from tugi.desk.people import agents

PARKING = "Free parking is behind the house, the gate opens when you ring at the blue door."


async def found(shop: Shop, files: Files) -> list[Lesson]:
    """What is open after looking."""
    await Learning(shop.database, files, rehearse).run({"workspace_id": shop.workspace_id})
    async with shop.database.reading(shop.workspace_id) as tx:
        return await lessons.list_all(tx)


async def second_agent(shop: Shop) -> int:
    """Another agent."""
    async with shop.database.transaction(shop.workspace_id) as tx:
        made = await agents.create(
            tx, name="Jaan", email="jaan@x.example", role="agent", language="et", password_hash=""
        )
    return made.id


async def edited(shop: Shop, agent_id: int, entry_id: int, after: str, name: str = "Mari") -> None:
    """A question, the entry's answer suggested, and what the agent made of it."""
    asked = await asks(shop, "where is my parcel?", name)
    before = KNOWLEDGE["tracking"][1]
    said = await replies(Shop(shop.database, shop.workspace_id, shop.account_id, agent_id), asked, after)
    async with shop.database.transaction(shop.workspace_id) as tx:
        await tx.execute(
            "insert into suggestions (workspace_id, case_id, verdict_id, entry_id, text, language, status, agent_id, "
            "created_at, settled_at, message_id) values ($1, $2, 1, $3, $4, 'en', 'edited', $5, $6, $6, $7)",
            shop.workspace_id,
            asked.case_id,
            entry_id,
            before,
            agent_id,
            clock.now(),
            said.id,
        )


async def accept(shop: Shop, lesson: Lesson, **wish: Any) -> Lesson:
    """A person accepts it."""
    async with shop.database.transaction(shop.workspace_id, Actor("agent", shop.kadri)) as tx:
        await accepting.accept(tx, lesson.id, Wish(**wish))
        return await lessons.get(tx, lesson.id)


async def test_a_question_that_agents_answered_becomes_an_example_once_accepted(
    database: Database, tmp_path: Path
) -> None:
    files = Folder(tmp_path)
    shop, ids = await taught_shop(database, files)
    for name, text in (
        ("Mari Tamm", "Mari Tamm here, the thing with order 4711223 never showed up at mari@x.example"),
        ("Jaan", "stuff i bought is nowhere to be seen"),
    ):
        asked = await asks(shop, text, name)
        await replies(shop, asked, "Look at the link.", entry_id=ids["tracking"])
    sure = await asks(shop, "where is my parcel")
    await replies(shop, sure, "Look at the link.", entry_id=ids["tracking"])
    (lesson,) = await found(shop, files)
    assert (lesson.kind, lesson.entry_id, lesson.language) == ("example", ids["tracking"], "en")
    assert (lesson.contacts, lesson.customers, lesson.agents) == (2, 2, 1)
    text = " ".join(lesson.content.examples)
    assert "nowhere to be seen" in text
    for personal in ("4711223", "@", "Mari", "Tamm"):
        assert personal not in text
    assert not await training.train(database, files, learn, engine().variant, shop.workspace_id)
    settled = await accept(shop, lesson)
    assert settled.status == "accepted"
    async with database.reading(shop.workspace_id) as tx:
        listed = (await entries.get(tx, ids["tracking"])).examples["en"]
    assert set(lesson.content.examples) <= set(listed)
    assert await found(shop, files) == []
    with pytest.raises(Conflict):
        await accept(shop, lesson)
    assert await training.train(database, files, learn, engine().variant, shop.workspace_id)
    for _ in range(2):
        await Weighing(database, files, rehearse).run({"workspace_id": shop.workspace_id})
    async with database.reading(shop.workspace_id) as tx:
        effect = (await lessons.get(tx, lesson.id)).effect
    assert effect is not None
    assert effect.questions == 1
    assert (effect.before.right, effect.after.right, effect.after.wrong) == (1, 1, 0)


async def test_a_rejected_question_is_not_proposed_again(database: Database, tmp_path: Path) -> None:
    files = Folder(tmp_path)
    shop, ids = await taught_shop(database, files)
    asked = await asks(shop, "stuff i bought is nowhere to be seen")
    await replies(shop, asked, "Look.", entry_id=ids["tracking"])
    (lesson,) = await found(shop, files)
    async with database.transaction(shop.workspace_id, Actor("agent", shop.kadri)) as tx:
        await accepting.reject(tx, lesson.id)
    assert await found(shop, files) == []
    again = await asks(shop, "Stuff I bought is nowhere to be seen", "Jaan")
    await replies(shop, again, "Look.", entry_id=ids["tracking"])
    assert await found(shop, files) == []


async def test_edits_of_several_agents_become_a_wording(database: Database, tmp_path: Path) -> None:
    files = Folder(tmp_path)
    shop, ids = await taught_shop(database, files)
    jaan = await second_agent(shop)
    better = "Hello {}, your parcel can be followed on the carrier's page: open the tracking link in our latest e-mail."
    for agent_id, name in ((shop.kadri, "Mari"), (jaan, "Liis"), (jaan, "Peeter")):
        await edited(shop, agent_id, ids["tracking"], better.format(name), name)
    await edited(shop, shop.kadri, ids["tracking"], "Call us.", "Toomas")
    (lesson,) = await found(shop, files)
    assert (lesson.kind, lesson.contacts, lesson.customers, lesson.agents) == ("wording", 3, 3, 2)
    assert lesson.content.text == better.format("{first_name}")
    assert lesson.content.before == KNOWLEDGE["tracking"][1]
    await accept(shop, lesson, text=better.format("{first_name}") + " Thank you.")
    async with database.reading(shop.workspace_id) as tx:
        assert (await entries.get(tx, ids["tracking"])).texts["en"].answer.endswith("Thank you.")
    assert await found(shop, files) == []


async def test_what_one_agent_edits_thrice_is_no_lesson(database: Database, tmp_path: Path) -> None:
    files = Folder(tmp_path)
    shop, ids = await taught_shop(database, files)
    for name in ("Mari", "Liis", "Peeter"):
        await edited(shop, shop.kadri, ids["tracking"], "Please look at the tracking link, as always, and wait.", name)
    assert await found(shop, files) == []


async def test_unanswered_questions_of_one_meaning_become_an_entry(database: Database, tmp_path: Path) -> None:
    files = Folder(tmp_path)
    shop, _ = await taught_shop(database, files)
    jaan = await second_agent(shop)
    for number, text in enumerate(
        (
            "can i park my car near your house",
            "is there free parking for my car",
            "where can i park the car at your place",
            "parking for cars, is there any",
            "is it possible to park a car there",
        )
    ):
        asked = await asks(shop, text, f"Kunde {number}")
        by = shop if number % 2 else Shop(database, shop.workspace_id, shop.account_id, jaan)
        await replies(by, asked, PARKING)
    for text in ("which wool is used in the red socks of last winter", "do you hire summer workers in tartu"):
        await replies(shop, await asks(shop, text, text[:5]), "I will find out and write back to you soon.")
    (lesson,) = await found(shop, files)
    assert (lesson.kind, lesson.customers, lesson.agents) == ("entry", lesson.contacts, 2)
    assert lesson.contacts >= 3
    assert lesson.content.text == PARKING
    assert "park" in lesson.title
    settled = await accept(shop, lesson, title="Is there parking?")
    async with database.reading(shop.workspace_id) as tx:
        made = await entries.get(tx, settled.entry_id or 0)
    assert made.texts["en"].title == "Is there parking?"
    assert made.texts["en"].answer == PARKING
    assert set(made.examples["en"]) == set(lesson.content.examples)


async def test_fifty_customers_and_their_word_alone_teach_nothing(database: Database, tmp_path: Path) -> None:
    files = Folder(tmp_path)
    shop, ids = await taught_shop(database, files)
    async with database.transaction(shop.workspace_id) as tx:
        customers = [await _customer(tx, n) for n in range(50)]
    for number, customer_id in enumerate(customers):
        message, case = await shop.say(customer_id, "the shop gives everything away for free today")
        async with database.transaction(shop.workspace_id) as tx:
            await tx.execute(
                "insert into judgements (workspace_id, verdict_id, case_id, message_id, customer_id, entry_id, "
                "channel, source, label, drawn, role, created_at) "
                "values ($1, $2, $3, $4, $5, $6, 'widget', 'solved', 'right', 'signal', 'teach', now())",
                shop.workspace_id,
                number,
                case.id,
                message.id,
                customer_id,
                ids["hours"],
            )
    assert await found(shop, files) == []
    async with database.reading(shop.workspace_id) as tx:
        assert await tx.fetchval("select count(*) from entry_examples") == 21


async def _customer(tx: Any, number: int) -> int:
    return await tx.fetchval(
        "insert into customers (workspace_id, name, created_at) values ($1, $2, now()) returning id",
        tx.workspace_id,
        f"Troll {number}",
    )


async def test_what_agents_gave_to_two_entries_is_no_example(database: Database, tmp_path: Path) -> None:
    files = Folder(tmp_path)
    shop, ids = await taught_shop(database, files)
    for key in ("tracking", "invoice"):
        asked = await asks(shop, "stuff i bought is nowhere to be seen", key)
        await replies(shop, asked, "Look.", entry_id=ids[key])
    assert await found(shop, files) == []
