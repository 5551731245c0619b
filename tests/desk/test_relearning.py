"""What people judged in the day teaches the robot at night; a shop without a robot is left in peace."""

from pathlib import Path
from typing import Any

from cast import open_shop
from desk.judging import learn, open_desk
from tugi.core.database import Database
from tugi.core.files import Folder
from tugi.desk import reactions
from tugi.desk.answering.answers import Answering
from tugi.desk.answering.codes import Codes
from tugi.desk.cases.intake import Intake


async def no_rehearsal(*_: Any) -> Any:
    raise AssertionError("the night's training rehearses nothing")


async def night(database: Database, files: Folder, workspace_id: int) -> None:
    """The job that follows the day's end."""
    assert "relearn" in [reaction.job for reaction in reactions.REACTIONS["DayPassed"]]
    answering = Answering(database, files, None)
    codes, intake = Codes(database, None, "secret"), Intake(database, files, {}, "secret")
    kinds = reactions.job_kinds(database, files, answering, learn, "ngrams", codes, no_rehearsal, intake)
    await kinds["relearn"].run({"workspace_id": workspace_id})


async def models(database: Database, workspace_id: int) -> list[str]:
    async with database.reading(workspace_id) as tx:
        rows = await tx.fetch("select status from models where workspace_id = $1 order by id", workspace_id)
    return [row["status"] for row in rows]


async def test_judged_questions_are_learned_once_at_night(database: Database, tmp_path: Path) -> None:
    desk = await open_desk(database, tmp_path)
    files = Folder(tmp_path)
    before = await models(database, desk.shop.workspace_id)
    await night(database, files, desk.shop.workspace_id)
    assert await models(database, desk.shop.workspace_id) == before
    await desk.judge(await desk.decided(3, role="teach"))
    await night(database, files, desk.shop.workspace_id)
    await night(database, files, desk.shop.workspace_id)
    assert await models(database, desk.shop.workspace_id) == [*before, "ready"]


async def test_an_empty_shop_is_not_told_each_night_that_there_is_too_little(
    database: Database, tmp_path: Path
) -> None:
    shop = await open_shop(database)
    await night(database, Folder(tmp_path), shop.workspace_id)
    assert await models(database, shop.workspace_id) == []
