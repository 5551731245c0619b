"""What stands beside the composer: suggestion, nearest entries, similar cases, the next question, a summary."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from tugi.core.database import Database, Transaction
from tugi.desk.answering import by_letter, follow_ups, questions, similar, suggestions, summaries, vectors, verdicts
from tugi.desk.answering.answers import Answering
from tugi.desk.answering.follow_ups import Next
from tugi.desk.answering.questions import PastQuestion
from tugi.desk.answering.similar import Likeness, SimilarCase
from tugi.desk.answering.suggestions import Suggestion
from tugi.desk.answering.summaries import Rareness, Summary, WrittenBy
from tugi.desk.answering.vectors import Floats
from tugi.desk.answering.verdicts import Verdict
from tugi.desk.cases import cases, transcript
from tugi.desk.cases.transcript import Message
from tugi.desk.knowledge import entries
from tugi.desk.people import workspaces
from tugi.robot import facts as robot
from tugi.robot.compose import answer_text, in_language

BEST = 3
# An entry less likely than this is no help, only something more to read.
LEAST = 0.02
# All of a case that a summary may quote.
READ = 200


@dataclass(frozen=True, slots=True)
class Nearest:
    """An entry that may answer, its text ready to send. probability: that it is the right one."""

    entry_id: int
    title: str
    text: str
    language: str
    probability: float


@dataclass(frozen=True, slots=True)
class CaseSummary:
    """What a long case is about."""

    text: str
    written_by: WrittenBy
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Help:
    """All of it for one case. candidates and next: only while the customer waits for an answer."""

    suggestion: Suggestion | None
    candidates: list[Nearest] = field(default_factory=list[Nearest])
    similar: list[SimilarCase] = field(default_factory=list[SimilarCase])
    next: list[Next] = field(default_factory=list[Next])
    summary: CaseSummary | None = None


@dataclass(frozen=True, slots=True)
class _Read:
    """What one look at the database gave. wanted: the question whose vector has to be computed yet.

    ranked: how likely each entry is the right one, as the robot read the question. spoken: the customer's language.
    """

    help: Help
    summary: Summary | None
    wanted: PastQuestion | None
    ranked: Mapping[int, float] = field(default_factory=dict[int, float])
    spoken: str = ""


class Assist:
    """Helps the agents of all workspaces of a process."""

    def __init__(self, database: Database, answering: Answering) -> None:
        self._database = database
        self._answering = answering
        self._likeness = Likeness()
        self._rareness = Rareness()

    async def with_case(self, workspace_id: int, case_id: int, language: str) -> Help:
        """Everything for a case; the summary's lead words are in the viewer's `language`. Raises NotFound."""
        variant = await self._answering.variant(workspace_id)
        async with self._database.reading(workspace_id) as tx:
            read = await self._read(tx, case_id, language, variant)
        found = read.help
        if read.wanted is not None and variant is not None:
            vector = await self._answering.vector(workspace_id, read.wanted.text)
            if vector is not None:
                found = replace(found, similar=await self._like(workspace_id, read.wanted, variant, vector, read))
        if read.summary is not None:
            async with self._database.transaction(workspace_id) as tx:
                await summaries.keep(tx, case_id, language, read.summary)
                if self._answering.wording is not None and self._answering.wording.has_model:
                    tx.happened("SummaryMade", case_id=case_id, language=language)
        return found

    async def _read(self, tx: Transaction, case_id: int, language: str, variant: str | None) -> _Read:
        case = await cases.get_case(tx, case_id)
        said = await transcript.of_case(tx, case_id, limit=READ)
        suggestion = await suggestions.find_offered(tx, case_id)
        question = await _question(tx, said)
        summary, made = await self._summary(tx, case_id, said, language)
        if question is None:
            return _Read(Help(suggestion, summary=summary), made, None)
        verdict = await _newest_verdict(tx, case_id)
        ranked = {one.entry_id: one.probability for one in verdict.why.candidates} if verdict else {}
        waits = case.waiting_since is not None
        candidates = await _candidates(tx, verdict, question, suggestion) if verdict and waits else []
        entry_id = suggestion.entry_id if suggestion else candidates[0].entry_id if candidates else None
        spoken = suggestion.language if suggestion else candidates[0].language if candidates else ""
        asked_next: list[Next] = []
        if entry_id is not None and waits:
            asked_next = await follow_ups.lines(tx, entry_id, case_id, question.facts, spoken)
        alike, missing = await self._alike(tx, case_id, question, variant, ranked, case.language or "")
        found = Help(suggestion, candidates, alike, asked_next, summary)
        return _Read(found, made, question if missing else None, ranked, case.language or "")

    async def _alike(
        self,
        tx: Transaction,
        case_id: int,
        question: PastQuestion,
        variant: str | None,
        ranked: Mapping[int, float],
        spoken: str,
    ) -> tuple[list[SimilarCase], bool]:
        """Similar cases, and whether the question's vector is missing for better ones."""
        if variant is not None:
            held = (await vectors.known(tx, variant, [question.message_id])).get(question.message_id)
            if held is not None:
                alike = await similar.like(tx, self._likeness, case_id, variant, held, ranked, spoken)
                return alike, False
        best = max(ranked, key=lambda entry_id: ranked[entry_id], default=None)
        return await similar.of_entry(tx, case_id, best) if best else [], variant is not None

    async def _like(
        self, workspace_id: int, question: PastQuestion, variant: str, vector: Floats, read: _Read
    ) -> list[SimilarCase]:
        async with self._database.transaction(workspace_id) as tx:
            await vectors.keep(tx, variant, [(question.message_id, question.case_id, vector)])
            return await similar.like(tx, self._likeness, question.case_id, variant, vector, read.ranked, read.spoken)

    async def _summary(
        self, tx: Transaction, case_id: int, said: Sequence[Message], language: str
    ) -> tuple[CaseSummary | None, Summary | None]:
        """The summary to show, and the one to store when it was made just now."""
        if len(said) <= summaries.SHORT_CASE:
            return None, None
        known = await summaries.find(tx, case_id, language)
        made = None
        if known is None or known.message_id < said[-1].id:
            known = made = await summaries.extract(tx, self._rareness, said, language)
        return CaseSummary(known.text, known.written_by, known.created_at) if known else None, made


async def _question(tx: Transaction, said: Sequence[Message]) -> PastQuestion | None:
    """The customer's newest question."""
    last = next((m.id for m in reversed(said) if m.author.kind == "customer" and not by_letter.by_machine(m)), None)
    if last is None:
        return None
    return (await questions.of_messages(tx, await workspaces.get(tx), [last])).get(last)


async def _candidates(
    tx: Transaction, verdict: Verdict, question: PastQuestion, suggestion: Suggestion | None
) -> list[Nearest]:
    """The best entries for the question that waits, as the robot ranked them, that may be given today."""
    language = suggestion.language if suggestion else verdict.why.language
    ranked = {one.entry_id: one.probability for one in verdict.why.candidates if one.probability >= LEAST}
    for entry_id in await suggestions.tried_entries(tx, verdict.id):
        ranked.pop(entry_id, None)
    found = [
        _nearest(_as_robot_reads(entry), entry.id, question.facts, language, ranked[entry.id])
        for entry in await entries.of_ids(tx, list(ranked))
        if not entry.archived
    ]
    return [one for one in found if one is not None][:BEST]


def _nearest(
    entry: robot.Entry, entry_id: int, known: robot.Facts, language: str, probability: float
) -> Nearest | None:
    text = answer_text(entry, known, language)
    if not text or not entry.is_valid_on(known.today):
        return None
    spoken = next((code for code in (language, *known.languages, *entry.answers) if entry.answers.get(code)), language)
    return Nearest(entry_id, in_language(entry.titles, language, known.languages), text, spoken, probability)


def _as_robot_reads(entry: entries.Entry) -> robot.Entry:
    return robot.Entry(
        id=str(entry.id),
        titles={str(code): text.title for code, text in entry.texts.items()},
        answers={str(code): text.answer for code, text in entry.texts.items()},
        valid_from=entry.valid_from,
        valid_until=entry.valid_until,
    )


async def _newest_verdict(tx: Transaction, case_id: int) -> Verdict | None:
    newest = await tx.fetchval(
        "select max(id) from verdicts where workspace_id = $1 and case_id = $2", tx.workspace_id, case_id
    )
    found = await verdicts.of_ids(tx, [newest]) if newest else []
    return found[0] if found else None
