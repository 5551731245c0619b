"""Finding lessons: new example questions, better wordings, entries that are missing.

A lesson stands on what agents did, never on customers' word alone, and says how many different people are behind
it. Finding one changes nothing that a customer sees.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tugi.core.database import Database, Transaction
from tugi.core.errors import NotFound
from tugi.core.files import Files
from tugi.desk.answering import lessons, questions, training, truths, vectors, wordings
from tugi.desk.answering.lessons import Content, Proposal
from tugi.desk.answering.questions import PastQuestion
from tugi.desk.answering.rehearsing import Rehearse
from tugi.desk.answering.replay import Draft
from tugi.desk.answering.replaying import asked_of, boundaries_of, permits_of
from tugi.desk.answering.truths import Judged, Truth
from tugi.desk.knowledge import entries
from tugi.desk.people import workspaces
from tugi.robot import groups
from tugi.robot.impersonal import impersonal, is_personal
from tugi.robot.model import BadModel, model_from_bytes
from tugi.robot.rehearsal import Decided, Stage

# The latest questions that are looked at, and how many are read at a time.
LOOKED_AT = 3_000
PAGE = 500
# An example is worth adding when the robot was less sure than this, or wrong.
SURE = 0.8
MOST_EXAMPLES = 20
LENGTHS = (8, 300)
# Questions are of one meaning from this average cosine around their mean on. Measured with the demo's examples in
# four languages: 79 % of a group then belong together, at 0.3 it is 67 %.
SAME_MEANING = 0.4
GROUPED = 1_000
# Behind a new entry stand at least so many contacts and replies of people.
CONTACTS, REPLIES = 3, 2
# What the robot says when it finds nothing in its knowledge.
FOUND_NOTHING = ("unsure", "no_knowledge")


@dataclass(frozen=True, slots=True)
class Looked:
    """A past question, what today's robot would do with it, and what people did."""

    question: PastQuestion
    decided: Decided
    truth: Truth
    agents: frozenset[int]
    names: tuple[str, ...]


class Learning:
    """Finds lessons for all workspaces of a worker."""

    def __init__(self, database: Database, files: Files, rehearse: Rehearse) -> None:
        self._database = database
        self._files = files
        self._rehearse = rehearse

    async def run(self, ids: Mapping[str, Any]) -> None:
        """The job: look at the latest questions and propose what they teach. Safe to run twice."""
        workspace_id = ids["workspace_id"]
        async with self._database.reading(workspace_id) as tx:
            ready = await training.find_ready(tx)
            edits = await wordings.edits(tx)
        looked, centre = await self._look(workspace_id, ready[1]) if ready else ([], None)
        async with self._database.reading(workspace_id) as tx:
            known = {entry.id: entry for entry in await _current(tx)}
            settled = await lessons.settled_texts(tx)
            told = await lessons.settled_sources(tx, "entry")
            spent = await lessons.settled_sources(tx, "wording")
        found = examples_of(looked, known, settled)
        found += await asyncio.to_thread(
            wordings.proposals, [one for one in edits if one.message_id not in spent], known
        )
        if centre is not None:
            found += await asyncio.to_thread(entries_of, looked, told, centre)
        async with self._database.transaction(workspace_id) as tx:
            await lessons.propose(tx, found)

    async def _look(self, workspace_id: int, model_hash: str) -> tuple[list[Looked], vectors.Floats | None]:
        """The latest questions as today's robot would decide them, and the middle of what it knows."""
        try:
            model = await self._files.get(workspace_id, model_hash)
            known = await asyncio.to_thread(model_from_bytes, model)
        except (NotFound, BadModel):
            return [], None
        async with self._database.reading(workspace_id) as tx:
            stage = Stage(
                model,
                {name: await permits_of(tx, Draft(), name) for name in await _channels(tx)},
                [(str(e.id), text.answer) for e in await _current(tx) for text in e.texts.values()],
                own_boundaries=await boundaries_of(tx, Draft()),
            )
        out: list[Looked] = []
        before: int | None = None
        async with self._rehearse(stage) as decide:
            while len(out) < LOOKED_AT:
                async with self._database.reading(workspace_id) as tx:
                    asked = await questions.page(tx, await workspaces.get(tx), before=before, limit=PAGE)
                    held = await vectors.known(tx, known.variant, [one.message_id for one in asked])
                    judged = await truths.judgements(tx, asked)
                    people = await _people(tx, asked)
                if not asked:
                    break
                decided = await decide([asked_of(question, held) for question in asked])
                out += [
                    _looked(question, one, judged.get(question.message_id), people, held)
                    for question, one in zip(asked, decided, strict=True)
                ]
                before = asked[-1].message_id
        return out, known.matcher.meaning.centre if known.matcher.meaning else None


def _looked(
    question: PastQuestion,
    decided: Decided,
    judged: Judged | None,
    people: Mapping[int, tuple[int | None, str]],
    held: Mapping[int, vectors.Floats],
) -> Looked:
    # A customer's own "solved" or "not solved" teaches nothing: only what agents judged counts here.
    by_people = judged if judged and judged.agents else None
    truth = truths.truth_of(question, by_people, int(decided.origin) if decided.origin else None)
    agent_id, name = people.get(question.message_id, (None, ""))
    agents = set(by_people.agents) if by_people else set[int]()
    if agent_id is not None and truth.kind in ("sent", "inferred", "none"):
        agents.add(agent_id)
    if decided.vector is None and question.message_id in held:
        decided = _with_vector(decided, held[question.message_id])
    return Looked(question, decided, truth, frozenset(agents), (name,) if name else ())


def _with_vector(decided: Decided, vector: vectors.Floats) -> Decided:
    return Decided(
        kind=decided.kind,
        language=decided.language,
        reason=decided.reason,
        entry_id=decided.entry_id,
        choices=decided.choices,
        probability=decided.probability,
        among=decided.among,
        origin=decided.origin,
        vector=vector.astype(np.float16).tobytes(),
    )


async def _people(tx: Transaction, asked: Sequence[PastQuestion]) -> dict[int, tuple[int | None, str]]:
    """By message: the agent who replied, and the customer's name."""
    authors = {
        row["id"]: row["author_id"]
        for row in await tx.fetch(
            "select id, author_id from messages where workspace_id = $1 and id = any($2::bigint[])",
            tx.workspace_id,
            [one.agent_message_id for one in asked if one.agent_message_id is not None],
        )
    }
    names = {
        row["id"]: row["name"] or ""
        for row in await tx.fetch(
            "select id, name from customers where workspace_id = $1 and id = any($2::bigint[])",
            tx.workspace_id,
            [one.customer_id for one in asked],
        )
    }
    return {one.message_id: (authors.get(one.agent_message_id or 0), names.get(one.customer_id, "")) for one in asked}


async def _channels(tx: Transaction) -> list[str]:
    rows = await tx.fetch("select distinct channel from channel_accounts where workspace_id = $1", tx.workspace_id)
    return [row["channel"] for row in rows]


async def _current(tx: Transaction) -> list[entries.Entry]:
    rows = await tx.fetch(
        "select id from entries where workspace_id = $1 and not archived order by id", tx.workspace_id
    )
    return await entries.of_ids(tx, [row["id"] for row in rows])


def examples_of(looked: Sequence[Looked], known: Mapping[int, entries.Entry], settled: set[str]) -> list[Proposal]:
    """Questions whose entry agents told, and which the robot did not answer rightly or not surely, by entry and
    language. A text that people gave to different entries teaches nothing."""
    told: dict[str, set[int | None]] = {}
    for one in looked:
        if one.truth.kind in ("judged", "sent"):
            told.setdefault(one.question.text.casefold(), set()).add(one.truth.entry_id)
    have = {text.casefold() for entry in known.values() for listed in entry.examples.values() for text in listed}
    by_entry: dict[tuple[int, str], dict[str, list[Looked]]] = {}
    for one in looked:
        entry_id = one.truth.entry_id
        if entry_id is None or entry_id not in known or one.truth.kind not in ("judged", "sent"):
            continue
        if not one.agents or _is_sure(one):
            continue
        text = impersonal(one.question.text, one.names)
        plain = text.casefold()
        if plain in have or plain in settled or not _is_example(text) or len(told[one.question.text.casefold()]) > 1:
            continue
        by_entry.setdefault((entry_id, one.decided.language or ""), {}).setdefault(plain, []).append(one)
    return [_example_lesson(*key, texts, known) for key, texts in by_entry.items() if key[1]]


def _is_sure(one: Looked) -> bool:
    right = one.decided.entry_id == str(one.truth.entry_id)
    return right and (one.decided.probability or 0) >= SURE


def _is_example(text: str) -> bool:
    return LENGTHS[0] <= len(text) <= LENGTHS[1] and len(text.split()) >= 2 and not is_personal(text)


def _example_lesson(
    entry_id: int, language: str, texts: Mapping[str, Sequence[Looked]], known: Mapping[int, entries.Entry]
) -> Proposal:
    chosen = sorted(texts.values(), key=lambda group: (-len(group), group[0].decided.probability or 0))[:MOST_EXAMPLES]
    behind = [one for group in chosen for one in group]
    examples = [impersonal(group[0].question.text, group[0].names) for group in chosen]
    titles = {str(code): text.title for code, text in known[entry_id].texts.items()}
    return Proposal(
        kind="example",
        key=f"example:{entry_id}:{language}:{_digest(sorted(examples))}",
        entry_id=entry_id,
        language=language,
        title=titles.get(language) or next(iter(titles.values()), ""),
        content=Content(examples=examples, example_languages=[language] * len(examples)),
        sources=sorted({one.question.message_id for one in behind}),
        contacts=len({one.question.case_id for one in behind}),
        customers=len({one.question.customer_id for one in behind}),
        agents=len(frozenset[int]().union(*(one.agents for one in behind))),
    )


def _digest(texts: Sequence[str]) -> str:
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()[:16]


def entries_of(looked: Sequence[Looked], told: set[int], centre: vectors.Floats) -> list[Proposal]:
    """Questions that the knowledge has no answer for, grouped by meaning over all languages, with what agents
    usually reply. told: messages of such lessons that were settled; centre: the middle of what is known."""
    open_ones = [
        one
        for one in looked
        if _is_unanswered(one)
        and one.decided.vector is not None
        and one.question.message_id not in told
        and len(one.question.text) >= LENGTHS[0]
    ][:GROUPED]
    if len(open_ones) < CONTACTS:
        return []
    rows = np.stack([vectors.of_bytes(one.decided.vector or b"") for one in open_ones])
    found: list[Proposal] = []
    for group in groups.of_meaning(rows, centre, SAME_MEANING):
        proposal = _entry_lesson([open_ones[place] for place in group])
        if proposal is not None:
            found.append(proposal)
    return found


def _is_unanswered(one: Looked) -> bool:
    """The robot found nothing, or would have asked back where a person then wrote words of no entry."""
    if one.truth.entry_id is not None:
        return False
    found_nothing = one.decided.kind == "hand_over" and one.decided.reason in FOUND_NOTHING
    return found_nothing or (one.decided.kind == "ask" and one.truth.kind == "none")


def _entry_lesson(group: Sequence[Looked]) -> Proposal | None:
    customers = {one.question.customer_id for one in group}
    replied = [one for one in group if one.question.agent_text and one.truth.kind == "none" and one.agents]
    if len(customers) < CONTACTS or len(replied) < REPLIES:
        return None
    languages = Counter(one.decided.language or "" for one in group)
    language = Counter(one.decided.language or "" for one in replied).most_common(1)[0][0]
    texts = {impersonal(one.question.text, one.names): one.decided.language or "" for one in group}
    examples = [text for text in texts if _is_example(text)][:MOST_EXAMPLES]
    own = [text for text in examples if texts[text] == language]
    replies = [
        text
        for one in replied
        if one.decided.language == language
        and not is_personal(text := impersonal(one.question.agent_text or "", one.names))
    ]
    if not own or not replies:
        return None
    likeness = groups.likeness_of(own)
    return Proposal(
        kind="entry",
        # The same group found again with one question more is the same lesson: it keeps the eldest one's name.
        key=f"entry:{min(one.question.message_id for one in group)}",
        entry_id=None,
        language=language,
        title=own[groups.medoid(likeness, range(len(own)))],
        content=Content(
            examples=examples,
            example_languages=[texts[text] for text in examples],
            text=replies[groups.medoid(groups.likeness_of(replies), range(len(replies)))],
            languages=dict(languages.most_common()),
        ),
        sources=sorted(one.question.message_id for one in group),
        contacts=len({one.question.case_id for one in group}),
        customers=len(customers),
        agents=len(frozenset[int]().union(*(one.agents for one in replied))),
    )
