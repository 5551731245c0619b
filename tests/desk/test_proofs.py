"""One-time codes: six digits, five tries, ten minutes, one at a time, whoever asks and however often."""

import asyncio
from datetime import UTC, datetime, timedelta

from cast import Shop, open_shop
from tugi.core import clock
from tugi.core.database import Database
from tugi.desk.people import orders, proofs
from tugi.desk.people.orders import Report

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
SECRET = "installation"


def report(number: str = "10482", **changed: object) -> Report:
    values: dict[str, object] = {
        "number": number,
        "status": "sent",
        "placed_at": NOW - timedelta(days=2),
        "updated_at": NOW - timedelta(days=1),
        "email": "mari@kiri.example",
        "carrier": "Omniva",
    }
    return Report(**{**values, **changed})  # pyright: ignore[reportArgumentType]


async def a_case(shop: Shop, name: str = "Mari") -> tuple[int, int]:
    customer = await shop.customer(name)
    _, case = await shop.say(customer, "kus mu pakk on?")
    return case.id, customer


async def begin(shop: Shop, case_id: int, customer: int, number: str = "10482") -> str | None:
    """Ask for a code; the code that a mail would carry, or None when none is mailed."""
    async with shop.database.transaction(shop.workspace_id) as tx:
        assert await proofs.begin(tx, SECRET, case_id, customer, number)
        pending = await proofs.find_pending(tx, case_id)
    assert pending is not None
    return proofs.code_of(SECRET, shop.workspace_id, pending.id, pending.created_at) if pending.email else None


async def give(shop: Shop, case_id: int, customer: int, code: str) -> tuple[proofs.Outcome, str | None]:
    async with shop.database.transaction(shop.workspace_id) as tx:
        return await proofs.check(tx, case_id, customer, code)


async def with_order(database: Database) -> Shop:
    shop = await open_shop(database)
    async with database.transaction(shop.workspace_id) as tx:
        await orders.store(tx, orders.checked([report()]))
    return shop


async def test_the_right_code_proves_the_address_once(database: Database) -> None:
    shop = await with_order(database)
    case_id, customer = await a_case(shop)
    code = await begin(shop, case_id, customer)
    assert code is not None
    assert len(code) == 6
    assert await give(shop, case_id, customer, code) == ("proved", "mari@kiri.example")
    assert await give(shop, case_id, customer, code) == ("none", None)
    async with database.reading(shop.workspace_id) as tx:
        assert await proofs.proven_emails(tx, case_id, customer) == ["mari@kiri.example"]


async def test_five_wrong_codes_spend_it_even_when_given_at_once(database: Database) -> None:
    shop = await with_order(database)
    case_id, customer = await a_case(shop)
    code = await begin(shop, case_id, customer)
    wrong = "000000" if code != "000000" else "000001"
    outcomes = await asyncio.gather(*(give(shop, case_id, customer, wrong) for _ in range(12)))
    said = [outcome for outcome, _ in outcomes]
    assert said.count("wrong") == proofs.TRIES - 1
    assert said.count("spent") == 1
    assert said.count("none") == 12 - proofs.TRIES
    assert await give(shop, case_id, customer, code or "") == ("none", None)


async def test_the_right_code_among_a_crowd_of_guesses_proves_at_most_once(database: Database) -> None:
    shop = await with_order(database)
    case_id, customer = await a_case(shop)
    code = await begin(shop, case_id, customer) or ""
    outcomes = await asyncio.gather(*(give(shop, case_id, customer, code) for _ in range(6)))
    assert [outcome for outcome, _ in outcomes].count("proved") == 1


async def test_it_holds_for_ten_minutes(database: Database) -> None:
    shop = await with_order(database)
    case_id, customer = await a_case(shop)
    at = clock.now()
    code = await begin(shop, case_id, customer) or ""
    clock.set_source(lambda: at + proofs.LASTS + timedelta(seconds=2))
    try:
        assert await give(shop, case_id, customer, code) == ("none", None)
    finally:
        clock.set_source(None)


async def test_another_customer_or_case_cannot_use_it(database: Database) -> None:
    shop = await with_order(database)
    case_id, customer = await a_case(shop)
    other_case, other = await a_case(shop, "Võõras")
    code = await begin(shop, case_id, customer) or ""
    assert await give(shop, case_id, other, code) == ("none", None)
    assert await give(shop, other_case, customer, code) == ("none", None)
    assert (await give(shop, case_id, customer, code))[0] == "proved"


async def test_an_order_that_is_not_there_behaves_as_one_that_is(database: Database) -> None:
    shop = await with_order(database)
    case_id, customer = await a_case(shop)
    assert await begin(shop, case_id, customer, "99999") is None
    for _ in range(proofs.TRIES - 1):
        assert await give(shop, case_id, customer, "123456") == ("wrong", None)
    assert await give(shop, case_id, customer, "123456") == ("spent", None)


async def test_three_codes_an_hour_for_an_order_whoever_asks(database: Database) -> None:
    shop = await with_order(database)
    for number in ("10482", "99999"):
        for name in ("A", "B", "C"):
            case_id, customer = await a_case(shop, f"{name}{number}")
            await begin(shop, case_id, customer, number)
        case_id, customer = await a_case(shop, f"D{number}")
        async with database.transaction(shop.workspace_id) as tx:
            assert not await proofs.begin(tx, SECRET, case_id, customer, number)


async def test_an_older_report_of_an_order_changes_nothing(database: Database) -> None:
    shop = await with_order(database)
    async with database.transaction(shop.workspace_id) as tx:
        assert await orders.store(tx, [report(status="packing", updated_at=NOW - timedelta(days=3))]) == 0
        assert await orders.store(tx, [report(status="delivered", updated_at=NOW)]) == 1
        assert await orders.store(tx, [report(status="delivered", updated_at=NOW)]) == 0
        found = await orders.find(tx, "10482")
    assert found is not None
    assert found.status == "delivered"


async def test_an_owner_sees_only_their_own_orders(database: Database) -> None:
    shop = await with_order(database)
    async with database.transaction(shop.workspace_id) as tx:
        await orders.store(tx, [report("777", email="other@kiri.example", customer_ref="u-7")])
        assert await orders.of_owner(tx, ["mari@kiri.example"], [], "777") == []
        assert [o.number for o in await orders.of_owner(tx, [], ["u-7"], None)] == ["777"]
        assert [o.number for o in await orders.of_owner(tx, ["MARI@kiri.example"], [], "10482")] == ["10482"]
