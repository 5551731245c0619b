"""What an agent does with a suggestion: only by one of these stored acts do its words reach a customer."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from tugi.core import clock
from tugi.core.database import Transaction
from tugi.core.errors import Conflict
from tugi.desk.answering import evidence, follow_ups, suggestions, topics
from tugi.desk.answering.suggestions import Dismissal, Suggestion
from tugi.desk.cases import cases, contacts, messages, transcript
from tugi.desk.cases.cases import Case
from tugi.desk.cases.transcript import Message, MessageChoice
from tugi.desk.knowledge import entries
from tugi.desk.people import workspaces

GONE = "This suggestion is no longer on offer."


async def used(tx: Transaction, suggestion: Suggestion, message: Message, agent_id: int) -> None:
    """The agent's message came from this suggestion: sent as it was, or edited. A repeat changes nothing.

    Raises Conflict when it was dismissed or outdated, or when another message has come from it.
    """
    if suggestion.status in ("sent", "edited"):
        if await suggestions.find_message(tx, suggestion.id) not in (None, message.id):
            raise Conflict("This suggestion has been sent already. Look at the conversation before you answer.")
        return
    as_it_was = suggestion.text.strip() == message.text.strip()
    status = "sent" if as_it_was else "edited"
    await suggestions.settle(tx, suggestion, agent_id, status, text=message.text, message_id=message.id)
    await evidence.note_suggestion(tx, suggestion, status, agent_id=agent_id, text=message.text, reason=None)
    if contact_id := await contacts.find_current(tx, suggestion.case_id):
        await contacts.set_robot_outcome(tx, contact_id, "assisted")


async def approve(tx: Transaction, suggestion_id: int, agent_id: int) -> Message:
    """The robot says what it suggested, because this agent has approved it, and keeps the floor.

    Raises NotFound; Conflict when the suggestion is settled, the customer has written more since, or the
    entry may not be given any more.
    """
    case = await cases.lock(tx, (await suggestions.get(tx, suggestion_id)).case_id)
    suggestion = await suggestions.get(tx, suggestion_id)
    if suggestion.status != "offered":
        return await _approved_before(tx, suggestion)
    await _check(tx, case, suggestion)
    message = await messages.write(
        tx,
        case,
        external_id=f"robot:approved-{suggestion.id}",
        text=suggestion.text,
        language=suggestion.language,
        entry_id=suggestion.entry_id,
        verdict_id=suggestion.verdict_id,
        follow_ups=await _asked_next(tx, case, suggestion),
        approved_by=agent_id,
    )
    await suggestions.settle(tx, suggestion, agent_id, "sent", text=suggestion.text, message_id=message.id)
    await evidence.note_suggestion(tx, suggestion, "sent", agent_id=agent_id, text=suggestion.text, reason=None)
    await cases.set_floor(tx, case, handler="robot", assignee_id=None, team_id=case.team_id, hand_over_reason=None)
    if contact_id := await contacts.find_current(tx, case.id):
        await contacts.set_robot_outcome(tx, contact_id, "answered_unconfirmed")
    return message


async def _asked_next(tx: Transaction, case: Case, suggestion: Suggestion) -> Sequence[MessageChoice]:
    permits = await topics.permits(tx, case.channel)
    today = clock.now().astimezone(ZoneInfo((await workspaces.get(tx)).timezone)).date()

    def may_give(next_id: int) -> bool:
        return permits.by_entry.get(str(next_id), permits.other).level in follow_ups.GIVEN

    return await follow_ups.buttons(tx, suggestion.entry_id, case.id, suggestion.language, today, may_give)


async def _approved_before(tx: Transaction, suggestion: Suggestion) -> Message:
    message_id = await suggestions.find_message(tx, suggestion.id)
    said = await transcript.of_ids(tx, [message_id]) if message_id else []
    if not said or said[0].approved_by is None:
        raise Conflict(GONE)
    return said[0]


async def _check(tx: Transaction, case: Case, suggestion: Suggestion) -> None:
    if not suggestion.awaits_click:
        raise Conflict("This suggestion is for you to send.")
    if case.robot_paused:
        raise Conflict("The robot is paused on this case. Send the answer yourself, or let the robot work here.")
    if await _moved_on(tx, suggestion):
        raise Conflict("The conversation has moved on since this was suggested. Read it first.")
    found = await entries.of_ids(tx, [suggestion.entry_id])
    if not found or found[0].archived or found[0].policy != "answer":
        raise Conflict("This entry is not for the robot to give any more.")


async def _moved_on(tx: Transaction, suggestion: Suggestion) -> bool:
    """Whether the customer or a person of ours has written since the question that the suggestion answers."""
    return bool(
        await tx.fetchval(
            "select exists (select from messages m join verdicts v on v.workspace_id = m.workspace_id and v.id = $3 "
            "where m.workspace_id = $1 and m.case_id = $2 and m.id > v.message_id and m.author_kind <> 'robot')",
            tx.workspace_id,
            suggestion.case_id,
            suggestion.verdict_id,
        )
    )


async def dismiss(
    tx: Transaction, suggestion_id: int, agent_id: int, reason: Dismissal | None, truth_entry_id: int | None = None
) -> Suggestion:
    """The agent does not want it. truth_entry_id: with "wrong_entry", the right one if the agent says so.

    Raises NotFound, Invalid for an unknown entry; Conflict when it was settled otherwise before.
    """
    suggestion = await suggestions.get(tx, suggestion_id)
    if suggestion.status == "dismissed":
        return suggestion
    settled = await suggestions.settle(tx, suggestion, agent_id, "dismissed", reason=reason)
    await evidence.note_suggestion(
        tx, suggestion, "dismissed", agent_id=agent_id, text="", reason=reason, truth_entry_id=truth_entry_id
    )
    return settled
