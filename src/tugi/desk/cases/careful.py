"""Careful: a delivery whose worker died before it was taken in is read alone, and not for ever.

A letter can end the whole process that reads it: by a fault in a library, or for want of memory. Whoever takes such a
job over cannot know which of the dead worker's letters it was. So each is read with no other such one beside it, after
its attempt was counted and committed, and only the one that is read when the next process ends is blamed for it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from tugi.core import clock
from tugi.core.database import Database
from tugi.core.jobs import JobFunction
from tugi.desk.cases import deliveries

# What ends a process that has only begun is hardly a letter; and the first reading takes longest.
SETTLING_SECONDS = 2.0
# As many processes may end by one letter, the first of them uncounted.
DEATHS = 3
ENDED = (
    f"Reading this letter ended the program {DEATHS} times, so it is not read by itself any more. "
    "Open the raw letter; try again after an update."
)


class Careful:
    """Runs `take_in` for one process. Jobs say by `taken_over` that an earlier worker of theirs died.

    take_in_alone: takes in nothing else meanwhile, and at once: for what waits in line, a letter must not be blamed.
    """

    def __init__(self, database: Database, take_in: JobFunction, take_in_alone: JobFunction) -> None:
        self._database = database
        self._take_in = take_in
        self._take_in_alone = take_in_alone
        self._settled_at = clock.monotonic() + SETTLING_SECONDS
        self._alone = asyncio.Lock()

    async def take_in(self, ids: Mapping[str, Any]) -> None:
        """The job `take_in`."""
        if not ids.get("taken_over"):
            await self._take_in(ids)
            return
        workspace_id, delivery_id = ids["workspace_id"], ids["delivery_id"]
        async with self._alone:
            await asyncio.sleep(max(0.0, self._settled_at - clock.monotonic()))
            async with self._database.transaction(workspace_id) as tx:
                attempts = (await deliveries.begin(tx, [delivery_id])).get(delivery_id, 0)
                if attempts >= DEATHS:
                    await deliveries.quarantine(tx, delivery_id, ENDED, "ended")
            if not 0 < attempts < DEATHS:
                return
            try:
                await self._take_in_alone(ids)
            except Exception:
                # It failed, but the process lives.
                async with self._database.transaction(workspace_id) as tx:
                    await deliveries.survived(tx, [delivery_id])
                raise
