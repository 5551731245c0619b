"""One connection to one mailbox by IMAP (RFC 3501, RFC 9051): blocking, made for a thread of its own.
Another thread may only call `abort`, which ends whatever the connection is doing.
"""

from __future__ import annotations

import imaplib
import io
import socket
import ssl
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError, LoginError

from tugi.channels.email.oauth import Tokens, xoauth2
from tugi.channels.email.receiving.failing import ImapFailed, explained, refusal
from tugi.channels.email.settings import Mailbox, Server
from tugi.core.safe_addresses import Guard, NotAllowed
from tugi.ports import Account

CONNECT_SECONDS = 15.0
READ_SECONDS = 60.0
# A mail bigger than this is fetched in parts of this size, so that no answer is ever much bigger.
PART = 1 << 20
# The longest literal we take at once: nobody asked for a longer one.
LONGEST = 24 << 20
# A list of so many ids fits into a line that imaplib takes (1,000,000 bytes).
WINDOW = 50_000


@dataclass(frozen=True, slots=True)
class Secret:
    """What opens the mailbox: a password, or an access token for XOAUTH2."""

    password: str = ""
    access_token: str = ""


async def opening_of(account: Account, mailbox: Mailbox, tokens: Tokens) -> Secret:
    """What opens the mailbox. Raises SignInFailed."""
    if mailbox.sign_in == "password":
        return Secret(password=account.secrets.get("password", ""))
    return Secret(access_token=await tokens.access(account, mailbox.sign_in))


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder as the server lists it. flags in lower case, such as "\\\\sent" (RFC 6154)."""

    name: str
    flags: frozenset[str]


@dataclass(frozen=True, slots=True)
class Opened:
    """A folder that was selected: its UIDVALIDITY, the next UID, how many mails are in it."""

    validity: int
    next_uid: int
    count: int


class _Wire(imaplib.IMAP4):
    """imaplib over a socket that was opened by us, and that another thread may reach."""

    def __init__(self, host: str, port: int, make: Callable[[], socket.socket]) -> None:
        self._make = make
        super().__init__(host, port)

    def _create_socket(self, timeout: float | None = None) -> socket.socket:
        return self._make()

    def read(self, size: int) -> bytes:
        """A literal. Raises IMAP4.abort for one that nobody can have asked for."""
        if size > LONGEST:
            raise self.abort(f"the server announced {size} bytes at once")
        return super().read(size)


class _Client(IMAPClient):
    def __init__(self, host: str, port: int, make: Callable[[], socket.socket]) -> None:
        self._make = make
        super().__init__(host, port, ssl=False, timeout=SocketTimeout(CONNECT_SECONDS, READ_SECONDS))
        self._imap.debug = 0
        self.normalise_times = False

    def _create_IMAP4(self) -> _Wire:
        return _Wire(self.host, self.port, self._make)


def context_of(ca_file: Path | None) -> ssl.SSLContext:
    """Certificates are verified against the system's authorities and the file's. Raises OSError, ssl.SSLError."""
    context = ssl.create_default_context()
    if ca_file is not None:
        context.load_verify_locations(ca_file)
    return context


class Connection:
    """A mailbox, open from `open` to `close`. All its methods raise ImapFailed."""

    def __init__(self, server: Server, secret: Secret, guard: Guard, context: ssl.SSLContext) -> None:
        self._server = server
        self._secret = secret
        self._guard = guard
        self._context = context
        self._sockets: list[socket.socket] = []
        self._aborted = False
        self._opened: _Client | None = None
        self.selected: str | None = None

    @property
    def _client(self) -> _Client:
        if self._opened is None:
            raise ImapFailed("lost", "The connection to the mailbox is closed.")
        return self._opened

    def open(self) -> None:
        """Connect, secure and sign in."""
        try:
            with self._explained():
                client = self._opened = _Client(self._server.host, self._server.port, self._connect)
                if self._server.security == "starttls":
                    self._start_tls(client)
                self._sign_in(client)
        except ImapFailed:
            self.close()
            raise

    def _connect(self) -> socket.socket:
        plain = self._guard.connect_now(self._server.host, self._server.port, seconds=CONNECT_SECONDS)
        self._hold(plain)
        return self.wrap_socket(plain) if self._server.security == "tls" else plain

    def wrap_socket(self, plain: socket.socket, server_hostname: str = "") -> ssl.SSLSocket:
        """Speak TLS from here on; the handshake can be aborted too. Named as imaplib calls it for STARTTLS."""
        host = server_hostname or self._server.host
        secured = self._context.wrap_socket(plain, server_hostname=host, do_handshake_on_connect=False)
        self._hold(secured)
        secured.do_handshake()
        return secured

    def _hold(self, opened: socket.socket) -> None:
        """Keep it where `abort` finds it."""
        self._sockets.append(opened)
        if self._aborted:
            opened.close()
            raise ImapFailed("lost", "The connection was ended.")

    def _start_tls(self, client: _Client) -> None:
        if not client.has_capability("STARTTLS"):
            raise ImapFailed("no_starttls", f"{self._server.host} offers no STARTTLS here. Choose TLS (port 993).")
        client.starttls(self)

    def _sign_in(self, client: _Client) -> None:
        user = self._server.user
        try:
            if self._secret.access_token:
                # After a refusal the server explains itself and waits for an empty line.
                words = iter([xoauth2(user, self._secret.access_token).encode()])
                client.sasl_login("XOAUTH2", lambda _challenge: next(words, b""))
            elif client.has_capability("LOGINDISABLED"):
                raise ImapFailed("tls", f"{self._server.host} takes passwords only over TLS. Choose TLS or STARTTLS.")
            elif user.isascii() and self._secret.password.isascii():
                client.login(user, self._secret.password)
            else:
                client.plain_login(user, self._secret.password)
        except LoginError as error:
            raise refusal(error, self._server.host, bool(self._secret.access_token)) from error

    def abort(self) -> None:
        """End whatever is going on, from any thread; what waits for an answer gets ImapFailed."""
        self._aborted = True
        for opened in self._sockets:
            with suppress(OSError):
                opened.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Say good-bye if it can still be heard, and close."""
        client, self._opened, self.selected = self._opened, None, None
        if client is not None:
            with suppress(IMAPClientError, imaplib.IMAP4.error, OSError):
                if not self._aborted:
                    client.socket().settimeout(2)
                    client.logout()
            with suppress(IMAPClientError, imaplib.IMAP4.error, OSError):
                client.shutdown()
        while self._sockets:
            self._sockets.pop().close()

    @property
    def may_idle(self) -> bool:
        """Whether the server tells by itself what is new (RFC 2177)."""
        with self._explained():
            return self._client.has_capability("IDLE")

    def folders(self) -> list[Folder]:
        """Every folder that can hold mail."""
        with self._explained():
            listed = self._client.list_folders()
        found = [Folder(str(name), frozenset(_text(flag).lower() for flag in flags)) for flags, _, name in listed]
        return [one for one in found if not one.flags & {"\\noselect", "\\nonexistent"}]

    def select(self, name: str) -> Opened:
        """Make a folder the one that everything below is about."""
        with self._explained():
            self.selected = None
            try:
                told: Mapping[bytes, Any] = self._client.select_folder(name)
            except (IMAPClientAbortError, imaplib.IMAP4.abort):
                raise
            except (IMAPClientError, imaplib.IMAP4.error) as error:
                raise ImapFailed("folder", f"The mailbox has no folder {name!r} that can be opened.") from error
            self.selected = name
            next_uid = told.get(b"UIDNEXT")
            if next_uid is None:
                found = self._client.search(["UID", "*"]) if told[b"EXISTS"] else []
                next_uid = max(found, default=0) + 1
            return Opened(int(told.get(b"UIDVALIDITY", 0)), int(next_uid), int(told[b"EXISTS"]))

    def uids(self, first: int, last: int, since: datetime | None = None) -> list[int]:
        """Ids from `first` to `last` of the selected folder, ascending; only mails the server got since that day."""
        if first > last:
            return []
        day: list[object] = ["SINCE", since.date()] if since else []
        with self._explained():
            if last - first < WINDOW:
                found = self._client.search(["UID", f"{first}:{last}", *day])
                return sorted(uid for uid in found if first <= uid <= last)
            self._client.noop()
            count = int(self._client.folder_status(self.selected, ["MESSAGES"])[b"MESSAGES"]) + WINDOW // 10
            all_found: set[int] = set()
            # From the newest down: what is deleted meanwhile moves numbers into windows that are still to come.
            for top in range(count, 0, -WINDOW):
                window = f"{max(1, top - WINDOW + 1)}:{top}"
                with suppress(_NoSuchNumbers):
                    found = self._numbers(window, [f"UID {first}:{last}", *day])
                    all_found.update(uid for uid in found if first <= uid <= last)
        return sorted(all_found)

    def _numbers(self, window: str, rest: Sequence[object]) -> Sequence[int]:
        """A search among message numbers; some servers refuse numbers beyond the last one."""
        words = " ".join(one if isinstance(one, str) else f"{one:%d-%b-%Y}" for one in rest)
        try:
            return self._client.search(f"{window} {words}")
        except (IMAPClientAbortError, imaplib.IMAP4.abort):
            raise
        except (IMAPClientError, imaplib.IMAP4.error) as error:
            raise _NoSuchNumbers from error

    def sizes(self, uids: Sequence[int]) -> dict[int, int]:
        """Bytes of each mail as the server counts them; what is gone is missing."""
        with self._explained():
            return {uid: int(told[b"RFC822.SIZE"]) for uid, told in self._fetch(uids, "RFC822.SIZE").items()}

    def arrived(self, uids: Sequence[int]) -> dict[int, datetime]:
        """When the server got each mail."""
        with self._explained():
            return {uid: told[b"INTERNALDATE"] for uid, told in self._fetch(uids, "INTERNALDATE").items()}

    def message_ids(self, uids: Sequence[int]) -> dict[int, bytes]:
        """Each mail's header Message-ID, whole; empty where there is none."""
        with self._explained():
            found = self._fetch(uids, "BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)]")
            return {uid: told.get(b"BODY[HEADER.FIELDS (MESSAGE-ID)]") or b"" for uid, told in found.items()}

    def bodies(self, uids: Sequence[int]) -> dict[int, bytes]:
        """Whole mails, without marking them as seen; what is gone or not given is missing."""
        with self._explained():
            found = self._fetch(uids, "BODY.PEEK[]")
            return {uid: told[b"BODY[]"] for uid, told in found.items() if told.get(b"BODY[]") is not None}

    def body_in_parts(self, uid: int, largest: int) -> bytes | None:
        """One big mail, part by part; None when it is gone. Raises ImapFailed when it is over `largest` bytes."""
        whole = io.BytesIO()
        with self._explained():
            while True:
                told = self._fetch([uid], f"BODY.PEEK[]<{whole.tell()}.{PART}>").get(uid)
                part = told and told.get(f"BODY[]<{whole.tell()}>".encode())
                if part is None:
                    return None
                whole.write(part)
                if whole.tell() > largest:
                    raise ImapFailed("answer", f"It is larger than {largest // 1_000_000} MB.")
                if len(part) < PART:
                    return whole.getvalue()

    def _fetch(self, uids: Sequence[int], what: str) -> dict[int, Any]:
        return dict(self._client.fetch(uids, [what])) if uids else {}

    def mark_seen(self, uids: Sequence[int]) -> None:
        """Mark mails of the selected folder as read."""
        with self._explained():
            self._client.add_flags(uids, [b"\\Seen"], silent=True)

    def move(self, uids: Sequence[int], to: str) -> None:
        """Move mails of the selected folder (RFC 6851), or copy and delete just them; the target is made if missing."""
        with self._explained():
            if not self._client.folder_exists(to):
                self._client.create_folder(to)
            if self._client.has_capability("MOVE"):
                self._client.move(uids, to)
                return
            self._client.copy(uids, to)
            self._client.add_flags(uids, [b"\\Deleted"], silent=True)
            # A plain EXPUNGE would take what somebody else has marked (RFC 4315).
            if self._client.has_capability("UIDPLUS"):
                self._client.uid_expunge(uids)

    def has_letter(self, folder: str, letter_id: str) -> bool:
        """Whether a folder holds a mail with this Message-ID (without brackets)."""
        self.select(folder)
        with self._explained():
            return bool(self._client.search(["HEADER", "Message-ID", f"<{letter_id}>"]))

    def wait(self, seconds: float) -> bool:
        """IDLE until something happens or the time is over; whether something happened."""
        with self._explained():
            self._client.idle()
            # What came together with the server's assent waits in a buffer that idle_check does not look into.
            told = [] if self._has_more() else self._client.idle_check(seconds)
            _, late = self._client.idle_done()
            return any(_is_news(one) for one in [*told, *late])

    def _has_more(self) -> bool:
        opened = self._client.socket()
        opened.setblocking(False)
        try:
            return bool(self._client._imap.file.peek(1))
        except (BlockingIOError, ssl.SSLWantReadError):
            return False
        finally:
            opened.settimeout(READ_SECONDS)

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Every error of the libraries as ImapFailed, in words for people."""
        try:
            yield
        except NotAllowed as error:
            raise ImapFailed("port" if error.reason == "port" else "host", error.message) from error
        except (OSError, ValueError, LookupError, TypeError, IMAPClientError, imaplib.IMAP4.error) as error:
            raise explained(error, self._server) from error


class _NoSuchNumbers(Exception):
    pass


def _text(value: object) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _is_news(told: object) -> bool:
    """Whether an untagged answer is about mails coming or going."""
    words = told if isinstance(told, tuple) else (told,)
    return any(word in (b"EXISTS", b"EXPUNGE", b"RECENT", b"FETCH", b"VANISHED", b"BYE") for word in words)
