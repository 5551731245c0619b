"""What was the right thing to do with a past question, as far as anybody knows, and how the robot compares."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from tugi.core.database import Transaction
from tugi.desk.answering.questions import PastQuestion
from tugi.robot.rehearsal import Decided

Kind: TypeAlias = Literal["judged", "sent", "inferred", "none", "unknown"]
Outcome: TypeAlias = Literal["right", "wrong", "unknown"]
# Kinds of truth that say which entry was right, or that none was.
KNOWN: tuple[Kind, ...] = ("judged", "sent", "inferred")

# What weighs more comes later: a reviewer before an agent at work before the customer's own word.
_WEIGHT = {"repeat": 0, "not_solved": 0, "solved": 1, "rejected": 2, "edited": 3, "sent": 3, "review": 4}


@dataclass(frozen=True, slots=True)
class Judged:
    """What people said: the right entry (None: no entry), or only that `not_entry` was wrong."""

    entry_id: int | None
    not_entry: int | None = None


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
        "select message_id, entry_id, label, truth_entry_id, source from judgements "
        "where workspace_id = $1 and case_id = any($2::bigint[]) and message_id = any($3::bigint[]) order by id",
        tx.workspace_id,
        [question.case_id for question in questions],
        [question.message_id for question in questions],
    )
    found: dict[int, Judged] = {}
    for row in sorted(rows, key=lambda row: _WEIGHT.get(row["source"], 0)):
        found[row["message_id"]] = _judged(row["label"], row["entry_id"], row["truth_entry_id"])
    return found


def _judged(label: str, entry_id: int | None, truth_entry_id: int | None) -> Judged:
    if label == "hand_over":
        return Judged(None)
    if truth_entry_id is not None:
        return Judged(truth_entry_id)
    if label == "wrong_entry":
        return Judged(None, not_entry=entry_id)
    return Judged(entry_id)


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
