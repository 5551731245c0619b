"""Work that must happen: stored with the event that caused it, run by pgqueuer, with bounded attempts."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import asyncpg
import msgspec
import structlog
from pgqueuer.db import AsyncpgPoolDriver
from pgqueuer.errors import RetryRequested
from pgqueuer.models import Job
from pgqueuer.qm import QueueManager
from pgqueuer.queries import Queries

from tugi.core.database import AWAY
from tugi.core.errors import Unavailable

log = structlog.get_logger("tugi.jobs")

Ids = Mapping[str, Any]
JobFunction = Callable[[Ids], Awaitable[None]]
ATTEMPTS = 4
# Jobs in hand at once in one process: more would wait for the few connections, and no other worker could take them.
AT_ONCE = 24
# How often a job waits two seconds for the database or the file storage: about ten minutes.
PATIENCE = 300
# A job whose worker died is taken over after this long without a heartbeat.
HEARTBEAT = timedelta(seconds=6)
# A job in hand may go on for so many seconds after the stop; then it is given back for another worker.
GRACE = 5.0


@dataclass(frozen=True, slots=True)
class JobKind:
    """How one kind of job runs; `gave_up` is told when the last attempt failed, so that a person sees it."""

    run: JobFunction
    gave_up: JobFunction | None = None


class Worker:
    """Runs jobs of the given kinds until told to stop, through any absence of the database."""

    def __init__(self, dsn: str, kinds: Mapping[str, JobKind], *, size: int = 3) -> None:
        self._dsn = dsn
        self._kinds = kinds
        self._size = size
        self._stop = asyncio.Event()
        self._current: QueueManager | None = None

    def stop(self) -> None:
        """Finish the jobs in hand, take no new ones."""
        self._stop.set()
        if self._current:
            self._current.shutdown.set()

    async def run(self) -> None:
        """Work until `stop` or until cancelled; after a lost connection, start over with a growing pause (at most 5 s).

        Either way the jobs in hand get some seconds to end, and what does not end is given back.
        """
        working = asyncio.ensure_future(self._work())
        try:
            await asyncio.shield(working)
        except asyncio.CancelledError:
            self.stop()
            await working
            raise

    async def _work(self) -> None:
        pause = 0.2
        while not self._stop.is_set():
            try:
                await self._run_once()
                pause = 0.2
            except (*AWAY, RuntimeError, ExceptionGroup) as error:
                log.warning("worker lost the database", error=str(error) or type(error).__name__, pause=pause)
                try:
                    await asyncio.wait_for(self._stop.wait(), pause)
                except TimeoutError:
                    pause = min(pause * 2, 5)

    async def _run_once(self) -> None:
        pool = await asyncpg.create_pool(self._dsn, min_size=1, max_size=self._size, timeout=5, command_timeout=30)
        try:
            manager = QueueManager(Queries(AsyncpgPoolDriver(pool)))
            for name, kind in self._kinds.items():
                manager.entrypoint(name, on_failure="hold")(self._wrapped(name, kind))
            self._current = manager
            if self._stop.is_set():
                return
            await manager.run(
                dequeue_timeout=timedelta(seconds=2),
                batch_size=10,
                max_concurrent_tasks=AT_ONCE,
                heartbeat_timeout=HEARTBEAT,
                shutdown_on_listener_failure=True,
            )
        finally:
            self._current = None
            try:
                await asyncio.wait_for(pool.close(), 3)
            except TimeoutError:
                pool.terminate()

    def _wrapped(self, name: str, kind: JobKind) -> Callable[[Job], Awaitable[None]]:
        async def attempt(job: Job) -> None:
            ids = msgspec.json.decode(job.payload or b"{}")
            if job.headers and job.headers.get("taken_over"):
                # An earlier worker of it died, perhaps by it.
                ids["taken_over"] = True
            try:
                await self._before_the_end(kind.run(ids))
            except RetryRequested:
                raise
            except Exception as error:
                if isinstance(error, Unavailable) and job.attempts < PATIENCE:
                    # Not the job's fault: it waits for what is away without using up its own attempts.
                    raise RetryRequested(delay=timedelta(seconds=2), reason=error.message) from error
                if job.attempts + 1 < ATTEMPTS:
                    delay = timedelta(seconds=0.5 * 3**job.attempts)
                    log.warning("job failed, will retry", job=name, attempt=job.attempts + 1, exc_info=error)
                    raise RetryRequested(delay=delay, reason=str(error)) from error
                log.error("job failed for good", job=name, ids=ids, exc_info=error)
                if kind.gave_up:
                    await kind.gave_up(ids)
                raise

        return attempt

    async def _before_the_end(self, work: Awaitable[None]) -> None:
        """Carry a job out; raises RetryRequested when the worker has to end before the job does."""
        job = asyncio.ensure_future(work)
        ending = asyncio.ensure_future(self._stop.wait())
        try:
            await asyncio.wait({job, ending}, return_when=asyncio.FIRST_COMPLETED)
            if not job.done():
                await asyncio.wait({job}, timeout=GRACE)
            if not job.done():
                raise RetryRequested(delay=timedelta(0), reason="the worker was stopped")
            await job
        finally:
            ending.cancel()
            if not job.done():
                job.cancel()
                await asyncio.gather(job, return_exceptions=True)
