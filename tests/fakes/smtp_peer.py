"""A mail server that takes, refuses, forgets to answer or answers a byte at a time, and keeps every mail it took."""

import asyncio
import email
import socket
import ssl
import warnings
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from email import policy
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword


@dataclass(frozen=True)
class Taken:
    """A mail as it came, with its envelope."""

    sender: str
    recipients: list[str]
    content: bytes

    @property
    def mail(self) -> Any:
        """The parsed mail."""
        return email.message_from_bytes(self.content, policy=policy.default)

    @property
    def letter_id(self) -> str:
        """Its Message-ID without brackets."""
        return str(self.mail["Message-ID"]).strip("<> ")


@dataclass
class Peer:
    """How the server behaves now; `port` says where it is.

    rcpt: by address, what it says to RCPT. data: what it says to the next letters, then "250 taken".
    swallow: so many letters it takes and then hangs up without a word. drop: hangs up at this point: "mail", "data"
    (after the 354). once: only the next time. connections: how many there were.
    """

    port: int = 0
    taken: list[Taken] = field(default_factory=list)
    rcpt: dict[str, str] = field(default_factory=dict)
    data: list[str] = field(default_factory=list)
    null_sender: bool = True
    swallow: int = 0
    drop: str = ""
    connections: int = 0
    open_now: int = 0
    most_open: int = 0
    signed_in: list[tuple[str, str]] = field(default_factory=list)

    def count(self) -> Counter[str]:
        """How often each Message-ID was taken."""
        return Counter(one.letter_id for one in self.taken)

    async def handle_EHLO(self, server: Any, session: Any, envelope: Any, hostname: str, responses: list[str]) -> Any:
        session.host_name = hostname
        return responses

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        if self.drop == "mail":
            self._hang_up(server)
        address = address.strip("<>")
        if not address and not self.null_sender:
            return "501 5.5.4 a sender is wanted"
        envelope.mail_from = address or "<>"
        return "250 OK"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        if said := self.rcpt.get(address):
            return said
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.data and not self.data[0].startswith("2"):
            return self.data.pop(0)
        said = self.data.pop(0) if self.data else "250 taken"
        self.taken.append(Taken(envelope.mail_from.strip("<>"), list(envelope.rcpt_tos), bytes(envelope.content)))
        if self.swallow:
            self.swallow -= 1
            self._hang_up(server)
        return said

    def _hang_up(self, server: Any) -> None:
        server.transport.abort()
        raise ConnectionResetError

    def authenticate(self, server: Any, session: Any, envelope: Any, mechanism: str, given: Any) -> AuthResult:
        if isinstance(given, LoginPassword):
            pair = (given.login.decode(), given.password.decode())
            self.signed_in.append(pair)
            return AuthResult(success=pair == ("post", "saladus"), handled=False)
        return AuthResult(success=False, handled=False)

    async def auth_XOAUTH2(self, server: Any, args: list[str]) -> AuthResult:
        self.signed_in.append(("xoauth2", args[1]))
        return AuthResult(success=True)


class _Server(SMTP):
    def connection_made(self, transport: Any) -> None:
        peer: Peer = self.event_handler
        if self.transport is None:
            peer.connections += 1
            peer.open_now += 1
            peer.most_open = max(peer.most_open, peer.open_now)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self.event_handler.open_now -= 1
        super().connection_lost(error)

    async def smtp_DATA(self, arg: str) -> None:
        if self.event_handler.drop == "data":
            await self.push("354 go on")
            assert self.transport is not None
            self.transport.abort()
            return
        await super().smtp_DATA(arg)


class _Controller(Controller):
    def factory(self) -> SMTP:
        with warnings.catch_warnings():
            # It does not know that TLS from the start is TLS.
            warnings.simplefilter("ignore", UserWarning)
            return _Server(self.handler, **self.SMTP_kwargs)


@contextmanager
def smtp_peer(tls: ssl.SSLContext | None = None, *, implicit: bool = False, auth: bool = False) -> Iterator[Peer]:
    """A server on a free port. tls: it offers STARTTLS, or speaks TLS from the start (implicit). auth: demanded."""
    peer = Peer(port=free_port())
    options: dict[str, Any] = {}
    if tls is not None and not implicit:
        options |= {"tls_context": tls}
    if auth:
        options |= {"auth_required": True, "authenticator": peer.authenticate}
        options |= {"auth_require_tls": tls is not None and not implicit}
    controller = _Controller(
        peer, hostname="127.0.0.1", port=peer.port, ssl_context=tls if implicit else None, **options
    )
    controller.start()
    # It has knocked at its own door.
    peer.connections = 0
    try:
        yield peer
    finally:
        controller.stop()


@dataclass
class SlowPeer:
    """Speaks normally until the point "greeting" or "letter", from there on a byte a second."""

    port: int
    letters: int = 0


@asynccontextmanager
async def slow_peer(point: str = "greeting") -> AsyncIterator[SlowPeer]:
    """A server in the test's own loop that never comes to an end."""
    peer = SlowPeer(free_port())
    talks: set[asyncio.Task[Any]] = set()

    async def drip(writer: asyncio.StreamWriter) -> None:
        for letter in b"220 " + b"x" * 500:
            writer.write(bytes([letter]))
            await writer.drain()
            await asyncio.sleep(1)

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        talks.add(task)
        try:
            if point == "greeting":
                await drip(writer)
            writer.write(b"220 here\r\n")
            while line := await reader.readline():
                word = line[:4].upper()
                if word == b"DATA":
                    writer.write(b"354 go on\r\n")
                    await reader.readuntil(b"\r\n.\r\n")
                    peer.letters += 1
                    await drip(writer)
                writer.write(b"250 fine\r\n")
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", peer.port)
    try:
        yield peer
    finally:
        server.close()
        for task in talks:
            task.cancel()
        await asyncio.gather(*talks, return_exceptions=True)
        await server.wait_closed()


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
