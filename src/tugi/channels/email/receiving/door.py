"""Our own door for mail: SMTP (RFC 5321) and LMTP (RFC 2033), for the shops' mailboxes and nobody else's.

250 is said only once the mail is committed; whatever is away means 451, and the other side keeps the mail and comes
again. The end of a mail is CR LF . CR LF and nothing that merely looks like it (CVE-2023-51764).
"""

from __future__ import annotations

import asyncio
import io
import ssl
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog
from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session

from tugi.core.database import Database
from tugi.core.errors import Invalid, TugiError
from tugi.core.files import Files
from tugi.desk.cases import doors
from tugi.desk.cases.doors import Doorstep
from tugi.ports import Account

log = structlog.get_logger("tugi.door")
CHANNEL = "email"
MOST_CONNECTIONS = 200
MOST_FROM_ONE = 20
# Bytes of mails that are just being received, over all connections.
MOST_IN_HAND = 256_000_000
IDLE_SECONDS = 60.0
DATA_SECONDS = 600.0
AGAIN_SECONDS = 5.0
PIECE = 1 << 16
END = b"\r\n.\r\n"

AWAY = "451 4.3.0 We cannot store mail just now. Please try again."
NOBODY = "550 5.1.1 No mailbox by this address."
TOO_LARGE = f"552 5.3.4 The mail is larger than {doors.LARGEST} bytes."
TOO_BUSY = "452 4.3.1 Too much mail at once. Please try again."
STORED = "250 2.0.0 Stored."


@dataclass(frozen=True, slots=True)
class Limits:
    """Of connections, of bytes in a mail, and of seconds without a command."""

    connections: int = MOST_CONNECTIONS
    from_one: int = MOST_FROM_ONE
    bytes: int = doors.LARGEST
    idle: float = IDLE_SECONDS


class Listener:
    """What came in by one address: it says whose a recipient is, and keeps a mail."""

    def __init__(self, database: Database, doorstep: Doorstep, way: str, limits: Limits) -> None:
        self._database = database
        self._doorstep = doorstep
        self.way = way
        self.limits = limits
        self.in_hand = 0
        self.open: set[_Talk] = set()
        self.peers: Counter[str] = Counter()

    async def handle_EHLO(
        self, server: _Talk, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        """What we can do: nobody signs in here."""
        session.host_name = hostname
        return [one for one in responses if "AUTH" not in one]

    async def handle_RCPT(
        self, server: _Talk, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take a recipient whose mailbox is ours."""
        if len(envelope.rcpt_tos) >= doors.MOST_RECIPIENTS:
            return "452 4.5.3 Too many recipients."
        try:
            async with self._database.everywhere() as tx:
                account = await doors.account_of(tx, CHANNEL, address)
        except TugiError as error:
            log.warning("recipient not looked up", why=error.message)
            return AWAY
        if account is None:
            return NOBODY
        server.accounts[address] = account
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: _Talk, session: Session, envelope: Envelope) -> str:
        """Keep the mail, once for each mailbox; by LMTP the answer is one a recipient."""
        raw, answers = envelope.content, dict[int, str]()
        assert isinstance(raw, bytes)
        for address in envelope.rcpt_tos:
            account = server.accounts[address]
            if account.id not in answers:
                to = [one for one in envelope.rcpt_tos if server.accounts[one].id == account.id]
                answers[account.id] = await self._keep(account, raw, envelope.mail_from or "", to)
        if self.way == "lmtp":
            return "\r\n".join(answers[server.accounts[address].id] for address in envelope.rcpt_tos)
        return next((one for one in answers.values() if one != STORED), STORED)

    async def _keep(self, account: Account, raw: bytes, sender: str, to: list[str]) -> str:
        source = doors.source_of(self.way, raw, to[0])
        envelope = {"from": sender.strip("<>"), "to": to, "door": self.way}
        try:
            # A server that hands over by LMTP is the shop's own; by SMTP anybody may come.
            await self._doorstep.keep(account, raw, source=source, envelope=envelope, believed=self.way == "lmtp")
        except TugiError as error:
            log.warning("mail not stored", account=account.id, why=error.message)
            return AWAY
        return STORED

    async def handle_exception(self, error: Exception) -> str:
        """A fault of ours is no reason to send a customer's mail back."""
        log.error("door failed", exc_info=error)
        return AWAY


class _Talk(SMTP):
    """One connection. Reads a mail in pieces, whatever the length of its lines."""

    line_length_limit = PIECE
    show_smtp_greeting = True

    def __init__(self, listener: Listener, **values: Any) -> None:
        self._listener = listener
        self.accounts: dict[str, Account] = {}
        self._peer = ""
        super().__init__(listener, **values)

    def connection_made(self, transport: Any) -> None:
        """Turn away those that are too many."""
        if self.transport is not None:
            # The same connection once more, after STARTTLS.
            super().connection_made(transport)
            return
        peer = (transport.get_extra_info("peername") or ("local",))[0]
        listener, limits = self._listener, self._listener.limits
        super().connection_made(transport)
        self._peer = peer
        listener.open.add(self)
        listener.peers[peer] += 1
        over = listener.way == "smtp" and listener.peers[peer] > limits.from_one
        if over or len(listener.open) > limits.connections:
            transport.write(b"421 4.7.0 Too many connections. Please try again.\r\n")
            transport.close()

    def connection_lost(self, error: Exception | None) -> None:
        """One fewer."""
        if self in self._listener.open:
            self._listener.open.discard(self)
            self._listener.peers[self._peer] -= 1
            self._listener.peers += Counter()
        super().connection_lost(error)

    async def smtp_DATA(self, arg: str) -> None:
        """Receive a mail, hand it to the listener, answer."""
        if await self.check_helo_needed():
            return
        assert self.envelope is not None
        if not self.envelope.rcpt_tos:
            await self.push("503 5.5.1 Say first who it is for.")
            return
        if arg:
            await self.push("501 5.5.4 DATA takes nothing more.")
            return
        await self.push("354 End with a dot on a line of its own.")
        self._reset_timeout(DATA_SECONDS)
        content, refusal = await self._read_mail()
        if refusal:
            count = len(self.envelope.rcpt_tos) if self._listener.way == "lmtp" else 1
            status: Any = "\r\n".join([refusal] * count)
        else:
            self.envelope.content = self.envelope.original_content = content
            del content
            status = await self._call_handler_hook("DATA")
        self._set_post_data_state()
        self.accounts.clear()
        await self.push(status)

    async def _read_mail(self) -> tuple[bytes, str]:
        """(the mail, "") or (b"", why it is refused), read to its end in either case."""
        listener, whole, refusal = self._listener, io.BytesIO(), ""
        held = 0
        try:
            # The line break before the dot may be the one after DATA: then the mail is empty.
            piece, is_end = await self._first_piece()
            while True:
                size = whole.tell() + len(piece)
                if not refusal and size > listener.limits.bytes + len(END):
                    refusal = TOO_LARGE
                elif not refusal and listener.in_hand + len(piece) > MOST_IN_HAND:
                    refusal = TOO_BUSY
                if refusal:
                    listener.in_hand, held = listener.in_hand - held, 0
                    whole = io.BytesIO()
                else:
                    whole.write(piece)
                    listener.in_hand, held = listener.in_hand + len(piece), held + len(piece)
                if is_end:
                    return (b"" if refusal else _unstuffed(whole)), refusal
                piece, is_end = await self._next_piece()
        finally:
            listener.in_hand -= held

    async def _first_piece(self) -> tuple[bytes, bool]:
        """As much as says whether the mail ends at once, or where the search for its end may begin."""
        piece = b"\r\n"
        while piece != END:
            piece += await self._reader.readexactly(1)
            if not any(piece.endswith(END[:length]) for length in range(1, len(END))):
                return piece[2:], False
            if piece.endswith(END):
                break
        return piece[2:], True

    async def _next_piece(self) -> tuple[bytes, bool]:
        try:
            return await self._reader.readuntil(END), True
        except asyncio.LimitOverrunError as error:
            # No end among so many bytes, nor a beginning of it.
            return await self._reader.readexactly(error.consumed), False


class _LmtpTalk(_Talk, LMTP):
    show_smtp_greeting = False


def _unstuffed(whole: io.BytesIO) -> bytes:
    """A mail without its end and without the dots that were put before its own (RFC 5321 4.5.2)."""
    whole.truncate(max(0, whole.tell() - len(b".\r\n")))
    raw = whole.getvalue()
    if raw.startswith(b"."):
        raw = raw[1:]
    return raw.replace(b"\r\n.", b"\r\n") if b"\r\n." in raw else raw


def address_of(listen: str, name: str) -> tuple[str, int]:
    """(host, port) of a setting like "0.0.0.0:25". Raises Invalid."""
    host, colon, port = listen.rpartition(":")
    if not colon or not port.isdigit() or not 0 < int(port) < 65536:
        raise Invalid(f"{name} must look like 127.0.0.1:2525 or [::]:25, not {listen!r}.")
    return host.strip("[]") or "0.0.0.0", int(port)


class Door:
    """Listens at the operator's addresses while `run` runs. Raises Invalid for settings that cannot be meant."""

    def __init__(
        self,
        database: Database,
        files: Files,
        *,
        smtp: str | None,
        lmtp: str | None,
        cert: Path | None = None,
        key: Path | None = None,
        hostname: str = "localhost",
        limits: Limits | None = None,
    ) -> None:
        doorstep, limits = Doorstep(database, files), limits or Limits()
        self._hostname = hostname
        self._context = _context(cert, key)
        self._ways: list[tuple[Listener, tuple[str, int]]] = []
        if smtp:
            self._ways.append((Listener(database, doorstep, "smtp", limits), address_of(smtp, "TUGI_SMTP_LISTEN")))
        if lmtp:
            self._ways.append((Listener(database, doorstep, "lmtp", limits), address_of(lmtp, "TUGI_LMTP_LISTEN")))

    async def run(self) -> None:
        """Until cancelled; then every connection is closed, and what was not acknowledged comes again."""
        servers: list[asyncio.Server] = []
        try:
            for listener, (host, port) in self._ways:
                servers.append(await self._listen(listener, host, port))
            await asyncio.get_running_loop().create_future()
        finally:
            for server in servers:
                server.close()
            for listener, _ in self._ways:
                for talk in list(listener.open):
                    with suppress(AttributeError):
                        talk.transport.abort()

    async def _listen(self, listener: Listener, host: str, port: int) -> asyncio.Server:
        loop = asyncio.get_running_loop()
        while True:
            try:
                # Several processes may listen; while one is exchanged for another nobody is turned away.
                return await loop.create_server(self._talk_of(listener), host, port, reuse_port=True)
            except OSError as error:
                log.error("door cannot be opened", way=listener.way, port=port, why=error.strerror)
                await asyncio.sleep(AGAIN_SECONDS)

    def _talk_of(self, listener: Listener) -> Callable[[], _Talk]:
        kind = _LmtpTalk if listener.way == "lmtp" else _Talk

        def make() -> _Talk:
            return kind(
                listener,
                data_size_limit=listener.limits.bytes,
                enable_SMTPUTF8=True,
                hostname=self._hostname,
                ident="Tugi",
                tls_context=self._context,
                timeout=listener.limits.idle,
                auth_exclude_mechanism=["LOGIN", "PLAIN"],
                loop=asyncio.get_running_loop(),
            )

        return make


def _context(cert: Path | None, key: Path | None) -> ssl.SSLContext | None:
    if cert is None:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_cert_chain(cert, key)
    except (OSError, ssl.SSLError) as error:
        raise Invalid(f"TUGI_SMTP_CERT and TUGI_SMTP_KEY cannot be read: {error}.") from error
    return context
