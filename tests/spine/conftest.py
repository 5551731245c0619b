"""A running server for the fire tests, on a fresh database of the test run's own PostgreSQL."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from spine.house import Process, close_browsers, free_port, running


@pytest.fixture
async def served(dsn: str, tmp_path: Path) -> AsyncIterator[Process]:
    """Web and worker in one process, ready."""
    with running("serve", tmp_path / "home", free_port(), {"TUGI_DATABASE_URL": dsn}) as process:
        await process.ready()
        yield process
        await close_browsers()
