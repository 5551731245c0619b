"""Past questions: what customers asked, as the robot would have read it then, and what a person answered.

A page of them is three statements, however many there are: replays read a hundred thousand.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from tugi.core.database import Row, Transaction
from tugi.desk.answering import by_letter
from tugi.desk.answering.facts import HISTORY
from tugi.desk.people import customers
from tugi.desk.people.workspaces import Workspace
from tugi.robot.facts import Facts, Handler, Turn
from tugi.robot.reading import question_text

# As many as a decision reads when the question is asked.
READ = 40

# A question ends with a customer's message that is not followed by another of theirs; machines' letters ask nothing.
ENDS = """
from messages m
join cases c on c.workspace_id = m.workspace_id and c.id = m.case_id
left join lateral (
    select n.author_kind from messages n
    left join letters p on p.workspace_id = n.workspace_id and p.message_id = n.id
    where n.workspace_id = m.workspace_id and n.case_id = m.case_id and n.id > m.id
      and (n.author_kind <> 'customer' or p.automatic is null)
    order by n.id limit 1
) n on true
left join letters l on l.workspace_id = m.workspace_id and l.message_id = m.id
where m.workspace_id = $1 and m.author_kind = 'customer' and n.author_kind is distinct from 'customer'
  and l.automatic is null and c.status <> 'spam'
  and ($2::bigint is null or m.id < $2) and ($3::text is null or c.channel = $3)
"""
HEADS = """
select m.id, m.case_id, m.contact_id, m.created_at, c.customer_id, c.channel, c.language as case_language,
       k.name, k.name_given_by_customer, k.language as customer_language,
       r.id as reply_id, r.text as reply_text, r.entry_id as reply_entry_id
from messages m
join cases c on c.workspace_id = m.workspace_id and c.id = m.case_id
left join customers k on k.workspace_id = c.workspace_id and k.id = c.customer_id
left join lateral (
    select n.id, n.text, n.entry_id, n.author_kind from messages n
    where n.workspace_id = m.workspace_id and n.case_id = m.case_id and n.id > m.id
      and (n.author_kind = 'agent' or n.author_kind = 'robot' and (n.entry_id is not null or n.choices is not null))
    order by n.id limit 1
) r on r.author_kind = 'agent'
left join letters l on l.workspace_id = m.workspace_id and l.message_id = m.id
where m.workspace_id = $1 and m.id = any($2::bigint[]) and m.author_kind = 'customer' and l.automatic is null
"""
SAID = """
select q.id as question_id, m.id, m.contact_id, m.author_kind, m.text, m.page, m.chosen_entry_id, m.entry_id,
       m.choices is not null as asks, m.subject, m.joined_by
from unnest($2::bigint[], $3::bigint[]) as q(id, case_id)
cross join lateral (
    select n.*, l.subject, l.joined_by from messages n
    left join letters l on l.workspace_id = n.workspace_id and l.message_id = n.id
    where n.workspace_id = $1 and n.case_id = q.case_id and n.id <= q.id
      and (n.author_kind <> 'customer' or l.automatic is null)
    order by n.id desc limit $4
) m
order by q.id, m.id
"""


@dataclass(frozen=True, slots=True)
class PastQuestion:
    """A question of the past. `message_id` ends its burst; `text` is what its vector is of.

    facts: as they were then, on that day; the robot is taken to have the floor until a person has spoken in that
    contact, so that a replay also shows what a robot of today would have kept from people.
    agent_*: the first person's reply after it, unless the robot answered or asked back before.
    """

    message_id: int
    case_id: int
    customer_id: int
    channel: str
    asked_at: datetime
    facts: Facts
    text: str
    agent_message_id: int | None
    agent_text: str | None
    agent_entry_id: int | None


async def of_messages(tx: Transaction, workspace: Workspace, message_ids: Sequence[int]) -> dict[int, PastQuestion]:
    """The questions that these customers' messages end, by message id; what is gone is left out."""
    heads = await tx.fetch(HEADS, tx.workspace_id, list(message_ids))
    said = await tx.fetch(
        SAID, tx.workspace_id, [head["id"] for head in heads], [head["case_id"] for head in heads], READ
    )
    by_question: dict[int, list[Row]] = {}
    for row in said:
        by_question.setdefault(row["question_id"], []).append(row)
    zone = ZoneInfo(workspace.timezone)
    return {head["id"]: _question(head, by_question[head["id"]], workspace, zone) for head in heads}


async def page(
    tx: Transaction, workspace: Workspace, *, before: int | None, limit: int, channel: str | None = None
) -> list[PastQuestion]:
    """Up to `limit` questions, newest first, that end before this message id."""
    rows = await tx.fetch(
        "select m.id " + ENDS + " order by m.id desc limit $4", tx.workspace_id, before, channel, limit
    )
    found = await of_messages(tx, workspace, [row["id"] for row in rows])
    return [found[row["id"]] for row in rows if row["id"] in found]


async def count(tx: Transaction, *, before: int | None, most: int, channel: str | None = None) -> int:
    """How many questions end before this message id, counting no further than `most`."""
    return len(await tx.fetch("select true " + ENDS + " limit $4", tx.workspace_id, before, channel, most))


def _question(head: Row, said: Sequence[Row], workspace: Workspace, zone: ZoneInfo) -> PastQuestion:
    start = len(said)
    while start and said[start - 1]["author_kind"] == "customer":
        start -= 1
    burst, earlier = said[start:], said[:start]
    last: Mapping[str, Any] = burst[-1]
    page_of_shop: Mapping[str, str] = last["page"] or {}
    facts = Facts(
        burst=tuple(_asked(row) for row in burst),
        today=head["created_at"].astimezone(zone).date(),
        shop_name=workspace.name,
        history=tuple(Turn(row["author_kind"], row["text"]) for row in earlier)[-HISTORY:],
        language_hint=page_of_shop.get("language") or head["case_language"] or head["customer_language"],
        languages=tuple(workspace.languages),
        handler=_floor(earlier, head["contact_id"]),
        turns_without_progress=_asked_in_a_row(earlier, head["contact_id"]),
        robot_turns=_robot_turns(earlier, head["contact_id"]),
        first_name=customers.first_name(head["name"], head["name_given_by_customer"]) if head["name"] else None,
        chosen_entry=str(last["chosen_entry_id"]) if last["chosen_entry_id"] else None,
        by_letter=last["subject"] is not None,
    )
    return PastQuestion(
        message_id=head["id"],
        case_id=head["case_id"],
        customer_id=head["customer_id"],
        channel=head["channel"],
        asked_at=head["created_at"],
        facts=facts,
        text=question_text(facts),
        agent_message_id=head["reply_id"],
        agent_text=head["reply_text"],
        agent_entry_id=head["reply_entry_id"],
    )


def _asked(row: Row) -> str:
    return row["text"] if row["subject"] is None else by_letter.read(row["text"], row["subject"], row["joined_by"])


def _floor(earlier: Sequence[Row], contact_id: int) -> Handler:
    spoke = any(row["author_kind"] == "agent" and row["contact_id"] == contact_id for row in earlier)
    return "agent" if spoke else "robot"


def _asked_in_a_row(earlier: Sequence[Row], contact_id: int) -> int:
    """The robot's questions back since it last brought the customer anything."""
    count = 0
    for row in reversed(earlier):
        if row["contact_id"] != contact_id or (row["author_kind"] != "customer" and not row["asks"]):
            break
        count += bool(row["asks"])
    return count


def _robot_turns(earlier: Sequence[Row], contact_id: int) -> int:
    """What the robot had said in that contact since an agent last wrote."""
    count = 0
    for row in reversed(earlier):
        if row["contact_id"] != contact_id or row["author_kind"] == "agent":
            break
        count += row["author_kind"] == "robot"
    return count
