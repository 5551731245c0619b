"""Courtesy is no answered contact, and two machines do not talk for ever."""

from pathlib import Path
from typing import Any

import pytest

from cast import Shop, open_shop
from tugi.core.database import Database
from tugi.core.files import Folder
from tugi.desk.answering.answers import Answering
from tugi.desk.cases import cases, transcript
from tugi.desk.cases.transcript import Message
from tugi.robot.facts import MOST_TURNS


def ids_of(shop: Shop, message: Message) -> dict[str, Any]:
    """What the job of this message holds."""
    return {"workspace_id": shop.workspace_id, "case_id": message.case_id, "message_id": message.id}


@pytest.mark.parametrize("text", ["Tere!", "are you a robot?"])
async def test_courtesy_is_said_and_counts_as_no_answered_contact(
    database: Database, tmp_path: Path, text: str
) -> None:
    shop = await open_shop(database)
    answering = Answering(database, Folder(tmp_path), None)
    message, case = await shop.say(await shop.customer(), text)
    await answering.answer(ids_of(shop, message))
    async with database.reading(shop.workspace_id) as tx:
        contact = await tx.fetchrow("select robot_outcome, first_answer_at from contacts where case_id = $1", case.id)
        verdict = await tx.fetchrow("select kind, reason, entry_id from verdicts where case_id = $1", case.id)
        said = [m for m in await transcript.of_case(tx, case.id) if m.author.kind == "robot"]
    assert (len(said), contact["robot_outcome"], contact["first_answer_at"]) == (1, "not_involved", None)
    assert (verdict["kind"], verdict["reason"], verdict["entry_id"]) == ("answer", "courtesy", None)


async def test_after_eight_turns_a_person_takes_over(database: Database, tmp_path: Path) -> None:
    shop = await open_shop(database)
    answering = Answering(database, Folder(tmp_path), None)
    customer_id = await shop.customer()
    for _ in range(MOST_TURNS + 3):
        message, case = await shop.say(customer_id, "are you a robot?")
        await answering.answer(ids_of(shop, message))
    async with database.reading(shop.workspace_id) as tx:
        after = await cases.get_case(tx, case.id)
        said = [m for m in await transcript.of_case(tx, case.id) if m.author.kind == "robot"]
    # Eight turns of the robot, then the one that says that a person comes.
    assert (after.handler, after.hand_over_reason) == ("queue", "no_progress")
    assert len(said) == MOST_TURNS + 1
