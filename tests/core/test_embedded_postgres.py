"""The supervised PostgreSQL, with real servers and real kills."""

import asyncio
import os
import pwd
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import asyncpg
import pytest

from tugi.core import postgres_launch
from tugi.core.embedded_postgres import EmbeddedPostgres
from tugi.core.postgres_cluster import PostgresUnusable, find_bin_dir, open_cluster

PROCESS = Path(__file__).with_name("postgres_process.py")
DEBIAN_15 = Path("/usr/lib/postgresql/15/bin")
SERVERS = [None, *([DEBIAN_15] if DEBIAN_15.exists() else [])]
LOST = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)


@asynccontextmanager
async def running(home: Path, bin_dir: Path | None = None) -> AsyncIterator[tuple[EmbeddedPostgres, str]]:
    postgres = EmbeddedPostgres(home, bin_dir)
    try:
        yield postgres, await postgres.start()
    finally:
        await postgres.stop()


async def connect(dsn: str, seconds: float = 10.0) -> asyncpg.Connection:
    """A session as soon as there is one to be had."""
    give_up = time.monotonic() + seconds
    while True:
        try:
            return await asyncpg.connect(dsn)
        except LOST:
            if time.monotonic() > give_up:
                raise
            await asyncio.sleep(0.02)


async def ask(dsn: str, sql: str) -> object:
    session = await connect(dsn)
    try:
        return await session.fetchval(sql)
    finally:
        await session.close()


@contextmanager
def process(home: Path, user: str | None = None) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Another process with a share in the server; yields it and the DSN it printed."""
    command = [sys.executable, str(PROCESS), str(home)]
    if user:
        dropping = [
            sys.executable,
            "-I",
            "-S",
            postgres_launch.__file__,
            str(os.getpid()),
            user,
            "closed",
            "signal",
        ]
        command = [*dropping, *command]
    started = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert started.stdin is not None
    assert started.stdout is not None
    try:
        yield started, started.stdout.readline().strip()
    finally:
        started.stdin.close()
        started.wait(30)
        started.stdout.close()


@pytest.mark.parametrize("bin_dir", SERVERS)
async def test_data_outlives_a_restart(tmp_path: Path, bin_dir: Path | None) -> None:
    async with running(tmp_path, bin_dir) as (_, dsn):
        await ask(dsn, "create table kept as select 7 as value")
        assert await ask(dsn, "show data_checksums") == "on"
        assert await ask(dsn, "select upper('õäüšžł')") == "ÕÄÜŠŽŁ"
        assert await ask(dsn, "select rolsuper from pg_roles where rolname = current_user") is False
    async with running(tmp_path, bin_dir) as (_, dsn):
        assert await ask(dsn, "select value from kept") == 7
    assert open_cluster(tmp_path, bin_dir, {}).processes() == []


async def test_killed_postmaster_loses_nothing_acknowledged(tmp_path: Path) -> None:
    async with running(tmp_path) as (postgres, dsn):
        await ask(dsn, "create table numbers (value bigint primary key)")
        acknowledged: set[int] = set()

        async def write(first: int) -> None:
            session = await connect(dsn)
            for value in range(first, first + 2000, 4):
                while value not in acknowledged:
                    try:
                        await session.execute("insert into numbers values ($1) on conflict do nothing", value)
                        acknowledged.add(value)
                    except LOST:
                        session.terminate()
                        session = await connect(dsn)
            await session.close()

        async def kill() -> int:
            kills = 0
            for threshold in (300, 800, 1400):
                while len(acknowledged) < threshold or postgres.pid is None:
                    await asyncio.sleep(0.005)
                os.kill(postgres.pid, signal.SIGKILL)
                kills += 1
            return kills

        *_, kills = await asyncio.gather(*(write(first) for first in range(4)), kill())
        assert kills == 3
        session = await connect(dsn)
        stored = {row["value"] for row in await session.fetch("select value from numbers")}
        await session.close()
        assert stored == acknowledged == set(range(2000))


async def test_is_back_soon_after_its_death(tmp_path: Path) -> None:
    async with running(tmp_path) as (postgres, dsn):
        assert postgres.pid is not None
        os.kill(postgres.pid, signal.SIGKILL)
        began = time.monotonic()
        assert await ask(dsn, "select 1") == 1
        # A tenth of a second on an idle machine; the rest is for a busy one.
        assert time.monotonic() - began < 8


async def test_follower_takes_over_from_a_killed_leader(tmp_path: Path) -> None:
    with process(tmp_path) as (leader, dsn):
        async with running(tmp_path) as (follower, same_dsn):
            assert same_dsn == dsn
            assert not follower.leads
            await ask(dsn, "create table kept as select 7 as value")
            leader.kill()
            leader.wait()
            began = time.monotonic()
            while not follower.leads:
                assert time.monotonic() - began < 10
                await asyncio.sleep(0.02)
            assert await ask(dsn, "select value from kept") == 7


async def test_follower_takes_over_from_a_leader_that_left(tmp_path: Path) -> None:
    async with running(tmp_path) as (leader, dsn), running(tmp_path) as (follower, _):
        assert leader.leads
        await leader.stop()
        assert await ask(dsn, "select 1") == 1
        assert follower.leads


async def test_server_ends_with_its_only_process(tmp_path: Path) -> None:
    with process(tmp_path) as (leader, _):
        cluster = open_cluster(tmp_path, None, {})
        assert cluster.processes()
        leader.kill()
        leader.wait()
        began = time.monotonic()
        while cluster.processes():
            assert time.monotonic() - began < 10
            await asyncio.sleep(0.02)


async def test_runs_for_an_ordinary_user(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    user = "daemon" if os.geteuid() == 0 else None
    if user:
        os.chown(home, pwd.getpwnam(user).pw_uid, pwd.getpwnam(user).pw_gid)
    with process(home, user) as (_, dsn):
        assert dsn.startswith("postgresql://tugi@/tugi?host=")
        data = home / "postgres" / "data"
        postmaster = int((data / "postmaster.pid").read_text().split()[0])
        owners = {path.stat().st_uid for path in (home, data, Path(f"/proc/{postmaster}"))}
        assert owners == {home.stat().st_uid}
        assert 0 not in owners


async def test_runs_from_folders_closed_to_everybody_else(tmp_path: Path) -> None:
    found = find_bin_dir(None)
    assert found is not None
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    package = found.parents[1]
    for folder in (package, package.with_name(f"{package.name}.libs")):
        shutil.copytree(folder, closed / folder.name)
    home = closed / "home"
    home.mkdir(mode=0o700)
    async with running(home, closed / found.relative_to(package.parent)) as (_, dsn):
        assert await ask(dsn, "select count(*) > 10 from pg_available_extensions") is True


async def test_believes_no_stale_pid_file(tmp_path: Path) -> None:
    async with running(tmp_path) as (_, dsn):
        await ask(dsn, "create table kept as select 7 as value")
    cluster = open_cluster(tmp_path, None, {})
    stranger = subprocess.Popen(
        cluster.launch_command(sys.executable, "-I", "-S", "-c", "import sys; sys.stdin.read()"),
        stdin=subprocess.PIPE,
    )
    assert stranger.stdin is not None
    stale = [stranger.pid, cluster.data, 1, 5432, cluster.socket_dir, "", "1 1", "ready"]
    (cluster.data / "postmaster.pid").write_text("\n".join(map(str, stale)))
    try:
        async with running(tmp_path) as (_, dsn):
            assert await ask(dsn, "select value from kept") == 7
        assert stranger.poll() is None
    finally:
        stranger.stdin.close()
        stranger.wait()


async def test_half_made_data_is_made_anew(tmp_path: Path) -> None:
    unfinished = tmp_path / "postgres" / "data.unfinished"
    unfinished.mkdir(parents=True)
    (unfinished / "PG_VERSION").write_text("18\n")
    async with running(tmp_path) as (_, dsn):
        assert await ask(dsn, "select current_database()") == "tugi"
    assert not unfinished.exists()


async def test_data_of_another_version_is_refused_in_words(tmp_path: Path) -> None:
    async with running(tmp_path):
        pass
    (tmp_path / "postgres" / "data" / "PG_VERSION").write_text("14\n")
    with pytest.raises(PostgresUnusable, match=r"written by PostgreSQL 14.*TUGI_POSTGRES_BIN"):
        await EmbeddedPostgres(tmp_path).start()


async def test_a_long_home_gets_a_short_socket(tmp_path: Path) -> None:
    home = tmp_path / ("long" * 25)
    home.mkdir()
    async with running(home) as (_, dsn):
        assert await ask(dsn, "select 1") == 1
        assert str(home) not in dsn


@pytest.mark.parametrize("name", ["my shop", "tallinn, tartu"])
async def test_a_home_may_have_any_name(tmp_path: Path, name: str) -> None:
    home = tmp_path / name
    home.mkdir()
    async with running(home) as (_, dsn):
        assert await ask(dsn, "select 1") == 1


async def test_pipe_ends_the_server_where_there_is_no_death_signal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    async with running(tmp_path) as (postgres, dsn):
        assert await ask(dsn, "select 1") == 1
        server = postgres._server
        assert server is not None
        assert server.stdin is not None
        server.stdin.close()
        await asyncio.to_thread(server.wait, 10)
        assert await ask(dsn, "select 1") == 1


def test_programs_are_found_or_the_setting_is_refused(tmp_path: Path) -> None:
    found = find_bin_dir(None)
    assert found is not None
    assert (found / "initdb").exists()
    with pytest.raises(PostgresUnusable, match="no program postgres"):
        find_bin_dir(tmp_path)
