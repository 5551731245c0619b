"""A whole installation to measure: PostgreSQL in this process's care, Tugi's own processes apart."""

from __future__ import annotations

import asyncio
import os
import resource
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg

from bench import http, processes
from tugi.core import migrations, secrets
from tugi.core.embedded_postgres import EmbeddedPostgres
from tugi.web import visitors

TUGI = str(Path(sys.executable).with_name("tugi"))
OWNER = {"shop_name": "Põhjala Pood", "email": "anu@pohjala.example", "password": "kolm kollast kassi", "name": "Anu"}
OPEN_FILES = 16_000


@dataclass(slots=True)
class Server:
    """One running `tugi web`, `worker` or `serve`."""

    process: subprocess.Popen[bytes]
    port: int
    ready_seconds: float

    def usage(self) -> processes.Usage:
        """CPU and memory of its process tree, PostgreSQL apart."""
        return processes.usage(self.process.pid)

    def end(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End it and wait until it has ended."""
        self.process.send_signal(how)
        self.process.wait(20)


@dataclass(slots=True)
class House:
    """A migrated database with one workspace and its owner signed in. `cookie`: the owner's session."""

    home: Path
    dsn: str
    workspace_id: int = 0
    cookie: str = ""
    secret: str = ""
    widget_key: str = ""

    async def connect(self) -> Any:
        """A session that sees every workspace's rows, past the application."""
        return await asyncpg.connect(self.dsn, server_settings={"tugi.workspace": "*"}, command_timeout=600)

    def environment(self, port: int) -> dict[str, str]:
        """What a Tugi process of this installation is told. An empty DSN leaves it its own PostgreSQL."""
        own = {"TUGI_HOME": str(self.home), "TUGI_PORT": str(port), "TUGI_LOG_LEVEL": "error"}
        known = {name: value for name, value in os.environ.items() if not name.startswith("TUGI_")}
        return known | own | ({"TUGI_DATABASE_URL": self.dsn} if self.dsn else {})

    async def start(self, command: str, port: int | None = None) -> Server:
        """Start a process; a web one is waited for until it says that it is ready."""
        port = port or free_port()
        began = time.perf_counter()
        process = spawn([TUGI, command], self.environment(port), self.home / f"{command}.log")
        server = Server(process, port, 0.0)
        try:
            if command != "worker":
                await wait_ready(port, process)
        except BaseException:
            server.end(signal.SIGKILL)
            raise
        server.ready_seconds = time.perf_counter() - began
        return server

    @asynccontextmanager
    async def serving(self, command: str = "web") -> AsyncGenerator[Server]:
        """A server for the length of a block."""
        server = await self.start(command)
        try:
            yield server
        finally:
            server.end()

    async def found(self, port: int) -> None:
        """Make the workspace by the first-run page's own request."""
        line = await http.connect(port)
        (await line.ask(http.request("POST", "/api/setup", OWNER))).json()
        line.close()
        await self.sign_in()

    async def sign_in(self) -> None:
        """A session for the owner, and what tokens are signed with."""
        connection = await self.connect()
        row = await connection.fetchrow("select id, widget_key from workspaces limit 1")
        token = secrets.new_token()
        await connection.execute(
            "insert into sessions (token_hash, workspace_id, agent_id, created_at, expires_at) "
            "select $1, workspace_id, id, now(), now() + interval '1 day' from agents limit 1",
            secrets.token_hash(token),
        )
        await connection.close()
        self.workspace_id, self.widget_key = row["id"], row["widget_key"]
        self.secret = await migrations.installation_secret(self.dsn)
        self.cookie = f"tugi_session={token}"

    async def visitors(self, count: int) -> list[str]:
        """Tokens of that many new visitors."""
        connection = await self.connect()
        rows = await connection.fetch(
            "insert into customers (workspace_id, language, created_at) "
            "select $1, 'et', now() from generate_series(1, $2) returning id",
            self.workspace_id,
            count,
        )
        await connection.close()
        return [
            visitors.token_for(
                self.secret, visitors.Visitor(self.workspace_id, row["id"], f"visitor:{uuid.uuid4().hex}")
            )
            for row in rows
        ]

    async def execute(self, *statements: str) -> None:
        """Run statements on the database past the application, to fill it quickly."""
        connection = await self.connect()
        for statement in statements:
            await connection.execute(statement)
        await connection.close()


@asynccontextmanager
async def open_house() -> AsyncGenerator[House]:
    """An empty installation in a folder of its own, removed afterwards."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (OPEN_FILES, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    home = new_folder()
    postgres = EmbeddedPostgres(home / "postgres")
    try:
        house = House(home, await postgres.start())
        async with house.serving() as server:
            await house.found(server.port)
        yield house
    finally:
        await postgres.stop()
        shutil.rmtree(home)


def new_folder() -> Path:
    """A folder that PostgreSQL's own user may pass through."""
    folder = Path(tempfile.mkdtemp(prefix="tugi-bench-"))
    folder.chmod(0o755)
    return folder


def spawn(
    command: list[str], environment: dict[str, str], log: Path, folder: Path | None = None
) -> subprocess.Popen[bytes]:
    """A process of its own session, which writes to a log."""
    with log.open("ab") as out:
        return subprocess.Popen(command, env=environment, stdout=out, stderr=out, cwd=folder, start_new_session=True)


def free_port() -> int:
    """A port nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


async def wait_ready(port: int, process: subprocess.Popen[bytes], seconds: float = 60) -> None:
    """Wait for /readyz. Raises RuntimeError when the process ends or takes too long."""
    give_up = time.monotonic() + seconds
    while time.monotonic() < give_up:
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with {process.returncode}")
        try:
            line = await http.connect(port)
            answer = await line.ask(http.request("GET", "/readyz"))
            line.close()
            if answer.status == 200:
                return
        except OSError:
            pass
        await asyncio.sleep(0.02)
    raise RuntimeError("the server was not ready in time")
