"""Reading a replay: each question with what the robot would have said beside what a person answered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from tugi.core.database import Row, Transaction
from tugi.desk.answering import questions, replay
from tugi.desk.answering.questions import PastQuestion
from tugi.desk.answering.replay import Replay
from tugi.desk.answering.replay_summary import title_of
from tugi.desk.answering.truths import Kind, Outcome
from tugi.desk.knowledge import entries
from tugi.desk.knowledge.entries import Entry
from tugi.desk.people import workspaces
from tugi.robot import facts as robot
from tugi.robot.compose import answer_text

MOST = 200
# Better is a right answer before a right question back before a person before a wrong question before a wrong answer;
# what nobody knows the truth of is compared with nothing.
WORTH = (
    "case when {0}.kind = 'answer' and {0}.outcome = 'right' then 4 when {0}.kind = 'ask' and {0}.outcome = 'right' "
    "then 3 when {0}.kind in ('hand_over', 'suggest', 'stay_silent') then 2 when {0}.kind = 'ask' and "
    "{0}.outcome = 'wrong' then 1 when {0}.kind = 'answer' and {0}.outcome = 'wrong' then 0 end"
)
DIFFERS = (
    "(a.kind, a.entry_id, a.reason, a.choices, a.outcome) is distinct from "
    "(b.kind, b.entry_id, b.reason, b.choices, b.outcome)"
)
BOTH = (
    "from replay_items a join replay_items b on b.workspace_id = a.workspace_id and b.message_id = a.message_id "
    "where a.workspace_id = $1 and a.replay_id = $2 and b.replay_id = $3 "
)
COMPARED = (
    "select a.message_id, a.case_id, a.kind as a_kind, a.reason as a_reason, a.entry_id as a_entry_id, "
    "a.choices as a_choices, a.probability as a_probability, a.outcome as a_outcome, a.language as a_language, "
    "b.kind as b_kind, b.reason as b_reason, b.entry_id as b_entry_id, b.choices as b_choices, "
    "b.probability as b_probability, b.outcome as b_outcome, b.language as b_language "
    + BOTH
    + f"and {DIFFERS} order by ({WORTH.format('a')}) is null, a.message_id desc limit $4"
)
COUNTED = f"select {WORTH.format('a')} as a, {WORTH.format('b')} as b, count(*) as n " + BOTH + "group by 1, 2"


@dataclass(frozen=True, slots=True)
class Named:
    """An entry with its title in the viewer's language."""

    entry_id: int
    title: str


@dataclass(frozen=True, slots=True)
class RobotWord:
    """What the robot would have done. text: what the customer or, of a suggestion, the agent would have read."""

    kind: str
    entry_id: int | None
    entry_title: str | None
    reason: str | None
    text: str | None
    probability: float | None
    choices: list[Named] | None
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class AgentWord:
    """What a person answered, if anybody did."""

    text: str | None
    entry_id: int | None
    entry_title: str | None


@dataclass(frozen=True, slots=True)
class ReplayItem:
    """One question. truth_entry: the right entry, as far as known."""

    message_id: int
    case_id: int
    case_number: int
    question: str
    robot: RobotWord
    agent: AgentWord
    truth: Kind
    truth_entry: Named | None
    outcome: Outcome
    language: str | None
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which items; None asks nothing. after: the last message id of the page before."""

    outcome: Outcome | None = None
    kind: str | None = None
    entry_id: int | None = None
    language: str | None = None
    after: int | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True)
class Changed:
    """A question that two replays decided differently."""

    message_id: int
    case_number: int
    question: str
    a: RobotWord
    b: RobotWord


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two replays over the questions they share. better, worse: how often b's decision is, where that is known."""

    a: Replay
    b: Replay
    shared: int
    changed: list[Changed]
    better: int
    worse: int


async def page(tx: Transaction, replay_id: int, wanted: Wanted, language: str) -> tuple[list[ReplayItem], int | None]:
    """Items, newest question first, and where the next page begins. language: the viewer's. Raises NotFound."""
    await replay.get(tx, replay_id)
    limit = min(max(wanted.limit, 1), MOST)
    rows = await tx.fetch(
        "select i.message_id, i.case_id, c.number as case_number, i.kind, i.reason, i.entry_id, i.choices, "
        "i.probability, i.truth, i.truth_entry_id, i.outcome, i.language from replay_items i "
        "join cases c on c.workspace_id = i.workspace_id and c.id = i.case_id "
        "where i.workspace_id = $1 and i.replay_id = $2 and ($3::text is null or i.outcome = $3) "
        "and ($4::text is null or i.kind = $4) and ($5::bigint is null or i.entry_id = $5) "
        "and ($6::text is null or i.language = $6) and ($7::bigint is null or i.message_id < $7) "
        "order by i.message_id desc limit $8",
        tx.workspace_id,
        replay_id,
        wanted.outcome,
        wanted.kind,
        wanted.entry_id,
        wanted.language,
        wanted.after,
        limit,
    )
    asked = await _asked(tx, [row["message_id"] for row in rows])
    ids = {row["entry_id"] for row in rows} | {row["truth_entry_id"] for row in rows}
    ids |= {entry_id for row in rows for entry_id in row["choices"] or ()}
    ids |= {question.agent_entry_id for question in asked.values()}
    known = _Known(await _entries(tx, ids), language)
    items = [_item(row, asked[row["message_id"]], known) for row in rows if row["message_id"] in asked]
    return items, rows[-1]["message_id"] if len(rows) == limit else None


async def compare(tx: Transaction, a_id: int, b_id: int, language: str) -> Comparison:
    """What replay `b` decided otherwise than `a`, best known first. Raises NotFound."""
    a, b = await replay.get(tx, a_id), await replay.get(tx, b_id)
    counts = await tx.fetch(COUNTED, tx.workspace_id, a_id, b_id)
    rows = await tx.fetch(COMPARED, tx.workspace_id, a_id, b_id, MOST)
    asked = await _asked(tx, [row["message_id"] for row in rows])
    numbers = {
        row["id"]: row["number"]
        for row in await tx.fetch(
            "select id, number from cases where workspace_id = $1 and id = any($2::bigint[])",
            tx.workspace_id,
            [row["case_id"] for row in rows],
        )
    }
    ids = {row[f"{side}_entry_id"] for row in rows for side in "ab"}
    ids |= {entry_id for row in rows for side in "ab" for entry_id in row[f"{side}_choices"] or ()}
    known = _Known(await _entries(tx, ids), language)
    changed: list[Changed] = []
    for row in rows:
        question = asked.get(row["message_id"])
        if question is not None:
            sides = [{name: row[f"{side}_{name}"] for name in _SIDE} for side in "ab"]
            first, second = (_word(side, question, known) for side in sides)
            text = "\n".join(question.facts.burst)
            changed.append(Changed(row["message_id"], numbers[row["case_id"]], text, first, second))
    both = [row for row in counts if row["a"] is not None and row["b"] is not None]
    return Comparison(
        a=a,
        b=b,
        shared=sum(row["n"] for row in counts),
        changed=changed,
        better=sum(row["n"] for row in both if row["b"] > row["a"]),
        worse=sum(row["n"] for row in both if row["b"] < row["a"]),
    )


_SIDE = ("kind", "reason", "entry_id", "choices", "probability", "outcome", "language")


class _Known:
    """Entries by id, with their titles in the viewer's language."""

    def __init__(self, known: Mapping[int, Entry], language: str) -> None:
        self._entries = known
        self._language = language

    def title(self, entry_id: int | None) -> str | None:
        entry = self._entries.get(entry_id) if entry_id is not None else None
        return title_of(entry, self._language) if entry else None

    def named(self, entry_id: int) -> Named:
        return Named(entry_id, self.title(entry_id) or "")

    def answer(self, entry_id: int | None, question: PastQuestion, language: str) -> str | None:
        entry = self._entries.get(entry_id) if entry_id is not None else None
        if entry is None:
            return None
        answers = {code: text.answer for code, text in entry.texts.items()}
        return answer_text(robot.Entry(str(entry_id), answers=answers), question.facts, language) if answers else None


async def _asked(tx: Transaction, message_ids: Sequence[int]) -> dict[int, PastQuestion]:
    return await questions.of_messages(tx, await workspaces.get(tx), message_ids) if message_ids else {}


async def _entries(tx: Transaction, ids: Iterable[int | None]) -> dict[int, Entry]:
    wanted = sorted({entry_id for entry_id in ids if entry_id is not None})
    return {entry.id: entry for entry in await entries.of_ids(tx, wanted)} if wanted else {}


def _word(row: Row, question: PastQuestion, known: _Known) -> RobotWord:
    gives = row["kind"] in ("answer", "suggest")
    return RobotWord(
        kind=row["kind"],
        entry_id=row["entry_id"],
        entry_title=known.title(row["entry_id"]),
        reason=row["reason"],
        text=known.answer(row["entry_id"], question, row["language"] or "") if gives else None,
        probability=row["probability"],
        choices=[known.named(entry_id) for entry_id in row["choices"]] if row["choices"] else None,
        outcome=row["outcome"],
    )


def _item(row: Row, question: PastQuestion, known: _Known) -> ReplayItem:
    return ReplayItem(
        message_id=row["message_id"],
        case_id=row["case_id"],
        case_number=row["case_number"],
        question="\n".join(question.facts.burst),
        robot=_word(row, question, known),
        agent=AgentWord(question.agent_text, question.agent_entry_id, known.title(question.agent_entry_id)),
        truth=row["truth"],
        truth_entry=known.named(row["truth_entry_id"]) if row["truth_entry_id"] else None,
        outcome=row["outcome"],
        language=row["language"],
        asked_at=question.asked_at,
    )
