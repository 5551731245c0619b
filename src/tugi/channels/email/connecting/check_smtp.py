"""Trying a mailbox's way out: connect, protect, sign in, ask for ourselves as recipient, and send where asked to."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from aiosmtplib import SMTP, SMTPException, SMTPResponseException, SMTPTimeoutError
from aiosmtplib.errors import SMTPAuthenticationError

from tugi.channels.email.connecting import faults
from tugi.channels.email.receiving.imap import Secret
from tugi.channels.email.sending.refusals import SIGN_IN_CODES
from tugi.channels.email.settings import Server
from tugi.core.safe_addresses import Guard, NotAllowed

ANSWER_SECONDS = 10.0
WHOLE_SECONDS = 40.0
WORDS = 300


class SmtpFailed(Exception):
    """The mailbox cannot send. code: a closed word; said: a sentence with the server's own words."""

    def __init__(self, code: str, said: str) -> None:
        super().__init__(said)
        self.code = code
        self.said = said


@asynccontextmanager
async def signed_in(server: Server, secret: Secret, guard: Guard, context: ssl.SSLContext) -> AsyncGenerator[SMTP]:
    """A connection that may send, closed at the end. Everything in the block takes 40 s at most. Raises SmtpFailed."""
    client: SMTP | None = None
    plain: socket.socket | None = None
    try:
        async with asyncio.timeout(WHOLE_SECONDS):
            plain = await guard.connect(server.host, server.port, seconds=ANSWER_SECONDS)
            client = SMTP(
                hostname=server.host,
                sock=plain,
                use_tls=server.security == "tls",
                start_tls=False,
                tls_context=context,
                timeout=ANSWER_SECONDS,
                local_hostname="localhost",
            )
            await client.connect()
            await client.ehlo()
            await _protect(client, server, context)
            await _sign_in(client, server, secret)
            yield client
    except NotAllowed as error:
        raise SmtpFailed("port" if error.reason == "port" else "host", error.message) from error
    except (SMTPException, OSError, TimeoutError, ValueError) as error:
        raise _explained(error, server) from error
    finally:
        if client is not None:
            if client.transport is not None:
                # A TLS connection's end would be waited for.
                client.transport.abort()
            client.close()
        if plain is not None:
            plain.close()


async def hand_over(client: SMTP, server: Server, sender: str, recipient: str, letter: bytes | None) -> None:
    """Name sender and recipient, and say the letter if there is one. Raises SmtpFailed."""
    code = "sender"
    try:
        await client.mail(sender)
        code = "recipient"
        await client.rcpt(recipient)
        code = "letter"
        if letter is not None:
            await client.data(letter)
        else:
            await client.rset()
    except SMTPResponseException as error:
        refused = "no_sign_in" if error.code in SIGN_IN_CODES else code
        raise SmtpFailed(refused, f"{server.host} said: {_words(error.code, error.message)}") from error


async def _protect(client: SMTP, server: Server, context: ssl.SSLContext) -> None:
    if server.security == "tls":
        return
    if client.supports_extension("starttls"):
        await client.starttls(tls_context=context)
        await client.ehlo()
    elif server.security == "starttls" or server.user:
        raise SmtpFailed("no_starttls", f"{server.host} offers no STARTTLS here. Choose TLS (port 465).")


async def _sign_in(client: SMTP, server: Server, secret: Secret) -> None:
    if not server.user:
        return
    if not client.supports_extension("auth"):
        raise SmtpFailed("no_sign_in", f"{server.host}:{server.port} takes no sign-in. Choose port 465 or 587.")
    try:
        if secret.access_token:
            await client.auth_xoauth2(server.user, secret.access_token)
        else:
            await client.login(server.user, secret.password)
    except SMTPAuthenticationError as error:
        said = f"{server.host} said: {_words(error.code, error.message)}"
        # 454: for now (RFC 4954 6).
        if error.code < 500:
            raise SmtpFailed("answer", said) from error
        again = "sign_in_again" if secret.access_token else faults.sign_in_code(error.message, server.host)
        raise SmtpFailed(again, said) from error


def _explained(error: Exception, server: Server) -> SmtpFailed:
    place = f"{server.host}:{server.port}"
    if faults.is_about_certificates(error):
        return SmtpFailed(faults.certificate_code(error), f"The certificate of {place} is not to be trusted.")
    if faults.has_cause(error, ssl.SSLError):
        return SmtpFailed("tls", f"{place} does not speak TLS as expected. Try STARTTLS, or another port.")
    if isinstance(error, SMTPResponseException):
        return SmtpFailed("answer", f"{server.host} said: {_words(error.code, error.message)}")
    if isinstance(error, TimeoutError | SMTPTimeoutError):
        return SmtpFailed("unreachable", f"{place} does not answer in time.")
    if isinstance(error, ConnectionRefusedError):
        return SmtpFailed("refused", f"{place} accepts no connection. Check the port.")
    if isinstance(error, SMTPException) and not isinstance(error, OSError):
        return SmtpFailed("no_sign_in", f"{place} offers no way to sign in that Tugi knows: {error.message[:WORDS]}")
    return SmtpFailed("lost", f"{place} hung up. Check the port and its security.")


def _words(code: int, message: str) -> str:
    return f"{code} {' '.join(message.split())}"[:WORDS]
