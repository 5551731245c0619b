"""Transactions: one workspace each, jobs and events in the same commit, clear words when the database is away."""

import asyncio
from typing import Any

import asyncpg
import pytest

from cast import Shop, open_shop
from tugi.core.database import Database
from tugi.core.errors import Invalid, Unavailable
from tugi.core.events import Reaction, read_after
from tugi.desk.people import customers

SCOPED = (
    "counters", "events", "idempotency_keys", "files", "agents", "sessions", "teams", "team_members", "customers",
    "identities", "customer_notes", "entries", "entry_texts", "entry_examples", "channel_accounts", "cases",
    "threads", "contacts", "verdicts", "messages", "attachments", "notes", "readings", "suggestions", "models",
)  # fmt: skip


async def two_shops(database: Database) -> tuple[Shop, Shop]:
    """Two workspaces, each with a case."""
    shops = await open_shop(database, "Esimene"), await open_shop(database, "Teine")
    for shop in shops:
        await shop.say(await shop.customer(), "tere")
    return shops


async def test_a_query_without_a_condition_sees_its_own_workspace_only(database: Database) -> None:
    first, second = await two_shops(database)
    for shop in (first, second):
        async with database.reading(shop.workspace_id) as tx:
            for table in ("customers", "cases", "messages", "contacts", "events", "agents", "counters"):
                owners = await tx.fetch(f"select distinct workspace_id from {table}")
                assert [row["workspace_id"] for row in owners] == [shop.workspace_id], table
            assert [row["id"] for row in await tx.fetch("select id from workspaces")] == [shop.workspace_id]


async def test_a_write_into_another_workspace_is_refused_or_hits_nothing(database: Database) -> None:
    first, second = await two_shops(database)
    async with database.transaction(first.workspace_id) as tx:
        assert (
            await tx.execute("update cases set subject = 'x' where workspace_id = $1", second.workspace_id)
            == "UPDATE 0"
        )
        assert await tx.execute("delete from messages where workspace_id = $1", second.workspace_id) == "DELETE 0"
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with database.transaction(first.workspace_id) as tx:
            await tx.execute("insert into customers (workspace_id, created_at) values ($1, now())", second.workspace_id)


async def test_every_table_with_a_workspace_is_under_row_security(database: Database) -> None:
    async with database.everywhere() as tx:
        rows = await tx.fetch(
            "select c.relname, c.relrowsecurity and c.relforcerowsecurity as safe from pg_class c "
            "join pg_attribute a on a.attrelid = c.oid and a.attname = 'workspace_id' "
            "where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace"
        )
    assert {row["relname"] for row in rows} >= set(SCOPED)
    assert [row["relname"] for row in rows if not row["safe"]] == []


async def test_a_connection_forgets_its_workspace(dsn: str) -> None:
    database = await Database.open(dsn, size=1)
    try:
        first, _ = await two_shops(database)
        async with database.reading(first.workspace_id) as tx:
            assert await tx.fetchval("select count(*) from cases") == 1
        async with database.reading(0) as tx:
            assert await tx.fetchval("select count(*) from cases") == 0
    finally:
        await database.close()


async def jobs(database: Database) -> list[str]:
    """The names of the jobs that wait."""
    async with database.everywhere() as tx:
        return [row["entrypoint"] for row in await tx.fetch("select entrypoint from pgqueuer order by id")]


async def test_jobs_ride_with_the_transaction_and_go_down_with_it(dsn: str) -> None:
    database = await Database.open(dsn, {"CustomerRenamed": [Reaction("greet"), Reaction("count", 5)]})
    try:
        shop = await open_shop(database)
        mari = await shop.customer()
        before = await number_of_events(shop)

        async def rename_and_fail() -> None:
            async with database.transaction(shop.workspace_id) as tx:
                await customers.rename(tx, mari, "Mari Maasikas", given_by_customer=True)
                raise ValueError("the act fails after all")

        with pytest.raises(ValueError, match="after all"):
            await rename_and_fail()
        assert await jobs(database) == []
        assert await number_of_events(shop) == before
        async with database.transaction(shop.workspace_id) as tx:
            await customers.rename(tx, mari, "Mari Maasikas", given_by_customer=True)
        assert await jobs(database) == ["greet", "count"]
        assert await number_of_events(shop) == before + 1
    finally:
        await database.close()


async def number_of_events(shop: Shop) -> int:
    """How far the shop's log has grown."""
    async with shop.database.reading(shop.workspace_id) as tx:
        return await tx.fetchval("select event_number from counters where workspace_id = $1", shop.workspace_id)


async def test_events_are_gapless_and_in_order_of_their_commits_with_sixteen_writers(dsn: str) -> None:
    database = await Database.open(dsn, size=16)
    try:
        shop = await open_shop(database)
        people = [await shop.customer() for _ in range(16)]
        seen: list[int] = []
        done = asyncio.Event()

        async def follow() -> None:
            """A reader that never waits for writers: it must not see a number before a lower one."""
            cursor = await number_of_events(shop)
            while not (done.is_set() and cursor == await number_of_events(shop)):
                async with database.reading(shop.workspace_id) as tx:
                    found = await read_after(tx, cursor)
                seen.extend(event.number for event in found)
                cursor = found[-1].number if found else cursor

        async def write(customer_id: int) -> None:
            for number in range(20):
                async with database.transaction(shop.workspace_id) as tx:
                    await customers.rename(tx, customer_id, f"Mari {number}", given_by_customer=True)
                    if number % 3 == 0:
                        tx.happened("CustomerSeen", customer_id=customer_id)

        start = await number_of_events(shop)
        reading = asyncio.ensure_future(follow())
        await asyncio.gather(*(write(one) for one in people))
        done.set()
        await reading
        assert seen == list(range(start + 1, start + 1 + 16 * (20 + 7)))
    finally:
        await database.close()


async def test_the_bell_is_told_after_the_commit_only_when_something_happened(database: Database) -> None:
    shop = await open_shop(database)
    rung: list[tuple[int, bool]] = []
    database.after_commit = lambda workspace_id, jobs: rung.append((workspace_id, jobs))
    async with database.transaction(shop.workspace_id) as tx:
        await tx.fetchval("select 1")
    assert rung == []
    mari = await shop.customer()
    async with database.transaction(shop.workspace_id) as tx:
        await customers.rename(tx, mari, "Mari", given_by_customer=True)
        assert rung == []
    assert rung == [(shop.workspace_id, False)]


@pytest.mark.parametrize("text", ["a\0b", "a\ud800b"])
async def test_what_postgresql_cannot_hold_is_the_senders_error(database: Database, text: str) -> None:
    shop = await open_shop(database)
    mari = await shop.customer()
    with pytest.raises(Invalid):
        async with database.transaction(shop.workspace_id) as tx:
            await tx.execute("update customers set name = $3 where workspace_id = $1 and id = $2",
                             shop.workspace_id, mari, text)  # fmt: skip


async def test_a_connection_that_is_cut_says_unavailable_and_the_next_one_works(database: Database, dsn: str) -> None:
    shop = await open_shop(database)
    killer: Any = await asyncpg.connect(dsn)

    async def be_cut() -> None:
        async with database.transaction(shop.workspace_id) as tx:
            pid = await tx.fetchval("select pg_backend_pid()")
            await killer.execute("select pg_terminate_backend($1)", pid)
            await tx.fetchval("select 1")

    with pytest.raises(Unavailable) as said:
        await be_cut()
    assert said.value.retry_after
    await killer.close()
    assert (await shop.say(await shop.customer(), "tere"))[0].text == "tere"
