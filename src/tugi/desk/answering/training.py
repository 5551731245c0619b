"""Training: the robot learns the workspace's knowledge anew within seconds of a change.

Models are files by their hash; a row says which knowledge and which engine they belong to.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import resources
from typing import Any, Literal

import msgspec

from tugi.core import clock
from tugi.core.database import Database, Transaction
from tugi.core.errors import NotFound, Unavailable
from tugi.core.files import Files
from tugi.desk.knowledge import entries
from tugi.robot import facts as robot

# (entries, bytes of the previous model or None) -> bytes of the new model, or None when there is too little
# to learn from. Runs outside any transaction.
Train = Callable[[Sequence[robot.Entry], bytes | None], Awaitable[bytes | None]]
# A training that has not ended after this long has died with its process.
DEAD = timedelta(minutes=5)
STOPPED = "The worker was stopped while it learned; another one goes on."
TOO_LITTLE = "too_little"
# Changed whenever a robot of the same knowledge would decide differently, so that all are trained anew.
RECIPE = b"1"


@dataclass(frozen=True, slots=True)
class Model:
    """How the robot's learning stands, for the screens."""

    status: Literal["none", "training", "ready", "failed"]
    entries: int
    examples: int
    engine: str
    ready_at: datetime | None
    failure: str | None


def knowledge_hash(known: Sequence[robot.Entry], engine: str) -> str:
    """What a model is trained on: the same hash means that training again changes nothing."""
    body = msgspec.json.encode([entry.to_json() for entry in sorted(known, key=lambda e: e.id)])
    pool = (resources.files("tugi.robot") / "pool.json").read_bytes()
    return hashlib.sha256(b"\0".join((RECIPE, engine.encode(), pool, body))).hexdigest()


async def train(database: Database, files: Files, run: Train, engine: str, workspace_id: int) -> bool:
    """Bring the workspace's model up to its knowledge; False when it is already.

    Safe to run twice and at once: raises Unavailable while another training of the same knowledge runs, which
    may have died with its process. A failure is kept as a row that the knowledge screen shows.
    """
    async with database.transaction(workspace_id) as tx:
        await tx.execute("select pg_advisory_xact_lock($1, 7214)", workspace_id % 2**31)
        known = await entries.for_robot(tx)
        digest = knowledge_hash(known, engine)
        newest = await tx.fetchrow(
            "select knowledge_hash, status, created_at from models where workspace_id = $1 order by id desc limit 1",
            workspace_id,
        )
        if newest and newest["knowledge_hash"] == digest:
            if newest["status"] == "ready":
                return False
            if newest["status"] == "training" and clock.now() - newest["created_at"] < DEAD:
                raise Unavailable("This knowledge is being learned already.", retry_after=2)
        row_id = await tx.fetchval(
            "insert into models (workspace_id, knowledge_hash, engine, status, entries, examples, created_at) "
            "values ($1, $2, $3, 'training', $4, $5, $6) returning id",
            workspace_id,
            digest,
            engine,
            len(known),
            sum(entry.example_count() for entry in known),
            clock.now(),
        )
        previous = await _newest_file(tx)
        tx.happened("ModelTrainingStarted", model_id=row_id)
    try:
        old = await files.get(workspace_id, previous) if previous else None
    except NotFound:
        old = None
    try:
        content = await run(known, old)
        if content is None:
            await _settle(database, workspace_id, row_id, "failed", None, TOO_LITTLE)
            return False
        file_hash = await files.put(workspace_id, content)
    except asyncio.CancelledError:
        await _settle(database, workspace_id, row_id, "failed", None, STOPPED)
        raise
    except Exception as error:
        await _settle(database, workspace_id, row_id, "failed", None, str(error)[:500])
        raise
    await _settle(database, workspace_id, row_id, "ready", file_hash, None)
    return True


async def _settle(
    database: Database, workspace_id: int, row_id: int, status: str, file_hash: str | None, failure: str | None
) -> None:
    async with database.transaction(workspace_id) as tx:
        await tx.execute(
            "update models set status = $3, file_hash = $4, failure = $5, ready_at = $6 "
            "where workspace_id = $1 and id = $2",
            workspace_id,
            row_id,
            status,
            file_hash,
            failure,
            clock.now() if status == "ready" else None,
        )
        tx.happened("ModelTrained", model_id=row_id)


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
        "select status, entries, examples, engine, ready_at, failure from models "
        "where workspace_id = $1 order by id desc limit 1",
        tx.workspace_id,
    )
    return _model(row) if row else Model("none", 0, 0, "", None, None)


def _model(row: Mapping[str, Any]) -> Model:
    return Model(**dict(row))
