"""Review items as a reviewer reads them: the question, what the robot did, what it considered, what a person said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from tugi.core.database import Transaction
from tugi.desk.answering import questions, review, verdicts
from tugi.desk.answering.questions import PastQuestion
from tugi.desk.answering.review import Item, Opinion, Reason
from tugi.desk.answering.verdicts import Kind, Verdict
from tugi.desk.people import workspaces
from tugi.desk.people.checks import Language

TURNS = 4


@dataclass(frozen=True, slots=True)
class Said:
    """An earlier turn."""

    who: Literal["customer", "robot", "agent"]
    text: str


@dataclass(frozen=True, slots=True)
class Titled:
    """An entry by name."""

    id: int
    title: str


@dataclass(frozen=True, slots=True)
class Considered:
    """An entry the robot considered."""

    entry_id: int
    title: str
    probability: float


@dataclass(frozen=True, slots=True)
class ReviewItem:
    """A decision to judge. also: entries answered in the same message. reason: of a hand-over. robot_text: what it
    said or suggested; agent_text: what a person answered. judged_by: agents who have judged it."""

    id: int
    case_id: int
    case_number: int
    verdict_id: int
    drawn: Reason
    kind: Kind
    question: str
    history: list[Said]
    robot_text: str | None
    entry: Titled | None
    also: list[Titled]
    reason: str | None
    candidates: list[Considered]
    agent_text: str | None
    language: str | None
    channel: str
    asked_at: datetime
    judged_by: list[int]


@dataclass(frozen=True, slots=True)
class Disagreement:
    """An item on which reviewers differ, with what each said."""

    item: ReviewItem
    judgements: list[Opinion]


@dataclass(frozen=True, slots=True)
class ReviewQueue:
    """What waits for one reviewer, how much, and what they have done today."""

    items: list[ReviewItem]
    waiting: int
    mine_today: int
    disagreements: list[Disagreement]


async def queue(tx: Transaction, agent_id: int, language: Language) -> ReviewQueue:
    """The reviewer's queue; titles in this language where there are any."""
    waiting, disputes = await review.queue(tx, agent_id), await review.disputes(tx)
    shown = await _shown(tx, [*waiting, *(dispute.item for dispute in disputes)], language)
    return ReviewQueue(
        items=[shown[item.id] for item in waiting if item.id in shown],
        waiting=await review.count_waiting(tx, agent_id),
        mine_today=await review.count_today(tx, agent_id),
        disagreements=[Disagreement(shown[d.item.id], d.judgements) for d in disputes if d.item.id in shown],
    )


async def _shown(tx: Transaction, items: Sequence[Item], language: Language) -> dict[int, ReviewItem]:
    """The items by id; those whose question is gone are left out."""
    workspace = await workspaces.get(tx)
    asked = await questions.of_messages(tx, workspace, [item.message_id for item in items])
    decided = {one.id: one for one in await verdicts.of_ids(tx, [item.verdict_id for item in items])}
    numbers = {
        row["id"]: row["number"]
        for row in await tx.fetch(
            "select id, number from cases where workspace_id = $1 and id = any($2::bigint[])",
            tx.workspace_id,
            [item.case_id for item in items],
        )
    }
    said = await _robot_texts(tx, items)
    named = [c.entry_id for one in decided.values() for c in (*one.why.candidates, *one.why.also)]
    titles = await _titles(tx, [*named, *(one.entry_id for one in decided.values() if one.entry_id)], language)
    return {
        item.id: _card(item, asked[item.message_id], decided[item.verdict_id], numbers, said, titles)
        for item in items
        if item.message_id in asked and item.verdict_id in decided
    }


def _card(
    item: Item,
    question: PastQuestion,
    verdict: Verdict,
    numbers: dict[int, int],
    said: dict[int, str],
    titles: dict[int, str],
) -> ReviewItem:
    first = verdict.entry_id or next((one.entry_id for one in verdict.why.candidates), None)
    about = first if verdict.kind != "hand_over" else None
    return ReviewItem(
        id=item.id,
        case_id=item.case_id,
        case_number=numbers[item.case_id],
        verdict_id=item.verdict_id,
        drawn=item.drawn,
        kind=verdict.kind,
        question="\n".join(question.facts.burst),
        history=[Said(turn.who, turn.text) for turn in question.facts.history[-TURNS:]],
        robot_text=said.get(item.verdict_id),
        entry=Titled(about, titles.get(about, "")) if about else None,
        also=[Titled(one.entry_id, titles.get(one.entry_id, one.title)) for one in verdict.why.also],
        reason=verdict.reason,
        candidates=[Considered(c.entry_id, titles.get(c.entry_id, ""), c.probability) for c in verdict.why.candidates],
        agent_text=question.agent_text,
        language=verdict.language,
        channel=question.channel,
        asked_at=question.asked_at,
        judged_by=item.judged_by,
    )


async def _robot_texts(tx: Transaction, items: Sequence[Item]) -> dict[int, str]:
    """By verdict what the robot said, or suggested to people, which is more telling than "a person will come"."""
    ids, case_ids = [item.verdict_id for item in items], [item.case_id for item in items]
    spoken = await tx.fetch(
        "select verdict_id, text from messages where workspace_id = $1 and verdict_id = any($2::bigint[]) "
        "and author_kind = 'robot' order by id desc",
        tx.workspace_id,
        ids,
    )
    suggested = await tx.fetch(
        "select verdict_id, text from suggestions where workspace_id = $1 and case_id = any($3::bigint[]) "
        "and verdict_id = any($2::bigint[]) order by id desc",
        tx.workspace_id,
        ids,
        case_ids,
    )
    return {row["verdict_id"]: row["text"] for row in [*spoken, *suggested]}


async def _titles(tx: Transaction, entry_ids: Sequence[int], language: Language) -> dict[int, str]:
    rows = await tx.fetch(
        "select distinct on (entry_id) entry_id, title from entry_texts where workspace_id = $1 "
        "and entry_id = any($2::bigint[]) order by entry_id, language = $3 desc, language",
        tx.workspace_id,
        list(entry_ids),
        language,
    )
    return {row["entry_id"]: row["title"] for row in rows}
