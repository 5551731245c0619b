"""What customers ask next: after an answer with one entry, how often the same customer needs another.

Counted over past answers, the robot's and people's: the next other entry given to the same customer, in the same
case or within a week. Only this file writes `follow_ups`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from tugi.core import clock, i18n
from tugi.core.database import Transaction
from tugi.desk.cases.transcript import MessageChoice
from tugi.robot.compose import fill, in_language
from tugi.robot.facts import Facts

# A next question that came less often than this proves nothing.
LEAST_COUNT = 5
# One that fewer than this share ask is noise beside an answer.
LEAST_SHARE = 0.1
# The levels at which the robot gives an answer by itself: only such entries become buttons.
GIVEN = ("audit", "own")
WITHIN = timedelta(days=7)
LOOK_BACK = timedelta(days=180)
MOST_KEPT = 5
MOST_SHOWN = 2
LINE_LETTERS = 200
SHORT_LETTERS = 25
_SENTENCE = re.compile(r".+?[.?…](?=\s|$)|.+", re.DOTALL)

COUNT = """
with given as (
    select c.customer_id, m.case_id, m.id, m.entry_id, m.created_at,
           lag(m.entry_id) over w is distinct from m.entry_id as fresh
    from messages m join cases c on c.workspace_id = m.workspace_id and c.id = m.case_id
    where m.workspace_id = $1 and m.entry_id is not null and m.author_kind in ('robot', 'agent')
      and m.created_at > $2 and c.status <> 'spam'
    window w as (partition by c.customer_id order by m.id)
), runs as (
    select entry_id, case_id, created_at, lead(entry_id) over w as next_entry_id,
           lead(case_id) over w as next_case_id, lead(created_at) over w as next_at
    from given where fresh
    window w as (partition by customer_id order by id)
), totals as (
    select entry_id, count(*) as total from runs group by entry_id
), pairs as (
    select entry_id, next_entry_id, count(*) as count from runs
    where next_entry_id is not null and (next_case_id = case_id or next_at <= created_at + $3::interval)
    group by entry_id, next_entry_id having count(*) >= $4
), ranked as (
    select p.*, t.total, row_number() over (partition by p.entry_id order by p.count desc, p.next_entry_id) as place
    from pairs p join totals t using (entry_id)
)
select entry_id, next_entry_id, count, (count::float8 / total) as share from ranked where place <= $5
"""
NEXT = """
select f.next_entry_id, f.share, f.count, e.policy, jsonb_object_agg(t.language, t.title) as titles,
       jsonb_object_agg(t.language, t.answer) as answers
from follow_ups f
join entries e on e.workspace_id = f.workspace_id and e.id = f.next_entry_id
join entry_texts t on t.workspace_id = f.workspace_id and t.entry_id = f.next_entry_id
where f.workspace_id = $1 and f.entry_id = $2 and f.share >= $3 and not e.archived and e.policy <> 'people'
  and (e.valid_from is null or e.valid_from <= $4) and (e.valid_until is null or e.valid_until >= $4)
  and not exists (select from messages m where m.workspace_id = $1 and m.case_id = $5 and m.entry_id = e.id)
group by f.next_entry_id, f.share, f.count, e.policy
order by f.share desc, f.next_entry_id
"""


@dataclass(frozen=True, slots=True)
class Next:
    """What is often asked after an entry. share: of those who got the entry; count: how many of them.

    line: one sentence to add to the reply, in the case's language; "" when the entry has none in it.
    """

    entry_id: int
    title: str
    share: float
    count: int
    line: str


async def count(tx: Transaction) -> int:
    """Count anew what was asked after what; returns how many pairs are kept. Safe to run twice."""
    rows = await tx.fetch(COUNT, tx.workspace_id, clock.now() - LOOK_BACK, WITHIN, LEAST_COUNT, MOST_KEPT)
    await tx.execute("delete from follow_ups where workspace_id = $1", tx.workspace_id)
    await tx.executemany(
        "insert into follow_ups (workspace_id, entry_id, next_entry_id, share, count) values ($1, $2, $3, $4, $5) "
        "on conflict (workspace_id, entry_id, next_entry_id) do nothing",
        [(tx.workspace_id, row["entry_id"], row["next_entry_id"], row["share"], row["count"]) for row in rows],
    )
    return len(rows)


async def lines(tx: Transaction, entry_id: int, case_id: int, known: Facts, language: str) -> list[Next]:
    """At most two next questions for an agent who answers with this entry; none that was answered in this case."""
    rows = await tx.fetch(NEXT, tx.workspace_id, entry_id, LEAST_SHARE, known.today, case_id)
    found: list[Next] = []
    for row in rows:
        answer = row["answers"].get(language, "")
        first = short_sentence(fill(answer, known, language))
        line = i18n.text(language, "next.line", sentence=first) if first else ""
        title = in_language(row["titles"], language, known.languages)
        found.append(Next(row["next_entry_id"], title, row["share"], row["count"], line))
    return [one for one in found if one.line][:MOST_SHOWN]


async def buttons(
    tx: Transaction, entry_id: int, case_id: int, language: str, today: date, may_give: Callable[[int], bool]
) -> Sequence[MessageChoice]:
    """At most two buttons for under the robot's answer: only entries that it may give by itself here."""
    rows = await tx.fetch(NEXT, tx.workspace_id, entry_id, LEAST_SHARE, today, case_id)
    return [
        MessageChoice(row["next_entry_id"], row["titles"][language])
        for row in rows
        if row["policy"] == "answer" and language in row["titles"] and may_give(row["next_entry_id"])
    ][:MOST_SHOWN]


def short_sentence(text: str) -> str:
    """The beginning of a text as one short sentence: a second one is added to a very short first one."""
    words = " ".join(text.split())
    sentences = [match.group().strip() for match in _SENTENCE.finditer(words)]
    found = ""
    for sentence in sentences:
        found = f"{found} {sentence}".strip()
        if len(found) >= SHORT_LETTERS:
            break
    if len(found) <= LINE_LETTERS:
        return found
    return found[:LINE_LETTERS].rsplit(" ", 1)[0].rstrip(" ,;:-") + "…"
