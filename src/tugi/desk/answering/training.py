"""Training: the robot learns the workspace's knowledge anew within seconds of a change.

Models are files by their hash; a row says which knowledge and which engine they belong to.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import resources
from typing import Any, Literal, Protocol

import msgspec

from tugi.core import clock
from tugi.core.database import Database, Transaction
from tugi.core.errors import NotFound, Unavailable
from tugi.core.files import Files
from tugi.desk.answering import failures, judged
from tugi.desk.answering.failures import Failure
from tugi.desk.knowledge import entries
from tugi.robot import facts as robot
from tugi.robot import model as robot_model

Report = Callable[[float], None]
# A training that was not heard of for this long has died with its process; another worker begins anew.
STALE = timedelta(seconds=15)
# How often a training says that it lives, how often its progress is stored, and how often screens hear of it.
BEAT_SECONDS, STEP_SECONDS, EVENT_SECONDS = 5.0, 1.0, 2.0
# Changed whenever a robot of the same knowledge would decide differently, so that all are trained anew.
RECIPE = b"2"


class Train(Protocol):
    """What turns knowledge into a model, outside any transaction."""

    async def __call__(
        self,
        known: Sequence[robot.Entry],
        labelled: Sequence[robot.Labelled],
        previous: bytes | None,
        report: Report,
        /,
    ) -> bytes | None:
        """Bytes of the new model, or None when there is too little to learn from.

        labelled: customers' questions as people judged them. previous: bytes of the last model.
        report: told how far it has come, 0 to 1, as often as one likes.
        """
        ...


@dataclass(frozen=True, slots=True)
class Model:
    """How the robot's learning stands, for the screens. progress: 0 to 1, while it is training."""

    status: Literal["none", "training", "ready", "failed"]
    entries: int
    examples: int
    engine: str
    ready_at: datetime | None
    failure: Failure | None
    progress: float


def maker_hash(engine: str) -> str:
    """What turns knowledge into a model here: recipe, format, pool and engine. The start of `knowledge_hash`."""
    pool = (resources.files("tugi.robot") / "pool.json").read_bytes()
    parts = (RECIPE, str(robot_model.FORMAT).encode(), engine.encode(), pool)
    return hashlib.sha256(b"\0".join(parts)).hexdigest()[:16]


def knowledge_hash(known: Sequence[robot.Entry], labelled: Sequence[robot.Labelled], engine: str) -> str:
    """What a model is trained on: the same hash means that training again changes nothing."""
    by_id = [entry.to_json() for entry in sorted(known, key=lambda e: e.id)]
    taught = sorted(one.key for one in labelled)
    body = hashlib.sha256(msgspec.json.encode([by_id, taught])).hexdigest()
    return f"{maker_hash(engine)}.{body}"


async def outdated_workspaces(tx: Transaction, engine: str) -> list[int]:
    """Workspaces whose robot was trained by another engine or an older release. For a start, in all workspaces."""
    rows = await tx.fetch(
        "select distinct on (workspace_id) workspace_id, knowledge_hash from models where status = 'ready' "
        "order by workspace_id, id desc"
    )
    maker = maker_hash(engine)
    return [row["workspace_id"] for row in rows if not row["knowledge_hash"].startswith(maker)]


def want(tx: Transaction) -> None:
    """Have the workspace's robot trained soon, whatever the reason."""
    tx.happened("ModelWanted")


async def train(database: Database, files: Files, run: Train, engine: str, workspace_id: int) -> bool:
    """Bring the workspace's model up to its knowledge; False when it is already.

    Safe to run twice and at once: raises Unavailable while another training of the same knowledge runs, which
    may have died with its process. A failure is kept as a row that the knowledge screen shows.
    """
    async with database.transaction(workspace_id) as tx:
        await tx.execute("select pg_advisory_xact_lock($1, 7214)", workspace_id % 2**31)
        known = await entries.for_robot(tx)
        labelled = await judged.for_teaching(tx)
        digest = knowledge_hash(known, labelled, engine)
        if await _is_ready(tx, digest):
            return False
        row_id = await _begin(tx, digest, engine, known)
        previous = await _newest_file(tx)
        tx.happened("ModelTrainingStarted", model_id=row_id)
    try:
        old = await files.get(workspace_id, previous) if previous else None
    except NotFound:
        old = None
    pulse = _Pulse(database, workspace_id, row_id)
    try:
        content = await pulse.during(run, known, labelled, old)
        if content is None:
            await _settle(database, workspace_id, row_id, "failed", None, Failure("too_little"))
            return False
        file_hash = await files.put(workspace_id, content)
    except asyncio.CancelledError:
        await _settle(database, workspace_id, row_id, "failed", None, Failure("stopped"))
        raise
    except Exception as error:
        await _settle(database, workspace_id, row_id, "failed", None, failures.of(error))
        raise
    await _settle(database, workspace_id, row_id, "ready", file_hash, None)
    return True


async def _is_ready(tx: Transaction, digest: str) -> bool:
    """Whether the newest model holds this knowledge already. Raises Unavailable while it is being learned."""
    newest = await tx.fetchrow(
        "select id, knowledge_hash, status, coalesce(seen_at, created_at) as seen_at from models "
        "where workspace_id = $1 order by id desc limit 1",
        tx.workspace_id,
    )
    if newest is None:
        return False
    alive = newest["status"] == "training" and clock.now() - newest["seen_at"] < STALE
    if newest["knowledge_hash"] == digest:
        if newest["status"] == "ready":
            return True
        if alive:
            raise Unavailable("This knowledge is being learned already.", retry_after=2)
    if newest["status"] == "training" and not alive:
        await tx.execute(
            "update models set status = 'failed', failure = $3 where workspace_id = $1 and id = $2",
            tx.workspace_id,
            newest["id"],
            Failure("died").stored(),
        )
    return False


async def _begin(tx: Transaction, digest: str, engine: str, known: Sequence[robot.Entry]) -> int:
    return await tx.fetchval(
        "insert into models (workspace_id, knowledge_hash, engine, status, entries, examples, created_at, seen_at) "
        "values ($1, $2, $3, 'training', $4, $5, $6, $6) returning id",
        tx.workspace_id,
        digest,
        engine,
        len(known),
        sum(entry.example_count() for entry in known),
        clock.now(),
    )


class _Pulse:
    """Says while a training runs that it lives and how far it has come."""

    def __init__(self, database: Database, workspace_id: int, row_id: int) -> None:
        self._database = database
        self._workspace_id = workspace_id
        self._row_id = row_id
        self._share = 0.0
        self._moved = asyncio.Event()

    async def during(
        self,
        run: Train,
        known: Sequence[robot.Entry],
        labelled: Sequence[robot.Labelled],
        previous: bytes | None,
    ) -> bytes | None:
        """Run the training with its pulse beside it."""
        beating = asyncio.ensure_future(self._beat())
        try:
            return await run(known, labelled, previous, self._report)
        finally:
            beating.cancel()
            await asyncio.gather(beating, return_exceptions=True)

    def _report(self, share: float) -> None:
        self._share = min(max(share, self._share), 1.0)
        self._moved.set()

    async def _beat(self) -> None:
        told_at, told = clock.monotonic(), 0.0
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._moved.wait(), BEAT_SECONDS)
            self._moved.clear()
            share = self._share
            tell = share > told and clock.monotonic() - told_at >= EVENT_SECONDS
            if tell:
                told_at, told = clock.monotonic(), share
            # The database may be away for a moment: the training goes on, and the next beat says so.
            with suppress(Unavailable):
                await self._store(share, tell)
            await asyncio.sleep(STEP_SECONDS)

    async def _store(self, share: float, tell: bool) -> None:
        async with self._database.transaction(self._workspace_id) as tx:
            await tx.execute(
                "update models set progress = $3, seen_at = $4 "
                "where workspace_id = $1 and id = $2 and status = 'training'",
                self._workspace_id,
                self._row_id,
                share,
                clock.now(),
            )
            if tell:
                tx.happened("ModelProgressed", model_id=self._row_id)


async def _settle(
    database: Database, workspace_id: int, row_id: int, status: str, file_hash: str | None, failure: Failure | None
) -> None:
    async with database.transaction(workspace_id) as tx:
        await tx.execute(
            "update models set status = $3, file_hash = $4, failure = $5, ready_at = $6, "
            "progress = case when $3 = 'ready' then 1 else progress end where workspace_id = $1 and id = $2",
            workspace_id,
            row_id,
            status,
            file_hash,
            failure.stored() if failure else None,
            clock.now() if status == "ready" else None,
        )
        tx.happened("ModelTrained", model_id=row_id)


async def adopt(tx: Transaction, model_id: int) -> int:
    """Have an older model serve again, at once; returns the id it has now. Raises NotFound.

    A model of the engine that trained last then counts as trained on the knowledge as it is in this transaction,
    so that no training follows; one of another engine serves until the next training.
    """
    engine = await tx.fetchval(
        "select engine from models where workspace_id = $1 and status = 'ready' order by id desc limit 1",
        tx.workspace_id,
    )
    known, labelled = await entries.for_robot(tx), await judged.for_teaching(tx)
    adopted = await tx.fetchval(
        "insert into models (workspace_id, knowledge_hash, engine, file_hash, status, entries, examples, created_at, "
        "ready_at, seen_at, progress) select workspace_id, case when engine = $4 then $3 else knowledge_hash end, "
        "engine, file_hash, 'ready', entries, examples, $5, $5, $5, 1 from models "
        "where workspace_id = $1 and id = $2 and status = 'ready' returning id",
        tx.workspace_id,
        model_id,
        knowledge_hash(known, labelled, engine or ""),
        engine,
        clock.now(),
    )
    if adopted is None:
        raise NotFound("This version's model is gone.")
    tx.happened("ModelTrained", model_id=adopted)
    return adopted


async def _newest_file(tx: Transaction) -> str | None:
    return await tx.fetchval(
        "select file_hash from models where workspace_id = $1 and status = 'ready' order by id desc limit 1",
        tx.workspace_id,
    )


async def find_ready(tx: Transaction) -> tuple[int, str] | None:
    """The newest model that can be used: (id, file hash)."""
    row = await tx.fetchrow(
        "select id, file_hash from models where workspace_id = $1 and status = 'ready' order by id desc limit 1",
        tx.workspace_id,
    )
    return (row["id"], row["file_hash"]) if row else None


async def state(tx: Transaction) -> Model:
    """How the robot's learning stands."""
    row = await tx.fetchrow(
        "select status, entries, examples, engine, ready_at, failure, progress from models "
        "where workspace_id = $1 order by id desc limit 1",
        tx.workspace_id,
    )
    return _model(row) if row else Model("none", 0, 0, "", None, None, 0.0)


def _model(row: Mapping[str, Any]) -> Model:
    values: dict[str, Any] = dict(row)
    values["failure"] = failures.read(values["failure"])
    return Model(**values)
