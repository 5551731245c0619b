"""How much the suggestions help: accepted, changed, time saved; per topic, per agent, over all.

Counted are suggestions that a person took or passed over. One that the customer's next message replaced before
anybody answered says nothing of its worth and is left out.

Time saved is per reply: the median seconds from the offer to the reply where agents wrote in their own words while
something was on offer, minus the median where they used the suggestion. A topic or an agent with fewer than five
replies of either kind shows the figure over all. It compares replies, not the same reply twice: where hard
questions are the ones answered by hand, it flatters.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from statistics import fmean, median

from tugi.core import clock
from tugi.core.database import Row, Transaction

ENOUGH = 5
MOST_DAYS = 365
# Somebody who comes back to a reply on another day was not writing all that time.
LONGEST = 8 * 3600.0

SETTLED = """
select s.entry_id, coalesce(t.title, e.key, '') as title, s.status, s.distance,
       coalesce(s.agent_id, r.author_id) as agent_id, coalesce(a.name, '') as agent_name,
       extract(epoch from coalesce(r.created_at, s.settled_at) - s.created_at)::float8 as seconds
from suggestions s
left join lateral (
    select m.author_id, m.created_at from messages m
    where m.workspace_id = s.workspace_id and m.case_id = s.case_id and s.status = 'outdated'
      and m.author_kind = 'agent' and m.created_at between s.created_at and s.settled_at + interval '1 second'
    order by m.id limit 1
) r on true
left join agents a on a.workspace_id = s.workspace_id and a.id = coalesce(s.agent_id, r.author_id)
left join entries e on e.workspace_id = s.workspace_id and e.id = s.entry_id
left join entry_texts t on t.workspace_id = s.workspace_id and t.entry_id = s.entry_id and t.language = $3
where s.workspace_id = $1 and s.created_at > $2
  and (s.status in ('sent', 'edited', 'dismissed') or s.status = 'outdated' and r.created_at is not null)
"""


@dataclass(frozen=True, slots=True)
class Measure:
    """One row. unanswered: passed over by a reply in own words. acceptance: share sent or edited; distance: mean
    share of the text changed in those; seconds_saved: per reply. None where there is nothing to count."""

    id: int | None
    name: str
    offered: int
    sent: int
    edited: int
    dismissed: int
    unanswered: int
    acceptance: float | None
    distance: float | None
    seconds_saved: float | None


@dataclass(frozen=True, slots=True)
class Measures:
    """All rows, those with most suggestions first."""

    by_topic: list[Measure]
    by_agent: list[Measure]
    total: Measure


async def read(tx: Transaction, language: str, days: int) -> Measures:
    """The measures of the last days (1 to 365), topics named in the viewer's language."""
    since = clock.now() - timedelta(days=min(max(days, 1), MOST_DAYS))
    rows = await tx.fetch(SETTLED, tx.workspace_id, since, language)
    overall = _saved(rows)
    return Measures(
        by_topic=_grouped(rows, "entry_id", "title", overall),
        by_agent=_grouped([row for row in rows if row["agent_id"]], "agent_id", "agent_name", overall),
        total=_measure(None, "", rows, overall),
    )


def _grouped(rows: Sequence[Row], key: str, name: str, overall: float | None) -> list[Measure]:
    groups: dict[int, list[Row]] = {}
    for row in rows:
        groups.setdefault(row[key], []).append(row)
    found = [_measure(number, some[0][name], some, overall) for number, some in groups.items()]
    return sorted(found, key=lambda one: (-one.offered, one.name))


def _measure(number: int | None, name: str, rows: Sequence[Row], overall: float | None) -> Measure:
    counts = {status: sum(row["status"] == status for row in rows) for status in ("sent", "edited", "dismissed")}
    used = counts["sent"] + counts["edited"]
    changed = [row["distance"] for row in rows if row["distance"] is not None]
    own = _saved(rows)
    return Measure(
        id=number,
        name=name,
        offered=len(rows),
        unanswered=len(rows) - used - counts["dismissed"],
        acceptance=used / len(rows) if rows else None,
        distance=fmean(changed) if changed else None,
        seconds_saved=overall if own is None else own,
        **counts,
    )


def _saved(rows: Sequence[Mapping[str, object]]) -> float | None:
    """Median seconds without minus with a suggestion; None with fewer than five of either."""
    times: dict[bool, list[float]] = {True: [], False: []}
    for row in rows:
        seconds = row["seconds"]
        if row["status"] != "dismissed" and isinstance(seconds, float) and 0 <= seconds <= LONGEST:
            times[row["status"] in ("sent", "edited")].append(seconds)
    if min(len(times[True]), len(times[False])) < ENOUGH:
        return None
    return median(times[False]) - median(times[True])
