"""`tugi replay`: run a replay in this process, tell how far it has come, and print its figures."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tugi.core import clock
from tugi.core.database import Database
from tugi.desk.answering import replay, replay_items
from tugi.desk.answering.replay import Replay
from tugi.desk.answering.replay_items import Comparison
from tugi.desk.answering.replay_summary import ReplaySummary
from tugi.desk.answering.replaying import Replaying

Say = Callable[[str], None]
TOPICS = 15
LOOK_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Wish:
    """What to replay. version: None is today's robot; resume: a replay to go on with instead."""

    last: int
    version: int | None = None
    channel: str | None = None
    resume: int | None = None


async def run(database: Database, replaying: Replaying, workspace_id: int, wish: Wish, tell: Say) -> Replay:
    """Replay from the wish to the end, here and now; cancelled, what is done is kept. Raises NotFound, Conflict.

    The wish is stored quietly: no worker shall take up what this process does.
    """
    async with database.quietly().transaction(workspace_id) as tx:
        if wish.resume is not None:
            standing = await replay.resume(tx, wish.resume)
        else:
            standing = await replay.ask(tx, last=wish.last, version=wish.version, channel=wish.channel)
    telling = asyncio.ensure_future(_tell(database, workspace_id, standing.id, tell))
    try:
        await replaying.run({"workspace_id": workspace_id, "replay_id": standing.id})
    except asyncio.CancelledError:
        async with database.transaction(workspace_id) as tx:
            stopped = await replay.cancel(tx, standing.id)
        tell(f"Stopped after {stopped.done:,} questions. Go on with: tugi replay --resume {standing.id}")
        raise
    finally:
        telling.cancel()
        await asyncio.gather(telling, return_exceptions=True)
    async with database.reading(workspace_id) as tx:
        return await replay.get(tx, standing.id)


async def compare(database: Database, workspace_id: int, a: Replay, b: Replay, language: str = "en") -> Comparison:
    """What the second replay decided otherwise."""
    async with database.reading(workspace_id) as tx:
        return await replay_items.compare(tx, a.id, b.id, language)


async def _tell(database: Database, workspace_id: int, replay_id: int, tell: Say) -> None:
    began, first, told = clock.monotonic(), -1, -1
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        async with database.reading(workspace_id) as tx:
            standing = await replay.get(tx, replay_id)
        first = standing.done if first < 0 else first
        if standing.done != told:
            told = standing.done
            pace = (standing.done - first) / max(clock.monotonic() - began, 1e-9)
            tell(f"{standing.done:>7,} of {standing.total:,} questions, {pace:.0f} a second")


def table(done: Replay) -> list[str]:
    """The replay's figures as lines to read."""
    found = done.summary
    which = f"version {done.version}" if done.version else "today's robot"
    lines = [f"Replay {done.id} of {which}: {done.done:,} questions, {done.status}."]
    if done.failure:
        lines.append(done.failure)
    return lines if found is None else [*lines, *_whole(found), *_topics(found), *_languages(found)]


def _whole(found: ReplaySummary) -> list[str]:
    questions = max(found.questions, 1)

    def line(name: str, count: int, rest: str = "") -> str:
        return f"  {name:<14}{count:>8,} {count / questions:>7.1%}  {rest}".rstrip()

    reasons = ", ".join(f"{reason} {count:,}" for reason, count in found.handed_over.items())
    lines = [
        line("answered", found.answered, f"right {found.right:,}, wrong {found.wrong:,}, unknown {found.unknown:,}"),
        line("asked back", found.asked, f"with the right choice {found.asked_right:,}"),
        line("suggested", found.suggested),
        line("handed over", sum(found.handed_over.values()), reasons),
        line("silent", found.silent + found.greeted),
    ]
    if found.precision is not None and found.precision_low is not None:
        lines.append(
            f"  Of its answers whose truth is known {found.precision:.1%} are right; "
            f"at least {found.precision_low:.1%} with 95 % confidence."
        )
    else:
        lines.append("  How many of its answers are right is not known: no person answered or judged these questions.")
    lines.append(f"  That saves {found.minutes_saved / 60:,.1f} hours of people's time.")
    return lines


def _topics(found: ReplaySummary) -> list[str]:
    rows = [row for row in found.by_topic if row.minutes > 0][:TOPICS]
    if not rows:
        return []
    head = f"  {'minutes':>8} {'answered':>9} {'right':>6} {'wrong':>6} {'asked':>6}  {'now':<8} topic"
    body = [
        f"  {row.minutes:>8,.0f} {row.answered:>9,} {row.right:>6,} {row.wrong:>6,} {row.asked:>6,}  "
        f"{row.level_now:<8} {row.title}"
        for row in rows
    ]
    return ["", "Topics to switch on first:", head, *body]


def _languages(found: ReplaySummary) -> list[str]:
    head = f"  {'language':<9} {'questions':>9} {'answered':>9} {'right':>6} {'wrong':>6} {'asked':>6} {'people':>7}"
    body = [
        f"  {row.name or '?':<9} {row.questions:>9,} {row.answered:>9,} {row.right:>6,} {row.wrong:>6,} "
        f"{row.asked:>6,} {row.handed_over:>7,}"
        for row in found.by_language
    ]
    return ["", head, *body]


def differences(found: Comparison, most: int = 10) -> Sequence[str]:
    """A comparison as lines to read."""
    lines = [
        "",
        f"Over {found.shared:,} questions replay {found.b.id} decides better in {found.better:,} and worse in "
        f"{found.worse:,}.",
    ]
    for one in found.changed[:most]:
        question = " ".join(one.question.split())
        lines.append(f"  T-{one.case_number} {question[:70]!r}: {_word(one.a)} -> {_word(one.b)}")
    return lines


def _word(word: replay_items.RobotWord) -> str:
    about = word.reason or word.entry_title or ""
    return f"{word.kind} {about} ({word.outcome})".replace("  ", " ")
