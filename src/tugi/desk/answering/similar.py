"""Past cases like this one, with what was replied and how they ended.

Likeness is the cosine of the questions' kept vectors, plus a part for a case that was answered with an entry which
is likely here: e5 alone takes the tone and the language of a question for its matter. On the demo's 75 different
questions, 9 in 10 of the cases shown were answered with the right entry, and 9 in 10 questions had one.
The vectors are read once and held by the process; after that only new ones are read. Without an engine, cases
answered with the same entry stand in.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tugi.core import clock
from tugi.core.database import Database, Row, Transaction
from tugi.desk.answering import questions, scoring
from tugi.desk.answering.vectors import Floats
from tugi.desk.knowledge.words import folded
from tugi.desk.people import workspaces
from tugi.ports import Embedder

How = Literal["robot", "agent"]
Ended = Literal["solved", "reopened", "open"]

MOST_SHOWN = 5
MOST_HELD = 20_000
# On the demo's questions 9 of 10 past cases from here on are about the same entry.
LEAST_LIKENESS = 0.9
# How much it adds that the past case got an entry which is certain to be the right one here.
SAME_ENTRY = 0.25
# What an agent can reuse as it stands comes first.
SAME_LANGUAGE = 0.1
# Past cases of an entry that is at least so likely are looked at wherever their questions lie.
LIKELY = 0.1
# Workspaces whose vectors a process holds: 20,000 of 384 numbers are 30 MB.
MOST_WORKSPACES = 4
# New questions are read every time; what was filled in for old ones (`remember`, newest first) is looked for this
# often. A count of 20,000 rows takes PostgreSQL some 3 ms.
CHECK_SECONDS = 10.0
# Nearest questions looked at, and those of likely entries: several may be of one case, some were never answered.
LOOKED_AT = 40

# Past questions whose vectors are made when a new engine or model begins to serve.
MOST_REMEMBERED = 2_000
# A customer's question waits for the engine no longer than such a piece takes.
PIECE = 16

NUMBER = re.compile(r"\d+")

DETAILS = """
select m.id, m.case_id, c.number, c.status, c.language, m.created_at, r.text as answer, r.author_kind as how,
       coalesce(r.entry_id, (select v.entry_id from verdicts v where v.workspace_id = m.workspace_id
                             and v.case_id = m.case_id and v.message_id = m.id)) as entry_id,
       (select string_agg(b.text, ' ' order by b.id) from messages b
        where b.workspace_id = m.workspace_id and b.case_id = m.case_id and b.author_kind = 'customer' and b.id <= m.id
          and b.id > coalesce((select max(p.id) from messages p where p.workspace_id = m.workspace_id
              and p.case_id = m.case_id and p.id < m.id and p.author_kind <> 'customer'), 0)) as question,
       exists (select from contacts k where k.workspace_id = m.workspace_id and k.case_id = m.case_id
               and k.id > m.contact_id) as reopened
from messages m
join cases c on c.workspace_id = m.workspace_id and c.id = m.case_id
join lateral (
    select n.text, n.author_kind, n.entry_id from messages n
    where n.workspace_id = m.workspace_id and n.case_id = m.case_id and n.id > m.id
      and (n.author_kind = 'agent' or n.author_kind = 'robot' and n.entry_id is not null)
    order by n.id limit 1
) r on true
where m.workspace_id = $1 and m.id = any($2::bigint[]) and c.status not in ('spam', 'merged')
"""
OF_ENTRY = """
select distinct on (a.case_id) q.id
from (select m.id, m.case_id from messages m
      where m.workspace_id = $1 and m.entry_id = any($2::bigint[]) and m.case_id <> $3
      order by m.created_at desc limit 60) a
join lateral (
    select n.id from messages n where n.workspace_id = $1 and n.case_id = a.case_id and n.id < a.id
      and n.author_kind = 'customer' order by n.id desc limit 1
) q on true
order by a.case_id desc, a.id desc
limit $4
"""


@dataclass(frozen=True, slots=True)
class SimilarCase:
    """A past case. answer: the first reply after that question; likeness: up to 1, None where only the entry is
    the same."""

    case_id: int
    number: int
    question: str
    answer: str | None
    status: str
    how: How
    ended: Ended
    at: datetime
    likeness: float | None


@dataclass(slots=True)
class _Held:
    """The kept vectors of one workspace and engine, oldest question first."""

    message_ids: NDArray[np.int64]
    case_ids: NDArray[np.int64]
    matrix: Floats
    checked_at: float

    @property
    def newest(self) -> int:
        return int(self.message_ids[-1]) if len(self.message_ids) else 0


class Likeness:
    """Which past questions are nearest to one. One of these a process; it only ever holds what is stored."""

    def __init__(self) -> None:
        self._held: OrderedDict[tuple[int, str], _Held] = OrderedDict()

    async def cosines(
        self, tx: Transaction, variant: str, vector: Floats, *, but: int, also: Sequence[int] = ()
    ) -> dict[int, float]:
        """Cosines of the nearest questions outside case `but`, and of those that end with the messages `also`."""
        held = await self._read(tx, variant, len(vector))
        if not len(held.message_ids):
            return {}
        cosines = held.matrix @ vector
        cosines[held.case_ids == but] = -1.0
        count = min(LOOKED_AT, len(cosines))
        best = np.argpartition(-cosines, count - 1)[:count]
        wanted = np.flatnonzero(np.isin(held.message_ids, np.array(list(also), np.int64)))
        places = np.union1d(best, wanted)
        return {int(held.message_ids[at]): float(cosines[at]) for at in places if cosines[at] > -1.0}

    async def _read(self, tx: Transaction, variant: str, dimensions: int) -> _Held:
        key = (tx.workspace_id, variant)
        now = clock.monotonic()
        held = await _grown(tx, variant, self._held.get(key) or _nothing(dimensions, now))
        if now - held.checked_at > CHECK_SECONDS:
            if await _count(tx, variant) != len(held.message_ids):
                held = await _grown(tx, variant, _nothing(dimensions, now))
            held.checked_at = now
        self._held[key] = held
        self._held.move_to_end(key)
        while len(self._held) > MOST_WORKSPACES:
            self._held.popitem(last=False)
        return held


async def _count(tx: Transaction, variant: str) -> int:
    return await tx.fetchval(
        "select count(*) from (select from question_vectors where workspace_id = $1 and variant = $2 limit $3) held",
        tx.workspace_id,
        variant,
        MOST_HELD,
    )


async def _rows(tx: Transaction, variant: str, after: int) -> list[Row]:
    return await tx.fetch(
        "select message_id, case_id, vector from question_vectors "
        "where workspace_id = $1 and variant = $2 and message_id > $3 order by message_id desc limit $4",
        tx.workspace_id,
        variant,
        after,
        MOST_HELD,
    )


def _nothing(dimensions: int, now: float) -> _Held:
    return _Held(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros((0, dimensions), np.float32), now)


async def _grown(tx: Transaction, variant: str, held: _Held) -> _Held:
    """With the questions that are newer than those held."""
    rows = (await _rows(tx, variant, held.newest))[::-1]
    if not rows:
        return held
    matrix = np.frombuffer(b"".join(row["vector"] for row in rows), np.float16).reshape(len(rows), -1)
    return _Held(
        np.concatenate([held.message_ids, np.array([row["message_id"] for row in rows], np.int64)])[-MOST_HELD:],
        np.concatenate([held.case_ids, np.array([row["case_id"] for row in rows], np.int64)])[-MOST_HELD:],
        np.concatenate([held.matrix, matrix.astype(np.float32)])[-MOST_HELD:],
        held.checked_at,
    )


async def like(
    tx: Transaction,
    likeness: Likeness,
    case_id: int,
    variant: str,
    vector: Floats,
    entries: Mapping[int, float] | None = None,
    language: str | None = None,
) -> list[SimilarCase]:
    """At most five answered cases most like this question, most like first; the same words only once.

    entries: how likely each entry is the right one here. Between cases alike, those in `language` come first.
    """
    ranked = entries or {}
    likely = [entry_id for entry_id, probability in ranked.items() if probability >= LIKELY]
    also = await _answered_with(tx, likely, case_id, LOOKED_AT) if likely else []
    cosines = await likeness.cosines(tx, variant, vector, but=case_id, also=also)
    rows = await tx.fetch(DETAILS, tx.workspace_id, list(cosines)) if cosines else []
    scored = [(cosines[row["id"]] + SAME_ENTRY * ranked.get(row["entry_id"], 0.0), row) for row in rows]
    found: dict[int, SimilarCase] = {}
    told: set[str] = set()

    def place(one: tuple[float, Row]) -> tuple[float, int]:
        score, row = one
        return score + (SAME_LANGUAGE if row["language"] == language else 0.0), row["id"]

    for score, row in sorted(scored, key=place, reverse=True):
        # The number of an order does not make it another question.
        words = NUMBER.sub("0", folded(row["question"]))
        if score >= LEAST_LIKENESS and row["case_id"] not in found and words not in told:
            found[row["case_id"]] = _similar(row, round(min(1.0, score), 3))
            told.add(words)
    return list(found.values())[:MOST_SHOWN]


async def remember(database: Database, embedder: Embedder, workspace_id: int, most: int = MOST_REMEMBERED) -> None:
    """Keep the vectors of the newest questions, so that past cases can be found. Safe to run twice and cut off."""
    before: int | None = None
    for _ in range(0, most, PIECE):
        async with database.reading(workspace_id) as tx:
            page = await questions.page(tx, await workspaces.get(tx), before=before, limit=PIECE)
        if not page:
            return
        await scoring.embedded(database, embedder, workspace_id, embedder.variant, page)
        before = page[-1].message_id


async def of_entry(tx: Transaction, case_id: int, entry_id: int) -> list[SimilarCase]:
    """At most five newest cases that were answered with the same entry."""
    ids = await _answered_with(tx, [entry_id], case_id, MOST_SHOWN)
    rows = await tx.fetch(DETAILS + " order by m.id desc", tx.workspace_id, ids) if ids else []
    return [_similar(row, None) for row in rows]


async def _answered_with(tx: Transaction, entry_ids: Sequence[int], but: int, limit: int) -> list[int]:
    """The messages that end the questions which were answered with these entries, newest cases first."""
    return [row["id"] for row in await tx.fetch(OF_ENTRY, tx.workspace_id, list(entry_ids), but, limit)]


def _similar(row: Row, likeness: float | None) -> SimilarCase:
    ended: Ended = "open"
    if row["reopened"]:
        ended = "reopened"
    elif row["status"] in ("resolved", "closed"):
        ended = "solved"
    return SimilarCase(
        case_id=row["case_id"],
        number=row["number"],
        question=row["question"],
        answer=row["answer"],
        status=row["status"],
        how="agent" if row["how"] == "agent" else "robot",
        ended=ended,
        at=row["created_at"],
        likeness=likeness,
    )
