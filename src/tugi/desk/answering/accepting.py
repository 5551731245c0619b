"""Accepting and rejecting lessons, and weighing what accepting did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tugi.core.database import Database, Transaction
from tugi.core.errors import Conflict, Invalid, NotFound
from tugi.core.files import Files
from tugi.desk.answering import evidence, lessons, questions, training, truths, vectors
from tugi.desk.answering.lessons import Content, Counts, Effect, Lesson, Pending
from tugi.desk.answering.questions import PastQuestion
from tugi.desk.answering.rehearsing import Rehearse
from tugi.desk.answering.replay import Draft
from tugi.desk.answering.replaying import asked_of, boundaries_of, permits_of
from tugi.desk.answering.truths import Judged
from tugi.desk.knowledge import entries
from tugi.desk.knowledge import entry_checks as checks
from tugi.desk.knowledge.entries import Entry
from tugi.desk.knowledge.entry_checks import EntryText
from tugi.desk.people import workspaces
from tugi.desk.people.checks import LANGUAGES, Language
from tugi.robot.rehearsal import Stage

# How many of the last questions tell what a lesson did.
WEIGHED = 300


@dataclass(frozen=True, slots=True)
class Wish:
    """A lesson as a person wants it; None takes what was proposed. entry_id: of a new entry's questions, the entry
    that answers them already."""

    examples: list[str] | None = None
    text: str | None = None
    title: str | None = None
    entry_id: int | None = None


async def accept(tx: Transaction, lesson_id: int, wish: Wish) -> None:
    """Put the lesson into the knowledge, as the transaction's actor. Raises NotFound, Conflict, Invalid."""
    lesson = await lessons.hold(tx, lesson_id)
    content = _wished(lesson, wish)
    ready = await training.find_ready(tx)
    target = wish.entry_id if lesson.kind == "entry" else lesson.entry_id
    if target is None:
        entry = await _create(tx, lesson, wish, content)
    else:
        entry = await entries.get(tx, target)
        if entry.archived:
            raise Conflict("This entry is out of use. Take it back into use first, or reject the lesson.")
        answer = content.text if lesson.kind == "wording" else None
        await _change(tx, entry, content, answer, lesson.language)
    await lessons.settle(
        tx, lesson_id, "accepted", entry_id=entry.id, content=content, before_hash=ready[1] if ready else None
    )
    # What the robot learns from tells nothing about how it does with other questions.
    await evidence.refresh(tx)


async def reject(tx: Transaction, lesson_id: int) -> None:
    """It teaches nothing, and is not proposed again. Raises NotFound, Conflict."""
    await lessons.hold(tx, lesson_id)
    await lessons.settle(tx, lesson_id, "rejected")


def _wished(lesson: Lesson, wish: Wish) -> Content:
    content = lesson.content
    if wish.examples is not None:
        known = dict(zip(content.examples, content.example_languages, strict=True))
        examples = [text.strip() for text in wish.examples if text.strip()]
        content = replace(
            content, examples=examples, example_languages=[known.get(text, lesson.language) for text in examples]
        )
    if wish.text is not None:
        content = replace(content, text=wish.text.strip())
    if lesson.kind == "example" and not content.examples:
        raise Invalid("Keep at least one question, or reject the lesson.", fields={"examples": "empty"})
    if lesson.kind == "wording" and not content.text:
        raise Invalid("The answer is empty.", fields={"text": "empty"})
    return content


async def _create(tx: Transaction, lesson: Lesson, wish: Wish, content: Content) -> Entry:
    title = (wish.title if wish.title is not None else lesson.title)[: checks.LONGEST_TITLE]
    texts: dict[Language, EntryText] = {_language(lesson.language): EntryText(title, content.text or "")}
    return await entries.create(tx, checks.Draft(texts, examples=_by_language(content)))


async def _change(tx: Transaction, entry: Entry, content: Content, answer: str | None, language: str) -> None:
    draft = entry.draft()
    texts = dict(draft.texts)
    examples: dict[Language, list[str]] = {code: list(listed) for code, listed in draft.examples.items()}
    if answer is not None:
        code = _language(language)
        texts[code] = EntryText(texts[code].title if code in texts else "", answer)
    for code, added in _by_language(content).items():
        examples[code] = [*examples.get(code, []), *added][-checks.MOST_EXAMPLES :]
    await entries.update(tx, entry.id, entry.version, replace(draft, texts=texts, examples=examples))


def _by_language(content: Content) -> dict[Language, list[str]]:
    found: dict[Language, list[str]] = {}
    for text, code in zip(content.examples, content.example_languages, strict=True):
        found.setdefault(_language(code), []).append(text)
    return found


def _language(code: str) -> Language:
    if code not in LANGUAGES:
        raise Invalid(f"There is no language {code!r}.", fields={"language": "unknown"})
    return code


class Weighing:
    """Tells of accepted lessons what they did, once the robot has learned them."""

    def __init__(self, database: Database, files: Files, rehearse: Rehearse) -> None:
        self._database = database
        self._files = files
        self._rehearse = rehearse

    async def run(self, ids: Mapping[str, Any]) -> None:
        """The job after a training: replay the last questions with the robot before and the one of now. Safe to run
        twice. Lessons that were learned in one training share their effect."""
        workspace_id = ids["workspace_id"]
        async with self._database.reading(workspace_id) as tx:
            pending = await lessons.unweighed(tx)
            ready = await training.find_ready(tx)
            if not pending or ready is None:
                return
            workspace = await workspaces.get(tx)
            asked = await questions.page(tx, workspace, before=None, limit=WEIGHED + _most_own(pending))
            judged = await truths.judgements(tx, asked)
        for lesson in pending:
            if lesson.before_hash == ready[1]:
                continue
            others = _others(asked, lesson)
            try:
                before = await self._counts(workspace_id, lesson.before_hash, others, judged)
            except NotFound:
                continue
            after = await self._counts(workspace_id, ready[1], others, judged)
            async with self._database.transaction(workspace_id) as tx:
                await lessons.note_effect(tx, lesson.id, Effect(before, after, len(others)))

    async def _counts(
        self, workspace_id: int, model_hash: str, asked: Sequence[PastQuestion], judged: Mapping[int, Judged]
    ) -> Counts:
        model = await self._files.get(workspace_id, model_hash)
        async with self._database.reading(workspace_id) as tx:
            channels = {question.channel for question in asked}
            permits = {name: await permits_of(tx, Draft(), name) for name in channels}
            own = await boundaries_of(tx, Draft())
            answers = [(e.id, answer) for e in await entries.for_robot(tx) for answer in e.answers.values()]
            variant = await tx.fetchval(
                "select engine from models where workspace_id = $1 and file_hash = $2 limit 1", workspace_id, model_hash
            )
            held = await vectors.known(tx, variant or "", [question.message_id for question in asked])
        async with self._rehearse(Stage(model, permits, answers, own_boundaries=own)) as decide:
            decided = await decide([asked_of(question, held) for question in asked])
        answered = right = wrong = back = 0
        for question, one in zip(asked, decided, strict=True):
            truth = truths.truth_of(question, judged.get(question.message_id), int(one.origin) if one.origin else None)
            outcome = truths.outcome_of(one, truth)
            given = one.kind == "answer" and one.reason != "courtesy"
            answered, back = answered + given, back + (one.kind == "ask")
            right, wrong = right + (given and outcome == "right"), wrong + (given and outcome == "wrong")
        return Counts(answered, right, wrong, back)


def _most_own(pending: Sequence[Pending]) -> int:
    return max(len(lesson.sources) for lesson in pending)


def _others(asked: Sequence[PastQuestion], lesson: Pending) -> list[PastQuestion]:
    """Without the questions the lesson was made from, nor others in the very same words: of those it knows."""
    own, words = set(lesson.sources), {text.casefold() for text in lesson.examples}
    return [q for q in asked if q.message_id not in own and q.text.casefold() not in words][:WEIGHED]
