"""What is asked next is counted honestly, and only what the robot may give becomes a button."""

from datetime import date, timedelta

import pytest

from cast import open_shop
from desk.talk import Talk, open_talk
from tugi.core import clock
from tugi.core.database import Database
from tugi.core.errors import Invalid
from tugi.desk.answering import acceptance, follow_ups
from tugi.desk.cases import messages, transcript
from tugi.desk.cases.transcript import Message
from tugi.robot.facts import Facts

TODAY = date(2026, 3, 2)


async def asked_in_turn(talk: Talk, *keys: str) -> Message:
    """A new customer who gets these answers one after the other; the last of them."""
    customer_id = await talk.shop.customer()
    last = None
    for key in keys:
        question = await talk.asked(customer_id, f"küsimus: {key}")
        last = await talk.answered(question.case_id, f"vastus: {key}", key)
    assert last is not None
    return last


async def counted(talk: Talk) -> dict[tuple[str, str], tuple[int, float]]:
    """The pairs kept, by their keys."""
    names = {entry_id: key for key, entry_id in talk.entries.items()}
    async with talk.shop.database.transaction(talk.shop.workspace_id) as tx:
        await follow_ups.count(tx)
        rows = await tx.fetch("select entry_id, next_entry_id, count, share from follow_ups")
    return {
        (names[row["entry_id"]], names[row["next_entry_id"]]): (row["count"], round(row["share"], 3)) for row in rows
    }


async def test_the_share_is_of_those_who_got_the_first_answer(database: Database) -> None:
    talk = await open_talk(await open_shop(database))
    for _ in range(5):
        await asked_in_turn(talk, "parcel", "parcel", "price")
    for _ in range(3):
        await asked_in_turn(talk, "parcel")
    for _ in range(4):
        await asked_in_turn(talk, "return", "price")
    assert await counted(talk) == {("parcel", "price"): (5, 0.625)}
    assert await counted(talk) == {("parcel", "price"): (5, 0.625)}


async def test_another_matter_counts_within_a_week_and_not_later(database: Database) -> None:
    talk = await open_talk(await open_shop(database))
    begun = clock.now() - timedelta(days=60)
    for days in (6, 8):
        for _ in range(5):
            customer_id = await talk.shop.customer()
            for at, key in ((begun, "parcel"), (begun + timedelta(days=days), "price" if days == 6 else "return")):
                clock.set_source(lambda at=at: at)
                try:
                    question = await talk.asked(customer_id, "küsimus")
                    await talk.answered(question.case_id, "vastus", key)
                    async with database.transaction(talk.shop.workspace_id) as tx:
                        await tx.execute("update cases set status = 'closed' where id = $1", question.case_id)
                finally:
                    clock.set_source(None)
    assert await counted(talk) == {("parcel", "price"): (5, 0.5)}


async def test_the_agent_gets_a_line_and_the_robot_only_buttons_it_may_press(database: Database) -> None:
    talk = await open_talk(await open_shop(database))
    for _ in range(5):
        await asked_in_turn(talk, "parcel", "price")
    last = await asked_in_turn(talk, "parcel")
    facts = Facts(burst=("kus",), today=TODAY, shop_name="Pood", languages=("et",))
    parcel, price = talk.entries["parcel"], talk.entries["price"]
    async with database.transaction(talk.shop.workspace_id) as tx:
        await follow_ups.count(tx)
        lines = await follow_ups.lines(tx, parcel, last.case_id, facts, "et")
        assert [(one.entry_id, one.count) for one in lines] == [(price, 5)]
        assert lines[0].line.endswith("Kui palju maksab tarne? Vastus on siin.")
        assert await follow_ups.lines(tx, parcel, last.case_id, facts, "pl") == []
        buttons = await follow_ups.buttons(tx, parcel, last.case_id, "et", TODAY, lambda _id: True)
        assert [one.entry_id for one in buttons] == [price]
        assert await follow_ups.buttons(tx, parcel, last.case_id, "et", TODAY, lambda _id: False) == []
    given = await asked_in_turn(talk, "parcel", "price")
    async with database.transaction(talk.shop.workspace_id) as tx:
        assert await follow_ups.lines(tx, parcel, given.case_id, facts, "et") == []


async def test_a_button_can_be_pressed_and_nothing_else(database: Database) -> None:
    talk = await open_talk(await open_shop(database))
    for _ in range(5):
        await asked_in_turn(talk, "parcel", "price")
    await counted(talk)
    customer_id = await talk.shop.customer()
    question = await talk.asked(customer_id, "kus mu pakk on")
    offer = await talk.offered(question, "parcel", "Teie pakk on teel.", click=True)
    price, back = talk.entries["price"], talk.entries["return"]
    async with database.transaction(talk.shop.workspace_id, talk.agent()) as tx:
        await tx.execute(
            "insert into topics (workspace_id, entry_id, level) values ($1, $2, 'audit')",
            talk.shop.workspace_id,
            price,
        )
        said = await acceptance.approve(tx, offer.id, talk.shop.kadri)
    assert said.follow_ups == [transcript.MessageChoice(price, "Kui palju maksab tarne?")]
    for entry_id, fits in ((back, False), (price, True)):
        inbound = talk.shop.inbound("Kui palju maksab tarne?")
        pressed = type(inbound)(**{f: getattr(inbound, f) for f in inbound.__slots__} | {"chosen": (said.id, entry_id)})
        async with database.transaction(talk.shop.workspace_id) as tx:
            if fits:
                message, _ = await messages.receive(tx, pressed, customer_id, True)
                assert message.chosen_entry_id == price
            else:
                with pytest.raises(Invalid):
                    await messages.receive(tx, pressed, customer_id, True)


@pytest.mark.parametrize(
    ("text", "short"),
    [
        ("Tarne võtab tavaliselt 1 kuni 3 tööpäeva. Vaadake lisaks.", "Tarne võtab tavaliselt 1 kuni 3 tööpäeva."),
        ("Jah. Saame saata ka Soome. Hind on 5 €.", "Jah. Saame saata ka Soome."),
        ("ilma punktita", "ilma punktita"),
        ("", ""),
        ("sõna " * 80, ("sõna " * 40).strip() + "…"),
    ],
)
def test_a_line_is_short(text: str, short: str) -> None:
    assert follow_ups.short_sentence(text) == short
