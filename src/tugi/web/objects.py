"""What an event changed, as each viewer may see it: current snapshots, so that applying one late is harmless."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tugi.core.database import Transaction
from tugi.core.events import Event
from tugi.desk.answering import suggestions, training, verdicts
from tugi.desk.cases import cases, readings, timeline
from tugi.desk.cases.timeline import Changed
from tugi.desk.people import agents, customers, teams
from tugi.web import uploads, visitors
from tugi.web.visitors import Visitor

# What a visitor may hear of at all; the rest is the desk's own business.
VISITOR_KINDS = frozenset(
    {
        "CaseOpened",
        "CaseReopened",
        "CaseHandedOver",
        "CaseAssigned",
        "CaseStatusChanged",
        "CaseRead",
        "ChoiceMade",
        "MessageReceived",
        "MessageWritten",
        "MessageStatusChanged",
        "MessageFeedbackGiven",
        "VerdictReached",
        "LetterFiled",
        "MessageTakenBack",
        "SplitOff",
        "CaseSplit",
        "CaseMerged",
        "CaseJoined",
        "JoinUndone",
    }
)
# What a mailbox's screen shows; it reads it anew.
CHANNEL_KINDS = frozenset({"ChannelChanged", "DeliveryQuarantined"})


# Which part of the robot's screens an event changed; they read it anew.
ROBOT_PARTS = {
    "RobotPolicyChanged": "policy",
    "TopicChanged": "topics",
    "CertificatesChanged": "topics",
    "EvidenceKept": "topics",
    "JudgementGiven": "review",
    "ReviewDrawn": "review",
    "ReplayAsked": "replays",
    "ReplayMoved": "replays",
    "LessonsChanged": "lessons",
    "VersionMade": "versions",
    "VersionRestored": "versions",
}


@dataclass(frozen=True, slots=True)
class Batch:
    """A run of events with everything they touched, read in one transaction."""

    events: Sequence[Event]
    changed: Changed
    others: Mapping[str, Mapping[int, Any]]
    read_by_us: Mapping[int, int]
    model: Any


async def read_batch(tx: Transaction, events: Sequence[Event], *, viewers: Sequence[int]) -> Batch:
    """Snapshots for these events. viewers: the agents who will be shown them."""
    changed = await timeline.changed(tx, events, viewers=viewers)
    others: dict[str, Mapping[int, Any]] = {}
    for name, key, read in (
        ("verdicts", "verdict_id", verdicts.of_ids),
        ("suggestions", "suggestion_id", suggestions.of_ids),
        ("customers", "customer_id", customers.of_ids),
        ("agents", "agent_id", agents.of_ids),
        ("teams", "team_id", teams.of_ids),
    ):
        if ids := sorted({v for e in events if isinstance(v := e.data.get(key), int)}):
            others[name] = {item.id: item for item in await read(tx, ids)}
    model = await training.state(tx) if any(e.kind.startswith("Model") for e in events) else None
    by_us = await readings.by_us(tx, list(changed.cases)) if changed.cases else {}
    return Batch(events, changed, others, by_us, model)


def for_agent(batch: Batch, viewer_id: int) -> list[dict[str, Any]]:
    """The events on the wire for one agent."""
    return [_agent_event(batch, event, viewer_id) for event in batch.events]


def _agent_event(batch: Batch, event: Event, viewer_id: int) -> dict[str, Any]:
    objects: dict[str, Any] = {}
    changed = batch.changed
    if touched := _cases_of(batch, event):
        unread = changed.unread.get(viewer_id, {})
        objects["cases"] = [cases.with_unread(case, unread.get(case.id, 0)) for case in touched]
    for name, key, known in (
        ("messages", "message_id", changed.messages),
        ("notes", "note_id", changed.notes),
        ("verdicts", "verdict_id", batch.others.get("verdicts", {})),
        ("suggestions", "suggestion_id", batch.others.get("suggestions", {})),
        ("customers", "customer_id", batch.others.get("customers", {})),
        ("agents", "agent_id", batch.others.get("agents", {})),
        ("teams", "team_id", batch.others.get("teams", {})),
    ):
        if found := [known[number] for number in timeline.ids_in(event, key) if number in known]:
            objects[name] = [uploads.linked(one) for one in found] if name == "messages" else found
    if line := timeline.line_of(event):
        objects["lines"] = [line]
    if isinstance(entry_id := event.data.get("entry_id"), int):
        objects["entries"] = [{"id": entry_id}]
    if event.kind == "WorkspaceChanged":
        objects["workspace"] = {}
    if event.kind.startswith("Model") and batch.model is not None:
        objects["model"] = batch.model
    if part := ROBOT_PARTS.get(event.kind):
        objects["robot"] = part
    if event.kind in CHANNEL_KINDS:
        objects["channels"] = {}
    if event.kind == "TeamDeleted":
        objects["removed"] = {"teams": [event.data.get("team_id")]}
    if event.kind == "MessageTakenBack":
        objects["removed"] = {"messages": [event.data.get("message_id")]}
    return _wire(event, objects) | {"data": event.data}


def _cases_of(batch: Batch, event: Event) -> list[cases.Case]:
    """The cases an event changed: its own, or all of a customer who got another name."""
    known = batch.changed.cases
    if event.kind == "CustomerRenamed":
        return [case for case in known.values() if case.customer_id == event.data.get("customer_id")]
    return [known[event.case_id]] if event.case_id in known else []


def for_visitor(batch: Batch, visitor: Visitor, secret: str) -> list[dict[str, Any]]:
    """The events on the wire for one customer: only their own cases, nothing internal."""
    return [e for event in batch.events if (e := _visitor_event(batch, event, visitor, secret))]


def _visitor_event(batch: Batch, event: Event, visitor: Visitor, secret: str) -> dict[str, Any] | None:
    if event.kind == "WorkspaceChanged":
        return _wire(event, {"shop": {}})
    case = batch.changed.cases.get(event.case_id) if event.case_id is not None else None
    if case is None or case.customer_id != visitor.customer_id or event.kind not in VISITOR_KINDS:
        return None
    if case.channel != visitors.CHANNEL:
        return None
    objects: dict[str, Any] = {"cases": [visitors.widget_case(case, batch.read_by_us.get(case.id, 0))]}
    known = [batch.changed.messages.get(one) for one in timeline.ids_in(event, "message_id")]
    if found := [one for one in known if one is not None and one.case_id == case.id]:
        objects["messages"] = [visitors.shown(one, visitor, secret) for one in found]
    if event.kind == "MessageTakenBack":
        objects["removed"] = {"messages": [event.data.get("message_id")]}
    wire = _wire(event, objects)
    wire["actor"] = {"kind": event.actor.kind, "id": None}
    return wire


def _wire(event: Event, objects: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "number": event.number,
        "kind": event.kind,
        "at": event.at,
        "actor": event.actor,
        "case_id": event.case_id,
        "objects": objects,
    }
