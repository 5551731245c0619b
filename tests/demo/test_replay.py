"""The demo's 300 cases, replayed by the robot that learned the demo's knowledge; the figures are printed."""

import sys
from pathlib import Path

import pytest

from cast import Shop
from desk.rehearsal import engine as e5
from desk.rehearsal import learn, replayed
from tugi.core.database import Database
from tugi.core.files import Folder
from tugi.demo import judging, seed
from tugi.desk.answering import training
from tugi.desk.answering.answers import Answering
from tugi.engines.choice import OpenedEmbedders
from tugi.replay_command import table

COUNTS = "select (select count(*) from messages) + (select count(*) from suggestions) + (select count(*) from verdicts)"


async def test_the_demos_cases_are_replayed_and_nothing_is_sent(
    database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    await seed.plant(database, "a secret of this test", lambda _what: None)
    async with database.everywhere() as tx:
        workspace_id = await tx.fetchval("select id from workspaces")
        agent_id = await tx.fetchval("select min(id) from agents")
        account_id = await tx.fetchval("select min(id) from channel_accounts")
    files = Folder(tmp_path)
    assert await training.train(database, files, learn, e5().variant, workspace_id)
    await judging.run(database, Answering(database, files, OpenedEmbedders(e5())))
    shop = Shop(database, workspace_id, account_id, agent_id)
    async with database.reading(workspace_id) as tx:
        before = await tx.fetchval(COUNTS)
    done = await replayed(shop, files, last=1000)
    async with database.reading(workspace_id) as tx:
        assert await tx.fetchval(COUNTS) == before
        assert await tx.fetchval("select count(distinct case_id) from replay_items") == seed.CASES
    with capsys.disabled():
        sys.stdout.write("\n" + "\n".join(table(done)) + "\n")
    found = done.summary
    assert done.status == "done"
    assert found is not None
    assert found.questions == sum(row.questions for row in found.by_language) == done.total
    assert found.answered >= 80
    assert found.right + found.wrong >= 50
    assert found.precision is not None
    assert found.precision >= 0.95
    assert found.handed_over["money"] >= 1
    assert found.by_topic[0].minutes >= found.by_topic[1].minutes > 0
    assert len(found.curve) <= 60
    assert all(a.coverage <= b.coverage for a, b in zip(found.curve, found.curve[1:], strict=False))
