"""Careful: what is blamed for a worker's death, and what is not."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from desk.mailroom import open_mailroom, written
from tugi.core.database import Database
from tugi.core.errors import Unavailable
from tugi.desk.cases.careful import DEATHS, ENDED, Careful


async def test_a_letter_that_only_fails_is_not_blamed_however_often(database: Database, tmp_path: Path) -> None:
    room = await open_mailroom(database, tmp_path)
    delivery_id = await room.store(written("a@b.example"))
    ids = {"workspace_id": room.workspace_id, "delivery_id": delivery_id, "taken_over": True}

    async def away(_ids: Mapping[str, Any]) -> None:
        raise Unavailable("The file storage does not answer.")

    for _ in range(3 * DEATHS):
        with pytest.raises(Unavailable):
            await Careful(database, away, away).take_in(ids)
    await Careful(database, room.intake.take_in, room.intake.take_in_alone).take_in(ids)
    assert delivery_id is not None
    assert (await room.delivery(delivery_id)).status == "taken"


async def test_letters_of_a_dead_worker_are_read_one_at_a_time_and_others_beside(
    database: Database, tmp_path: Path
) -> None:
    room = await open_mailroom(database, tmp_path)
    stored = [await room.store(written("a@b.example", f"Kiri {number}")) for number in range(3)]
    reading, most, beside = 0, 0, asyncio.Event()

    async def read(ids: Mapping[str, Any]) -> None:
        nonlocal reading, most
        if not ids.get("taken_over"):
            beside.set()
            return
        reading += 1
        most = max(most, reading)
        await beside.wait()
        reading -= 1
        await room.intake.take_in(ids)

    work = Careful(database, read, read)
    suspects = [
        work.take_in({"workspace_id": room.workspace_id, "delivery_id": one, "taken_over": True}) for one in stored
    ]
    fresh = work.take_in({"workspace_id": room.workspace_id, "delivery_id": stored[0]})
    async with asyncio.timeout(20):
        await asyncio.gather(*suspects, fresh)
    assert most == 1


async def test_what_ended_three_workers_is_put_aside_with_a_sentence(database: Database, tmp_path: Path) -> None:
    room = await open_mailroom(database, tmp_path)
    delivery_id = await room.store(written("a@b.example"))
    assert delivery_id is not None
    ids = {"workspace_id": room.workspace_id, "delivery_id": delivery_id, "taken_over": True}
    begun = 0

    async def dies(_ids: Mapping[str, Any]) -> None:
        nonlocal begun
        begun += 1
        raise asyncio.CancelledError  # as little comes after it as after a death

    for _ in range(DEATHS + 1):
        try:
            await Careful(database, dies, dies).take_in(ids)
        except asyncio.CancelledError:
            continue
    assert begun == DEATHS - 1
    delivery = await room.delivery(delivery_id)
    assert (delivery.status, delivery.failure) == ("quarantined", ENDED)
