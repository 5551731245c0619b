"""Knowledge entries: keys, versions, search without diacritics, what the robot is given."""

from datetime import date, timedelta

import pytest

from tugi.core import clock
from tugi.core.database import Database
from tugi.core.errors import Conflict, Invalid, NotFound
from tugi.core.events import read_after
from tugi.desk.knowledge import entries
from tugi.desk.knowledge.entries import Filter
from tugi.desk.knowledge.entry_checks import Draft, EntryText
from tugi.desk.knowledge.search import search
from tugi.desk.knowledge.words import folded, query, words
from tugi.desk.people import workspaces

RETURN = Draft(
    texts={
        "et": EntryText("Kuidas saan kauba tagastada?", "Tagastamiseks on teil aega 30 päeva."),
        "pl": EntryText("Jak zwrócić towar?", "Na zwrot mają Państwo 30 dni. Łatwo i bezpłatnie."),
    },
    examples={"et": ["tahan tagastada", "kuidas tagastus käib", "Tahan  tagastada"]},
)
DELIVERY = Draft(texts={"et": EntryText("Kui kaua tarne võtab?", "Tavaliselt 1-3 tööpäeva.")}, policy="suggest")


@pytest.fixture
async def shop(database: Database) -> int:
    async with database.everywhere() as tx:
        return (await workspaces.create(tx, "Põhjala Pood")).id


def test_words_are_the_same_with_and_without_marks() -> None:
    assert words("Zwrócić ŁATWO, õun_puu; Straße 24h") == ["zwrocic", "latwo", "oun", "puu", "strasse", "24h"]
    assert folded("ŠŽÕÄÖÜ") == "szoaou"
    assert query("  ...  ") is None
    assert query("kus' | pakk:*") == "'kus':* & 'pakk':*"


async def test_created_entry_is_tidied_and_happened(database: Database, shop: int) -> None:
    async with database.transaction(shop) as tx:
        entry = await entries.create(tx, RETURN)
    assert entry.key == "kuidas_saan_kauba_tagastada"
    assert entry.examples == {"et": ["tahan tagastada", "kuidas tagastus käib"]}
    assert (entry.version, entry.archived, entry.answered) == (1, False, 0)
    async with database.reading(shop) as tx:
        assert [(e.kind, e.data) for e in await read_after(tx, 0)] == [("EntryChanged", {"entry_id": entry.id})]


async def test_second_writer_is_told_of_the_first(database: Database, shop: int) -> None:
    async with database.transaction(shop) as tx:
        entry = await entries.create(tx, RETURN)
    first = Draft(texts=entry.texts, key=entry.key, policy="people")
    async with database.transaction(shop) as tx:
        changed = await entries.update(tx, entry.id, 1, first)
    assert (changed.version, changed.policy, changed.examples) == (2, "people", {})
    async with database.transaction(shop) as tx:
        with pytest.raises(Conflict):
            await entries.update(tx, entry.id, 1, RETURN)
        assert (await entries.update(tx, entry.id, 2, first)).version == 2


async def test_problems_are_named_by_field(database: Database, shop: int) -> None:
    bad = Draft(
        texts={"en": EntryText("x" * 201, ""), "et": EntryText("a\x00b", "c")},
        valid_from=date(2026, 5, 2),
        valid_until=date(2026, 5, 1),
    )
    async with database.transaction(shop) as tx:
        with pytest.raises(Invalid) as refused:
            await entries.create(tx, bad)
        assert await tx.fetchval("select count(*) from entries") == 0
    assert set(refused.value.fields or {}) == {
        "texts.en.title",
        "texts.en.answer",
        "texts.et.title",
        "valid_until",
    }


async def test_key_is_taken_once(database: Database, shop: int) -> None:
    async with database.transaction(shop) as tx:
        await entries.create(tx, RETURN)
        with pytest.raises(Conflict):
            await entries.create(tx, RETURN)


async def test_list_finds_words_in_any_language(database: Database, shop: int) -> None:
    async with database.transaction(shop) as tx:
        returns = await entries.create(tx, RETURN)
        delivery = await entries.create(tx, DELIVERY)

        async def found(wanted: Filter) -> list[int]:
            return [entry.id for entry in (await entries.list_page(tx, wanted)).entries]

        assert await found(Filter(q="zwrocic")) == [returns.id]
        assert await found(Filter(q="ZWRÓ latwo")) == [returns.id]
        assert await found(Filter(q="zwrocic", language="et")) == []
        assert await found(Filter(policy="suggest")) == [delivery.id]
        assert await found(Filter(language="pl")) == [returns.id]
        assert await found(Filter(missing="pl")) == [delivery.id]
        assert await found(Filter(q="%' or true --")) == []
        await entries.set_archived(tx, returns.id, True)
        assert await found(Filter()) == [delivery.id]
        assert await found(Filter(archived=True)) == [returns.id]


async def test_search_prefers_titles_and_the_language(database: Database, shop: int) -> None:
    mentions = Draft(texts={"et": EntryText("Garantii", "Kauba tagastamine on teine asi.")})
    async with database.transaction(shop) as tx:
        await entries.create(tx, mentions)
        returns = await entries.create(tx, RETURN)
        old = await entries.create(
            tx,
            Draft(texts={"et": EntryText("Tagastada jõulude ajal", "Kuni 6. jaanuar")}, valid_until=date(2020, 1, 6)),
        )
        first = await search(tx, "tagasta kaup", "et")
        assert [found.entry_id for found in first][0] == returns.id
        assert old.id not in {found.entry_id for found in first}
        assert (await search(tx, "zwrot", "et"))[0].language == "pl"
        assert (await search(tx, "tagastada xyz", "et"))[0].entry_id == returns.id


async def test_robot_learns_from_what_is_in_use(database: Database, shop: int) -> None:
    async with database.transaction(shop) as tx:
        returns = await entries.create(tx, RETURN)
        gone = await entries.create(tx, DELIVERY)
        await entries.set_archived(tx, gone.id, True)
        learned = await entries.for_robot(tx)
    assert [entry.id for entry in learned] == [str(returns.id)]
    assert learned[0].examples == {"et": ("tahan tagastada", "kuidas tagastus käib")}


async def test_another_workspace_sees_nothing(database: Database, shop: int) -> None:
    async with database.everywhere() as tx:
        other = (await workspaces.create(tx, "Muu pood")).id
    async with database.transaction(shop) as tx:
        entry = await entries.create(tx, RETURN)
    async with database.transaction(other) as tx:
        with pytest.raises(NotFound):
            await entries.get(tx, entry.id)
        with pytest.raises(NotFound):
            await entries.update(tx, entry.id, 1, RETURN)
        assert (await entries.list_page(tx, Filter())).total == 0
        assert await search(tx, "tagastada") == []


async def test_given_answers_of_thirty_days_are_counted(database: Database, shop: int) -> None:
    now = clock.now()
    async with database.transaction(shop) as tx:
        entry = await entries.create(tx, RETURN)
        await tx.executemany("insert into customers (workspace_id, created_at) values ($1, $2)", [(shop, now)])
        customer = await tx.fetchval("select id from customers")
        case = await tx.fetchval(
            "insert into cases (workspace_id, number, customer_id, channel, status, handler, active_at, created_at) "
            "values ($1, 1, $2, 'widget', 'open', 'robot', $3, $3) returning id",
            shop,
            customer,
            now,
        )
        for name, days in (("a", 1), ("b", 29), ("c", 31)):
            await tx.execute(
                "insert into messages (workspace_id, case_id, contact_id, channel_account_id, external_id, "
                "author_kind, text, status, entry_id, created_at) "
                "values ($1, $2, 1, 1, $3, 'robot', 'x', 'sent', $4, $5)",
                shop,
                case,
                name,
                entry.id,
                now - timedelta(days=days),
            )
        assert (await entries.get(tx, entry.id)).answered == 2
