"""What a mailbox's account keeps: where it is read, where it sends, and how its letters look."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import msgspec

from tugi.core.errors import Invalid
from tugi.ports import Account

Security = Literal["tls", "starttls", "none"]
SignIn = Literal["password", "google", "microsoft"]


@dataclass(frozen=True, slots=True)
class Server:
    """One server. user: empty when it wants none."""

    host: str
    port: int
    security: Security = "tls"
    user: str = ""


@dataclass(frozen=True, slots=True)
class Receiving:
    """By IMAP (imap), or handed over at our own door (imap is None).

    sent_folder: read too, so that answers written elsewhere count; None: found by itself. after: what happens to a mail
    once it is stored. history_days: how many days of older mail are taken in once the mailbox is connected.
    trusted_server: the authserv-id whose Authentication-Results are believed (RFC 8601); empty: the mail domain's own.
    forms: senders whose Reply-To is who wrote, such as "mailer@shop.example" or "@shop.example" (judging/forms.py).
    """

    imap: Server | None = None
    folders: list[str] = field(default_factory=lambda: ["INBOX"])
    sent_folder: str | None = None
    after: Literal["nothing", "seen", "move"] = "seen"
    move_to: str | None = None
    history_days: int = 90
    trusted_server: str = ""
    forms: list[str] = field(default_factory=list[str])


@dataclass(frozen=True, slots=True)
class Sending:
    """By SMTP; None: this mailbox only receives. signature: by language. plus: replies may come to name+token@."""

    smtp: Server | None = None
    from_name: str = ""
    signature: dict[str, str] = field(default_factory=dict[str, str])
    plus: bool = False
    quote: bool = True
    undo_seconds: int = 15
    dkim_domain: str = ""
    dkim_selector: str = ""
    unsubscribe: str = ""


@dataclass(frozen=True, slots=True)
class Mailbox:
    """All settings of one e-mail account. Its secrets: "password", "smtp_password", "refresh_token", "dkim_key"."""

    sign_in: SignIn = "password"
    receiving: Receiving = field(default_factory=Receiving)
    sending: Sending = field(default_factory=Sending)
    # The robot on mail: acknowledge letters that go to people with a fixed text, once a day and address at most.
    acknowledge: bool = False


def mailbox_of(account: Account) -> Mailbox:
    """The account's settings. Raises Invalid when they do not fit this release."""
    try:
        return msgspec.convert(account.settings, Mailbox)
    except msgspec.ValidationError as error:
        raise Invalid(f"The settings of {account.address or account.name} do not fit: {error}.") from error
