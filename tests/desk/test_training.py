"""Training: however often a worker is stopped or killed in the middle of it, it comes to its end."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from cast import open_shop
from tugi.core import clock
from tugi.core.database import Database
from tugi.core.errors import Unavailable
from tugi.core.files import Folder
from tugi.desk.answering import training
from tugi.robot.facts import Entry


async def model_of(_known: Sequence[Entry], _previous: bytes | None) -> bytes | None:
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

    async def endless(_known: Sequence[Entry], _previous: bytes | None) -> bytes | None:
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


async def test_a_training_whose_process_was_killed_is_waited_for_and_then_begun_again(
    database: Database, tmp_path: Path
) -> None:
    shop = await open_shop(database)
    files = Folder(tmp_path)
    async with database.reading(shop.workspace_id) as tx:
        digest = training.knowledge_hash(await training.entries.for_robot(tx), "ngrams")
    async with database.transaction(shop.workspace_id) as tx:
        await tx.execute(
            "insert into models (workspace_id, knowledge_hash, engine, status, created_at) "
            "values ($1, $2, 'ngrams', 'training', $3)",
            shop.workspace_id,
            digest,
            clock.now(),
        )
    with pytest.raises(Unavailable):
        await training.train(database, files, model_of, "ngrams", shop.workspace_id)
    later = clock.now() + training.DEAD + timedelta(seconds=1)
    clock.set_source(lambda: later)
    try:
        assert await training.train(database, files, model_of, "ngrams", shop.workspace_id)
    finally:
        clock.set_source(None)
