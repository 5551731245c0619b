"""Evidence: who judged which decision of the robot, and how. Only this file writes `judgements`.

Customers' signals and what one agent does in passing are kept, but weigh nothing (`weight` 0): they bring a
question into the review, and only what people judged counts (`judged.py`).
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, TypeAlias

from tugi.core import clock
from tugi.core.database import Transaction
from tugi.core.errors import Invalid, NotFound
from tugi.desk.answering.distance import share_changed
from tugi.desk.answering.suggestions import Suggestion

Source: TypeAlias = Literal["sent", "edited", "rejected", "review", "solved", "not_solved", "repeat"]
Label: TypeAlias = Literal["right", "wrong_entry", "hand_over", "wrong_tone"]
Signal: TypeAlias = Literal["solved", "not_solved", "repeat"]
Drawn: TypeAlias = Literal["work", "random", "risk", "signal"]
Role: TypeAlias = Literal["certify", "teach"]

SIGNALS: tuple[Signal, ...] = ("solved", "not_solved", "repeat")
# An edit of at most this share of the text leaves the answer what it was.
SMALL_EDIT = 0.15
# Nobody reads a suggestion in less.
READ = timedelta(seconds=2)
_FIGURES = re.compile(r"\d+(?:[.,:]\d+)*")


@dataclass(frozen=True, slots=True)
class Decided:
    """The decision that is judged. entry_id: what it was about, also when the robot did not say it."""

    verdict_id: int
    case_id: int
    message_id: int
    customer_id: int
    kind: str
    entry_id: int | None
    probability: float | None
    language: str | None
    channel: str
    created_at: datetime


async def get_decided(tx: Transaction, verdict_id: int) -> Decided:
    """Raises NotFound."""
    row = await tx.fetchrow(
        "select v.id as verdict_id, v.case_id, v.message_id, c.customer_id, v.kind, "
        "coalesce(v.entry_id, v.first_entry_id) as entry_id, v.first_probability as probability, v.language, "
        "c.channel, v.created_at from verdicts v join cases c on c.workspace_id = v.workspace_id and c.id = v.case_id "
        "where v.workspace_id = $1 and v.id = $2",
        tx.workspace_id,
        verdict_id,
    )
    if row is None:
        raise NotFound("There is no such decision of the robot.")
    return Decided(**dict(row))


def role_of(workspace_id: int, customer_id: int) -> Role:
    """What a customer's questions are for: a third of the customers teach, the others certify, never both."""
    digest = hashlib.sha256(f"role:{workspace_id}:{customer_id}".encode()).digest()
    return "teach" if int.from_bytes(digest[:8]) % 3 == 0 else "certify"


def is_small_edit(before: str, after: str) -> bool:
    """Whether the answer stayed what it was: little changed, and none of the figures in it."""
    return share_changed(before, after) <= SMALL_EDIT and _FIGURES.findall(before) == _FIGURES.findall(after)


async def note_suggestion(
    tx: Transaction,
    suggestion: Suggestion,
    status: Literal["sent", "edited", "dismissed"],
    *,
    agent_id: int,
    text: str,
    reason: str | None,
    truth_entry_id: int | None = None,
) -> None:
    """What an agent did with a suggestion. text: what was sent. A dismissal counts by its reason, if at all."""
    if status == "dismissed":
        labels: dict[str | None, Label] = {
            "wrong_entry": "wrong_entry",
            "should_hand_over": "hand_over",
            "wrong_tone": "wrong_tone",
        }
        label = labels.get(reason)
        if label is None:
            return
        weight = 0.0 if label == "wrong_tone" else 1.0
        truth = truth_entry_id if label == "wrong_entry" else None
        await check_entry(tx, truth)
        await _note(tx, suggestion, "rejected", label, agent_id, weight=weight, truth_entry_id=truth)
        return
    offered_at = await tx.fetchval(
        "select created_at from suggestions where workspace_id = $1 and id = $2", tx.workspace_id, suggestion.id
    )
    counts = clock.now() - offered_at >= READ
    if status == "edited":
        counts = counts and is_small_edit(suggestion.text, text)
    distance = share_changed(suggestion.text, text) if status == "edited" else 0.0
    await _note(tx, suggestion, status, "right", agent_id, weight=1.0 if counts else 0.0, distance=distance)


async def _note(
    tx: Transaction,
    suggestion: Suggestion,
    source: Source,
    label: Label,
    agent_id: int,
    *,
    weight: float,
    distance: float | None = None,
    truth_entry_id: int | None = None,
) -> None:
    decided = await get_decided(tx, suggestion.verdict_id)
    truth = suggestion.entry_id if label == "right" else truth_entry_id
    await store(
        tx, decided, source, label, agent_id, entry_id=suggestion.entry_id, truth_entry_id=truth, weight=weight,
        distance=distance,
    )  # fmt: skip


async def check_entry(tx: Transaction, entry_id: int | None) -> None:
    """Raises Invalid unless this shop has the entry that somebody says is right."""
    if entry_id is not None and not await tx.fetchval(
        "select true from entries where workspace_id = $1 and id = $2", tx.workspace_id, entry_id
    ):
        raise Invalid("There is no such knowledge entry.", fields={"truth_entry_id": "unknown"})


async def note_customer(tx: Transaction, case_id: int, signal: Signal, verdict_id: int | None = None) -> None:
    """What a customer says of the robot's answer (by default the last one of the case), each signal once."""
    verdict_id = verdict_id or await tx.fetchval(
        "select verdict_id from messages where workspace_id = $1 and case_id = $2 and author_kind = 'robot' "
        "and entry_id is not null and verdict_id is not null order by id desc limit 1",
        tx.workspace_id,
        case_id,
    )
    said = await tx.fetchval(
        "select true from judgements where workspace_id = $1 and verdict_id = $2 and source = $3",
        tx.workspace_id,
        verdict_id,
        signal,
    )
    if verdict_id is None or said:
        return
    decided = await get_decided(tx, verdict_id)
    label: Label = "right" if signal == "solved" else "wrong_entry"
    await store(tx, decided, signal, label, None, entry_id=decided.entry_id, weight=0.0)


async def store(
    tx: Transaction,
    decided: Decided,
    source: Source,
    label: Label,
    agent_id: int | None,
    *,
    entry_id: int | None,
    weight: float,
    truth_entry_id: int | None = None,
    distance: float | None = None,
    drawn: Drawn = "work",
) -> None:
    """Keep a judgement; the same person's later one on the same decision takes its place."""
    await tx.execute(
        "insert into judgements (workspace_id, verdict_id, case_id, message_id, customer_id, entry_id, answer_hash, "
        "language, channel, probability, source, label, truth_entry_id, agent_id, distance, drawn, weight, role, "
        "created_at) values ($1, $2, $3, $4, $5, $6, (select encode(sha256(convert_to(answer, 'UTF8')), 'hex') "
        "from entry_texts where workspace_id = $1 and entry_id = $6 and language = $7), "
        "$7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18) "
        "on conflict (workspace_id, verdict_id, source, coalesce(agent_id, 0)) do update set label = excluded.label, "
        "truth_entry_id = excluded.truth_entry_id, distance = excluded.distance, weight = excluded.weight, "
        "answer_hash = excluded.answer_hash, created_at = excluded.created_at",
        tx.workspace_id,
        decided.verdict_id,
        decided.case_id,
        decided.message_id,
        decided.customer_id,
        entry_id,
        decided.language,
        decided.channel,
        decided.probability,
        source,
        label,
        truth_entry_id,
        agent_id,
        distance,
        drawn,
        weight,
        role_of(tx.workspace_id, decided.customer_id),
        clock.now(),
    )
    tx.happened("JudgementGiven", case_id=decided.case_id, verdict_id=decided.verdict_id, source=source, label=label)


async def withdraw_review(tx: Transaction, verdict_id: int, agent_id: int) -> bool:
    """Forget what this reviewer said of a decision; whether there was anything."""
    case_id = await tx.fetchval(
        "delete from judgements where workspace_id = $1 and verdict_id = $2 and source = 'review' and agent_id = $3 "
        "returning case_id",
        tx.workspace_id,
        verdict_id,
        agent_id,
    )
    if case_id is not None:
        tx.happened("JudgementGiven", case_id=case_id, verdict_id=verdict_id, source="review", label="withdrawn")
    return case_id is not None


async def refresh(tx: Transaction) -> None:
    """Set aside what no longer tells of today's robot, and take back what does again.

    answer_changed: the judged answer has other words now, and nobody has said that the judgement still holds.
    became_example: the robot has learned from this very question, so it says nothing about others.
    """
    await tx.execute(
        "with present as (select entry_id, language, encode(sha256(convert_to(answer, 'UTF8')), 'hex') as hash "
        "from entry_texts where workspace_id = $1), "
        "learned as (select distinct unnest(sources) as message_id from lessons "
        "where workspace_id = $1 and status = 'accepted' and kind = 'example'), "
        "fresh as (select j.id, case when l.message_id is not null then 'became_example' "
        "when j.answer_hash is distinct from p.hash then 'answer_changed' end as set_aside from judgements j "
        "left join present p on p.entry_id = j.entry_id and p.language = j.language "
        "left join learned l on l.message_id = j.message_id where j.workspace_id = $1) "
        "update judgements j set set_aside = f.set_aside from fresh f "
        "where j.workspace_id = $1 and j.id = f.id and j.set_aside is distinct from f.set_aside",
        tx.workspace_id,
    )


async def keep(tx: Transaction, entry_id: int) -> int:
    """The lead says that judgements of the entry's former words hold for the present ones; returns how many."""
    rows = await tx.fetch(
        "update judgements j set set_aside = null, answer_hash = (select encode(sha256(convert_to(t.answer, 'UTF8')), "
        "'hex') from entry_texts t where t.workspace_id = $1 and t.entry_id = $2 and t.language = j.language) "
        "where j.workspace_id = $1 and j.entry_id = $2 and j.set_aside = 'answer_changed' returning j.id",
        tx.workspace_id,
        entry_id,
    )
    if rows:
        tx.happened("EvidenceKept", entry_id=entry_id)
    return len(rows)
