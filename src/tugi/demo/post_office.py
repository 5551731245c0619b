"""The customers' mail server of the demo: takes by SMTP (RFC 5321) what the shop sends, on loopback only.

It stands for all the world's mail servers, so that whoever tries the demo sees letters arrive. It keeps what it took
and what its own people sent as files, the newest 500; a file is the raw mail with a line before it that says whose
mailbox it lies in.
"""

from __future__ import annotations

import asyncio
import email
import hashlib
import os
import socket
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage
from itertools import islice
from pathlib import Path

import structlog
from aiosmtpd.smtp import SMTP, Envelope, Session

log = structlog.get_logger("tugi.demo.post")
LOOPBACK = "127.0.0.1"
MOST_LETTERS = 500
LARGEST = 60_000_000
IN, OUT = "in", "out"


@dataclass(frozen=True, slots=True)
class Kept:
    """A letter in a mailbox. key: its file; own: its owner sent it."""

    key: str
    own: bool
    mail: EmailMessage


class PostOffice:
    """The folder with the letters and the socket they come by. `port` is free to be connected to from the start."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._socket = socket.create_server((LOOPBACK, 0))
        self._numbers = _last_number(folder)

    @property
    def port(self) -> int:
        """Where it listens, on loopback."""
        return self._socket.getsockname()[1]

    @property
    def endpoint(self) -> str:
        """The same as TUGI_PRIVATE_HOSTS names a single address and port."""
        return f"{LOOPBACK}:{self.port}"

    def close(self) -> None:
        """Listen no more; the letters stay."""
        self._socket.close()

    async def run(self) -> None:
        """Take letters until cancelled."""
        loop = asyncio.get_running_loop()
        talks: set[SMTP] = set()

        server = await loop.create_server(lambda: _Talk(self, talks), sock=self._socket)
        try:
            await loop.create_future()
        finally:
            server.close()
            for one in list(talks):
                with suppress(AttributeError):
                    one.transport.abort()

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        """Put the letter into the mailboxes of its recipients."""
        raw = envelope.content
        if not isinstance(raw, bytes):
            return "554 5.6.0 This letter cannot be read."
        try:
            await asyncio.to_thread(self.keep, raw, envelope.rcpt_tos)
        except OSError as error:
            log.warning("a letter was not kept", why=error.strerror)
            return "452 4.3.1 The disk is full or away. Please try again."
        return "250 2.0.0 Stored."

    def keep(self, raw: bytes, owners: Sequence[str], *, own: bool = False) -> None:
        """Put a letter into these people's mailboxes; their own where they sent it. Raises OSError."""
        self._numbers += 1
        whose = ",".join(address.strip("<> ").lower().replace(",", "") for address in owners)
        line = f"{OUT if own else IN} {whose}\r\n".encode("utf-8", "replace")
        name = f"{self._numbers:010d}-{hashlib.sha256(raw).hexdigest()[:16]}"
        beside = self._folder / f".{name}"
        beside.write_bytes(line + raw)
        os.replace(beside, self._folder / f"{name}.eml")
        for old in sorted(self._folder.glob("*.eml"))[:-MOST_LETTERS]:
            old.unlink(missing_ok=True)

    def mailbox(self, address: str, limit: int) -> list[Kept]:
        """The newest letters of a mailbox, newest first."""
        keys = sorted((path.stem for path in self._folder.glob("*.eml")), reverse=True)
        found = (self.find(address, key) for key in keys)
        return list(islice((one for one in found if one is not None), limit))

    def find(self, address: str, key: str) -> Kept | None:
        """A letter of this mailbox, if there is such."""
        # Only a name as `keep` makes it, so that nobody leaves the folder.
        if not key.replace("-", "").isalnum() or not key.isascii():
            return None
        try:
            head, _, raw = (self._folder / f"{key}.eml").read_bytes().partition(b"\r\n")
        except OSError:
            return None
        way, _, whose = head.decode("utf-8", "replace").partition(" ")
        if address.strip().lower() not in whose.split(","):
            return None
        return Kept(key, way == OUT, email.message_from_bytes(raw, policy=policy.default))


class _Talk(SMTP):
    """One connection, known as long as it is open, so that the end of the demo ends it too."""

    def __init__(self, office: PostOffice, talks: set[SMTP]) -> None:
        loop = asyncio.get_running_loop()
        super().__init__(
            office, data_size_limit=LARGEST, hostname="post.example", ident="demo", enable_SMTPUTF8=True, loop=loop
        )
        self._talks = talks

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """One more."""
        self._talks.add(self)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        """One fewer."""
        self._talks.discard(self)
        super().connection_lost(error)


def _last_number(folder: Path) -> int:
    numbers = [int(path.stem.partition("-")[0]) for path in folder.glob("*.eml")]
    return max(numbers, default=0)
