"""Knowledge entries: one truth in all languages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from tugi.core import clock
from tugi.core.database import Row, Transaction
from tugi.core.errors import Conflict, NotFound
from tugi.desk.knowledge import entry_rows
from tugi.desk.knowledge.entry_checks import Draft, EntryText, Policy, checked
from tugi.desk.knowledge.words import query
from tugi.desk.people.checks import Checks, Language
from tugi.robot import facts

COUNTED = timedelta(days=30)
MOST_LISTED = 1_000


@dataclass(frozen=True, slots=True)
class Entry:
    """A stored entry. answered: how often it was given to a customer in 30 days."""

    id: int
    key: str
    policy: Policy
    valid_from: date | None
    valid_until: date | None
    version: int
    archived: bool
    updated_at: datetime
    texts: dict[Language, EntryText]
    examples: dict[Language, list[str]]
    answered: int = 0

    def draft(self) -> Draft:
        """What somebody wrote, without what we added."""
        return Draft(self.texts, self.key, self.policy, self.valid_from, self.valid_until, self.examples)


@dataclass(frozen=True, slots=True)
class Page:
    """Some entries and how many there are in all."""

    entries: list[Entry]
    total: int


@dataclass(frozen=True, slots=True)
class Filter:
    """Which entries to list; None asks nothing. q: words, beginnings suffice, in any language or `language`.
    missing: entries that lack this language."""

    q: str = ""
    language: Language | None = None
    missing: Language | None = None
    policy: Policy | None = None
    archived: bool = False
    limit: int = 200
    offset: int = 0


async def list_page(tx: Transaction, wanted: Filter) -> Page:
    """The entries that pass the filter, by key; at most 1,000 at a time."""
    tokens = query(wanted.q)
    where = (
        "from entries e where e.workspace_id = $1 and e.archived = $2 and ($3::text is null or e.policy = $3) "
        "and ($4::text is null or exists (select from entry_texts t where t.workspace_id = e.workspace_id "
        "and t.entry_id = e.id and ($5::text is null or t.language = $5) and t.search @@ $4::text::tsquery)) "
        "and ($5::text is null or exists (select from entry_texts t where t.workspace_id = e.workspace_id "
        "and t.entry_id = e.id and t.language = $5)) "
        "and ($6::text is null or not exists (select from entry_texts t where t.workspace_id = e.workspace_id "
        "and t.entry_id = e.id and t.language = $6))"
    )
    values = (tx.workspace_id, wanted.archived, wanted.policy, tokens, wanted.language, wanted.missing)
    total = await tx.fetchval("select count(*) " + where, *values)
    rows = await tx.fetch(
        "select e.id " + where + " order by e.key limit $7 offset $8",
        *values,
        min(max(wanted.limit, 1), MOST_LISTED),
        max(wanted.offset, 0),
    )
    return Page(await of_ids(tx, [row["id"] for row in rows]), total)


async def of_ids(tx: Transaction, entry_ids: Sequence[int]) -> list[Entry]:
    """The entries with these ids that exist, in this order."""
    ids = list(entry_ids)
    rows = await tx.fetch(
        "select e.*, (select count(*) from messages m where m.workspace_id = e.workspace_id "
        "and m.entry_id = e.id and m.created_at > $3) as answered "
        "from entries e where e.workspace_id = $1 and e.id = any($2::bigint[])",
        tx.workspace_id,
        ids,
        clock.now() - COUNTED,
    )
    texts = await _texts_of(tx, ids)
    examples = await _examples_of(tx, ids)
    found = {row["id"]: _from_row(row, texts, examples) for row in rows}
    return [found[entry_id] for entry_id in ids if entry_id in found]


def _from_row(
    row: Row,
    texts: Mapping[int, dict[Language, EntryText]],
    examples: Mapping[int, dict[Language, list[str]]],
) -> Entry:
    return Entry(
        id=row["id"],
        key=row["key"],
        policy=row["policy"],
        valid_from=row["valid_from"],
        valid_until=row["valid_until"],
        version=row["version"],
        archived=row["archived"],
        updated_at=row["updated_at"],
        texts=texts.get(row["id"], {}),
        examples=examples.get(row["id"], {}),
        answered=row["answered"],
    )


async def _texts_of(tx: Transaction, ids: list[int]) -> dict[int, dict[Language, EntryText]]:
    found: dict[int, dict[Language, EntryText]] = {}
    for row in await tx.fetch(
        "select entry_id, language, title, answer from entry_texts "
        "where workspace_id = $1 and entry_id = any($2::bigint[]) order by entry_id, language",
        tx.workspace_id,
        ids,
    ):
        found.setdefault(row["entry_id"], {})[row["language"]] = EntryText(row["title"], row["answer"])
    return found


async def _examples_of(tx: Transaction, ids: list[int]) -> dict[int, dict[Language, list[str]]]:
    found: dict[int, dict[Language, list[str]]] = {}
    for row in await tx.fetch(
        "select entry_id, language, text from entry_examples "
        "where workspace_id = $1 and entry_id = any($2::bigint[]) order by entry_id, language, id",
        tx.workspace_id,
        ids,
    ):
        found.setdefault(row["entry_id"], {}).setdefault(row["language"], []).append(row["text"])
    return found


async def get(tx: Transaction, entry_id: int) -> Entry:
    """One entry. Raises NotFound."""
    found = await of_ids(tx, [entry_id])
    if not found:
        raise NotFound("There is no such knowledge entry.")
    return found[0]


async def with_keys(tx: Transaction, keys: Iterable[str]) -> dict[str, Entry]:
    """The entries that have these keys, by key, archived ones too."""
    rows = await tx.fetch(
        "select id from entries where workspace_id = $1 and key = any($2::text[])", tx.workspace_id, list(keys)
    )
    return {entry.key: entry for entry in await of_ids(tx, [row["id"] for row in rows])}


async def for_robot(tx: Transaction) -> list[facts.Entry]:
    """What the robot learns from: every entry that is not archived, oldest first; ids as text."""
    rows = await tx.fetch(
        "select id from entries where workspace_id = $1 and not archived order by id", tx.workspace_id
    )
    return [
        facts.Entry(
            id=str(entry.id),
            policy=entry.policy,
            titles={language: text.title for language, text in entry.texts.items()},
            answers={language: text.answer for language, text in entry.texts.items()},
            examples={language: tuple(listed) for language, listed in entry.examples.items()},
            valid_from=entry.valid_from,
            valid_until=entry.valid_until,
        )
        for entry in await of_ids(tx, [row["id"] for row in rows])
    ]


async def create(tx: Transaction, draft: Draft) -> Entry:
    """A new entry. Raises Invalid, or Conflict when its key is taken."""
    checks = Checks()
    tidy = checked(draft, checks)
    checks.done()
    taken = await tx.fetchval(
        "select exists (select from entries where workspace_id = $1 and key = $2)", tx.workspace_id, tidy.key
    )
    if taken:
        raise Conflict(
            f"There is an entry with the key {tidy.key} already. Choose another title or key.",
            fields={"key": "It is in use."},
        )
    created = await entry_rows.insert(tx, [tidy])
    tx.happened("EntryChanged", entry_id=created[0])
    return await get(tx, created[0])


async def update(tx: Transaction, entry_id: int, version: int, draft: Draft) -> Entry:
    """Replace an entry's content. Raises NotFound, Invalid, or Conflict when `version` is not the latest."""
    await _lock(tx, entry_id)
    old = await get(tx, entry_id)
    if old.version != version:
        raise Conflict("Somebody changed this entry meanwhile. Look at their version, then save again.")
    checks = Checks()
    tidy = checked(draft if draft.key else _keyed(draft, old.key), checks)
    checks.done()
    if tidy == old.draft():
        return old
    if tidy.key != old.key and await with_keys(tx, [tidy.key]):
        raise Conflict(f"Another entry has the key {tidy.key}.", fields={"key": "It is in use."})
    await entry_rows.replace(tx, {entry_id: tidy})
    tx.happened("EntryChanged", entry_id=entry_id)
    return await get(tx, entry_id)


def _keyed(draft: Draft, key: str) -> Draft:
    return Draft(draft.texts, key, draft.policy, draft.valid_from, draft.valid_until, draft.examples)


async def set_archived(tx: Transaction, entry_id: int, archived: bool) -> Entry:
    """Take an entry out of use, or back into it. Raises NotFound."""
    await _lock(tx, entry_id)
    old = await get(tx, entry_id)
    if old.archived == archived:
        return old
    await entry_rows.set_archived(tx, entry_id, archived)
    tx.happened("EntryChanged", entry_id=entry_id)
    return await get(tx, entry_id)


async def _lock(tx: Transaction, entry_id: int) -> None:
    await tx.fetchrow(
        "select id from entries where workspace_id = $1 and id = $2 for update", tx.workspace_id, entry_id
    )
