"""One PostgreSQL for all Tugi processes of a home folder, kept running as long as one of them lives.

The process that holds the lock leads: it runs the server as its child and starts it again when it dies.
The others wait for the lock, and so for their turn. The kernel ties the server to its leader's life.
"""

import asyncio
import fcntl
import os
import signal
import subprocess
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

import structlog

from tugi.core.postgres_cluster import Cluster, PostgresUnusable, environment, open_cluster

_READY_SECONDS = 60.0
_POLL_SECONDS = 0.02
_LOCK_POLL_SECONDS = 0.1
_STOP_SECONDS = 20.0
_FIRST_PAUSE = 0.05
_LONGEST_PAUSE = 5.0
_LOG_BYTES = 10_000_000

_log = structlog.get_logger(__name__)


class EmbeddedPostgres:
    """This process's share in the one PostgreSQL of a home folder.

    `settings` are PostgreSQL's own, by name, and win over Tugi's.
    """

    def __init__(self, home: Path, bin_dir: Path | None = None, settings: Mapping[str, str] | None = None) -> None:
        self._home = home
        self._bin_dir = bin_dir
        self._settings = settings or {}
        self._cluster: Cluster | None = None
        self._watch: threading.Thread | None = None
        self._server: subprocess.Popen[bytes] | None = None
        self._stopping = threading.Event()
        self._failure: Exception | None = None

    @property
    def leads(self) -> bool:
        """Whether this process runs the server just now."""
        return self._server is not None

    @property
    def pid(self) -> int | None:
        """Process id of the server's postmaster, when this process leads."""
        server = self._server
        return server.pid if server else None

    async def start(self) -> str:
        """Lead or follow from now on; returns the DSN of the database once it accepts sessions.

        Raises PostgresUnusable when it cannot, with what to do about it.
        """
        if self._watch is not None:
            raise RuntimeError("This EmbeddedPostgres was started before.")
        self._cluster = await asyncio.to_thread(open_cluster, self._home, self._bin_dir, self._settings)
        lock = await asyncio.to_thread(_open_lock, self._home)
        self._watch = threading.Thread(target=self._keep, args=(self._cluster, lock), daemon=True, name="postgres")
        self._watch.start()
        give_up = time.monotonic() + _READY_SECONDS
        while not self._cluster.is_ready():
            if self._failure is not None or time.monotonic() > give_up:
                failure = self._failure or PostgresUnusable(
                    f"PostgreSQL was not ready within {_READY_SECONDS:.0f} s. Its log ends:\n{self._tail()}"
                )
                await self.stop()
                raise failure
            await asyncio.sleep(_POLL_SECONDS)
        return dsn(self._cluster)

    async def stop(self) -> None:
        """Stop taking part. The leader shuts its server down; a follower, if there is one, takes over."""
        if self._watch is None:
            return
        self._stopping.set()
        await asyncio.to_thread(self._watch.join)
        self._watch = None
        self._stopping.clear()

    def _keep(self, cluster: Cluster, lock: int) -> None:
        """Body of the watching thread. One thread for life: Linux ends the server with the thread."""
        try:
            while not self._stopping.is_set():
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    self._stopping.wait(_LOCK_POLL_SECONDS)
                    continue
                self._lead(cluster)
        finally:
            os.close(lock)

    def _lead(self, cluster: Cluster) -> None:
        """Run the server, again and again, until asked to stop. Only one that never got ready has to wait."""
        pause = _FIRST_PAUSE
        while not self._stopping.is_set():
            was_ready = False
            try:
                was_ready = self._run_once(cluster)
                self._failure = None
            except (OSError, PostgresUnusable) as failure:
                self._failure = failure
                _log.error("postgres_not_started", reason=str(failure))
            pause = _FIRST_PAUSE if was_ready else min(pause * 2, _LONGEST_PAUSE)
            self._stopping.wait(0 if was_ready else pause)

    def _run_once(self, cluster: Cluster) -> bool:
        """Start the server and wait for its end, or end it when asked to stop; whether it ever got ready."""
        log = self._open_log()
        try:
            _end_strays(cluster)
            cluster.create(log)
            cluster.admit()
            server = subprocess.Popen(
                cluster.server_command(), stdin=subprocess.PIPE, stdout=log, stderr=log, env=environment(),
                start_new_session=True,
            )  # fmt: skip
        finally:
            os.close(log)
        self._server = server
        was_ready = False
        try:
            while server.poll() is None:
                was_ready = was_ready or cluster.is_ready()
                if self._stopping.wait(_POLL_SECONDS):
                    _shut_down(server)
        finally:
            self._server = None
            if server.stdin:
                server.stdin.close()
        if not self._stopping.is_set():
            _log.warning("postgres_died", code=server.returncode)
        return was_ready

    def _open_log(self) -> int:
        path = self._home / "postgres.log"
        if path.exists() and path.stat().st_size > _LOG_BYTES:
            path.replace(path.with_suffix(".log.1"))
        return os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def _tail(self) -> str:
        path = self._home / "postgres.log"
        return "\n".join(path.read_text(errors="replace").splitlines()[-12:]) if path.exists() else ""


def _open_lock(home: Path) -> int:
    try:
        return os.open(home / "postgres.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except PermissionError as error:
        raise PostgresUnusable(
            f"{error.filename} belongs to another user. Start Tugi as the user who started it first, "
            "or set TUGI_HOME to a folder of your own."
        ) from error


def dsn(cluster: Cluster) -> str:
    """Address of the database tugi as the role tugi, for asyncpg and libpq alike."""
    return f"postgresql://tugi@/tugi?host={quote(str(cluster.socket_dir), safe='')}"


def _shut_down(server: subprocess.Popen[bytes]) -> None:
    """Fast shutdown; harder each time it takes too long (the log makes good what was cut off)."""
    for order in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
        server.send_signal(order)
        with suppress(subprocess.TimeoutExpired):
            server.wait(_STOP_SECONDS)
            return


def _end_strays(cluster: Cluster) -> None:
    """End what an earlier leader left running on the data: two servers on it would destroy it."""
    orders = [(0.0, signal.SIGINT), (_STOP_SECONDS / 2, signal.SIGQUIT), (_STOP_SECONDS, signal.SIGKILL)]
    began = time.monotonic()
    while strays := cluster.processes():
        while orders and time.monotonic() - began >= orders[0][0]:
            order = orders.pop(0)[1]
            for pid in strays:
                with suppress(ProcessLookupError):
                    os.kill(pid, order)
        if time.monotonic() - began > _STOP_SECONDS + 5:
            raise PostgresUnusable(f"Processes {strays} of an earlier PostgreSQL will not end.")
        time.sleep(_POLL_SECONDS)
    # Its number may by now belong to a stranger, and PostgreSQL would then refuse to start.
    (cluster.data / "postmaster.pid").unlink(missing_ok=True)
