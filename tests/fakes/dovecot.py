"""Debian's Dovecot 2.3 on loopback, with a folder of its own: a real IMAP server to start, kill and number anew."""

import asyncio
import contextlib
import grp
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import pytest

from fakes.certificates import make_certificate

BINARY = shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
PASSWORD = "correct horse"

CONFIG = """
base_dir = {run}
state_dir = {run}
log_path = {home}/dovecot.log
protocols = imap
listen = 127.0.0.1
default_login_user = {user}
default_internal_user = {user}
default_internal_group = {group}
disable_plaintext_auth = no
auth_mechanisms = {mechanisms}
mail_location = maildir:{home}/mail/%u
mail_uid = {user}
mail_gid = {group}
first_valid_uid = 0
first_valid_gid = 0
mail_fsync = never
mail_max_userip_connections = 200
imap_capability = {capability}
ssl = yes
ssl_cert = <{home}/peer.pem
ssl_key = <{home}/peer.key
ssl_dh =
passdb {{
  driver = passwd-file
  args = scheme=PLAIN {home}/users
}}
{oauth}
userdb {{
  driver = static
  args = uid={user} gid={group} home={home}/mail/%u
}}
namespace inbox {{
  inbox = yes
  separator = /
  mailbox Saadetud {{
    auto = create
    special_use = \\Sent
  }}
  mailbox Trash {{
    auto = create
    special_use = \\Trash
  }}
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
  client_limit = 10000
}}
service imap {{
  vsz_limit = 1G
}}
"""
OAUTH = """
passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {home}/oauth2.conf
}}
"""


def free_port() -> int:
    """A port that nobody listens at just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Dovecot:
    """A server with the users that are added. port: IMAP with STARTTLS; tls_port: TLS from the start."""

    def __init__(self, *, capability: str = "", introspection: str = "") -> None:
        """capability: said instead of its own. introspection: an address that knows access tokens (RFC 7662)."""
        if BINARY is None:
            pytest.skip("dovecot is not installed: apt-get install dovecot-imapd")
        # Dovecot reads no mail as root, and pytest's own folders are closed to everybody else.
        home = self.home = Path(tempfile.mkdtemp(prefix="dovecot-"))
        self._is_root = os.getuid() == 0
        me = pwd.getpwnam("nobody") if self._is_root else pwd.getpwuid(os.getuid())
        self._user, self._uid, self._gid = me.pw_name, me.pw_uid, me.pw_gid
        self.port, self.tls_port = free_port(), free_port()
        self._capability = capability
        self._introspection = introspection
        self._process: subprocess.Popen[bytes] | None = None
        self._number = 0
        home.chmod(0o755)
        self.certificate = make_certificate(home)
        (home / "users").write_text("")
        (home / "mail").mkdir()
        self._own(home / "mail")

    def add(self, user: str, password: str = PASSWORD) -> None:
        """A user with an empty mailbox."""
        with (self.home / "users").open("a") as users:
            users.write(f"{user}:{{PLAIN}}{password}\n")

    def start(self) -> "Dovecot":
        """Start, or start again; returns when it answers."""
        oauth = ""
        if self._introspection:
            (self.home / "oauth2.conf").write_text(
                f"introspection_mode = post\nintrospection_url = {self._introspection}\n"
                "username_attribute = username\nactive_attribute = active\nactive_value = true\n"
            )
            oauth = OAUTH.format(home=self.home)
        config = CONFIG.format(
            run=self._run,
            home=self.home,
            user=self._user,
            group=grp.getgrgid(self._gid).gr_name,
            mechanisms="plain login xoauth2 oauthbearer" if oauth else "plain login",
            capability=self._capability,
            oauth=oauth,
            port=self.port,
            tls_port=self.tls_port,
        )
        path = self.home / "dovecot.conf"
        path.write_text(config)
        assert BINARY is not None
        with (self.home / "start.log").open("wb") as said_at_start:
            self._process = subprocess.Popen([BINARY, "-F", "-c", str(path)], stderr=said_at_start)
        ends = time.monotonic() + 10
        while time.monotonic() < ends:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1) as probe:
                if probe.recv(4) == b"* OK":
                    return self
            if self._process.poll() is not None:
                break
        said = (self.home / "start.log").read_text()
        log = self.home / "dovecot.log"
        raise RuntimeError(f"dovecot does not start: {said}{log.read_text() if log.exists() else ''}")

    @property
    def _run(self) -> Path:
        return self.home / "run"

    def stop(self) -> None:
        """End it, with all that it started."""
        if self._process is None:
            return
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(5)
        self._process = None
        shutil.rmtree(self._run, ignore_errors=True)

    def close(self) -> None:
        """The end, also of its folder."""
        self.stop()
        shutil.rmtree(self.home, ignore_errors=True)

    def _own(self, path: Path) -> None:
        if self._is_root:
            os.chown(path, self._uid, self._gid)

    def folder(self, user: str, name: str = "INBOX") -> Path:
        """Where Maildir++ keeps a folder."""
        root = self.home / "mail" / user
        return root if name == "INBOX" else root / f".{name}"

    def deliver(self, user: str, raw: bytes, folder: str = "INBOX", *, age_seconds: float = 0) -> None:
        """Put a mail into a folder, as a local delivery would; its time of arrival is that of its file."""
        place = self.folder(user, folder)
        for path in (place.parent, place, place / "tmp", place / "new", place / "cur"):
            if not path.exists():
                path.mkdir()
                self._own(path)
        self._number += 1
        name = f"{int(time.time())}.M{self._number:06d}P{os.getpid()}.test"
        path = place / "tmp" / name
        path.write_bytes(raw)
        self._own(path)
        when = time.time() - age_seconds
        os.utime(path, (when, when))
        path.rename(place / "new" / name)

    def path_of(self, user: str, raw: bytes, folder: str = "INBOX") -> Path:
        """The file of a mail that was delivered."""
        place = self.folder(user, folder)
        files = [path for part in ("new", "cur") for path in (place / part).glob("*")]
        return next(path for path in files if os.stat(path).st_size == len(raw) and path.read_bytes() == raw)

    def flags(self, user: str, folder: str = "INBOX") -> list[str]:
        """The flags of every mail in a folder, such as "S" for those read; "" for new ones."""
        place = self.folder(user, folder)
        found = [path.name for part in ("new", "cur") for path in (place / part).glob("*")]
        return sorted(name.partition(":2,")[2] for name in found)

    def number_anew(self, user: str, folder: str = "INBOX") -> None:
        """Another UIDVALIDITY and other UIDs, as after a server was moved. Dovecot must be stopped."""
        assert self._process is None
        place = self.folder(user, folder)
        for path in place.glob("dovecot*"):
            path.unlink()
        (self.home / "mail" / user / "dovecot-uidvalidity").unlink(missing_ok=True)
        numbers = place / "dovecot-uidlist"
        numbers.write_text(f"3 V{int(time.time()) + 1000} N1000 G{os.urandom(16).hex()}\n")
        self._own(numbers)


async def eventually(check: "object", seconds: float = 10.0) -> None:
    """Until the check, a function or a coroutine function, gives something true; fails after so long."""
    assert callable(check)
    ends = asyncio.get_running_loop().time() + seconds
    while True:
        found = check()
        if asyncio.iscoroutine(found):
            found = await found
        if found:
            return
        assert asyncio.get_running_loop().time() < ends, "it did not happen in time"
        await asyncio.sleep(0.02)
