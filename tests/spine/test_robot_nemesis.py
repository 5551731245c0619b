"""The worker killed (-9) in the middle of learning, of certifying and of a replay: all end as without the kill.

What a killed worker had in hand is begun again soon: a training after a quarter of a minute, a job after a few seconds;
the limit is what the house's patience is on a busy machine. Its child processes do not outlive it for long.
"""

import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

import asyncpg
import pytest

from cast import open_shop
from desk.judging import ASKED, EXAMPLES, NORMAL, Desk, learn, open_desk
from spine.house import Process, free_port, running, until
from tugi.core.database import Database
from tugi.core.files import Folder
from tugi.desk import reactions
from tugi.desk.answering import replay, training
from tugi.desk.answering.certificates import Scope
from tugi.desk.answering.replay import Replay
from tugi.desk.knowledge import entries
from tugi.desk.knowledge.entry_checks import Draft, EntryText

QUESTIONS = 6_000


@dataclass
class House:
    """A shop whose wishes a worker of its own fulfils. quiet: nothing follows from what is written there."""

    dsn: str
    database: Database
    quiet: Database
    worker: Process

    @property
    def files(self) -> Path:
        """Where the worker keeps its files."""
        return self.worker.home / "files"

    def loud(self, desk: Desk) -> Desk:
        """The same desk, where the worker hears of what happens."""
        return replace(desk, shop=replace(desk.shop, database=self.database))

    async def kill(self) -> None:
        """SIGKILL and a new one at once, as systemd does; what the old one had begun must end too."""
        assert self.worker.running is not None
        orphans = children(self.worker.running.pid)
        self.worker.running.kill()
        self.worker.running.wait(10)
        self.worker.start()

        async def gone() -> bool:
            return not any(Path(f"/proc/{pid}").exists() for pid in orphans)

        await until(gone)


def children(pid: int) -> list[int]:
    """Processes that this one has started."""
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def rehearses_or_learns(pid: int) -> bool:
    """Whether a child of this process is at work."""
    with suppress(OSError):
        said = [Path(f"/proc/{child}/cmdline").read_bytes() for child in children(pid)]
        return any(b"tugi.trainer" in words or b"tugi.replayer" in words for words in said)
    return False


@pytest.fixture
async def house(dsn: str, database: Database, tmp_path: Path) -> AsyncIterator[House]:
    """A worker that learns by letters alone, so that minutes of embedding are not what is tested."""
    loud = await Database.open(dsn, reactions.REACTIONS)
    settings = {"TUGI_DATABASE_URL": dsn, "TUGI_ENGINE": "ngrams"}
    with running("worker", tmp_path / "home", free_port(), settings) as worker:
        yield House(dsn, loud, database, worker)
    await loud.close()


async def test_a_training_is_soon_done_after_its_worker_was_killed(house: House) -> None:
    shop = await open_shop(house.quiet)
    async with house.quiet.transaction(shop.workspace_id) as tx:
        for number in range(150):
            examples = [
                f"{text} {number} {again}" for text in EXAMPLES["parcel"] for again in ("palun", "kiiresti", "")
            ]
            texts = {"et": EntryText(f"Pakk {number}", f"Vastus {number}: vaata linki.")}
            await entries.create(tx, Draft(texts, examples={"et": examples}))

    async with house.database.transaction(shop.workspace_id) as tx:
        training.want(tx)

    async def learns() -> bool:
        assert house.worker.running is not None
        return rehearses_or_learns(house.worker.running.pid) and (await _statuses(house))[-1:] == ["training"]

    for _ in range(2):
        await until(learns)
        await house.kill()
        killed_at = time.monotonic()

    async def learned() -> bool:
        return "ready" in await _statuses(house)

    await until(learned)
    took = time.monotonic() - killed_at
    assert await _statuses(house) == ["failed", "failed", "ready"], took
    # What the worker has learned is today's knowledge: there is nothing left to learn.
    assert not await training.train(house.quiet, Folder(house.files), learn, "ngrams", shop.workspace_id)


async def _statuses(house: House) -> list[str]:
    return [row["status"] for row in await _rows(house, "select status from models order by id")]


async def test_certificates_end_as_without_the_kill(house: House) -> None:
    desk = await open_desk(house.quiet, house.files)
    twin = await open_desk(house.quiet, house.files)
    for count, wrong in ((70, 0), (60, 0), (60, 1)):
        for one in (house.loud(desk), twin):
            ids = await _decided(one, house.quiet, count)
            await one.judge(ids[wrong:])
            await one.judge(ids[:wrong], "wrong_entry", truth="returns")
        await twin.certify()
        async with _stopped_in_the_middle(house):
            await house.kill()

    async def settled() -> bool:
        waiting = await _count(house, "pgqueuer where entrypoint = 'certify'")
        return not waiting and await _count(house, f"certificates where cases = 190 and workspace_id = {_id(desk)}") > 0

    await until(settled)
    ended = await _said(desk)
    assert ended == await _said(twin)
    assert ended[0] == ("in_force", 190, 190, 1)
    # Written down once: what a killed run had begun to write is not there.
    assert len(ended) == await _count(house, f"certificates where status = 'in_force' and workspace_id = {_id(desk)}")


def _id(desk: Desk) -> int:
    return desk.shop.workspace_id


async def _decided(desk: Desk, quiet: Database, count: int) -> list[int]:
    """Questions of the past: the worker is not to answer them."""
    return await replace(desk, shop=replace(desk.shop, database=quiet)).decided(count)


async def _said(desk: Desk) -> list[tuple[str, int, int, int]]:
    """What the certificates say of the class, the language and the topic."""
    scopes = (NORMAL, Scope("language", "normal", "et"), Scope("topic", "normal", None, desk.entries["parcel"]))
    found = [await desk.standing(scope) for scope in scopes]
    return [(one.status, one.cases, one.answered, one.errors) for one in found]


@asynccontextmanager
async def _stopped_in_the_middle(house: House) -> AsyncIterator[None]:
    """Once the worker is in the middle of writing certificates down, which it cannot finish during the block."""
    connection = await asyncpg.connect(house.dsn)
    watching = await asyncpg.connect(house.dsn)

    async def stopped() -> bool:
        return await watching.fetchval(
            "select exists (select from pg_locks where not granted and relation = 'certificates'::regclass)"
        )

    try:
        async with connection.transaction():
            await connection.execute("lock table certificates in exclusive mode")
            await until(stopped)
            yield
    finally:
        await connection.close()
        await watching.close()


async def test_a_replay_goes_on_where_it_was_and_counts_each_question_once(house: House) -> None:
    desk = await open_desk(house.quiet, house.files)
    await _ask_much(desk)
    wish = await _wish(house.loud(desk))
    done = 0
    for _ in range(3):
        done = await _further_than(desk, wish, done)
        await house.kill()
        assert (await _standing(desk, wish)).done >= done
    await until(lambda: _is_done(desk, wish))
    ended = await _standing(desk, wish)
    assert (ended.done, ended.total) == (QUESTIONS, QUESTIONS)
    assert ended.summary is not None
    assert ended.summary.questions == QUESTIONS
    undisturbed = await _wish(house.loud(desk))
    await until(lambda: _is_done(desk, undisturbed))
    assert await _items(house, wish) == await _items(house, undisturbed)
    assert (await _standing(desk, undisturbed)).summary == ended.summary


async def _ask_much(desk: Desk) -> None:
    """Many past questions, no two alike, each of a case of its own; every other one was answered by a person."""
    asked = [f"{text} {number}" for number in range(QUESTIONS // len(ASKED)) for text in ASKED.values()]
    customer_id = await desk.shop.customer()
    async with desk.database.transaction(_id(desk)) as tx:
        await tx.execute(
            "insert into cases (workspace_id, number, customer_id, channel, status, handler, active_at, created_at) "
            "select $1, 1000 + n, $2, 'widget', 'resolved', 'agent', now(), now() from generate_series(1, $3) n",
            _id(desk),
            customer_id,
            QUESTIONS,
        )
        await tx.execute(
            "insert into messages (workspace_id, case_id, contact_id, channel_account_id, external_id, author_kind, "
            "author_id, text, language, status, created_at) "
            "select $1, c.id, 1, $2, who || c.number, who, 1, case who when 'customer' then q.text else 'Vaata linki.' "
            "end, 'et', 'sent', now() from cases c join unnest($3::text[]) with ordinality q(text, n) "
            "on c.number = 1000 + q.n cross join unnest('{customer,agent}'::text[]) who "
            "where c.workspace_id = $1 and (who = 'customer' or q.n % 2 = 0) order by c.id, who desc",
            _id(desk),
            desk.shop.account_id,
            asked,
        )


async def _wish(desk: Desk) -> int:
    async with desk.database.transaction(_id(desk)) as tx:
        return (await replay.ask(tx, last=QUESTIONS)).id


async def _standing(desk: Desk, replay_id: int) -> Replay:
    async with desk.database.reading(_id(desk)) as tx:
        return await replay.get(tx, replay_id)


async def _is_done(desk: Desk, replay_id: int) -> bool:
    standing = await _standing(desk, replay_id)
    assert standing.status in ("waiting", "running", "done"), standing
    return standing.status == "done"


async def _further_than(desk: Desk, replay_id: int, done: int) -> int:
    """How far it is, once it has come further than so many questions; it must not be at its end."""

    async def moved() -> bool:
        return (await _standing(desk, replay_id)).done > done

    await until(moved)
    standing = await _standing(desk, replay_id)
    assert standing.status == "running", "it was over before it could be killed: ask for more questions"
    return standing.done


async def _items(house: House, replay_id: int) -> Sequence[object]:
    return await _rows(
        house,
        "select message_id, kind, reason, entry_id, choices, probability, truth, outcome from replay_items "
        f"where replay_id = {replay_id} order by message_id",
    )


async def _count(house: House, what: str) -> int:
    return (await _rows(house, f"select count(*) from {what}"))[0][0]


async def _rows(house: House, statement: str) -> list[asyncpg.Record]:
    async with house.quiet.everywhere() as tx:
        return await tx.fetch(statement)
