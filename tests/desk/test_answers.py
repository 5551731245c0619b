"""The robot at work: one word a question, none once a person has the floor, and a person where it fails."""

import asyncio
from pathlib import Path
from typing import Any

from cast import Shop, open_shop
from tugi.core.database import Database
from tugi.core.events import Actor
from tugi.core.files import Folder
from tugi.desk.answering.answers import Answering
from tugi.desk.cases import cases, messages, transcript
from tugi.desk.cases.transcript import Message
from tugi.desk.work import queue


def ids_of(shop: Shop, message: Message) -> dict[str, Any]:
    """What the job of this message holds."""
    return {"workspace_id": shop.workspace_id, "case_id": message.case_id, "message_id": message.id}


async def robots(shop: Shop, case_id: int) -> list[Message]:
    """What the robot has said in a case."""
    async with shop.database.reading(shop.workspace_id) as tx:
        return [m for m in await transcript.of_case(tx, case_id) if m.author.kind == "robot"]


async def test_without_knowledge_a_person_takes_over_and_the_customer_is_told_once(
    database: Database, tmp_path: Path
) -> None:
    shop = await open_shop(database)
    answering = Answering(database, Folder(tmp_path), None)
    message, case = await shop.say(await shop.customer(), "kui palju maksab saatmine Lätti?")
    await asyncio.gather(*(answering.answer(ids_of(shop, message)) for _ in range(8)))
    async with database.reading(shop.workspace_id) as tx:
        after = await cases.get_case(tx, case.id)
    assert after.handler == "queue"
    assert after.waiting_since is not None
    assert len(await robots(shop, case.id)) == 1


async def test_a_burst_is_one_question(database: Database, tmp_path: Path) -> None:
    shop = await open_shop(database)
    answering = Answering(database, Folder(tmp_path), None)
    customer_id = await shop.customer()
    burst = [(await shop.say(customer_id, text))[0] for text in ("tere", "mul on küsimus", "kus mu pakk on")]
    for message in burst:
        await answering.answer(ids_of(shop, message))
    async with database.reading(shop.workspace_id) as tx:
        verdicts = await tx.fetch("select message_id from verdicts where case_id = $1", burst[0].case_id)
    assert [row["message_id"] for row in verdicts] == [burst[-1].id]


async def test_the_robot_is_silent_once_a_person_has_the_floor(database: Database, tmp_path: Path) -> None:
    shop = await open_shop(database)
    answering = Answering(database, Folder(tmp_path), None)
    message, case = await shop.say(await shop.customer(), "kus mu pakk on")
    async with database.transaction(shop.workspace_id, Actor("agent", shop.kadri)) as tx:
        held = await cases.lock(tx, case.id)
        await queue.take(tx, held, shop.kadri)
        await messages.write(tx, held, external_id="agent:1:00000000", text="Tere, vaatan.", language=None)
    await answering.answer(ids_of(shop, message))
    await answering.gave_up(ids_of(shop, message))
    assert await robots(shop, case.id) == []


async def test_when_the_robot_fails_for_good_a_person_takes_over_and_the_customer_is_told_once(
    database: Database, tmp_path: Path
) -> None:
    shop = await open_shop(database)
    answering = Answering(database, Folder(tmp_path), None)
    message, case = await shop.say(await shop.customer(), "kus mu pakk on")
    await asyncio.gather(*(answering.gave_up(ids_of(shop, message)) for _ in range(5)))
    async with database.reading(shop.workspace_id) as tx:
        after = await cases.get_case(tx, case.id)
    assert (after.handler, after.hand_over_reason) == ("queue", "error")
    assert after.waiting_since is not None
    assert len(await robots(shop, case.id)) == 1


async def test_a_job_of_a_case_that_is_gone_does_nothing(database: Database, tmp_path: Path) -> None:
    shop = await open_shop(database)
    answering = Answering(database, Folder(tmp_path), None)
    await answering.answer({"workspace_id": shop.workspace_id, "case_id": 10**9, "message_id": 1})
    async with database.reading(shop.workspace_id) as tx:
        assert await tx.fetchval("select count(*) from verdicts") == 0
