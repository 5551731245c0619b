"""The demo's evidence: what the trained robot says of the past questions, judged by the demo's people.

The robot's decisions are its own. The judgements follow the demo's scripts: the entry with which a question was
answered there is the right one. So the certificates and mistakes on the screens are computed, not written.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import structlog

from tugi.core.database import Database, Transaction
from tugi.core.events import Actor
from tugi.demo import seed
from tugi.desk.answering import drawing, evidence, policy, questions, training, verdicts
from tugi.desk.answering.answers import Answering
from tugi.desk.answering.evidence import Label
from tugi.desk.answering.policy import PolicyChange
from tugi.desk.answering.questions import PastQuestion
from tugi.desk.people import agents, workspaces

log = structlog.get_logger("tugi.demo")
PAGE = 100
WAIT_SECONDS, WAITS = 2.0, 300
# The demo's lead has settled for this: a small shop cannot show 5 % with six weeks of judging.
TARGET = 0.1

# The entry that a question was answered with in its script: by the robot at once, or after "did you mean".
ANSWERED_WITH = """
select q.id, (
    select n.entry_id from messages n
    where n.workspace_id = $1 and n.case_id = q.case_id and n.id > q.id and n.author_kind = 'robot'
      and n.entry_id is not null order by n.id limit 1
) as entry_id
from messages q where q.workspace_id = $1 and q.id = any($2::bigint[])
"""


async def run(database: Database, answering: Answering) -> None:
    """Wait for the demo's robot to have learned, then decide and judge what nobody has judged. Twice is once."""
    async with database.everywhere() as tx:
        workspace = await workspaces.find_by_widget_key(tx, seed.WIDGET_KEY)
    if workspace is None:
        return
    for _ in range(WAITS):
        if await _ready(database, workspace.id):
            break
        await asyncio.sleep(WAIT_SECONDS)
    else:
        return
    async with database.reading(workspace.id) as tx:
        if await tx.fetchval("select exists (select from judgements where workspace_id = $1)", workspace.id):
            return
        judges = [one.id for one in await agents.list_all(tx) if one.role != "agent"]
    async with database.transaction(workspace.id) as tx:
        await policy.update(tx, PolicyChange(targets={"low": TARGET, "normal": TARGET}))
    before: int | None = None
    while True:
        async with database.reading(workspace.id) as tx:
            # What came by letter was answered by no script that says which entry is right.
            page = await questions.page(tx, await workspaces.get(tx), before=before, limit=PAGE, channel="widget")
        if not page:
            break
        await _decide(database, answering, workspace.id, page)
        before = page[-1].message_id
    await _judge(database, workspace.id, judges)
    log.info("the demo's past questions are decided and judged")


async def _ready(database: Database, workspace_id: int) -> bool:
    async with database.reading(workspace_id) as tx:
        return (await training.state(tx)).status == "ready"


async def _decide(database: Database, answering: Answering, workspace_id: int, page: Sequence[PastQuestion]) -> None:
    decided = [(one, await answering.decide(workspace_id, one.facts)) for one in page]
    async with database.quietly().transaction(workspace_id) as tx:
        for one, decision in decided:
            shown = replace(decision.shown, created_at=one.asked_at + timedelta(seconds=1))
            await verdicts.store(tx, one.case_id, one.message_id, shown, decision.ms)


async def _judge(database: Database, workspace_id: int, judges: Sequence[int]) -> None:
    """In one transaction, so that a start that is cut off judges again from the beginning."""
    async with database.reading(workspace_id) as tx:
        rows = await tx.fetch(
            "select id, case_id, message_id, coalesce(entry_id, first_entry_id) as entry_id from verdicts "
            "where workspace_id = $1 and kind <> 'stay_silent' and reason is distinct from 'courtesy' "
            "order by message_id",
            workspace_id,
        )
        answered = await tx.fetch(ANSWERED_WITH, workspace_id, [row["message_id"] for row in rows])
    truth = {row["id"]: row["entry_id"] for row in answered}
    known = [row for row in rows if row["entry_id"] and truth.get(row["message_id"])]
    others = [row for row in rows if not truth.get(row["message_id"])]
    async with database.quietly().transaction(workspace_id) as tx:
        for place, row in enumerate(known[1:]):
            await _give(tx, row["id"], row["entry_id"], truth[row["message_id"]], judges[place % len(judges)])
    # Of what has no judgement some are drawn for review, for the visitor of the demo to judge.
    for row in others:
        await drawing.draw(database, {"workspace_id": workspace_id, "verdict_id": row["id"]})
    # The last one with its reactions, so that the certificates are made of all that was judged.
    for row in known[:1]:
        async with database.transaction(workspace_id) as tx:
            await _give(tx, row["id"], row["entry_id"], truth[row["message_id"]], judges[0])


async def _give(tx: Transaction, verdict_id: int, entry_id: int, right: int, judge_id: int) -> None:
    tx.actor = Actor("agent", judge_id)
    label: Label = "right" if entry_id == right else "wrong_entry"
    decided = await evidence.get_decided(tx, verdict_id)
    await evidence.store(
        tx, decided, "review", label, judge_id, entry_id=entry_id, truth_entry_id=right, weight=1.0, drawn="random"
    )
