"""Verdicts: what the robot decided about a question, stored once with every reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from tugi.core import clock
from tugi.core.database import Transaction
from tugi.robot import facts as robot

Kind = Literal["answer", "ask", "suggest", "hand_over", "stay_silent"]


@dataclass(frozen=True, slots=True)
class Candidate:
    """An entry that was considered, with the probability that it is the right one."""

    entry_id: int
    title: str
    probability: float


@dataclass(frozen=True, slots=True)
class Boundary:
    """A boundary that was checked; `cue` is what in the message touched it."""

    name: str
    passed: bool
    cue: str


@dataclass(frozen=True, slots=True)
class Answered:
    """A further entry that was answered in the same message."""

    entry_id: int
    title: str


@dataclass(frozen=True, slots=True)
class Why:
    """The reasons: `sentence` is a locale key that sums them up with `parameters`. also: what else was answered."""

    sentence: str
    parameters: Mapping[str, str]
    language: str
    reading: Mapping[str, Any]
    boundaries: list[Boundary]
    candidates: list[Candidate]
    model_version: str | None
    also: list[Answered] = field(default_factory=list[Answered])


@dataclass(frozen=True, slots=True)
class Verdict:
    """A stored verdict. `id` 0: one that was only tried."""

    id: int
    case_id: int
    kind: Kind
    entry_id: int | None
    reason: str | None
    probability: float | None
    language: str | None
    why: Why
    created_at: datetime


KINDS: Mapping[type[object], Kind] = {
    robot.Answer: "answer",
    robot.Ask: "ask",
    robot.Suggest: "suggest",
    robot.HandOver: "hand_over",
    robot.StaySilent: "stay_silent",
}
SELECT = (
    "select id, case_id, kind, entry_id, reason, probability, language, why, created_at from verdicts "
    "where workspace_id = $1 "
)
# Messages move between cases, what was decided about them stays where it was decided.
OF_CASE = """
select v.id, v.case_id, v.kind, v.entry_id, v.reason, v.probability, v.language, v.why, v.created_at
from verdicts v join messages m on m.workspace_id = v.workspace_id and m.id = v.message_id and m.case_id = $2
where v.workspace_id = $1 and v.case_id in (
    select $2 union select j.from_case_id from case_joins j where j.workspace_id = $1 and j.to_case_id = $2
    union select j.to_case_id from case_joins j where j.workspace_id = $1 and j.from_case_id = $2)
order by v.id
"""


def view(verdict: robot.Verdict, titles: Mapping[int, str]) -> Verdict:
    """A verdict as the screens show it, not stored (id 0). titles: entry id -> title, as far as known."""
    why = verdict.why
    return Verdict(
        id=0,
        case_id=0,
        kind=KINDS[type(verdict)],
        entry_id=int(verdict.entry_id)
        if isinstance(verdict, robot.Answer | robot.Suggest) and verdict.entry_id
        else None,
        reason=_reason(verdict),
        probability=verdict.probability if isinstance(verdict, robot.Answer | robot.Suggest) else None,
        language=why.language,
        why=Why(
            sentence=why.sentence,
            parameters=dict(why.parameters),
            language=why.language,
            reading=dict(why.reading),
            boundaries=[Boundary(b.name, not b.touched, b.cue) for b in why.boundaries],
            candidates=[
                Candidate(int(c.entry_id), titles.get(int(c.entry_id), ""), c.probability) for c in why.candidates
            ],
            model_version=why.model_version,
            also=[Answered(int(one), titles.get(int(one), "")) for one in _also(verdict)],
        ),
        created_at=clock.now(),
    )


def _also(verdict: robot.Verdict) -> tuple[str, ...]:
    return verdict.also if isinstance(verdict, robot.Answer) else ()


def _reason(verdict: robot.Verdict) -> str | None:
    if isinstance(verdict, robot.HandOver | robot.StaySilent):
        return verdict.reason
    return verdict.kind if isinstance(verdict, robot.Answer) and verdict.kind != "knowledge" else None


async def store(tx: Transaction, case_id: int, message_id: int, verdict: Verdict, ms: float) -> int | None:
    """Keep the verdict on the question that ended with this message; None when it was decided before."""
    verdict_id = await tx.fetchval(
        "insert into verdicts (workspace_id, case_id, message_id, kind, entry_id, reason, probability, language, "
        "why, model_version, ms, created_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) "
        "on conflict (workspace_id, case_id, message_id) do nothing returning id",
        tx.workspace_id,
        case_id,
        message_id,
        verdict.kind,
        verdict.entry_id,
        verdict.reason,
        verdict.probability,
        verdict.language,
        verdict.why,
        verdict.why.model_version,
        ms,
        verdict.created_at,
    )
    if verdict_id is not None:
        tx.happened("VerdictReached", case_id=case_id, verdict_id=verdict_id)
    return verdict_id


async def of_case(tx: Transaction, case_id: int) -> list[Verdict]:
    """All verdicts on a case's messages, oldest first, also on those that were moved here."""
    rows = await tx.fetch(OF_CASE, tx.workspace_id, case_id)
    return [_verdict(row) for row in rows]


async def of_ids(tx: Transaction, verdict_ids: Sequence[int]) -> list[Verdict]:
    """The verdicts with these ids that exist."""
    rows = await tx.fetch(SELECT + "and id = any($2::bigint[]) order by id", tx.workspace_id, list(verdict_ids))
    return [_verdict(row) for row in rows]


def _verdict(row: Mapping[str, Any]) -> Verdict:
    values: dict[str, Any] = dict(row)
    why: dict[str, Any] = dict(values["why"])
    why["boundaries"] = [Boundary(**item) for item in why["boundaries"]]
    why["candidates"] = [Candidate(**item) for item in why["candidates"]]
    # Verdicts of earlier releases do not say what else was answered.
    why["also"] = [Answered(**item) for item in why.get("also", ())]
    values["why"] = Why(**why)
    return Verdict(**values)
