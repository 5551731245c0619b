"""The queue: who has the floor of a case, and the acts by which it changes hands."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tugi.core.database import Transaction
from tugi.core.errors import Invalid
from tugi.desk.cases import cases, contacts
from tugi.desk.cases.cases import Case, Status


async def hand_over(tx: Transaction, case: Case, reason: str) -> None:
    """Give the case to people: to its own agent while active, else to the queue. The case must be locked."""
    if case.handler != "robot":
        return
    assignee = case.assignee_id if await _is_active(tx, case.assignee_id) else None
    await cases.set_floor(
        tx,
        case,
        handler="agent" if assignee else "queue",
        assignee_id=assignee,
        team_id=case.team_id,
        hand_over_reason=reason,
    )
    if contact_id := await contacts.find_current(tx, case.id):
        await contacts.set_robot_outcome(tx, contact_id, "handed_over")
    tx.happened("CaseHandedOver", case_id=case.id, reason=reason)


async def take(tx: Transaction, case: Case, agent_id: int) -> None:
    """The agent answers: the floor is theirs, and the case too when it is nobody's."""
    if case.handler == "agent" and case.assignee_id is not None:
        return
    assignee = case.assignee_id or agent_id
    await cases.set_floor(
        tx,
        case,
        handler="agent",
        assignee_id=assignee,
        team_id=case.team_id,
        hand_over_reason=case.hand_over_reason,
    )
    if assignee != case.assignee_id:
        tx.happened("CaseAssigned", case_id=case.id, agent_id=assignee, team_id=case.team_id)


async def assign(tx: Transaction, case_id: int, agent_id: int | None, team_id: int | None) -> Case:
    """Assign to an agent, a team, both or nobody. Raises NotFound, Invalid for an unknown agent or team."""
    case = await cases.lock(tx, case_id)
    if agent_id is not None and not await _is_active(tx, agent_id):
        raise Invalid("There is no such active agent.", fields={"agent_id": "unknown"})
    if team_id is not None and not await _team_exists(tx, team_id):
        raise Invalid("There is no such team.", fields={"team_id": "unknown"})
    if (agent_id, team_id) != (case.assignee_id, case.team_id) or case.handler == "robot":
        await cases.set_floor(
            tx,
            case,
            handler="agent" if agent_id else "queue",
            assignee_id=agent_id,
            team_id=team_id,
            hand_over_reason=case.hand_over_reason,
        )
        tx.happened("CaseAssigned", case_id=case_id, agent_id=agent_id, team_id=team_id)
    return await cases.get_case(tx, case_id)


async def set_status(tx: Transaction, case_id: int, status: Status, until: datetime | None) -> Case:
    """An agent's choice of status. Raises NotFound, Conflict, Invalid."""
    case = await cases.lock(tx, case_id)
    await cases.set_status(tx, case, status, until)
    if status == "resolved":
        await contacts.resolved(tx, case_id, True)
    elif case.status == "resolved":
        await contacts.resolved(tx, case_id, False)
    return await cases.get_case(tx, case_id)


async def pause_robot(tx: Transaction, case_id: int, paused: bool) -> Case:
    """Keep the robot out of this case, or let it in again; pausing hands the floor to people."""
    case = await cases.lock(tx, case_id)
    await cases.set_robot(tx, case, paused=paused)
    if paused:
        await hand_over(tx, case, "paused")
    return await cases.get_case(tx, case_id)


async def wake(tx: Transaction) -> int:
    """Open the snoozed cases of this workspace whose time has come; returns how many."""
    due = await cases.due_snoozed(tx)
    for case_id in due:
        case = await cases.lock(tx, case_id)
        if case.status == "snoozed":
            await cases.set_status(tx, case, "open")
    return len(due)


async def _is_active(tx: Transaction, agent_id: int | None) -> bool:
    if agent_id is None:
        return False
    found: Any = await tx.fetchval(
        "select active from agents where workspace_id = $1 and id = $2", tx.workspace_id, agent_id
    )
    return bool(found)


async def _team_exists(tx: Transaction, team_id: int) -> bool:
    return bool(
        await tx.fetchval("select true from teams where workspace_id = $1 and id = $2", tx.workspace_id, team_id)
    )
