"""Single mails by SMTP (RFC 5321), for what the robot must send to a known address: one-time codes.

TUGI_SMTP_URL is smtp://[user:password@]host[:port] (STARTTLS when the server offers it; demanded with a
password) or smtps://... (TLS from the start); TUGI_MAIL_FROM is the sender's address.
"""

from __future__ import annotations

import asyncio
import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from urllib.parse import unquote, urlsplit

from tugi.core.errors import Invalid
from tugi.ports import MailFailed

SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class Smtp:
    """The `Mailer` port over one SMTP server."""

    host: str
    port: int
    tls: bool
    user: str
    password: str
    sender: str

    async def send(self, to: str, subject: str, text: str, message_id: str) -> None:
        """Hand one mail over. Raises MailFailed; `permanent` when the server refused it for good (5xx)."""
        await asyncio.to_thread(self._send, to, subject, text, message_id)

    def _send(self, to: str, subject: str, text: str, message_id: str) -> None:
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = self.sender, to, subject
        mail["Date"] = formatdate(localtime=False)
        domain = self.sender.rpartition("@")[2].rstrip("> ") or "localhost"
        mail["Message-ID"] = f"<{message_id}@{domain}>" if message_id else make_msgid(domain=domain)
        # RFC 3834: no machine shall answer this.
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(text)
        try:
            with self._connected() as server:
                server.send_message(mail)
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _ in error.recipients.values()]
            raise MailFailed("the address was refused", permanent=all(code >= 500 for code in codes)) from error
        except smtplib.SMTPResponseException as error:
            raise MailFailed(f"the server answered {error.smtp_code}", permanent=error.smtp_code >= 500) from error
        except (smtplib.SMTPException, OSError) as error:
            raise MailFailed(f"the server was not reached: {type(error).__name__}", permanent=False) from error

    def _connected(self) -> smtplib.SMTP:
        context = ssl.create_default_context()
        if self.tls:
            server: smtplib.SMTP = smtplib.SMTP_SSL(self.host, self.port, timeout=SECONDS, context=context)
        else:
            server = smtplib.SMTP(self.host, self.port, timeout=SECONDS)
            server.ehlo()
            if server.has_extn("starttls"):
                server.starttls(context=context)
                server.ehlo()
            elif self.user:
                server.close()
                raise smtplib.SMTPNotSupportedError("no STARTTLS, so the password was not sent")
        if self.user:
            server.login(self.user, self.password)
        return server


def smtp_of(url: str, sender: str) -> Smtp:
    """From the operator's settings. Raises Invalid saying what is wrong with them."""
    parts = urlsplit(url)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise Invalid("TUGI_SMTP_URL must look like smtp://user:password@mail.example:587 or smtps://...")
    if "@" not in sender:
        raise Invalid("TUGI_MAIL_FROM must be the e-mail address that mails come from.")
    tls = parts.scheme == "smtps"
    port = parts.port or (465 if tls else 587 if parts.username else 25)
    return Smtp(parts.hostname, port, tls, unquote(parts.username or ""), unquote(parts.password or ""), sender)
