"""What the agents' API needs of whoever connects mailboxes: finding servers, trying them, signing in with providers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

from tugi.ports import Account


@dataclass(frozen=True, slots=True)
class MailServer:
    """One server of a mailbox. security: "tls", "starttls" or "none"."""

    host: str
    port: int
    security: Literal["tls", "starttls", "none"]
    user: str


@dataclass(frozen=True, slots=True)
class FoundMailbox:
    """What could be found out about a mailbox from its address alone.

    source: provider, mx, autoconfig, srv, guess or nothing. hint: what to know before signing in, such as
    "app_password"; help_url: where the provider explains it. With hint "no_imap" there is no way in.
    """

    provider: str | None
    imap: MailServer | None
    smtp: MailServer | None
    sign_in: Literal["password", "google", "microsoft"]
    source: str
    hint: str | None
    help_url: str


@dataclass(frozen=True, slots=True)
class WayChecked:
    """One direction of a mailbox. code: "ok" or a closed word; said: a sentence, with the server's own words."""

    ok: bool
    code: str
    said: str


@dataclass(frozen=True, slots=True)
class SenderRecords:
    """What the name system says of the domain as a sender (RFC 7208, 6376, 7489).

    spf: found, several, missing; dkim: found, not_seen; dmarc: none, quarantine, reject, missing; each also "unknown"
    when nobody could be asked, and "provider" when the domain is the provider's own and nobody else's concern.
    """

    domain: str
    spf: str
    dkim: str
    dmarc: str


@dataclass(frozen=True, slots=True)
class CheckedMailbox:
    """Both directions of a mailbox. None for a direction that it has not got.

    round_trip: came, spam, missing, or not_tried; plus: whether a mail to name+word@ came too, None when not tried.
    """

    receiving: WayChecked | None
    sending: WayChecked | None
    folders: tuple[str, ...] = ()
    sent_folder: str | None = None
    round_trip: Literal["came", "spam", "missing", "not_tried"] = "not_tried"
    plus: bool | None = None
    records: SenderRecords | None = None


@dataclass(frozen=True, slots=True)
class Consent:
    """A person let us into a mailbox with its provider. email: whose it is, where the provider says so."""

    refresh_token: str = field(repr=False)
    email: str | None
    imap: MailServer
    smtp: MailServer


class ConsentFailed(Exception):
    """Nobody may read the mailbox in its owner's name. code: a closed word; the message is a sentence for people."""

    def __init__(self, code: str, said: str) -> None:
        super().__init__(said)
        self.code = code


class MailSetup(Protocol):
    """Connects mailboxes: finds their servers, checks both directions, signs in with providers."""

    async def find(self, email: str) -> FoundMailbox:
        """The servers for an address. Raises Invalid for what is no address."""
        ...

    def settings(self, values: Mapping[str, object]) -> dict[str, object]:
        """All settings of a mailbox from what was given of them. Raises Invalid saying what does not fit."""
        ...

    def hosts(self, settings: Mapping[str, object]) -> frozenset[str]:
        """The servers that settings name: whoever names another one must show the password again."""
        ...

    def reaching_back(self, settings: Mapping[str, object], days: int) -> dict[str, object]:
        """The settings with so many days of history to take in. Raises Invalid."""
        ...

    async def check(self, account: Account, *, round_trip: bool) -> CheckedMailbox:
        """Try it both ways; `account` need not be stored (id 0). round_trip: send it mails of its own and look."""
        ...

    def providers(self) -> tuple[str, ...]:
        """With whom one can sign in here."""
        ...

    def consent_url(self, provider: str, redirect_uri: str, state: str, verifier: str, email: str) -> str:
        """Where a person agrees. Raises NotFound for a provider that the operator has not set up."""
        ...

    async def consented(self, provider: str, redirect_uri: str, code: str, verifier: str, email: str) -> Consent:
        """What the code is good for; `email` where the provider tells none. Raises ConsentFailed, NotFound."""
        ...

    def doors(self, workspace_id: int, turn: int, base_url: str) -> Mapping[str, str | None]:
        """Where mail may be handed over to us: "smtp" and "lmtp" as host:port, "http" as an address with its key in it.

        None: the operator has not opened this one.
        """
        ...
