"""Messages: stored once and in order however they come; their state never goes backwards."""

import asyncio
from typing import get_args

from hypothesis import given
from hypothesis import strategies as st

from cast import open_shop
from tugi.core.database import Database
from tugi.core.errors import TugiError
from tugi.desk.cases import messages, transcript
from tugi.desk.cases.messages import RANK, advanced
from tugi.desk.cases.transcript import Status

STATUSES = st.sampled_from(get_args(Status))


@given(st.lists(STATUSES, min_size=1))
def test_status_never_goes_backwards(reported: list[Status]) -> None:
    status: Status = "queued"
    for one in reported:
        after = advanced(status, one)
        assert RANK[after] >= RANK[status]
        status = after
    assert RANK[status] == max(0, *(RANK[one] for one in reported))


@given(st.text())
def test_a_text_is_stored_as_it_is_or_refused(text: str) -> None:
    try:
        kept = messages.checked_text(text)
    except TugiError:
        assert not text.strip() or "\0" in text or len(text) > messages.LONGEST
    else:
        assert kept == text.strip()
        assert kept.encode()


async def test_twenty_first_messages_at_once_open_one_case(database: Database) -> None:
    shop = await open_shop(database)
    customer_id = await shop.customer()
    said = await asyncio.gather(*(shop.say(customer_id, f"küsimus {n}") for n in range(20)))
    assert len({case.id for _, case in said}) == 1
    assert len({message.id for message, _ in said}) == 20


async def test_twenty_deliveries_of_one_message_at_once_store_it_once(database: Database) -> None:
    shop = await open_shop(database)
    for text in ("esimene", "teine"):
        customer_id = await shop.customer()
        if text == "teine":
            await shop.say(customer_id, "enne seda")
        same = f"customer:{text}-00000000"
        said = await asyncio.gather(*(shop.say(customer_id, text, same) for _ in range(20)))
        assert len({message.id for message, _ in said}) == 1
        assert len({case.id for _, case in said}) == 1
        async with database.reading(shop.workspace_id) as tx:
            heard = await tx.fetchval(
                "select count(*) from events where workspace_id = $1 and kind = 'MessageReceived' and case_id = $2",
                shop.workspace_id,
                said[0][1].id,
            )
        assert heard == (1 if text == "esimene" else 2)


async def test_messages_sent_one_after_another_keep_their_order_beside_other_customers(database: Database) -> None:
    shop = await open_shop(database)

    async def talk(customer_id: int) -> list[str]:
        for number in range(12):
            await shop.say(customer_id, str(number))
        async with database.reading(shop.workspace_id) as tx:
            return [message.text for message in await transcript.of_customer(tx, customer_id)]

    customers = [await shop.customer() for _ in range(6)]
    assert await asyncio.gather(*(talk(one) for one in customers)) == [[str(n) for n in range(12)]] * 6


async def test_a_message_of_another_customer_with_the_same_id_is_refused_and_changes_nothing(
    database: Database,
) -> None:
    shop = await open_shop(database)
    mari, jaan = await shop.customer("Mari"), await shop.customer("Jaan")
    await shop.say(mari, "minu oma", "shared:00000000")
    refused = (await asyncio.gather(shop.say(jaan, "võõras", "shared:00000000"), return_exceptions=True))[0]
    assert isinstance(refused, TugiError)
    async with database.reading(shop.workspace_id) as tx:
        assert await transcript.of_customer(tx, jaan) == []
