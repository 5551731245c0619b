"""Replays: what the robot of today, of a version or of a draft would have done with the last questions.

Nothing is sent. Only this file writes `replays` and `replay_items`; `replaying` does the work.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any, Literal, TypeAlias

import msgspec

from tugi.core import clock
from tugi.core.database import Row, Transaction
from tugi.core.errors import Conflict, NotFound
from tugi.desk.answering import failures, policy
from tugi.desk.answering.failures import Failure
from tugi.desk.answering.replay_summary import ReplaySummary
from tugi.desk.answering.truths import Outcome, Truth
from tugi.desk.people.checks import Checks, Language
from tugi.robot.facts import LEVELS, Level
from tugi.robot.rehearsal import Decided

Status: TypeAlias = Literal["waiting", "running", "done", "cancelled", "failed"]
MOST = 100_000
MOST_LISTED = 100
MOST_EXAMPLES = 500
LONGEST_EXAMPLE = 500


@dataclass(frozen=True, slots=True)
class DraftExample:
    """An example question that an entry might get."""

    entry_id: int
    language: Language
    text: str


@dataclass(frozen=True, slots=True)
class Draft:
    """What to try on top of a robot; all empty is that robot as it is.

    answer_cut, ask_cut: in place of the trained ones. levels, default_level: in place of today's; without them every
    topic that is not off is taken to be allowed, so that a new shop sees what it could switch on. archived: entries
    to leave out; examples: to add. Both have the robot learn anew for this replay alone. own_boundaries: in place of
    the shop's, see `RobotPolicy`.
    """

    answer_cut: float | None = None
    ask_cut: float | None = None
    levels: dict[int, Level] = field(default_factory=dict[int, Level])
    default_level: Level | None = None
    archived: list[int] = field(default_factory=list[int])
    examples: list[DraftExample] = field(default_factory=list[DraftExample])
    own_boundaries: list[str] | None = None


@dataclass(frozen=True, slots=True)
class Replay:
    """A replay. version: the number of the version that is replayed; None: a robot no version was made of.
    wanted, total, done: questions."""

    id: int
    name: str
    status: Status
    failure: Failure | None
    version: int | None
    channel: str | None
    draft: Draft
    wanted: int
    total: int
    done: int
    summary: ReplaySummary | None
    created_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a replay is: questions that end before message `position` are still to be decided."""

    status: Status
    total: int
    done: int
    position: int
    version_id: int | None
    model_hash: str | None
    channel: str | None
    draft: Draft


@dataclass(frozen=True, slots=True)
class Item:
    """One question of a replay with what the robot would have done."""

    message_id: int
    case_id: int
    channel: str
    decided: Decided
    truth: Truth
    outcome: Outcome


SELECT = (
    "select r.id, r.name, r.status, r.failure, v.number as version, r.channel, r.draft, r.wanted, r.total, r.done, "
    "r.summary, r.created_at, r.ended_at from replays r "
    "left join versions v on v.workspace_id = r.workspace_id and v.id = r.version_id where r.workspace_id = $1 "
)


def _replay(row: Row) -> Replay:
    values: dict[str, Any] = dict(row)
    values["draft"] = msgspec.convert(values["draft"], Draft, strict=False)
    values["failure"] = failures.read(values["failure"])
    values["summary"] = msgspec.convert(values["summary"], ReplaySummary) if values["summary"] else None
    return Replay(**values)


async def list_latest(tx: Transaction) -> list[Replay]:
    """The latest replays, newest first."""
    rows = await tx.fetch(SELECT + "order by r.id desc limit $2", tx.workspace_id, MOST_LISTED)
    return [_replay(row) for row in rows]


async def get(tx: Transaction, replay_id: int) -> Replay:
    """Raises NotFound."""
    row = await tx.fetchrow(SELECT + "and r.id = $2", tx.workspace_id, replay_id)
    if row is None:
        raise NotFound("There is no such replay.")
    return _replay(row)


async def ask(
    tx: Transaction,
    *,
    last: int,
    name: str = "",
    version: int | None = None,
    channel: str | None = None,
    draft: Draft | None = None,
) -> Replay:
    """Have the last questions replayed, as the transaction's actor. Raises Invalid, NotFound for the version."""
    wish = _checked(name, last, draft or Draft())
    version_id = None
    if version is not None:
        version_id = await tx.fetchval(
            "select id from versions where workspace_id = $1 and number = $2", tx.workspace_id, version
        )
        if version_id is None:
            raise NotFound("There is no such version.")
    replay_id = await tx.fetchval(
        "insert into replays (workspace_id, name, status, version_id, channel, draft, wanted, agent_id, created_at) "
        "values ($1, $2, 'waiting', $3, $4, $5, $6, $7, $8) returning id",
        tx.workspace_id,
        name.strip(),
        version_id,
        channel,
        asdict(wish),
        last,
        tx.actor.id if tx.actor.kind == "agent" else None,
        clock.now(),
    )
    tx.happened("ReplayAsked", replay_id=replay_id)
    return await get(tx, replay_id)


def _checked(name: str, last: int, draft: Draft) -> Draft:
    checks = Checks()
    checks.line("name", name, 200, required=False)
    if not 1 <= last <= MOST:
        checks.problem("last", f"Between 1 and {MOST:,} questions.")
    for field_name, cut in (("answer_cut", draft.answer_cut), ("ask_cut", draft.ask_cut)):
        if cut is not None and not 0 <= cut <= 1:
            checks.problem(f"draft.{field_name}", "It must be between 0 and 1.")
    for entry_id, level in draft.levels.items():
        if level not in LEVELS:
            checks.problem(f"draft.levels.{entry_id}", "There is no such level.")
    if len(draft.examples) > MOST_EXAMPLES:
        checks.problem("draft.examples", f"At most {MOST_EXAMPLES} example questions.")
    for example in draft.examples:
        checks.language("draft.examples", example.language)
        checks.line("draft.examples", example.text, LONGEST_EXAMPLE)
    own = draft.own_boundaries
    if own is not None:
        own = policy.tidy_boundaries(checks, "draft.own_boundaries", own)
    checks.done()
    return replace(draft, own_boundaries=own)


async def cancel(tx: Transaction, replay_id: int) -> Replay:
    """Stop a replay; what is done is kept. One that has ended stays as it is. Raises NotFound."""
    await _move(tx, replay_id, ("waiting", "running"), "cancelled")
    return await get(tx, replay_id)


async def resume(tx: Transaction, replay_id: int) -> Replay:
    """Go on with a cancelled or failed replay where it ended. Raises NotFound; Conflict when it is done."""
    if not await _move(tx, replay_id, ("cancelled", "failed"), "waiting"):
        standing = await get(tx, replay_id)
        if standing.status == "done":
            raise Conflict("This replay is done. Ask for another one.")
        return standing
    tx.happened("ReplayAsked", replay_id=replay_id)
    return await get(tx, replay_id)


async def delete(tx: Transaction, replay_id: int) -> None:
    """Forget a replay with all its items; one that runs ends by itself. Raises NotFound."""
    gone = await tx.fetchval(
        "delete from replays where workspace_id = $1 and id = $2 returning id", tx.workspace_id, replay_id
    )
    if gone is None:
        raise NotFound("There is no such replay.")
    tx.happened("ReplayMoved", replay_id=replay_id, status="deleted")


async def fail(tx: Transaction, replay_id: int, why: Failure) -> None:
    """The replay could not go on; it can be resumed."""
    if await _move(tx, replay_id, ("waiting", "running"), "failed"):
        await tx.execute(
            "update replays set failure = $3 where workspace_id = $1 and id = $2",
            tx.workspace_id,
            replay_id,
            why.stored(),
        )


async def _move(tx: Transaction, replay_id: int, before: Sequence[Status], after: Status) -> bool:
    moved = await tx.fetchval(
        "update replays set status = $4, failure = null, "
        "ended_at = case when $4 in ('waiting', 'running') then null else $5::timestamptz end "
        "where workspace_id = $1 and id = $2 and status = any($3::text[]) returning true",
        tx.workspace_id,
        replay_id,
        list(before),
        after,
        clock.now(),
    )
    if moved:
        tx.happened("ReplayMoved", replay_id=replay_id, status=after)
    return bool(moved)


async def find_standing(tx: Transaction, replay_id: int, *, hold: bool = False) -> Standing | None:
    """Where it is, held until the commit if wanted; None when it is gone."""
    row = await tx.fetchrow(
        "select status, total, done, coalesce(position, 0) as position, version_id, model_hash, channel, draft "
        "from replays where workspace_id = $1 and id = $2" + (" for update" if hold else ""),
        tx.workspace_id,
        replay_id,
    )
    if row is None:
        return None
    values: dict[str, Any] = dict(row)
    values["draft"] = msgspec.convert(values["draft"], Draft, strict=False)
    return Standing(**values)


async def begin(
    tx: Transaction, replay_id: int, *, total: int, position: int, version_id: int | None, model_hash: str | None
) -> None:
    """Note which questions and which robot it is about, and that it runs. The replay must be held."""
    await tx.execute(
        "update replays set status = 'running', total = $3, position = $4, version_id = $5, model_hash = $6 "
        "where workspace_id = $1 and id = $2",
        tx.workspace_id,
        replay_id,
        total,
        position,
        version_id,
        model_hash,
    )
    tx.happened("ReplayMoved", replay_id=replay_id, status="running")


async def run_on(tx: Transaction, replay_id: int) -> None:
    """Note that a begun replay runs again. The replay must be held."""
    await _move(tx, replay_id, ("waiting",), "running")


async def store(tx: Transaction, replay_id: int, items: Sequence[Item], *, done: int, position: int) -> None:
    """Keep the results of some questions, together with how far it has come. The replay must be held."""
    columns = list(zip(*(_columns(item) for item in items), strict=True)) or [()] * 13
    await tx.execute(
        "insert into replay_items (workspace_id, replay_id, message_id, case_id, language, channel, kind, reason, "
        "entry_id, choices, probability, among, truth, truth_entry_id, outcome) "
        "select $1, $2, m, c, l, ch, k, re, e, string_to_array(nullif(cs, ''), ',')::bigint[], p, a, t, te, o "
        "from unnest($3::bigint[], $4::bigint[], $5::text[], $6::text[], $7::text[], $8::text[], $9::bigint[], "
        "$10::text[], $11::real[], $12::real[], $13::text[], $14::bigint[], $15::text[]) "
        "as i(m, c, l, ch, k, re, e, cs, p, a, t, te, o) "
        "where exists (select from cases x where x.workspace_id = $1 and x.id = i.c) on conflict do nothing",
        tx.workspace_id,
        replay_id,
        *columns,
    )
    await tx.execute(
        "update replays set done = $3, position = $4 where workspace_id = $1 and id = $2",
        tx.workspace_id,
        replay_id,
        done,
        position,
    )
    tx.happened("ReplayMoved", replay_id=replay_id, status="running")


def _columns(item: Item) -> tuple[object, ...]:
    decided, truth = item.decided, item.truth
    return (
        item.message_id,
        item.case_id,
        decided.language,
        item.channel,
        decided.kind,
        decided.reason,
        int(decided.entry_id) if decided.entry_id else None,
        ",".join(decided.choices),
        decided.probability,
        decided.among,
        truth.kind,
        truth.entry_id,
        item.outcome,
    )


async def finish(tx: Transaction, replay_id: int, summary: Mapping[str, Any]) -> None:
    """All questions are decided. The replay must be held."""
    await tx.execute(
        "update replays set summary = $3, total = done where workspace_id = $1 and id = $2",
        tx.workspace_id,
        replay_id,
        summary,
    )
    await _move(tx, replay_id, ("running",), "done")
