"""A real PostgreSQL for every test run, and a fresh migrated database for every test that asks for one.

TUGI_TEST_PG names a major version of Debian's to use instead of the wheel's.
"""

import asyncio
import itertools
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest

from tugi.core.database import Database
from tugi.core.embedded_postgres import EmbeddedPostgres
from tugi.core.migrations import migrate

TEMPLATE = "migrated"
# A test's data need not outlive the machine's power: twice as fast without waiting for the disk.
FAST = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    # An autovacuum worker in a test's database would forbid us to drop it.
    "autovacuum": "off",
}
_numbers = itertools.count(1)


def _other_database(dsn: str, name: str) -> str:
    head, _, query = dsn.partition("?")
    return f"{head.rsplit('/', 1)[0]}/{name}?{query}"


async def _execute(dsn: str, sql: str) -> None:
    session = await asyncpg.connect(dsn)
    try:
        await session.execute(sql)
    finally:
        await session.close()


@pytest.fixture(scope="session")
def server_dsn(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The server of this test process, with one migrated database to copy from."""
    version = os.environ.get("TUGI_TEST_PG")
    bin_dir = Path(f"/usr/lib/postgresql/{version}/bin") if version else None
    postgres = EmbeddedPostgres(tmp_path_factory.mktemp("postgres"), bin_dir, FAST)

    async def prepare() -> str:
        dsn = await postgres.start()
        await _execute(dsn, f"create database {TEMPLATE}")
        await migrate(_other_database(dsn, TEMPLATE))
        return dsn

    try:
        yield asyncio.run(prepare())
    finally:
        asyncio.run(postgres.stop())


@pytest.fixture
async def dsn(server_dsn: str) -> AsyncIterator[str]:
    """Address of a fresh database at this release's schema, dropped after the test."""
    name = f"test_{next(_numbers)}"
    await _execute(server_dsn, f"create database {name} template {TEMPLATE}")
    yield _other_database(server_dsn, name)
    await _execute(server_dsn, f"drop database {name} with (force)")


@pytest.fixture
async def database(dsn: str) -> AsyncIterator[Database]:
    """The fresh database, opened, without reactions."""
    opened = await Database.open(dsn)
    yield opened
    await opened.close()
