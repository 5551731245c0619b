"""Review: decisions of the robot drawn for ten-second judgements. Only this file writes `review_items`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias
from zoneinfo import ZoneInfo

from tugi.core import clock
from tugi.core.database import Row, Transaction
from tugi.core.errors import Conflict, Invalid, NotFound
from tugi.desk.answering import evidence
from tugi.desk.answering.evidence import Decided, Label
from tugi.desk.people import workspaces

Reason: TypeAlias = Literal["random", "risk", "signal"]


@dataclass(frozen=True, slots=True)
class Item:
    """A decision drawn for review; chance: how likely it was to be drawn."""

    id: int
    verdict_id: int
    case_id: int
    message_id: int
    drawn: Reason
    chance: float
    judges_wanted: int
    created_at: datetime
    done_at: datetime | None
    judged_by: list[int]


@dataclass(frozen=True, slots=True)
class Opinion:
    """What one reviewer said of an item."""

    agent_id: int
    label: Label
    truth_entry_id: int | None


@dataclass(frozen=True, slots=True)
class Dispute:
    """An item about which reviewers disagree."""

    item: Item
    judgements: list[Opinion]


SELECT = (
    "select i.id, i.verdict_id, i.case_id, i.message_id, i.drawn, i.chance, i.judges_wanted, i.created_at, i.done_at, "
    "said.judged_by from review_items i cross join lateral ("
    "select coalesce(array_agg(j.agent_id order by j.id), '{}') as judged_by, "
    "count(distinct (j.label, j.truth_entry_id)) as opinions from judgements j "
    "where j.workspace_id = i.workspace_id and j.verdict_id = i.verdict_id and j.source = 'review') said "
    "where i.workspace_id = $1 "
)


async def put(tx: Transaction, decided: Decided, drawn: Reason, chance: float, judges: int) -> None:
    """Lay a decision before reviewers, once."""
    made = await tx.fetchval(
        "insert into review_items (workspace_id, verdict_id, case_id, message_id, drawn, chance, judges_wanted, "
        "created_at) values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (workspace_id, verdict_id) do nothing "
        "returning id",
        tx.workspace_id,
        decided.verdict_id,
        decided.case_id,
        decided.message_id,
        drawn,
        chance,
        judges,
        clock.now(),
    )
    if made is not None:
        tx.happened("ReviewDrawn", case_id=decided.case_id, review_id=made)


async def queue(tx: Transaction, agent_id: int, limit: int = 20) -> list[Item]:
    """What waits for this person's judgement: the oldest first, what they skipped last."""
    rows = await tx.fetch(
        SELECT + "and i.done_at is null and not $2 = any(said.judged_by) "
        "order by $2 = any(i.skipped_by), i.id limit $3",
        tx.workspace_id,
        agent_id,
        limit,
    )
    return [_item(row) for row in rows]


async def count_waiting(tx: Transaction, agent_id: int | None = None) -> int:
    """How many items wait, for anybody or for this person."""
    return await tx.fetchval(
        "select count(*) from review_items i where i.workspace_id = $1 and i.done_at is null "
        "and not exists (select from judgements j where j.workspace_id = i.workspace_id "
        "and j.verdict_id = i.verdict_id and j.source = 'review' and j.agent_id = $2)",
        tx.workspace_id,
        agent_id or 0,
    )


async def count_today(tx: Transaction, agent_id: int) -> int:
    """How many judgements this person has given since midnight in the shop's time zone."""
    zone = ZoneInfo((await workspaces.get(tx)).timezone)
    midnight = clock.now().astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    return await tx.fetchval(
        "select count(*) from judgements where workspace_id = $1 and source = 'review' and agent_id = $2 "
        "and created_at >= $3",
        tx.workspace_id,
        agent_id,
        midnight,
    )


async def judge(tx: Transaction, item_id: int, agent_id: int, label: Label, truth_entry_id: int | None) -> None:
    """A reviewer's judgement; a later one of the same person takes its place.

    Of a hand-over "right" says that a person had to answer, and "wrong_entry" with an entry that this entry would
    have done. Raises NotFound, Invalid, Conflict when enough people have judged it.
    """
    row = await _lock(tx, item_id)
    if row["done_at"] is not None and agent_id not in row["judged_by"]:
        raise Conflict("Others have judged this one already. Go on with the next.")
    if label != "wrong_entry":
        truth_entry_id = None
    await evidence.check_entry(tx, truth_entry_id)
    decided = await evidence.get_decided(tx, row["verdict_id"])
    if label == "wrong_entry" and truth_entry_id == decided.entry_id and decided.kind != "hand_over":
        raise Invalid("This is the entry that was given. Choose another one.", fields={"truth_entry_id": "the same"})
    await evidence.store(
        tx, decided, "review", label, agent_id, entry_id=decided.entry_id,
        truth_entry_id=decided.entry_id if label == "right" and decided.kind != "hand_over" else truth_entry_id,
        weight=1 / row["chance"], drawn=row["drawn"],
    )  # fmt: skip
    await _settle(tx, row)


async def _settle(tx: Transaction, row: Row) -> None:
    """Done once enough people have judged; when two disagree, a third is asked."""
    said = await opinions(tx, row["verdict_id"])
    differ = len({(one.label, one.truth_entry_id) for one in said}) > 1
    wanted = max(row["judges_wanted"], 3) if differ else row["judges_wanted"]
    done = len(said) >= wanted
    await tx.execute(
        "update review_items set judges_wanted = $3, done_at = $4 where workspace_id = $1 and id = $2",
        tx.workspace_id,
        row["id"],
        wanted,
        clock.now() if done else None,
    )


async def skip(tx: Transaction, item_id: int, agent_id: int) -> None:
    """Not now: it goes to the end of this person's queue. Raises NotFound."""
    await _lock(tx, item_id)
    await tx.execute(
        "update review_items set skipped_by = array_append(array_remove(skipped_by, $3), $3) "
        "where workspace_id = $1 and id = $2",
        tx.workspace_id,
        item_id,
        agent_id,
    )


async def undo(tx: Transaction, item_id: int, agent_id: int) -> None:
    """Take one's own judgement back: the item waits again. Raises NotFound."""
    row = await _lock(tx, item_id)
    if await evidence.withdraw_review(tx, row["verdict_id"], agent_id):
        await _settle(tx, row)


async def _lock(tx: Transaction, item_id: int) -> Row:
    await tx.fetchval(
        "select id from review_items where workspace_id = $1 and id = $2 for update", tx.workspace_id, item_id
    )
    row = await tx.fetchrow(SELECT + "and i.id = $2", tx.workspace_id, item_id)
    if row is None:
        raise NotFound("There is nothing to review here.")
    return row


async def opinions(tx: Transaction, verdict_id: int) -> list[Opinion]:
    """What reviewers said of a decision, oldest first."""
    rows = await tx.fetch(
        "select agent_id, label, truth_entry_id from judgements where workspace_id = $1 and verdict_id = $2 "
        "and source = 'review' order by id",
        tx.workspace_id,
        verdict_id,
    )
    return [Opinion(row["agent_id"], row["label"], row["truth_entry_id"]) for row in rows]


async def disputes(tx: Transaction, limit: int = 20) -> list[Dispute]:
    """Items about which reviewers disagree, newest first."""
    rows = await tx.fetch(
        SELECT + "and said.opinions > 1 order by i.id desc limit $2",
        tx.workspace_id,
        limit,
    )
    return [Dispute(_item(row), await opinions(tx, row["verdict_id"])) for row in rows]


def _item(row: Row) -> Item:
    return Item(**dict(row))
