"""Connecting mailboxes, as the agents' API asks for it: the port `MailSetup` for e-mail."""

from __future__ import annotations

import re
import ssl
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace

import msgspec

from tugi.channels.email import oauth
from tugi.channels.email.connecting import providers
from tugi.channels.email.connecting.check import Check
from tugi.channels.email.connecting.discover import Discovery, told
from tugi.channels.email.connecting.names import Names
from tugi.channels.email.oauth import Client, SignInFailed, Tokens
from tugi.channels.email.settings import Mailbox, Server, mailbox_of
from tugi.core.errors import Invalid, NotFound
from tugi.core.safe_addresses import Guard
from tugi.mail_setup import CheckedMailbox, Consent, ConsentFailed, FoundMailbox
from tugi.ports import Account

MOST_FOLDERS = 20
LONGEST_SIGNATURE = 5_000
# An agent may think for so long at most before a letter leaves.
LONGEST_UNDO = 120
MOST_DAYS = 36_500
# What List-Unsubscribe may hold (RFC 2369 3.2).
LINK = re.compile(r"(?:https://|mailto:)[!-;=?-~]{3,490}")


@dataclass(frozen=True, slots=True)
class EmailSetup:
    """The `MailSetup` port. collection: where Thunderbird's descriptions are asked for; empty: nowhere.

    http_door: the path, with its key of that turn, at which a workspace's mail is handed over by HTTP.
    """

    guard: Guard
    context: ssl.SSLContext
    clients: Mapping[str, Client]
    tokens: Tokens
    collection: str = ""
    smtp_door: str | None = None
    lmtp_door: str | None = None
    http_door: Callable[[int, int], str] | None = None
    names: Names = field(default_factory=Names)

    async def find(self, email: str) -> FoundMailbox:
        """The servers for an address. Raises Invalid for what is no address."""
        return await Discovery(self.guard, self.names, self.context, self.collection).find(email)

    def settings(self, values: Mapping[str, object]) -> dict[str, object]:
        """All settings of a mailbox from what was given of them. Raises Invalid saying what does not fit."""
        return asdict(_checked(_converted(values)))

    def hosts(self, settings: Mapping[str, object]) -> frozenset[str]:
        """The servers that settings name."""
        mailbox = _converted(settings)
        return frozenset(server.host for server in (mailbox.receiving.imap, mailbox.sending.smtp) if server)

    def reaching_back(self, settings: Mapping[str, object], days: int) -> dict[str, object]:
        """The settings with so many days of history to take in. Raises Invalid."""
        if not 0 <= days <= MOST_DAYS:
            raise Invalid(f"History reaches back 0 to {MOST_DAYS:,} days.", fields={"days": "out of range"})
        mailbox = _converted(settings)
        return asdict(replace(mailbox, receiving=replace(mailbox.receiving, history_days=days)))

    async def check(self, account: Account, *, round_trip: bool) -> CheckedMailbox:
        """Try it both ways; `account` need not be stored. Raises Invalid for settings that do not fit."""
        check = Check(self.guard, self.names, self.context, self.tokens.access)
        return await check.run(account, mailbox_of(account), round_trip=round_trip)

    def providers(self) -> tuple[str, ...]:
        """With whom one can sign in here."""
        return tuple(self.clients)

    def consent_url(self, provider: str, redirect_uri: str, state: str, verifier: str, email: str) -> str:
        """Where a person agrees. Raises NotFound for a provider that the operator has not set up."""
        return oauth.authorize_url(self._client(provider), redirect_uri, state, verifier, email)

    async def consented(self, provider: str, redirect_uri: str, code: str, verifier: str, email: str) -> Consent:
        """What the code is good for; `email` where the provider tells none. Raises ConsentFailed, NotFound."""
        try:
            granted = await oauth.exchange(self._client(provider), code, redirect_uri, verifier)
        except SignInFailed as error:
            raise ConsentFailed(error.code, error.said) from error
        if not granted.refresh_token:
            raise ConsentFailed("sign_in_again", f"{oauth.NAMES[provider]} gave no lasting permission. Sign in again.")
        user = granted.email or email
        imap, smtp = providers.servers_of(provider, user.rpartition("@")[2])
        return Consent(granted.refresh_token, granted.email, told(imap, user), told(smtp, user))

    def doors(self, workspace_id: int, turn: int, base_url: str) -> Mapping[str, str | None]:
        """Where mail may be handed over to us."""
        path = self.http_door(workspace_id, turn) if self.http_door else None
        return {"smtp": self.smtp_door, "lmtp": self.lmtp_door, "http": path and base_url + path}

    def _client(self, provider: str) -> Client:
        client = self.clients.get(provider)
        if client is None:
            raise NotFound("Signing in with this provider is not set up here.")
        return client


def _converted(values: Mapping[str, object]) -> Mailbox:
    try:
        return msgspec.convert(values, Mailbox, strict=True)
    except (msgspec.ValidationError, TypeError) as error:
        raise Invalid(f"The mailbox's settings do not fit: {error}.", fields={"settings": str(error)}) from error


def _checked(mailbox: Mailbox) -> Mailbox:
    """The settings, tidied. Raises Invalid for values that fit their type and nothing else."""
    receiving, sending = mailbox.receiving, mailbox.sending
    names = list(dict.fromkeys(name.strip() for name in receiving.folders if name.strip()))
    if not 1 <= len(names) <= MOST_FOLDERS:
        raise Invalid(f"Choose 1 to {MOST_FOLDERS} folders to read.", fields={"folders": "wrong number"})
    if receiving.after == "move" and not (receiving.move_to or "").strip():
        raise Invalid("Choose the folder that read mails are moved to.", fields={"move_to": "missing"})
    if receiving.after == "move" and receiving.move_to in names:
        raise Invalid("Mails cannot be moved to a folder that is read.", fields={"move_to": "is read"})
    if not 0 <= sending.undo_seconds <= LONGEST_UNDO:
        raise Invalid(f"The time to undo is 0 to {LONGEST_UNDO} seconds.", fields={"undo_seconds": "out of range"})
    if any(len(text) > LONGEST_SIGNATURE for text in sending.signature.values()):
        raise Invalid(f"A signature has at most {LONGEST_SIGNATURE:,} characters.", fields={"signature": "too long"})
    if bool(sending.dkim_domain) != bool(sending.dkim_selector):
        raise Invalid("To sign by DKIM give the domain and the selector.", fields={"dkim_selector": "missing"})
    if any(character in sending.from_name for character in "\r\n\0"):
        raise Invalid("The sender's name is one line.", fields={"from_name": "several lines"})
    if sending.unsubscribe and not LINK.fullmatch(sending.unsubscribe):
        raise Invalid("To unsubscribe give an https: or mailto: address.", fields={"unsubscribe": "form"})
    if not 0 <= receiving.history_days <= MOST_DAYS:
        raise Invalid(f"History reaches back 0 to {MOST_DAYS:,} days.", fields={"history_days": "out of range"})
    return replace(
        mailbox,
        receiving=replace(receiving, folders=names, imap=_server(receiving.imap)),
        sending=replace(sending, smtp=_server(sending.smtp)),
    )


def _server(server: Server | None) -> Server | None:
    if server is None:
        return None
    if not server.host.strip() or len(server.host) > 253:
        raise Invalid("Write the server's name, such as imap.example.com.", fields={"host": "missing"})
    if not 0 < server.port < 65536:
        raise Invalid("A port is a number from 1 to 65535.", fields={"port": "out of range"})
    if any(character in server.user for character in "\r\n\0"):
        raise Invalid("The user name is one line.", fields={"user": "several lines"})
    return replace(server, host=server.host.strip().lower(), user=server.user.strip())
