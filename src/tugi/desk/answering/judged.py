"""What the evidence says: every judged question once, with the entry that people found right for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tugi.core.database import Transaction
from tugi.desk.answering import questions
from tugi.desk.answering.evidence import Drawn, Role, Source
from tugi.desk.people import workspaces
from tugi.robot import facts as robot
from tugi.robot.certificate import GRID

# The newest so many judged questions are looked at: older traffic tells little about today's.
MOST = 4_000

# What would not have been answered whatever the score, or was no question, says nothing about the score.
SELECT = """
select j.verdict_id, j.case_id, j.message_id, j.customer_id, j.entry_id, j.source, j.label, j.truth_entry_id,
       j.agent_id, j.drawn, j.language, j.channel, j.created_at, v.kind, v.created_at as asked_at,
       coalesce(v.first_probability, v.probability) as probability,
       case when j.entry_id = coalesce(v.entry_id, v.first_entry_id)
                 and jsonb_typeof(v.why #> '{reading,fits}') = 'number'
            then (v.why #>> '{reading,fits}')::float8 end as fits
from judgements j
join verdicts v on v.workspace_id = j.workspace_id and v.id = j.verdict_id
where j.workspace_id = $1 and j.weight > 0 and j.set_aside is null and j.role = $2
  and v.kind <> 'stay_silent' and v.why ->> 'sentence' <> 'chosen'
  and not (v.kind = 'hand_over' and v.reason = any($3::text[]))
order by j.id desc limit $4
"""
# Hand-overs for reasons that no score decides.
BEFORE_THE_SCORE = (*robot.BOUNDARIES, "paused", "no_progress", "other_language", "error", "unproven")


@dataclass(frozen=True, slots=True)
class Judged:
    """A judged question. truth: the entry that answers it; None when none does, or when `known` is False and
    people only said that the robot's entry is wrong.

    entry_id: what the robot's decision was about. drawn: "signal" when nothing but a customer's signal or an
    agent's large edit brought it to judgement. sent_by: the one agent whose unedited sending is all there is.
    kind: what the robot did; probability: its first candidate's then; fits: how well a language model found that
    the entry answers the question, 0 to 1, None where it was not heard.
    """

    verdict_id: int
    case_id: int
    message_id: int
    customer_id: int
    entry_id: int | None
    truth: int | None
    known: bool
    drawn: Drawn
    sent_by: int | None
    language: str | None
    channel: str
    kind: str
    probability: float | None
    asked_at: datetime
    judged_at: datetime
    fits: float | None = None

    @property
    def sure(self) -> bool:
        """Whether a certificate could let the robot say it: below the lowest threshold it never speaks."""
        return self.probability is not None and self.probability >= GRID[0]

    @property
    def right(self) -> bool:
        """Whether the decision was about the right entry."""
        return self.known and self.truth is not None and self.truth == self.entry_id


@dataclass(frozen=True, slots=True)
class Voice:
    """One person's judgement. verdict_kind: of the decision judged; a hand-over can only be right as such."""

    source: Source
    label: str
    entry_id: int | None
    truth_entry_id: int | None
    verdict_kind: str = "suggest"

    @property
    def truth(self) -> tuple[bool, int | None]:
        """Whether the right entry is known, and which it is (None: no entry answers the question)."""
        if self.label == "hand_over":
            return True, None
        if self.truth_entry_id is not None:
            return True, self.truth_entry_id
        if self.label == "wrong_entry":
            return False, None
        return True, None if self.verdict_kind == "hand_over" else self.entry_id


def ruling(voices: Sequence[Voice]) -> tuple[bool, int | None] | None:
    """What people found: reviewers before agents at work; None while reviewers disagree. voices: newest first."""
    reviews = [voice for voice in voices if voice.source == "review"]
    if not reviews:
        return voices[0].truth if voices else None
    counts = Counter(voice.truth for voice in reviews).most_common(2)
    if len(counts) == 1 or counts[0][1] > counts[1][1]:
        return counts[0][0]
    # They agree at least that it was wrong.
    everyone_else = all(voice.truth != (True, voice.entry_id) for voice in reviews)
    return (False, None) if everyone_else else None


async def of_role(tx: Transaction, role: Role) -> list[Judged]:
    """All judged questions of the customers of this role, oldest first."""
    rows = await tx.fetch(SELECT, tx.workspace_id, role, list(BEFORE_THE_SCORE), MOST)
    by_verdict: dict[int, list[Mapping[str, Any]]] = {}
    for row in rows:
        by_verdict.setdefault(row["verdict_id"], []).append(row)
    found = [one for group in by_verdict.values() if (one := _judged(group))]
    return found[::-1]


def _judged(group: Sequence[Mapping[str, Any]]) -> Judged | None:
    voices = [Voice(r["source"], r["label"], r["entry_id"], r["truth_entry_id"], r["kind"]) for r in group]
    ruled = ruling(voices)
    if ruled is None:
        return None
    newest = group[0]
    drawn: Drawn = next((row["drawn"] for row in group if row["drawn"] != "signal"), "signal")
    only = {row["agent_id"] for row in group} if all(row["source"] == "sent" for row in group) else set[int]()
    return Judged(
        verdict_id=newest["verdict_id"],
        case_id=newest["case_id"],
        message_id=newest["message_id"],
        customer_id=newest["customer_id"],
        entry_id=newest["entry_id"],
        truth=ruled[1],
        known=ruled[0],
        drawn=drawn,
        sent_by=only.pop() if len(only) == 1 else None,
        language=newest["language"],
        channel=newest["channel"],
        kind=newest["kind"],
        probability=newest["probability"],
        asked_at=newest["asked_at"],
        judged_at=newest["created_at"],
        fits=newest["fits"],
    )


def capped(found: Sequence[Judged]) -> list[Judged]:
    """Without what one person clicked through beyond all other evidence: at most half of what is left is theirs."""
    sent = Counter(one.sent_by for one in found if one.sent_by is not None)
    if not sent:
        return list(found)
    agent_id, count = sent.most_common(1)[0]
    room = len(found) - count
    kept: list[Judged] = []
    for one in found:
        if one.sent_by == agent_id:
            if room <= 0:
                continue
            room -= 1
        kept.append(one)
    return kept


async def for_teaching(tx: Transaction) -> list[robot.Labelled]:
    """What the robot may learn from: judged questions of the customers who teach, with the entry that was right."""
    found = [one for one in capped(await of_role(tx, "teach")) if one.known]
    current = {
        row["id"]
        for row in await tx.fetch("select id from entries where workspace_id = $1 and not archived", tx.workspace_id)
    }
    usable = [one for one in found if one.truth is None or one.truth in current]
    workspace = await workspaces.get(tx)
    asked = await questions.of_messages(tx, workspace, [one.message_id for one in usable])
    return [
        robot.Labelled(
            asked[one.message_id].text,
            None if one.truth is None else str(one.truth),
            fits=one.fits,
            candidate=None if one.fits is None else str(one.entry_id),
        )
        for one in usable
        if one.message_id in asked
    ]
