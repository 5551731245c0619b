"""Training: however often a worker is stopped or killed in the middle of it, it comes to its end."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from cast import open_shop
from tugi.core import clock
from tugi.core.database import Database
from tugi.core.errors import Unavailable
from tugi.core.files import Folder
from tugi.desk.answering import training
from tugi.desk.answering.training import Report
from tugi.robot.facts import Entry, Labelled


async def model_of(
    _known: Sequence[Entry], _labelled: Sequence[Labelled], _previous: bytes | None, _report: Report
) -> bytes | None:
    """A training that takes no time."""
    return b"a model"


async def test_the_same_knowledge_is_learned_once(database: Database, tmp_path: Path) -> None:
    shop = await open_shop(database)
    files = Folder(tmp_path)
    assert await training.train(database, files, model_of, "ngrams", shop.workspace_id)
    assert not await training.train(database, files, model_of, "ngrams", shop.workspace_id)


async def test_a_training_that_is_stopped_is_begun_again_at_once(database: Database, tmp_path: Path) -> None:
    shop = await open_shop(database)
    files, begun = Folder(tmp_path), asyncio.Event()

    async def endless(
        _known: Sequence[Entry], _labelled: Sequence[Labelled], _previous: bytes | None, _report: Report
    ) -> bytes | None:
        begun.set()
        await asyncio.Event().wait()
        return None

    stopped = asyncio.ensure_future(training.train(database, files, endless, "ngrams", shop.workspace_id))
    await begun.wait()
    with pytest.raises(Unavailable):
        await training.train(database, files, model_of, "ngrams", shop.workspace_id)
    stopped.cancel()
    await asyncio.gather(stopped, return_exceptions=True)
    assert await training.train(database, files, model_of, "ngrams", shop.workspace_id)


@pytest.fixture
def moved() -> Iterator[Callable[[timedelta], None]]:
    """Sets the clock so much later than it is now."""

    def move(by: timedelta) -> None:
        later = clock.now() + by
        clock.set_source(lambda: later)

    yield move
    clock.set_source(None)


async def begun_by_a_killed_worker(database: Database, workspace_id: int) -> int:
    """A training whose process has just died; its row's id."""
    async with database.reading(workspace_id) as tx:
        digest = training.knowledge_hash(await training.entries.for_robot(tx), (), "ngrams")
    async with database.transaction(workspace_id) as tx:
        return await tx.fetchval(
            "insert into models (workspace_id, knowledge_hash, engine, status, created_at, seen_at) "
            "values ($1, $2, 'ngrams', 'training', $3, $3) returning id",
            workspace_id,
            digest,
            clock.now(),
        )


async def test_a_training_whose_process_was_killed_is_begun_again_within_a_quarter_of_a_minute(
    database: Database, tmp_path: Path, moved: Callable[[timedelta], None]
) -> None:
    shop = await open_shop(database)
    files = Folder(tmp_path)
    killed = await begun_by_a_killed_worker(database, shop.workspace_id)
    with pytest.raises(Unavailable):
        await training.train(database, files, model_of, "ngrams", shop.workspace_id)
    moved(timedelta(seconds=16))
    assert await training.train(database, files, model_of, "ngrams", shop.workspace_id)
    async with database.reading(shop.workspace_id) as tx:
        status = await tx.fetchval("select status from models where id = $1", killed)
        assert (status, (await training.state(tx)).status) == ("failed", "ready")


async def test_a_long_training_says_that_it_lives_and_how_far_it_has_come(
    database: Database, tmp_path: Path, moved: Callable[[timedelta], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training, "BEAT_SECONDS", 0.01)
    monkeypatch.setattr(training, "STEP_SECONDS", 0.01)
    monkeypatch.setattr(training, "EVENT_SECONDS", 0.0)
    shop = await open_shop(database)
    files = Folder(tmp_path)

    async def state() -> training.Model:
        async with database.reading(shop.workspace_id) as tx:
            return await training.state(tx)

    async def seen_at() -> datetime:
        async with database.reading(shop.workspace_id) as tx:
            return await tx.fetchval("select seen_at from models")

    async def long(
        _known: Sequence[Entry], _labelled: Sequence[Labelled], _previous: bytes | None, report: Report
    ) -> bytes | None:
        report(0.4)
        while (await state()).progress < 0.39:
            await asyncio.sleep(0)
        moved(timedelta(minutes=3))
        while await seen_at() < clock.now():
            await asyncio.sleep(0)
        with pytest.raises(Unavailable):
            await training.train(database, files, model_of, "ngrams", shop.workspace_id)
        return b"a model"

    async with asyncio.timeout(20):
        assert await training.train(database, files, long, "ngrams", shop.workspace_id)
    assert (await state()).progress == 1.0
    async with database.reading(shop.workspace_id) as tx:
        kinds = [row["kind"] for row in await tx.fetch("select kind from events where kind like 'Model%'")]
    assert kinds[0] == "ModelTrainingStarted"
    assert kinds[-1] == "ModelTrained"
    assert "ModelProgressed" in kinds


async def test_another_engine_or_release_makes_a_robot_outdated(database: Database, tmp_path: Path) -> None:
    shop = await open_shop(database)
    await training.train(database, Folder(tmp_path), model_of, "ngrams", shop.workspace_id)
    async with database.everywhere() as tx:
        assert await training.outdated_workspaces(tx, "ngrams") == []
        assert await training.outdated_workspaces(tx, "e5-small-q4a4-1571fc982750") == [shop.workspace_id]
