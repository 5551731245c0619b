"""Taking in files of knowledge: all or nothing, and twice is the same as once."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tugi.core.database import Database, Transaction
from tugi.core.errors import Invalid
from tugi.core.events import SYSTEM, Actor
from tugi.desk.knowledge import entries, entry_rows
from tugi.desk.knowledge.entries import Entry
from tugi.desk.knowledge.entry_checks import Draft
from tugi.desk.knowledge.formats import File, read_files
from tugi.desk.knowledge.pieces import Piece, Problem, Reading
from tugi.desk.people import workspaces

# Few enough for one statement to end well within the statement timeout.
_BATCH = 2_000


@dataclass(frozen=True, slots=True)
class Import:
    """What an import did. With problems nothing is stored, unless the rest was wanted all the same.

    more_problems: how many further problems there are than the thousand listed.
    """

    created: int
    updated: int
    unchanged: int
    problems: list[Problem]
    more_problems: int = 0


async def import_files(
    database: Database,
    workspace_id: int,
    files: Sequence[File],
    *,
    actor: Actor = SYSTEM,
    partial: bool = False,
) -> Import:
    """Store the entries of the files in one transaction; entries are recognised by their key.

    What a file does not say of a known entry (a language, a policy, examples) stays as it is.
    """
    async with database.reading(workspace_id) as tx:
        main_language = (await workspaces.get(tx)).languages[0]
    reading = await asyncio.to_thread(read_files, files, main_language)
    if reading.problems and not partial:
        return Import(0, 0, 0, reading.problems, reading.more)
    async with database.transaction(workspace_id, actor) as tx:
        await tx.execute("select pg_advisory_xact_lock(hashtextextended('import', $1))", workspace_id)
        known = await entries.with_keys(tx, {piece.key for piece in reading.pieces})
        drafts = await asyncio.to_thread(_merged, reading, known)
        if reading.problems and not partial:
            return Import(0, 0, 0, reading.problems, reading.more)
        return await _store(tx, known, drafts, reading)


def _merged(reading: Reading, known: Mapping[str, Entry]) -> dict[str, Draft]:
    """The drafts the pieces add up to, by key, laid over what is known."""
    pieces: dict[str, list[Piece]] = {}
    for piece in reading.pieces:
        pieces.setdefault(piece.key, []).append(piece)
    drafts: dict[str, Draft] = {}
    for key, listed in pieces.items():
        old = known[key].draft() if key in known else None
        draft = _overlaid(old, listed, reading)
        if draft.texts:
            drafts[key] = draft
        else:
            first = listed[0]
            reading.problem(first.row, "texts", f"{key} has no title and answer in any language.", first.file)
    return drafts


def _overlaid(old: Draft | None, pieces: Sequence[Piece], reading: Reading) -> Draft:
    texts = dict(old.texts) if old else {}
    examples = dict(old.examples) if old else {}
    policy, first_day, last_day = (old.policy, old.valid_from, old.valid_until) if old else ("answer", None, None)
    said: dict[str, Piece] = {}
    replaced: set[str] = set()
    for piece in pieces:
        for language, text in piece.texts.items():
            earlier = said.setdefault(language, piece)
            if earlier is not piece and earlier.texts.get(language) != text:
                reading.problem(
                    piece.row,
                    "twice",
                    f"{piece.key} in {language} is in row {earlier.row} already, with other words.",
                    piece.file,
                )
            texts[language] = text
        for language, listed in piece.examples.items():
            before = examples.get(language, []) if language in replaced else []
            replaced.add(language)
            examples[language] = list({text.casefold(): text for text in [*before, *listed]}.values())
        policy = piece.policy or policy
        first_day, last_day = piece.valid_from or first_day, piece.valid_until or last_day
    return Draft(texts, pieces[0].key, policy, first_day, last_day, examples)


async def _store(tx: Transaction, known: Mapping[str, Entry], drafts: Mapping[str, Draft], reading: Reading) -> Import:
    new = [draft for key, draft in drafts.items() if key not in known]
    changed = {known[key].id: draft for key, draft in drafts.items() if key in known and known[key].draft() != draft}
    touched: list[int] = []
    for start in range(0, len(new), _BATCH):
        touched += await entry_rows.insert(tx, new[start : start + _BATCH])
    items = list(changed.items())
    for start in range(0, len(items), _BATCH):
        await entry_rows.replace(tx, dict(items[start : start + _BATCH]))
    touched += changed
    if touched:
        # One event for all of them: the robot learns once, and screens read anew once.
        tx.happened("EntryChanged", entry_id=touched[0], count=len(touched))
    unchanged = len(drafts) - len(new) - len(changed)
    return Import(len(new), len(changed), unchanged, reading.problems, reading.more)


def files_of(path: Path) -> list[File]:
    """The file, or every file of knowledge in the folder, for `tugi knowledge import`. Raises Invalid."""
    if path.is_file():
        return [File(path.name, path.read_bytes())]
    endings = (".md", ".markdown", ".json", ".jsonl", ".csv")
    found = sorted(item for item in path.rglob("*") if item.is_file() and item.suffix.lower() in endings)
    if not found:
        raise Invalid(f"{path} holds no Markdown, JSON or CSV files.")
    return [File(item.relative_to(path).as_posix(), item.read_bytes()) for item in found]
