"""Carrying letters out for a mailbox, and finding out whether one of unknown fate left after all."""

from __future__ import annotations

import asyncio
import ssl

from tugi.channels.email.oauth import SignInFailed, Tokens
from tugi.channels.email.receiving import folders
from tugi.channels.email.receiving.failing import ImapFailed
from tugi.channels.email.receiving.imap import Connection, opening_of
from tugi.channels.email.receiving.line import Line
from tugi.channels.email.sending.compose import compose, wire_address
from tugi.channels.email.sending.smtp import Lines, Route
from tugi.channels.email.settings import Mailbox, mailbox_of
from tugi.core import clock
from tugi.core.errors import Invalid
from tugi.core.safe_addresses import Guard
from tugi.ports import Account, Carried, NotCarried, Outgoing

# For opening the mailbox and looking into one folder.
LOOK_SECONDS = 40.0


class Carrying:
    """The sending half of the e-mail channel. `close` hangs up on all servers."""

    def __init__(self, guard: Guard, context: ssl.SSLContext, tokens: Tokens) -> None:
        self._guard = guard
        self._context = context
        self._tokens = tokens
        self._lines = Lines(context, guard)

    async def send(self, account: Account, outgoing: Outgoing) -> Carried:
        """See ports.Channel. An automatic letter has the null sender (RFC 3834 3.3)."""
        mailbox = _settings(account)
        server = mailbox.sending.smtp
        if server is None:
            raise NotCarried(
                f"{account.address} has no server to send by. Set one up under Channels.", fault="settings"
            )
        # A large file takes its time to encode, and a signature some milliseconds.
        letter = await asyncio.to_thread(compose, account, mailbox, outgoing, clock.now())
        own = wire_address(account.address or "")
        recipients = [wire_address(one.email) for one in (*outgoing.recipients, *outgoing.copies)]
        route = Route(server.host, server.port, server.security, server.user)
        if mailbox.sign_in == "password":
            password = account.secrets.get("smtp_password") or account.secrets.get("password", "")
            route = Route(server.host, server.port, server.security, server.user, password)
        elif server.user:
            token = await self._token(account, mailbox)
            route = Route(server.host, server.port, server.security, server.user, access_token=token)
        senders = ["", own] if outgoing.automatic else [own]
        return await self._lines.deliver(route, senders, list(dict.fromkeys(recipients)), letter)

    async def was_sent(self, account: Account, letter_id: str) -> bool | None:
        """See ports.Channel: whether the mailbox's Sent folder holds it."""
        try:
            mailbox = mailbox_of(account)
            server = mailbox.receiving.imap
            if server is None:
                return None
            secret = await opening_of(account, mailbox, self._tokens)
            connection = Connection(server, secret, self._guard, self._context)
            async with asyncio.timeout(LOOK_SECONDS):
                return await _has(account.id, connection, mailbox.receiving.sent_folder, letter_id)
        except (Invalid, ImapFailed, SignInFailed, TimeoutError):
            return None

    def close(self) -> None:
        """Hang up on all servers."""
        self._lines.close()

    async def _token(self, account: Account, mailbox: Mailbox) -> str:
        try:
            return await self._tokens.access(account, mailbox.sign_in)
        except SignInFailed as error:
            raise NotCarried(f"{error.said} Letters wait until then.", fault=error.code) from error


async def _has(account_id: int, connection: Connection, folder: str | None, letter_id: str) -> bool | None:
    """In a thread of its own: a mailbox that hangs takes none from those that compose and store."""
    line = Line(f"sent-{account_id}")
    try:
        await line.open(connection)
        folder = folder or folders.sent_folder(await line.do(connection.folders))
        return await line.do(connection.has_letter, folder, letter_id) if folder else None
    finally:
        await line.hang_up()
        line.end()


def _settings(account: Account) -> Mailbox:
    try:
        return mailbox_of(account)
    except Invalid as error:
        raise NotCarried(f"{error.message} Save them anew under Channels.", fault="settings") from error
