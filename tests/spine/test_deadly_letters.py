"""A letter that ends the process that reads it: counted from worker to worker, put aside, and nothing else waits."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

from desk.mailroom import Mailroom, open_mailroom, written
from spine.house import until
from tugi.core.database import Database
from tugi.desk import reactions
from tugi.desk.cases import careful, deliveries

TESTS = Path(__file__).parents[1]
WORKER = [sys.executable, str(Path(__file__).with_name("deadly_worker.py"))]


async def settled(room: Mailroom) -> bool:
    """Whether nothing waits any more."""
    return not await room.rows("select id from deliveries where workspace_id = $1 and status = 'waiting'")


async def deaths_until_settled(room: Mailroom, dsn: str, files: Path) -> int:
    """How many workers die, each replaced by the next, before everything is settled."""
    environment = {**os.environ, "PYTHONPATH": str(TESTS)}
    deaths = 0
    while True:
        worker = subprocess.Popen([*WORKER, dsn, str(files)], env=environment, stderr=subprocess.PIPE)

        async def over(worker: subprocess.Popen[bytes] = worker) -> bool:
            return worker.poll() is not None or await settled(room)

        try:
            await until(over, 60)
            if worker.poll() is None:
                return deaths
        finally:
            worker.kill()
            _, said = await asyncio.to_thread(worker.communicate)
        assert worker.returncode == 9, said.decode()[-3000:]
        deaths += 1
        assert deaths <= 10


async def test_two_deadly_letters_are_put_aside_and_all_others_arrive(dsn: str, tmp_path: Path) -> None:
    database = await Database.open(dsn, reactions.REACTIONS)
    room = await open_mailroom(database, tmp_path)
    deadly, others = list[int](), list[int]()
    for number in range(30):
        stored = await room.store(
            written("a@b.example", f"Kiri {number}", **({"X_Deadly": "yes"} if number in (4, 20) else {}))
        )
        assert stored is not None
        (deadly if number in (4, 20) else others).append(stored)
    deaths = await deaths_until_settled(room, dsn, tmp_path)
    # Both may be in hand when the first worker dies.
    assert 2 * careful.DEATHS - 1 <= deaths <= 2 * careful.DEATHS
    for one in [await room.delivery(one) for one in deadly]:
        assert (one.status, one.failure) == ("quarantined", careful.ENDED)
    for one in [await room.delivery(one) for one in others]:
        assert (one.status, one.outcome, one.failure) == ("taken", "message", None)
    assert len(await room.messages()) == 28

    # A person may try again, and the letter gets as many chances as before.
    async with database.transaction(room.workspace_id) as tx:
        await deliveries.retry(tx, deadly[0])
    assert await deaths_until_settled(room, dsn, tmp_path) == careful.DEATHS
    assert (await room.delivery(deadly[0])).status == "quarantined"
    await database.close()
