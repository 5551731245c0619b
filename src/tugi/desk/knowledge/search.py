"""Finding an entry for a reply while typing."""

from __future__ import annotations

from dataclasses import dataclass

from tugi.core import clock
from tugi.core.database import Row, Transaction
from tugi.desk.knowledge.words import query, words
from tugi.desk.people.checks import Language

# Ranked are this many matches; with more than this the words say too little to rank by.
_RANKED = 300


@dataclass(frozen=True, slots=True)
class Found:
    """An entry in one language, ready to be put into a reply."""

    entry_id: int
    title: str
    answer: str
    language: Language


async def search(tx: Transaction, q: str, language: Language | None = None, limit: int = 20) -> list[Found]:
    """Entries in use that hold every word of `q` (beginnings suffice), else some of them; best first.

    Without words: the first entries by key. `language` first, other languages where an entry lacks it.
    """
    limit = min(max(limit, 1), 100)
    rows = await _matching(tx, query(q), language)
    if not rows and len(words(q)) > 1:
        rows = await _matching(tx, query(q, "|"), language)
    asked = words(q)
    best: dict[int, Row] = {}
    for row in sorted(rows, key=lambda row: _rank(row, asked, language)):
        best.setdefault(row["entry_id"], row)
    return [Found(row["entry_id"], row["title"], row["answer"], row["language"]) for row in list(best.values())[:limit]]


async def _matching(tx: Transaction, tokens: str | None, language: Language | None) -> list[Row]:
    return await tx.fetch(
        "select t.entry_id, t.language, t.title, t.answer, e.key from entry_texts t "
        "join entries e on e.workspace_id = t.workspace_id and e.id = t.entry_id "
        "where t.workspace_id = $1 and not e.archived and ($2::text is null or t.search @@ $2::text::tsquery) "
        "and (e.valid_from is null or e.valid_from <= $4) and (e.valid_until is null or e.valid_until >= $4) "
        "order by t.language is not distinct from $3 desc, e.key limit $5",
        tx.workspace_id,
        tokens,
        language,
        clock.now().date(),
        _RANKED,
    )


def _rank(row: Row, asked: list[str], language: Language | None) -> tuple[bool, int, int, str]:
    title = words(row["title"])
    hits = sum(any(word.startswith(part) for word in title) for part in asked)
    answer = words(row["answer"])
    also = sum(any(word.startswith(part) for word in answer) for part in asked)
    return (row["language"] != language, -hits, -also, row["key"])
