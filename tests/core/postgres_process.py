"""A process with a share in an embedded PostgreSQL: prints its DSN once ready, ends with its input."""

import asyncio
import sys
from pathlib import Path

from tugi.core.embedded_postgres import EmbeddedPostgres


async def take_part(home: Path) -> None:
    """Take part until standard input closes."""
    postgres = EmbeddedPostgres(home)
    sys.stdout.write(f"{await postgres.start()}\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.read)
    await postgres.stop()


if __name__ == "__main__":
    asyncio.run(take_part(Path(sys.argv[1])))
