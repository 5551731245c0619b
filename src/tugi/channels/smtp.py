"""Single mails of the shop itself, such as one-time codes, by the operator's own server.

TUGI_SMTP_URL is smtp://[user:password@]host[:port] (STARTTLS when the server offers it; demanded with a
password) or smtps://... (TLS from the start); TUGI_MAIL_FROM is the sender's address.
"""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from email.utils import parseaddr
from pathlib import Path
from urllib.parse import unquote, urlsplit

from tugi.channels.email.receiving.imap import context_of
from tugi.channels.email.sending.compose import single, wire_address
from tugi.channels.email.sending.smtp import Lines, Route
from tugi.core import clock
from tugi.core.errors import Invalid
from tugi.ports import MailFailed, NotCarried


@dataclass(frozen=True, slots=True)
class Smtp:
    """The `Mailer` port over one SMTP server. ca_file: further authorities its certificate may be signed by."""

    host: str
    port: int
    tls: bool
    user: str
    password: str
    sender: str
    ca_file: Path | None = None

    async def send(self, to: str, subject: str, text: str, message_id: str) -> None:
        """Hand one mail over. Raises MailFailed; `permanent` when the server refused it for good (5xx)."""
        name, own = parseaddr(self.sender)
        route = Route(self.host, self.port, "tls" if self.tls else "starttls", self.user, self.password)
        try:
            own = wire_address(own)
            letter_id = f"{message_id}@{own.rpartition('@')[2]}"
            letter = single((name, own), to, subject, text, letter_id, clock.now())
            lines = Lines(context_of(self.ca_file))
            try:
                await lines.deliver(route, [own], [wire_address(to)], letter)
            finally:
                lines.close()
        except NotCarried as error:
            # Whoever reads the log need not learn the address.
            raise MailFailed(
                "the server refused it" if error.permanent else str(error), permanent=error.permanent
            ) from error
        except (OSError, ssl.SSLError) as error:
            raise MailFailed(f"the file of authorities cannot be read: {error}", permanent=False) from error


def smtp_of(url: str, sender: str, ca_file: Path | None = None) -> Smtp:
    """From the operator's settings. Raises Invalid saying what is wrong with them."""
    parts = urlsplit(url)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise Invalid("TUGI_SMTP_URL must look like smtp://user:password@mail.example:587 or smtps://...")
    if "@" not in sender:
        raise Invalid("TUGI_MAIL_FROM must be the e-mail address that mails come from.")
    tls = parts.scheme == "smtps"
    port = parts.port or (465 if tls else 587 if parts.username else 25)
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    return Smtp(parts.hostname, port, tls, user, password, sender, ca_file)
