"""Drawing: which of the robot's decisions people look at, by a lot that falls the same however often it is cast."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from tugi.core.database import Database, Transaction
from tugi.core.errors import NotFound
from tugi.core.events import ROBOT
from tugi.desk.answering import evidence, policy, review, topics
from tugi.desk.answering.evidence import SIGNALS, Decided
from tugi.desk.answering.policy import Risk, RobotPolicy
from tugi.desk.answering.review import Reason
from tugi.desk.people import workspaces
from tugi.robot.facts import Level

# How much oftener a topic of this risk is looked at.
RISK_WEIGHT: Mapping[Risk, float] = {"low": 0.5, "normal": 1.0, "high": 2.0}
# The same matter of the same customer within this time: the answer had not helped.
AGAIN = timedelta(days=7)
# So many customers' signals about one topic wait at once; a crowd must not bury the queue.
MOST_SIGNALS = 10
# Nothing can be judged where the customer wanted a person, or the robot itself failed.
NOTHING_TO_JUDGE = ("wants_person", "paused", "error")


async def draw(database: Database, ids: Mapping[str, Any]) -> None:
    """The job after a judgement: what was decided long ago may be drawn now. Safe to run twice."""
    async with database.transaction(ids["workspace_id"], ROBOT) as tx:
        try:
            decided = await evidence.get_decided(tx, ids["verdict_id"])
        except NotFound:
            return
        level, risk = await topics.standing(tx, decided.entry_id, decided.channel)
        wishes, reason = await policy.get(tx), await _reason(tx, decided.verdict_id)
        if not await cast_lots(tx, decided, reason, wishes, level, risk) and await _signalled(tx, decided):
            await _put(tx, decided, "signal", 1.0, wishes)


async def cast_lots(
    tx: Transaction, decided: Decided, reason: str | None, wishes: RobotPolicy, level: Level, risk: Risk
) -> bool:
    """Note a repeated contact, and lay the decision before reviewers if its lot falls; whether that is settled.

    reason: the verdict's; level, risk: of what it was about, or what holds by default.
    """
    await _note_repeat(tx, decided)
    if decided.kind == "stay_silent" or reason == "courtesy" or reason in NOTHING_TO_JUDGE:
        return True
    chance = chance_of(wishes, decided.kind, level, risk)
    if lot(await workspaces.get_identity_secret(tx), "draw", decided.verdict_id) >= chance:
        return False
    await _put(tx, decided, "risk" if risk == "high" else "random", chance, wishes)
    return True


async def _note_repeat(tx: Transaction, decided: Decided) -> None:
    """A new contact on a matter that the robot answered before: that answer goes into the review."""
    if decided.entry_id is None:
        return
    earlier = await tx.fetchrow(
        "select v.id, v.case_id from cases c join verdicts v on v.workspace_id = c.workspace_id and v.case_id = c.id "
        "join messages asked on asked.workspace_id = v.workspace_id and asked.id = v.message_id "
        "join messages again on again.workspace_id = v.workspace_id and again.id = $5 "
        "where c.workspace_id = $1 and c.customer_id = $2 and v.kind = 'answer' and v.entry_id = $3 and v.id < $4 "
        "and asked.contact_id <> again.contact_id and v.created_at > $6 "
        "and not exists (select from judgements j where j.workspace_id = v.workspace_id and j.verdict_id = v.id "
        "and j.source = 'repeat') order by v.id desc limit 1",
        tx.workspace_id,
        decided.customer_id,
        decided.entry_id,
        decided.verdict_id,
        decided.message_id,
        decided.created_at - AGAIN,
    )
    if earlier:
        await evidence.note_customer(tx, earlier["case_id"], "repeat", earlier["id"])


async def _reason(tx: Transaction, verdict_id: int) -> str | None:
    return await tx.fetchval(
        "select reason from verdicts where workspace_id = $1 and id = $2", tx.workspace_id, verdict_id
    )


def chance_of(wishes: RobotPolicy, kind: str, level: Level, risk: Risk) -> float:
    """The chance of a decision to be drawn: of the robot's own answers by level, of what went to people a share."""
    share = wishes.hand_over_share
    if kind == "answer":
        share = wishes.audit_share["own" if level == "own" else "audit"]
    return min(1.0, share * RISK_WEIGHT[risk])


def lot(salt: str, what: str, number: int) -> float:
    """A number in [0, 1) that is always the same for the same thing, so that a repeated draw changes nothing."""
    digest = hashlib.sha256(f"{what}:{number}:{salt}".encode()).digest()
    return int.from_bytes(digest[:8]) / 2**64


async def _signalled(tx: Transaction, decided: Decided) -> bool:
    """Whether a customer said something of it, or an agent changed much, and the queue has room for that."""
    signalled = await tx.fetchval(
        "select exists (select from judgements where workspace_id = $1 and verdict_id = $2 and weight = 0 "
        "and source = any($3::text[]))",
        tx.workspace_id,
        decided.verdict_id,
        [*SIGNALS, "edited"],
    )
    if not signalled:
        return False
    waiting = await tx.fetchval(
        "select count(*) from review_items i join verdicts v on v.workspace_id = i.workspace_id "
        "and v.id = i.verdict_id where i.workspace_id = $1 and i.done_at is null and i.drawn = 'signal' "
        "and v.first_entry_id is not distinct from $2",
        tx.workspace_id,
        decided.entry_id,
    )
    return waiting < MOST_SIGNALS


async def _put(tx: Transaction, decided: Decided, drawn: Reason, chance: float, wishes: RobotPolicy) -> None:
    salt = await workspaces.get_identity_secret(tx)
    second = lot(salt, "second", decided.verdict_id) < wishes.second_judge_share
    await review.put(tx, decided, drawn, chance, judges=2 if second else 1)
