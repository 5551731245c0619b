"""The robot at work: reads a question's facts, decides outside any transaction, carries the verdict out in one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import structlog

from tugi.core import i18n
from tugi.core.batches import Batches
from tugi.core.database import Database, Transaction
from tugi.core.events import ROBOT
from tugi.core.files import Files
from tugi.desk.answering import by_letter, drawing, facts, follow_ups, suggestions, training, vectors, verdicts
from tugi.desk.answering.deciding import Deciding, Decision
from tugi.desk.answering.evidence import Decided as Judged
from tugi.desk.answering.facts import Question
from tugi.desk.answering.private import Private
from tugi.desk.answering.suggestions import Source
from tugi.desk.answering.waiting import wait_text
from tugi.desk.answering.wording import WRITTEN_BY, Draft, Wording
from tugi.desk.cases import cases, contacts, messages
from tugi.desk.cases.cases import Case
from tugi.desk.cases.posting import PLAIN, Wish
from tugi.desk.cases.transcript import MessageChoice
from tugi.desk.knowledge import entries
from tugi.desk.people import customers, workspaces
from tugi.desk.people.workspaces import Workspace
from tugi.desk.work import queue
from tugi.ports import Account, Embedders
from tugi.robot import facts as robot
from tugi.robot.giving import percent
from tugi.robot.model import Model

log = structlog.get_logger("tugi.answering")
# Questions that come together are read, and answers written, so many at once.
MOST_TOGETHER = 10
Decided = tuple[Question, Decision]


class Answering(Deciding):
    """Decides and answers for all workspaces of a process."""

    def __init__(
        self,
        database: Database,
        files: Files,
        embedders: Embedders | None,
        private: Private | None = None,
        wording: Wording | None = None,
    ) -> None:
        super().__init__(database, files, embedders)
        self._private = private
        self.wording = wording
        self._reading = Batches(self._read, self._read_one, MOST_TOGETHER)
        self._writing = Batches(self._write, self._write_one, MOST_TOGETHER)

    @property
    def language_model_name(self) -> str | None:
        """The operator's language model, for the screens; None: there is none."""
        return self.wording.model_name if self.wording else None

    async def answer(self, ids: Mapping[str, Any]) -> None:
        """The job: answer the question that ended with this message. Safe to run twice."""
        workspace_id, case_id, message_id = ids["workspace_id"], ids["case_id"], ids["message_id"]
        question = await self._reading.serve(workspace_id, message_id, case_id)
        if question is None:
            return
        model = await self._opened(workspace_id, question.shop.ready)
        decision = await self._worded(
            workspace_id, question.facts, model, await self.decide_with(model, question.facts)
        )
        await self._writing.serve(workspace_id, message_id, (question, decision))

    async def _read(self, workspace_id: int, asked: Mapping[int, int]) -> Mapping[int, Question | None]:
        """The questions that these messages end. asked: message id -> case id."""
        async with self._database.reading(workspace_id) as tx:
            shop = await facts.find_shop(tx, await training.find_ready(tx))
            return {
                message_id: await facts.find_question(tx, shop, case_id, message_id)
                for message_id, case_id in asked.items()
            }

    async def _read_one(self, workspace_id: int, message_id: int, case_id: int) -> Question | None:
        return (await self._read(workspace_id, {message_id: case_id}))[message_id]

    async def _write(self, workspace_id: int, decided: Mapping[int, Decided]) -> Mapping[int, None]:
        """Carry these out with one commit."""
        async with self._database.transaction(workspace_id, ROBOT) as tx:
            for question, decision in decided.values():
                await self._carry_out(tx, question, decision)
        return dict.fromkeys(decided)

    async def _write_one(self, workspace_id: int, message_id: int, decided: Decided) -> None:
        await self._write(workspace_id, {message_id: decided})

    async def gave_up(self, ids: Mapping[str, Any]) -> None:
        """The robot failed for good: a person takes over, and the customer is told so."""
        await self._to_a_person(ids, "error")

    async def acknowledge(self, ids: Mapping[str, Any]) -> None:
        """The job after "talk to a person": tell the customer what happens now."""
        await self._to_a_person(ids, "wants_person")

    async def _to_a_person(self, ids: Mapping[str, Any], reason: str) -> None:
        async with self._database.transaction(ids["workspace_id"], ROBOT) as tx:
            case = await cases.lock(tx, ids["case_id"])
            if reason != "wants_person" and case.handler != "robot":
                return
            await queue.hand_over(tx, case, reason)
            workspace = await workspaces.get(tx)
            spoken = case.language or await customers.find_language(tx, case.customer_id)
            language = spoken or workspace.languages[0]
            text = i18n.text(language, "person.coming") + " " + await wait_text(tx, workspace, language)
            account = await by_letter.find_account(tx, ids["message_id"]) if ids.get("message_id") else None
            if account is not None:
                await _acknowledge(tx, case, account, workspace, language, f"robot:answer-{ids['message_id']}")
                return
            key = ids.get("message_id") or ids.get("number") or case.id
            await messages.write(
                tx,
                await cases.get_case(tx, case.id),
                external_id=f"robot:person-{key}-{case.waiting_since or case.created_at:%Y%m%d%H%M%S}",
                text=text,
                language=language,
                answers=False,
            )

    async def _carry_out(self, tx: Transaction, question: Question, decision: Decision) -> None:
        case = await cases.lock(tx, question.case.id)
        if not await facts.still_waits(tx, case.id, question.last_id):
            return
        verdict = decision.verdict
        speaks = isinstance(verdict, robot.Answer | robot.Ask)
        if speaks and (case.handler != "robot" or case.robot_paused):
            # A person took the floor while the robot was thinking: its words would only disturb.
            return
        decision = await self._with_private(tx, case, question, decision)
        decision = await _as_entries_stand(tx, decision)
        if question.account is not None:
            letter = await by_letter.settle(tx, case, question.account, question.workspace, decision.verdict)
            decision = _settled(decision, letter)
        verdict = decision.verdict
        verdict_id = await verdicts.store(tx, case.id, question.last_id, decision.shown, decision.ms)
        if verdict_id is None:
            return
        if decision.vector is not None:
            await vectors.keep(tx, decision.variant, [(question.last_id, case.id, decision.vector)])
        await cases.set_language(tx, case, verdict.why.language)
        match verdict:
            case robot.Answer():
                await self._say(tx, case, question, verdict, verdict_id)
            case robot.Ask():
                await self._ask(tx, case, question, verdict, verdict_id)
            case robot.Suggest():
                await self._suggest(tx, case, question, verdict, verdict_id, decision.draft)
            case robot.HandOver():
                await self._hand_over(tx, case, question, verdict.reason, verdict.text, verdict.language, verdict_id)
                if decision.aside:
                    await _offer(tx, case, verdict_id, decision.aside, decision.draft, decision.further)
            case robot.StaySilent():
                await self._keep_quiet(tx, case, verdict)
        await _cast_lots(tx, case, question, decision.shown, verdict_id)

    async def _worded(self, workspace_id: int, known: robot.Facts, model: Model | None, decision: Decision) -> Decision:
        """The decision in better words, where a language model has some that hold, unless it doubts the answer."""
        if self.wording is None or model is None:
            return decision
        verdict, draft = await self.wording.reword(workspace_id, known, decision.verdict, model.entries)
        if verdict is not decision.verdict:
            titles = {c.entry_id: c.title for c in decision.shown.why.candidates}
            decision = replace(decision, verdict=verdict, shown=verdicts.view(verdict, titles))
        return replace(self.reconsidered(known, model, decision), draft=draft)

    async def _with_private(self, tx: Transaction, case: Case, question: Question, decision: Decision) -> Decision:
        """The decision, with the customer's own order read where it asks for that."""
        # A code by mail asks to be typed in a chat; a letter's writer gets the topic's public answer.
        if self._private is None or question.account is not None:
            return decision
        return _settled(decision, await self._private.settle(tx, case, question, decision.verdict))

    async def _say(
        self, tx: Transaction, case: Case, question: Question, verdict: robot.Answer, verdict_id: int
    ) -> None:
        entry_id = int(verdict.entry_id) if verdict.entry_id else None
        repeated = entry_id is not None and await _was_given(tx, case.id, entry_id)
        letter = await _wish(tx, case, question, verdict.language)
        buttons = () if question.account else await _asked_next(tx, question, verdict.language, entry_id)
        await messages.write(
            tx,
            case,
            external_id=f"robot:answer-{question.last_id}",
            text=verdict.text,
            language=verdict.language,
            entry_id=entry_id,
            verdict_id=verdict_id,
            follow_ups=buttons,
            also_entry_ids=[int(one) for one in verdict.also],
            letter=letter,
        )
        if entry_id is not None:
            await cases.set_robot(tx, case, turns=case.robot_turns + 1 if repeated else 0)
            if contact_id := await contacts.find_current(tx, case.id):
                await contacts.set_robot_outcome(tx, contact_id, "answered_unconfirmed")

    async def _ask(self, tx: Transaction, case: Case, question: Question, verdict: robot.Ask, verdict_id: int) -> None:
        await messages.write(
            tx,
            case,
            external_id=f"robot:answer-{question.last_id}",
            text=verdict.text,
            language=verdict.language,
            choices=[MessageChoice(int(choice.entry_id), choice.title) for choice in verdict.choices],
            verdict_id=verdict_id,
        )
        await cases.set_robot(tx, case, turns=case.robot_turns + 1)

    async def _suggest(
        self,
        tx: Transaction,
        case: Case,
        question: Question,
        verdict: robot.Suggest,
        verdict_id: int,
        draft: Draft | None,
    ) -> None:
        await _offer(tx, case, verdict_id, verdict, draft)
        if case.handler == "robot":
            text = verdict.customer_text or i18n.text(verdict.language, "person.coming")
            await self._hand_over(tx, case, question, "suggestion", text, verdict.language, verdict_id)

    async def _hand_over(
        self,
        tx: Transaction,
        case: Case,
        question: Question,
        reason: str,
        text: str,
        language: str,
        verdict_id: int,
    ) -> None:
        if case.handler != "robot":
            return
        await queue.hand_over(tx, case, reason)
        if question.account is not None:
            key = f"robot:answer-{question.last_id}"
            await _acknowledge(tx, case, question.account, question.workspace, language, key)
            return
        wait = await wait_text(tx, question.workspace, language)
        await messages.write(
            tx,
            case,
            external_id=f"robot:answer-{question.last_id}",
            text=f"{text} {wait}".strip(),
            language=language,
            verdict_id=verdict_id,
            answers=False,
        )

    async def _keep_quiet(self, tx: Transaction, case: Case, verdict: robot.StaySilent) -> None:
        if verdict.reason == "thanks" and case.handler == "robot":
            await cases.set_robot(tx, case, turns=0)
            contact_id = await contacts.find_current(tx, case.id)
            if contact_id and await _robot_answered(tx, contact_id):
                await contacts.set_robot_outcome(tx, contact_id, "confirmed")


async def _cast_lots(tx: Transaction, case: Case, question: Question, shown: verdicts.Verdict, verdict_id: int) -> None:
    """In the same commit as the answer, so that none escapes the audit."""
    first = shown.why.candidates[0] if shown.why.candidates else None
    entry_id = shown.entry_id or (first.entry_id if first else None)
    decided = Judged(
        verdict_id=verdict_id,
        case_id=case.id,
        message_id=question.last_id,
        customer_id=case.customer_id,
        kind=shown.kind,
        entry_id=entry_id,
        probability=first.probability if first else None,
        language=shown.language,
        channel=case.channel,
        created_at=shown.created_at,
    )
    level = question.facts.permit(str(entry_id)).level if entry_id else question.facts.default_permit.level
    risk = question.risks.get(entry_id or 0, "normal")
    await drawing.cast_lots(tx, decided, shown.reason, question.shop.wishes, level, risk)


async def _offer(
    tx: Transaction,
    case: Case,
    verdict_id: int,
    suggest: robot.Suggest,
    draft: Draft | None,
    further: Sequence[robot.Suggest] = (),
) -> None:
    several = (suggest, *further)
    sources = [Source(int(one.entry_id), one.why.parameters.get("title", "")) for one in several] if further else []
    await suggestions.offer(
        tx,
        case.id,
        verdict_id,
        entry_id=int(suggest.entry_id),
        text=draft.text if draft else "\n\n".join(one.text for one in several),
        language=suggest.language,
        awaits_click=suggest.awaits_click and not further,
        drafted_by=WRITTEN_BY if draft else None,
        sources=draft.sources if draft else sources,
    )


def _settled(decision: Decision, verdict: robot.Verdict) -> Decision:
    """The decision with this verdict in place of its own."""
    if verdict is decision.verdict:
        return decision
    titles = {c.entry_id: c.title for c in decision.shown.why.candidates}
    return replace(decision, verdict=verdict, shown=verdicts.view(verdict, titles))


async def _wish(tx: Transaction, case: Case, question: Question, language: str) -> Wish:
    if question.account is None:
        return PLAIN
    return await by_letter.wish(tx, case, question.account, question.workspace, language)


async def _acknowledge(
    tx: Transaction, case: Case, account: Account, workspace: Workspace, language: str, external_id: str
) -> None:
    """Whoever wrote a letter is told at most once a day that it has come, and only if the shop wants that."""
    if text := await by_letter.acknowledgement(tx, case, account, language):
        letter = await by_letter.wish(tx, case, account, workspace, language)
        await messages.write(
            tx, case, external_id=external_id, text=text, language=language, answers=False, letter=letter
        )


async def _asked_next(
    tx: Transaction, question: Question, language: str, entry_id: int | None
) -> Sequence[MessageChoice]:
    if entry_id is None:
        return ()

    def may_give(next_id: int) -> bool:
        return question.facts.permit(str(next_id)).level in follow_ups.GIVEN

    return await follow_ups.buttons(tx, entry_id, question.case.id, language, question.facts.today, may_give)


async def _as_entries_stand(tx: Transaction, decision: Decision) -> Decision:
    """The decision, or a hand-over where people have taken an entry back since the model was trained."""
    verdict = decision.verdict
    if not isinstance(verdict, robot.Answer) or verdict.entry_id is None:
        return decision
    entry_ids = [int(one) for one in (verdict.entry_id, *verdict.also)]
    found = await entries.of_ids(tx, entry_ids)
    if len(found) == len(entry_ids) and all(one.policy == "answer" and not one.archived for one in found):
        return decision
    parameters = {"title": verdict.why.parameters.get("title", ""), "percent": percent(verdict.probability)}
    why = replace(verdict.why, sentence="entry_for_people", parameters=parameters)
    text = i18n.text(verdict.language, "person.coming")
    return _settled(decision, robot.HandOver("entry_for_people", text, verdict.language, why))


async def _was_given(tx: Transaction, case_id: int, entry_id: int) -> bool:
    return bool(
        await tx.fetchval(
            "select true from messages where workspace_id = $1 and case_id = $2 and author_kind = 'robot' "
            "and entry_id = $3 and contact_id = "
            "(select max(id) from contacts where workspace_id = $1 and case_id = $2) limit 1",
            tx.workspace_id,
            case_id,
            entry_id,
        )
    )


async def _robot_answered(tx: Transaction, contact_id: int) -> bool:
    return bool(
        await tx.fetchval(
            "select robot_outcome = 'answered_unconfirmed' from contacts where workspace_id = $1 and id = $2",
            tx.workspace_id,
            contact_id,
        )
    )
