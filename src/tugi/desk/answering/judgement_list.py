"""Judgements as the lead reads them: the question, what the robot said, and who found what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tugi.core.database import Transaction
from tugi.desk.answering.evidence import Label, Source
from tugi.desk.people.checks import Language

SHOWN = 50


@dataclass(frozen=True, slots=True)
class JudgementView:
    """One judgement with what it was about. set_aside: why it does not count, if it does not."""

    id: int
    verdict_id: int
    case_id: int
    case_number: int
    question: str
    answer: str | None
    entry_id: int | None
    entry_title: str | None
    source: Source
    label: Label
    agent_id: int | None
    created_at: datetime
    set_aside: str | None


async def of_entry(tx: Transaction, entry_id: int, language: Language, *, only_mistakes: bool) -> list[JudgementView]:
    """The newest judgements of what the robot decided about an entry; or only people's that something was wrong."""
    rows = await tx.fetch(
        "select j.id, j.verdict_id, j.case_id, c.number as case_number, coalesce(m.text, '') as question, "
        "coalesce((select r.text from messages r where r.workspace_id = $1 and r.verdict_id = j.verdict_id "
        "and r.author_kind = 'robot' order by r.id limit 1), (select s.text from suggestions s "
        "where s.workspace_id = $1 and s.case_id = j.case_id and s.verdict_id = j.verdict_id order by s.id limit 1)) "
        "as answer, j.entry_id, (select t.title from entry_texts t where t.workspace_id = $1 "
        "and t.entry_id = j.entry_id order by t.language = $3 desc, t.language limit 1) as entry_title, "
        "j.source, j.label, j.agent_id, j.created_at, j.set_aside from judgements j "
        "join cases c on c.workspace_id = j.workspace_id and c.id = j.case_id "
        "left join messages m on m.workspace_id = j.workspace_id and m.id = j.message_id "
        "where j.workspace_id = $1 and j.entry_id = $2 "
        "and (not $4 or (j.label <> 'right' and j.agent_id is not null)) order by j.id desc limit $5",
        tx.workspace_id,
        entry_id,
        language,
        only_mistakes,
        SHOWN,
    )
    return [JudgementView(**dict(row)) for row in rows]
