"""Why a mailbox cannot be read: a closed word, and a sentence that says what to do."""

from __future__ import annotations

import imaplib
import ssl
from typing import Literal

from imapclient.exceptions import IMAPClientAbortError, LoginError

from tugi.channels.email.settings import Server

FailedCode = Literal[
    "host", "port", "refused", "unreachable", "certificate", "tls", "no_starttls", "password", "sign_in_again",
    "client_refused", "not_set_up", "settings", "folder", "lost", "slow", "answer",
]  # fmt: skip


class ImapFailed(Exception):
    """The mailbox cannot be read. code: a closed word; said: a sentence that says what to do."""

    def __init__(self, code: FailedCode, said: str) -> None:
        super().__init__(said)
        self.code: FailedCode = code
        self.said = said


def explained(error: Exception, server: Server) -> ImapFailed:
    """What an error of the libraries or the network means."""
    host, place = server.host, f"{server.host}:{server.port}"
    if isinstance(error, ssl.SSLCertVerificationError):
        why = error.verify_message or "it is not valid"
        return ImapFailed("certificate", f"The certificate of {host} is not to be trusted: {why}.")
    if isinstance(error, ssl.SSLEOFError | ssl.SSLZeroReturnError | ssl.SSLSyscallError):
        return ImapFailed("lost", f"The connection to {place} was lost. It is opened again.")
    if isinstance(error, ssl.SSLError):
        return ImapFailed("tls", f"{place} does not speak TLS as expected. Try STARTTLS, or another port.")
    if isinstance(error, ConnectionRefusedError):
        return ImapFailed("refused", f"{place} accepts no connection. Check the port.")
    if isinstance(error, TimeoutError):
        return ImapFailed("unreachable", f"{place} does not answer in time.")
    if isinstance(error, IMAPClientAbortError | imaplib.IMAP4.abort | OSError):
        return ImapFailed("lost", f"The connection to {place} was lost. It is opened again.")
    return ImapFailed("answer", f"{host} answered: {words(error)}")


def refusal(error: LoginError, host: str, by_token: bool) -> ImapFailed:
    """Why a sign-in failed: the account's fault, or the server's for now (RFC 5530)."""
    told = words(error)
    if any(word in told.upper() for word in ("[UNAVAILABLE]", "[INUSE]", "[LIMIT]", "[SERVERBUG]", "TOO MANY")):
        return ImapFailed("answer", f"{host} lets nobody in for now: {told}")
    if by_token:
        return ImapFailed("sign_in_again", f"{host} no longer lets us in. Sign in again.")
    return ImapFailed("password", f"{host} does not take this user name and password: {told}")


def words(error: Exception) -> str:
    return (
        _text(error.args[0] if error.args else error).removeprefix("b'").removesuffix("'")[:200].strip()
        or type(error).__name__
    )


def _text(value: object) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
