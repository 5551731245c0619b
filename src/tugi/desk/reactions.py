"""THE LIST: event -> what follows, read top to bottom like a table of contents."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any

from tugi.core.database import Database
from tugi.core.events import Reaction, Reactions
from tugi.core.files import Files
from tugi.core.jobs import JobKind
from tugi.desk.answering import drawing, follow_ups, similar, training, versions
from tugi.desk.answering.accepting import Weighing
from tugi.desk.answering.answers import Answering
from tugi.desk.answering.certifying import Certifying
from tugi.desk.answering.codes import Codes
from tugi.desk.answering.learning import Learning
from tugi.desk.answering.rehearsing import Rehearse
from tugi.desk.answering.replaying import Replaying
from tugi.desk.answering.summarising import Summarising
from tugi.desk.answering.training import Train
from tugi.desk.cases.careful import Careful
from tugi.desk.cases.intake import Intake

# A burst of messages is one question: each waits this long, and only the last one is answered.
BURST = 0.35

REACTIONS: Reactions = {
    "DeliveryStored": [Reaction("take_in")],
    # Thousands of them must not stand before a customer who asks now.
    "HistoryStored": [Reaction("take_in", priority=-1)],
    "MessageReceived": [Reaction("answer", BURST)],
    "PersonAskedFor": [Reaction("acknowledge")],
    "ProofWanted": [Reaction("mail_code")],
    "EntryChanged": [Reaction("train", 0.5)],
    "KnowledgeImported": [Reaction("train", 0.5)],
    "ModelWanted": [Reaction("train")],
    "ModelTrained": [Reaction("liken", 5.0), Reaction("certify", 5.0), Reaction("version"), Reaction("weigh", 1.0)],
    "JudgementGiven": [Reaction("draw"), Reaction("certify", 5.0)],
    "EvidenceKept": [Reaction("certify")],
    "TopicRiskChanged": [Reaction("certify")],
    "RobotPolicyChanged": [Reaction("certify"), Reaction("version", 2.0)],
    "TopicChanged": [Reaction("version", 2.0)],
    # What people judged in the day teaches the robot at night.
    "DayPassed": [
        Reaction("follow_ups"),
        Reaction("liken"),
        Reaction("certify"),
        Reaction("learn"),
        Reaction("relearn"),
    ],
    "LessonsWanted": [Reaction("learn")],
    "ReplayAsked": [Reaction("replay")],
    "SummaryMade": [Reaction("summarise")],
}


def job_kinds(
    database: Database,
    files: Files,
    answering: Answering,
    train: Train,
    engine: str,
    codes: Codes,
    rehearse: Rehearse,
    intake: Intake,
) -> Mapping[str, JobKind]:
    """What each job of the list does."""
    replaying = Replaying(database, files, rehearse, train)
    return {
        "take_in": JobKind(Careful(database, intake.take_in, intake.take_in_alone).take_in, gave_up=intake.gave_up),
        "answer": JobKind(answering.answer, gave_up=answering.gave_up),
        "acknowledge": JobKind(answering.acknowledge),
        "mail_code": JobKind(codes.send, gave_up=codes.gave_up),
        "liken": JobKind(_likening(database, answering)),
        "follow_ups": JobKind(_counting_follow_ups(database)),
        "draw": JobKind(partial(drawing.draw, database)),
        "certify": JobKind(Certifying(database, answering).run),
        "train": JobKind(_training(database, files, answering, train, engine)),
        "relearn": JobKind(_relearning(database, _training(database, files, answering, train, engine))),
        "version": JobKind(_versions(database, files)),
        "summarise": JobKind(Summarising(database, answering.wording).run),
        "learn": JobKind(Learning(database, files, rehearse).run),
        "weigh": JobKind(Weighing(database, files, rehearse).run),
        "replay": JobKind(replaying.run, gave_up=replaying.gave_up),
    }


def _likening(database: Database, answering: Answering) -> Callable[[Mapping[str, Any]], Awaitable[None]]:
    async def run(ids: Mapping[str, Any]) -> None:
        if embedder := await answering.embedder(ids["workspace_id"]):
            await similar.remember(database, embedder, ids["workspace_id"])

    return run


def _counting_follow_ups(database: Database) -> Callable[[Mapping[str, Any]], Awaitable[None]]:
    async def run(ids: Mapping[str, Any]) -> None:
        async with database.transaction(ids["workspace_id"]) as tx:
            await follow_ups.count(tx)

    return run


def _versions(database: Database, files: Files) -> Callable[[Mapping[str, Any]], Awaitable[None]]:
    async def run(ids: Mapping[str, Any]) -> None:
        await versions.make(database, files, ids["workspace_id"], "training" if "model_id" in ids else "policy")

    return run


def _training(
    database: Database, files: Files, answering: Answering, train: Train, engine: str
) -> Callable[[Mapping[str, Any]], Awaitable[None]]:
    async def run(ids: Mapping[str, Any]) -> None:
        if await training.train(database, files, train, engine, ids["workspace_id"]):
            await answering.warm(ids["workspace_id"])

    return run


def _relearning(
    database: Database, learn: Callable[[Mapping[str, Any]], Awaitable[None]]
) -> Callable[[Mapping[str, Any]], Awaitable[None]]:
    async def run(ids: Mapping[str, Any]) -> None:
        async with database.reading(ids["workspace_id"]) as tx:
            taught_before = await training.find_ready(tx) is not None
        # A shop that has taught its robot nothing yet is not told each night that there is too little.
        if taught_before:
            await learn(ids)

    return run
