"""What was the right thing to do with a past question, as far as anybody knows, and how the robot compares."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from tugi.core.database import Row, Transaction
from tugi.desk.answering.judged import Voice, ruling
from tugi.desk.answering.questions import PastQuestion
from tugi.robot.rehearsal import Decided

Kind: TypeAlias = Literal["judged", "sent", "inferred", "none", "unknown"]
Outcome: TypeAlias = Literal["right", "wrong", "unknown"]
# Kinds of truth that say which entry was right, or that none was.
KNOWN: tuple[Kind, ...] = ("judged", "sent", "inferred")


@dataclass(frozen=True, slots=True)
class Judged:
    """What people said: the right entry (None: no entry), or only that `not_entry` was wrong.

    agents: who said so; none when it was customers alone."""

    entry_id: int | None
    not_entry: int | None = None
    agents: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Truth:
    """judged: people looked at the robot's decision; sent: the agent sent the entry; inferred: the agent's words
    are the entry's; none: the agent wrote words of no entry; unknown: nobody replied."""

    kind: Kind
    entry_id: int | None = None
    not_entry: int | None = None


async def judgements(tx: Transaction, questions: Sequence[PastQuestion]) -> dict[int, Judged]:
    """What people said of these questions, by message id; what was set aside because the answer changed included,
    for the question is still about that entry."""
    rows = await tx.fetch(
        "select j.message_id, j.entry_id, j.label, j.truth_entry_id, j.source, j.agent_id, "
        "coalesce(v.kind, 'suggest') as kind from judgements j "
        "left join verdicts v on v.workspace_id = j.workspace_id and v.id = j.verdict_id "
        "where j.workspace_id = $1 and j.case_id = any($2::bigint[]) and j.message_id = any($3::bigint[]) "
        "and j.weight > 0 order by j.id desc",
        tx.workspace_id,
        [question.case_id for question in questions],
        [question.message_id for question in questions],
    )
    by_message: dict[int, list[Row]] = {}
    for row in rows:
        by_message.setdefault(row["message_id"], []).append(row)
    return {message_id: one for message_id, group in by_message.items() if (one := _ruled(group))}


def _ruled(group: Sequence[Row]) -> Judged | None:
    voices = [Voice(r["source"], r["label"], r["entry_id"], r["truth_entry_id"], r["kind"]) for r in group]
    ruled = ruling(voices)
    if ruled is None:
        return None
    known, entry_id = ruled
    agents = frozenset(row["agent_id"] for row in group if row["agent_id"] is not None)
    return Judged(entry_id if known else None, None if known else group[0]["entry_id"], agents)


def truth_of(question: PastQuestion, judged: Judged | None, origin: int | None) -> Truth:
    """origin: the entry that the person's reply was made from."""
    if judged is not None and judged.not_entry is None:
        return Truth("judged", judged.entry_id)
    wrong = judged.not_entry if judged else None
    if question.agent_entry_id is not None:
        return Truth("sent", question.agent_entry_id)
    if origin is not None:
        return Truth("inferred", origin)
    if question.agent_text is not None:
        return Truth("none", None, wrong)
    return Truth("unknown", None, wrong)


def outcome_of(decided: Decided, truth: Truth) -> Outcome:
    """Whether the decision was right. Handing over is right where people said so, and otherwise neither; words that
    a person wrote freely may say the same as an entry, so nothing is held against them."""
    offered = _offered(decided)
    if decided.kind == "hand_over" or not offered:
        agreed = truth.kind == "judged" and truth.entry_id is None and decided.kind == "hand_over"
        return "right" if agreed else "unknown"
    if truth.kind not in KNOWN:
        return "wrong" if offered == [truth.not_entry] else "unknown"
    return "right" if truth.entry_id in offered else "wrong"


def _offered(decided: Decided) -> list[int]:
    if decided.kind == "ask":
        return [int(choice) for choice in decided.choices]
    gives = decided.kind in ("answer", "suggest") and decided.entry_id is not None
    return [int(decided.entry_id)] if gives and decided.entry_id else []
