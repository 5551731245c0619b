"""Deliveries: stored once, never dropped, and a person decides about what nobody understood."""

import asyncio
from pathlib import Path

import pytest

from cast import open_shop
from desk.mailroom import open_mailroom, written
from tugi.core.database import Database
from tugi.core.errors import Conflict, NotFound
from tugi.desk.cases import deliveries


async def test_ten_deliverers_of_one_source_store_it_once(database: Database, tmp_path: Path) -> None:
    room = await open_mailroom(database, tmp_path)
    stored = await asyncio.gather(*(room.store(written("a@b.example"), source="imap:INBOX:1:1") for _ in range(10)))
    assert len([one for one in stored if one is not None]) == 1
    told = await room.rows("select data from events where workspace_id = $1 and kind = 'DeliveryStored'")
    assert [one["data"] for one in told] == [{"delivery_id": next(one for one in stored if one)}]


async def test_a_quarantined_delivery_is_retried_or_discarded_by_a_person(database: Database, tmp_path: Path) -> None:
    room = await open_mailroom(database, tmp_path)
    bad = await room.deliver(written("a@b.example", X_Unreadable="Torn."))
    async with database.transaction(room.workspace_id) as tx:
        assert [one.id for one in await deliveries.list_newest(tx, "quarantined")] == [bad.id]
        await deliveries.retry(tx, bad.id)
    assert (await room.delivery(bad.id)).status == "waiting"
    told = await room.rows("select kind from events where workspace_id = $1 and kind = 'DeliveryStored'")
    assert len(told) == 2
    await room.take(bad.id)
    async with database.transaction(room.workspace_id) as tx:
        assert (await deliveries.discard(tx, bad.id)).status == "discarded"
        assert await deliveries.list_newest(tx, "quarantined") == []
        # Also that can be thought better of: the raw letter is still there.
        assert (await deliveries.retry(tx, bad.id)).status == "waiting"
    await room.take(bad.id)
    assert (await room.delivery(bad.id)).status == "quarantined"


async def test_what_was_taken_is_neither_retried_nor_discarded_nor_quarantined(
    database: Database, tmp_path: Path
) -> None:
    room = await open_mailroom(database, tmp_path)
    taken = await room.deliver(written("a@b.example"))
    async with database.transaction(room.workspace_id) as tx:
        assert not await deliveries.quarantine(tx, taken.id, "too late")
    for act in (deliveries.retry, deliveries.discard):
        with pytest.raises(Conflict):
            async with database.transaction(room.workspace_id) as tx:
                await act(tx, taken.id)
    assert (await room.delivery(taken.id)).status == "taken"


async def test_another_shops_deliveries_do_not_exist(database: Database, tmp_path: Path) -> None:
    room = await open_mailroom(database, tmp_path)
    bad = await room.deliver(written("a@b.example", X_Unreadable="Torn."))
    other = await open_shop(database, "Teine Pood")
    for act in (deliveries.retry, deliveries.discard, deliveries.get):
        with pytest.raises(NotFound):
            async with database.transaction(other.workspace_id) as tx:
                await act(tx, bad.id)
    await room.intake.take_in({"workspace_id": other.workspace_id, "delivery_id": bad.id})
    assert (await room.delivery(bad.id)).status == "quarantined"
