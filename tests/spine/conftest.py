"""A running server for the fire tests, on a fresh database of the test run's own PostgreSQL."""

from collections.abc import AsyncIterator, Iterator

import pytest

from spine.house import Process, close_browsers, serving


@pytest.fixture(scope="module")
def server(server_dsn: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    """Web and worker in one process, ready; one for the tests of a file."""
    with serving("serve", server_dsn, tmp_path_factory.mktemp("spine")) as process:
        yield process


@pytest.fixture
async def served(server: Process) -> AsyncIterator[Process]:
    """The file's server; browsers are closed after each test."""
    yield server
    await close_browsers()


@pytest.fixture
def served_dsn(server: Process) -> str:
    """Address of the server's database."""
    return server.settings["TUGI_DATABASE_URL"]
