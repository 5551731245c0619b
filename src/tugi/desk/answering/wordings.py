"""Better wordings: what agents make of an entry's suggested answer, when many make much the same of it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tugi.core.database import Transaction
from tugi.desk.answering.distance import share_changed
from tugi.desk.answering.lessons import Content, Proposal
from tugi.desk.knowledge.entries import Entry
from tugi.robot import groups
from tugi.robot.impersonal import is_personal

# The latest edits that are looked at, in all and of one answer.
READ, COMPARED = 2_000, 80
# Edits are of one mind when at least so alike; an edit belongs to the present answer when the suggestion it was
# made from differs from it no more than by a name that was filled in.
ALIKE, FILLED_IN = 0.6, 0.15
# Of two or more agents three edits suffice; one agent alone must have made five.
TOGETHER, ALONE = 3, 5


@dataclass(frozen=True, slots=True)
class Edit:
    """A suggestion as it was offered and as an agent sent it. names: the customer's."""

    message_id: int
    case_id: int
    customer_id: int
    agent_id: int
    entry_id: int
    language: str
    before: str
    after: str
    name: str


async def edits(tx: Transaction) -> list[Edit]:
    """The latest edits of suggestions in the entries' own words, newest first."""
    rows = await tx.fetch(
        "select s.message_id, s.case_id, c.customer_id, s.agent_id, s.entry_id, s.language, s.text as before, "
        "m.text as after, coalesce(k.name, '') as name from suggestions s "
        "join messages m on m.workspace_id = s.workspace_id and m.id = s.message_id "
        "join cases c on c.workspace_id = s.workspace_id and c.id = s.case_id "
        "join customers k on k.workspace_id = c.workspace_id and k.id = c.customer_id "
        "where s.workspace_id = $1 and s.status = 'edited' and s.agent_id is not null and s.drafted_by is null "
        "order by s.id desc limit $2",
        tx.workspace_id,
        READ,
    )
    return [Edit(**dict(row)) for row in rows]


def proposals(found: Sequence[Edit], known: Mapping[int, Entry]) -> list[Proposal]:
    """For each answer the wording that most agents come to, if enough do."""
    by_answer: dict[tuple[int, str], list[Edit]] = {}
    for one in found:
        entry = known.get(one.entry_id)
        answers = {str(code): text.answer for code, text in entry.texts.items()} if entry else {}
        if one.language in answers and share_changed(_bare(answers[one.language]), one.before) <= FILLED_IN:
            by_answer.setdefault((one.entry_id, one.language), []).append(one)
    lessons = [_of_answer(known[key[0]], key[1], made[:COMPARED]) for key, made in by_answer.items()]
    return [one for one in lessons if one is not None]


def _bare(answer: str) -> str:
    return answer.replace("{first_name}", "").replace("{shop}", "")


def _of_answer(entry: Entry, language: str, made: Sequence[Edit]) -> Proposal | None:
    texts = [_unnamed(one) for one in made]
    likeness = groups.likeness_of(texts)
    for group in groups.grouped(likeness, ALIKE):
        agents = {made[place].agent_id for place in group}
        if not (len(group) >= TOGETHER and len(agents) >= 2) and len(group) < ALONE:
            continue
        usable = [place for place in group if not is_personal(texts[place]) or is_personal(made[place].before)]
        if not usable:
            continue
        text = texts[groups.medoid(likeness, usable)]
        before, title = next((t.answer, t.title) for code, t in entry.texts.items() if code == language)
        if text == before:
            continue
        behind = [made[place] for place in group]
        digest = hashlib.sha256(text.encode()).hexdigest()[:16]
        return Proposal(
            kind="wording",
            key=f"wording:{entry.id}:{language}:{digest}",
            entry_id=entry.id,
            language=language,
            title=title,
            content=Content(text=text, before=before),
            sources=sorted({one.message_id for one in behind}),
            contacts=len({one.case_id for one in behind}),
            customers=len({one.customer_id for one in behind}),
            agents=len(agents),
        )
    return None


def _unnamed(one: Edit) -> str:
    """The edited text with the customer's first name as the place that is filled in."""
    first = one.name.split()[0] if one.name.split() else ""
    return one.after.replace(first, "{first_name}") if len(first) > 2 else one.after
