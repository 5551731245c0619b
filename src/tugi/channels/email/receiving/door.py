"""Our own door for mail: SMTP (RFC 5321) and LMTP (RFC 2033), for the shops' mailboxes and nobody else's.

250 is said only once the mail is committed; whatever is away means 451, and the other side keeps the mail and comes
again. How a mail is received: `talk.py`.
"""

from __future__ import annotations

import asyncio
import ssl
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import structlog

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
IDLE_SECONDS = 60.0
AGAIN_SECONDS = 5.0

AWAY = "451 4.3.0 We cannot store mail just now. Please try again."
NOBODY = "550 5.1.1 No mailbox by this address."
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
        self.open: set[Any] = set()
        self.peers: Counter[str] = Counter()

    async def handle_EHLO(
        self, server: Any, session: Any, envelope: Any, hostname: str, responses: list[str]
    ) -> list[str]:
        """What we can do: nobody signs in here."""
        session.host_name = hostname
        return [one for one in responses if "AUTH" not in one]

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
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

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
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

    def _talk_of(self, listener: Listener) -> Callable[[], Any]:
        # Its server takes a part of our start, and most shops have their mailboxes read.
        talking = import_module("tugi.channels.email.receiving.talk")
        kind = talking.LmtpTalk if listener.way == "lmtp" else talking.Talk

        def make() -> Any:
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
