"""Replays: nothing is sent, what is killed goes on where it was, and each kind of truth is told from the others."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path

import pytest

from cast import Shop
from desk import rehearsal
from desk.rehearsal import KNOWLEDGE, asked_for, asks, replayed, replies, standing, taught_shop
from tugi.core.database import Database
from tugi.core.errors import Invalid, NotFound
from tugi.core.events import Actor
from tugi.core.files import Folder
from tugi.desk.answering import replay, replaying
from tugi.desk.answering.failures import Failure
from tugi.desk.answering.rehearsing import Decide, RehearsalFailed
from tugi.desk.answering.replay import Draft, DraftExample
from tugi.desk.answering.replaying import Replaying
from tugi.replayer import rehearse_in_children
from tugi.robot.facts import Facts
from tugi.robot.rehearsal import Asked, Decided, Stage


async def rows(shop: Shop, replay_id: int) -> dict[int, tuple[str, int | None, str, str]]:
    """(kind, entry, truth, outcome) by message."""
    async with shop.database.reading(shop.workspace_id) as tx:
        found = await tx.fetch(
            "select message_id, kind, entry_id, truth, outcome from replay_items "
            "where workspace_id = $1 and replay_id = $2",
            shop.workspace_id,
            replay_id,
        )
    return {row["message_id"]: (row["kind"], row["entry_id"], row["truth"], row["outcome"]) for row in found}


async def test_each_kind_of_truth_is_told_from_the_others(database: Database, tmp_path: Path) -> None:
    files = Folder(tmp_path)
    shop, ids = await taught_shop(database, files)
    sent = await asks(shop, "hello, where is my parcel?")
    await replies(shop, sent, "Look at the link please.", entry_id=ids["tracking"])
    inferred = await asks(shop, "i need an invoice for my company please")
    await replies(shop, inferred, "Hi Mari! " + KNOWLEDGE["invoice"][1] + " Best wishes, Kadri")
    wrong = await asks(shop, "when are you open on friday")
    await replies(shop, wrong, "Follow the link.", entry_id=ids["tracking"])
    free = await asks(shop, "track my order please")
    await replies(shop, free, "I called the courier and she is round the corner.")
    silent = await asks(shop, "what time does the shop close?")
    before = await _said(shop)
    done = await replayed(shop, files)
    found = await rows(shop, done.id)
    assert found[sent.id] == ("answer", ids["tracking"], "sent", "right")
    assert found[inferred.id] == ("answer", ids["invoice"], "inferred", "right")
    assert found[wrong.id] == ("answer", ids["hours"], "sent", "wrong")
    assert found[free.id] == ("answer", ids["tracking"], "none", "unknown")
    assert found[silent.id] == ("answer", ids["hours"], "unknown", "unknown")
    assert await _said(shop) == before
    summary = done.summary
    assert summary is not None
    assert (summary.questions, summary.known, summary.answered) == (5, 3, 5)
    assert (summary.right, summary.wrong, summary.unknown, summary.freely_answered) == (2, 1, 2, 1)
    assert summary.precision == pytest.approx(2 / 3)
    assert summary.precision_low == pytest.approx(0.1354, abs=1e-3)
    # Four contacts are not known to be wrong; of the two nobody knows of, two thirds are taken to be right.
    assert summary.minutes_saved == pytest.approx(4 * (2 + 2 * 2 / 3), abs=0.1)
    assert [row.entry_id for row in summary.by_topic][-1] == ids["hours"] or summary.by_topic[0].minutes > 0


async def _said(shop: Shop) -> tuple[int, int, int]:
    """Messages, verdicts and suggestions there are."""
    async with shop.database.reading(shop.workspace_id) as tx:
        counts = [await tx.fetchval(f"select count(*) from {name}") for name in ("messages", "verdicts", "suggestions")]
    return counts[0], counts[1], counts[2]


async def test_a_reviewers_judgement_outweighs_what_was_sent(database: Database, tmp_path: Path) -> None:
    files = Folder(tmp_path)
    shop, ids = await taught_shop(database, files)
    asked = await asks(shop, "where is my parcel?")
    await replies(shop, asked, "Look.", entry_id=ids["tracking"])
    async with database.transaction(shop.workspace_id) as tx:
        for source, label, truth in (("review", "wrong_entry", ids["invoice"]), ("sent", "right", None)):
            await tx.execute(
                "insert into judgements (workspace_id, verdict_id, case_id, message_id, customer_id, entry_id, "
                "channel, source, label, truth_entry_id, drawn, role, created_at) "
                "values ($1, 1, $2, $3, 1, $4, 'widget', $5, $6, $7, 'random', 'teach', now())",
                shop.workspace_id,
                asked.case_id,
                asked.id,
                ids["tracking"],
                source,
                label,
                truth,
            )
    done = await replayed(shop, files)
    assert (await rows(shop, done.id))[asked.id] == ("answer", ids["tracking"], "judged", "wrong")


async def test_a_killed_replay_goes_on_where_it_was_and_decides_nothing_twice(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replaying, "CHUNK", 3)
    files = Folder(tmp_path)
    shop, _ = await taught_shop(database, files)
    asked = [await asks(shop, f"where is my parcel number {n}?") for n in range(10)]
    wish = await asked_for(shop)
    ids = {"workspace_id": shop.workspace_id, "replay_id": wish.id}
    seen: list[int] = []

    class Killed(BaseException):
        """What no code of ours catches."""

    @asynccontextmanager
    async def dying(stage: Stage) -> AsyncGenerator[Decide]:
        async with rehearsal.rehearse(stage) as decide:

            async def one_chunk(questions: Sequence[Asked]) -> list[Decided]:
                if seen:
                    raise Killed
                seen.append(len(questions))
                return await decide(questions)

            yield one_chunk

    with pytest.raises(Killed):
        await Replaying(database, files, dying, rehearsal.learn).run(ids)
    half = await standing(shop, wish.id)
    assert (half.status, half.done, half.total) == ("running", 3, 10)

    count = 0

    @asynccontextmanager
    async def counting(stage: Stage) -> AsyncGenerator[Decide]:
        async with rehearsal.rehearse(stage) as decide:

            async def counted(questions: Sequence[Asked]) -> list[Decided]:
                nonlocal count
                count += len(questions)
                return await decide(questions)

            yield counted

    await Replaying(database, files, counting, rehearsal.learn).run(ids)
    done = await standing(shop, wish.id)
    assert (done.status, done.done, count) == ("done", 10, 7)
    assert set(await rows(shop, wish.id)) == {message.id for message in asked}


async def test_two_workers_at_once_come_to_the_same_end(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replaying, "CHUNK", 2)
    files = Folder(tmp_path)
    shop, _ = await taught_shop(database, files)
    for n in range(9):
        await asks(shop, f"where is my parcel number {n}?")
    wish = await asked_for(shop, last=8)
    ids = {"workspace_id": shop.workspace_id, "replay_id": wish.id}
    await asyncio.gather(*(rehearsal.replaying(shop, files).run(ids) for _ in range(3)))
    await rehearsal.replaying(shop, files).run(ids)
    done = await standing(shop, wish.id)
    assert (done.status, done.done, done.total) == ("done", 8, 8)
    assert done.summary is not None
    assert done.summary.questions == 8
    assert len(await rows(shop, wish.id)) == 8


async def test_a_cancelled_replay_ends_within_a_chunk_and_can_go_on(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replaying, "CHUNK", 2)
    files = Folder(tmp_path)
    shop, _ = await taught_shop(database, files)
    for n in range(6):
        await asks(shop, f"where is my parcel number {n}?")
    wish = await asked_for(shop)
    ids = {"workspace_id": shop.workspace_id, "replay_id": wish.id}
    chunks = 0

    @asynccontextmanager
    async def cancelled(stage: Stage) -> AsyncGenerator[Decide]:
        async with rehearsal.rehearse(stage) as decide:

            async def after_the_first(questions: Sequence[Asked]) -> list[Decided]:
                nonlocal chunks
                chunks += 1
                if chunks == 2:
                    async with database.transaction(shop.workspace_id) as tx:
                        await replay.cancel(tx, wish.id)
                return await decide(questions)

            yield after_the_first

    await Replaying(database, files, cancelled, rehearsal.learn).run(ids)
    stopped = await standing(shop, wish.id)
    assert (stopped.status, stopped.done, chunks) == ("cancelled", 2, 2)
    await rehearsal.replaying(shop, files).run(ids)
    assert (await standing(shop, wish.id)).done == 2
    async with database.transaction(shop.workspace_id) as tx:
        await replay.resume(tx, wish.id)
    await rehearsal.replaying(shop, files).run(ids)
    assert (await standing(shop, wish.id)).status == "done"
    assert len(await rows(shop, wish.id)) == 6


async def test_a_draft_changes_only_the_replay(database: Database, tmp_path: Path) -> None:
    files = Folder(tmp_path)
    shop, ids = await taught_shop(database, files)
    asked = await asks(shop, "do you sell gift cards for birthdays?")
    hours = await asks(shop, "when are you open on friday?")
    example = [
        DraftExample(ids["invoice"], "en", text)
        for text in ("gift cards for birthdays", "do you sell gift cards", "can i buy a gift card")
    ]
    draft = Draft(examples=example, archived=[ids["hours"]], levels={ids["invoice"]: "suggest"}, answer_cut=0.01)
    changed = await rows(shop, (await replayed(shop, files, draft=draft)).id)
    plain = await rows(shop, (await replayed(shop, files)).id)
    assert changed[asked.id][:2] == ("suggest", ids["invoice"])
    assert changed[hours.id][1] != ids["hours"]
    assert plain[asked.id][0] != "answer"
    assert plain[hours.id][:2] == ("answer", ids["hours"])
    async with database.reading(shop.workspace_id) as tx:
        assert await tx.fetchval("select count(*) from models") == 1


async def test_a_robot_that_cannot_rehearse_fails_the_replay_with_its_words(database: Database, tmp_path: Path) -> None:
    files = Folder(tmp_path)
    shop, _ = await taught_shop(database, files)
    await asks(shop, "where is my parcel?")
    wish = await asked_for(shop)

    @asynccontextmanager
    async def broken(_stage: Stage) -> AsyncGenerator[Decide]:
        async def decide(_asked: Sequence[Asked]) -> list[Decided]:
            raise RehearsalFailed("engine", "the weights are missing")

        yield decide

    await Replaying(database, files, broken, rehearsal.learn).run(
        {"workspace_id": shop.workspace_id, "replay_id": wish.id}
    )
    failed = await standing(shop, wish.id)
    assert (failed.status, failed.failure) == ("failed", Failure("engine", "the weights are missing"))


async def test_children_decide_as_this_process_does(database: Database, tmp_path: Path) -> None:
    files = Folder(tmp_path)
    shop, _ = await taught_shop(database, files)
    for text in ("where is my parcel?", "invoice please", "do you sell gift cards?", "where is my parcel?", "tere"):
        await replies(shop, await asks(shop, text), KNOWLEDGE["tracking"][1])
    here = await replayed(shop, files)
    wish = await asked_for(shop)
    await Replaying(database, files, rehearse_in_children, rehearsal.learn).run(
        {"workspace_id": shop.workspace_id, "replay_id": wish.id}
    )
    assert await rows(shop, wish.id) == await rows(shop, here.id)


async def test_a_child_that_ends_says_why() -> None:
    with pytest.raises(RehearsalFailed, match="damaged") as failed:
        async with rehearse_in_children(Stage(b"no model"), count=1) as decide:
            await decide([Asked(Facts(("a",), date(2026, 11, 21), "Pood"), "a", "widget")])
    assert failed.value.failure.code == "model"


async def test_nonsense_is_refused(database: Database, tmp_path: Path) -> None:
    shop, _ = await taught_shop(database, Folder(tmp_path))
    async with database.transaction(shop.workspace_id, Actor("agent", shop.kadri)) as tx:
        for last in (0, 100_001):
            with pytest.raises(Invalid):
                await replay.ask(tx, last=last)
        with pytest.raises(Invalid):
            await replay.ask(tx, last=5, draft=Draft(answer_cut=1.5))
        with pytest.raises(NotFound):
            await replay.ask(tx, last=5, version=99)
        with pytest.raises(NotFound):
            await replay.get(tx, 99)
