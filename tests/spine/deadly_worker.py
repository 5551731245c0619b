"""A worker in a process of its own, which a letter can end by its channel. Arguments: DSN, folder of files."""

import asyncio
import os
import sys
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from desk.mailroom import PlainChannel
from tugi.core import jobs
from tugi.core.database import Database
from tugi.core.files import Folder
from tugi.core.jobs import JobKind, Worker
from tugi.desk.cases.careful import Careful
from tugi.desk.cases.intake import Intake
from tugi.ports import Account, Letter


class DeadlyChannel(PlainChannel):
    """Reads like its parent, but not everything."""

    def read(self, raw: bytes, account: Account, envelope: Mapping[str, object]) -> Letter:
        """See Channel."""
        if b"X-Deadly" in raw:
            os._exit(9)
        return super().read(raw, account, envelope)


async def main(dsn: str, folder: str) -> None:
    """Work until killed."""
    jobs.HEARTBEAT = timedelta(seconds=1)
    database = await Database.open(dsn)
    async with database.reading(0) as tx:
        secret = await tx.fetchval("select secret from installation")
    intake = Intake(database, Folder(Path(folder)), {"email": DeadlyChannel()}, secret)
    kind = JobKind(Careful(database, intake.take_in, intake.take_in_alone).take_in, gave_up=intake.gave_up)
    await Worker(dsn, {"take_in": kind}).run()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
