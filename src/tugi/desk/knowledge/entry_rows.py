"""The rows of knowledge entries. Only this file writes `entries`, `entry_texts` and `entry_examples`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tugi.core import clock
from tugi.core.database import Transaction
from tugi.desk.knowledge.entry_checks import Draft
from tugi.desk.knowledge.words import words
from tugi.desk.people.checks import Language


async def insert(tx: Transaction, drafts: Sequence[Draft]) -> list[int]:
    """Store checked drafts with keys that are free; returns their ids. The caller notes what happened."""
    rows = await tx.fetch(
        "insert into entries (workspace_id, key, policy, valid_from, valid_until, updated_at) "
        "select $1, k, p, f, u, $6 from unnest($2::text[], $3::text[], $4::date[], $5::date[]) "
        "as d(k, p, f, u) returning id, key",
        tx.workspace_id,
        [draft.key for draft in drafts],
        [draft.policy for draft in drafts],
        [draft.valid_from for draft in drafts],
        [draft.valid_until for draft in drafts],
        clock.now(),
    )
    ids = {row["key"]: row["id"] for row in rows}
    await _insert_words(tx, {ids[draft.key]: draft for draft in drafts})
    return [ids[draft.key] for draft in drafts]


async def replace(tx: Transaction, drafts: Mapping[int, Draft]) -> None:
    """Store checked drafts in place of entries, by id. The caller notes what happened."""
    await tx.execute(
        "update entries e set key = d.k, policy = d.p, valid_from = d.f, valid_until = d.u, "
        "version = version + 1, updated_at = $7 "
        "from unnest($2::bigint[], $3::text[], $4::text[], $5::date[], $6::date[]) as d(id, k, p, f, u) "
        "where e.workspace_id = $1 and e.id = d.id",
        tx.workspace_id,
        list(drafts),
        [draft.key for draft in drafts.values()],
        [draft.policy for draft in drafts.values()],
        [draft.valid_from for draft in drafts.values()],
        [draft.valid_until for draft in drafts.values()],
        clock.now(),
    )
    ids = list(drafts)
    await tx.execute(
        "delete from entry_texts where workspace_id = $1 and entry_id = any($2::bigint[])", tx.workspace_id, ids
    )
    await tx.execute(
        "delete from entry_examples where workspace_id = $1 and entry_id = any($2::bigint[])",
        tx.workspace_id,
        ids,
    )
    await _insert_words(tx, drafts)


async def set_archived(tx: Transaction, entry_id: int, archived: bool) -> None:
    """Take an entry out of use, or back into it. The caller notes what happened."""
    await tx.execute(
        "update entries set archived = $3, version = version + 1, updated_at = $4 where workspace_id = $1 and id = $2",
        tx.workspace_id,
        entry_id,
        archived,
        clock.now(),
    )


async def _insert_words(tx: Transaction, drafts: Mapping[int, Draft]) -> None:
    texts = [
        (entry_id, language, text.title, text.answer, " ".join(_searched(draft, language)))
        for entry_id, draft in drafts.items()
        for language, text in draft.texts.items()
    ]
    await tx.execute(
        "insert into entry_texts (workspace_id, entry_id, language, title, answer, search) "
        "select $1, i, l, t, a, array_to_tsvector(string_to_array(s, ' ')) "
        "from unnest($2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[]) as d(i, l, t, a, s)",
        tx.workspace_id,
        *_columns(texts, 5),
    )
    examples = [
        (entry_id, language, text)
        for entry_id, draft in drafts.items()
        for language, listed in draft.examples.items()
        for text in listed
    ]
    await tx.execute(
        "insert into entry_examples (workspace_id, entry_id, language, text) "
        "select $1, i, l, t from unnest($2::bigint[], $3::text[], $4::text[]) with ordinality as d(i, l, t, n) "
        "order by n",
        tx.workspace_id,
        *_columns(examples, 3),
    )


def _searched(draft: Draft, language: Language) -> list[str]:
    text = draft.texts[language]
    listed = draft.examples.get(language, [])
    return sorted(set(words(" ".join([draft.key.replace("_", " "), text.title, text.answer, *listed]))))


def _columns(rows: Sequence[Sequence[object]], width: int) -> list[list[object]]:
    return [[row[i] for row in rows] for i in range(width)]
