"""Signing in to Google's and Microsoft's mailboxes by OAuth 2.0 (RFC 6749, with PKCE, RFC 7636) and SASL XOAUTH2.

Google: https://developers.google.com/identity/protocols/oauth2/web-server and .../gmail/imap/xoauth2-protocol.
Microsoft: https://learn.microsoft.com/exchange/client-developer/legacy-protocols/, "How to authenticate an IMAP, POP or
SMTP application by using OAuth". The operator registers a client with each and sets its id and secret.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlencode

import httpx
import msgspec

from tugi.core import clock
from tugi.core.database import Database
from tugi.core.errors import TugiError
from tugi.core.sealing import Seal
from tugi.desk.cases import accounts
from tugi.ports import Account
from tugi.settings import Settings

Provider = Literal["google", "microsoft"]
Code = Literal["sign_in_again", "client_refused", "unreachable", "not_set_up"]
SECONDS = 15.0
# An access token is renewed this long before its end, so that it does not end between here and the server.
EARLY = 120.0

NAMES: Mapping[str, str] = {"google": "Google", "microsoft": "Microsoft"}
AUTHORIZE: Mapping[str, str] = {
    "google": "https://accounts.google.com/o/oauth2/v2/auth",
    "microsoft": "https://login.microsoftonline.com/common/oauth2/v2.0/authorize",
}
TOKEN: Mapping[str, str] = {
    "google": "https://oauth2.googleapis.com/token",
    "microsoft": "https://login.microsoftonline.com/common/oauth2/v2.0/token",
}
SCOPES: Mapping[str, str] = {
    "google": "https://mail.google.com/ openid email",
    "microsoft": "https://outlook.office.com/IMAP.AccessAsUser.All https://outlook.office.com/SMTP.Send "
    "offline_access openid email",
}
# Without these Google gives a refresh token only the first time somebody agrees.
EXTRA: Mapping[str, Mapping[str, str]] = {
    "google": {"access_type": "offline", "prompt": "consent"},
    "microsoft": {"prompt": "select_account"},
}
# Errors of the token endpoint after which only a person can go on (RFC 6749 5.2; OpenID Connect; Microsoft's page).
AGAIN = {"invalid_grant", "interaction_required", "consent_required", "login_required", "access_denied"}
# What is the operator's to mend.
OPERATORS = {"invalid_client", "unauthorized_client", "redirect_uri_mismatch", "invalid_scope"}


class SignInFailed(Exception):
    """No access token. code: a closed word; said: a sentence for people."""

    def __init__(self, code: Code, said: str) -> None:
        super().__init__(said)
        self.code: Code = code
        self.said = said


@dataclass(frozen=True, slots=True)
class Client:
    """The operator's client with one provider."""

    provider: Provider
    client_id: str
    client_secret: str
    authorize_url: str
    token_url: str


@dataclass(frozen=True, slots=True)
class Granted:
    """What the token endpoint gave. refresh_token: empty when the old one stays. seconds: how long the access lasts.

    email: whose mailbox it is, where the provider says so.
    """

    access_token: str
    refresh_token: str
    seconds: float
    email: str | None


class _Answer(msgspec.Struct):
    access_token: str = ""
    refresh_token: str = ""
    expires_in: float = 3600
    id_token: str = ""
    error: str = ""


class _Claims(msgspec.Struct):
    email: str | None = None
    preferred_username: str | None = None


def clients_of(settings: Settings) -> dict[str, Client]:
    """The clients that the operator has set up, by provider."""
    given: dict[Provider, tuple[str, str]] = {
        "google": (settings.google_client_id, settings.google_client_secret),
        "microsoft": (settings.microsoft_client_id, settings.microsoft_client_secret),
    }
    base = settings.oauth_url
    return {
        provider: Client(
            provider,
            client_id,
            secret,
            f"{base}/{provider}/authorize" if base else AUTHORIZE[provider],
            f"{base}/{provider}/token" if base else TOKEN[provider],
        )
        for provider, (client_id, secret) in given.items()
        if client_id and secret
    }


def challenge_of(verifier: str) -> str:
    """The S256 code challenge of a verifier (RFC 7636 4.2)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def authorize_url(client: Client, redirect_uri: str, state: str, verifier: str, email: str = "") -> str:
    """Where a person agrees; the provider sends them back to `redirect_uri` with `state` and a code."""
    values = {
        "client_id": client.client_id,
        "redirect_uri": redirect_uri,
        "response_type": "code",
        "scope": SCOPES[client.provider],
        "state": state,
        "code_challenge": challenge_of(verifier),
        "code_challenge_method": "S256",
        **EXTRA[client.provider],
    }
    return f"{client.authorize_url}?{urlencode(values | ({'login_hint': email} if email else {}))}"


async def exchange(client: Client, code: str, redirect_uri: str, verifier: str) -> Granted:
    """The tokens for a code that a person brought back. Raises SignInFailed."""
    return await _ask(
        client,
        {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri, "code_verifier": verifier},
    )


async def refresh(client: Client, refresh_token: str) -> Granted:
    """A new access token. Raises SignInFailed; "sign_in_again" when the refresh token is good for nothing more."""
    return await _ask(client, {"grant_type": "refresh_token", "refresh_token": refresh_token})


def xoauth2(user: str, access_token: str) -> str:
    """What SASL XOAUTH2 sends, before base64."""
    return f"user={user}\x01auth=Bearer {access_token}\x01\x01"


async def _ask(client: Client, values: Mapping[str, str]) -> Granted:
    name = NAMES[client.provider]
    form = {**values, "client_id": client.client_id, "client_secret": client.client_secret}
    try:
        async with httpx.AsyncClient(timeout=SECONDS, follow_redirects=False) as http:
            reply = await http.post(client.token_url, data=form, headers={"Accept": "application/json"})
        answer = msgspec.json.decode(reply.content, type=_Answer)
    except (httpx.HTTPError, msgspec.DecodeError) as error:
        raise SignInFailed(
            "unreachable", f"{name}'s sign-in does not answer as it should. It is tried again."
        ) from error
    if reply.status_code == 200 and answer.access_token:
        email = _email_of(answer.id_token)
        return Granted(answer.access_token, answer.refresh_token, answer.expires_in, email)
    if answer.error in AGAIN:
        raise SignInFailed("sign_in_again", f"{name} no longer lets us in. Sign in again.")
    if answer.error in OPERATORS or reply.status_code == 401:
        variable = f"TUGI_{client.provider.upper()}_CLIENT_ID"
        raise SignInFailed("client_refused", f"{name} refuses this installation. Check {variable} and its secret.")
    raise SignInFailed("unreachable", f"{name}'s sign-in answered {reply.status_code}. It is tried again.")


def _email_of(id_token: str) -> str | None:
    """Whose it is. The provider itself gave it over TLS, so its signature adds nothing (OIDC Core 3.1.3.7)."""
    try:
        body = id_token.split(".")[1]
        claims = msgspec.json.decode(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)), type=_Claims)
    except (IndexError, ValueError, msgspec.DecodeError):
        return None
    found = claims.email or claims.preferred_username
    return found.lower() if found and "@" in found else None


class Tokens:
    """Access tokens of mailboxes, renewed when they end; shared by those who read and those who send."""

    def __init__(self, database: Database, seal: Seal, clients: Mapping[str, Client]) -> None:
        self._database = database
        self._seal = seal
        self._clients = clients
        self._known: dict[str, tuple[str, float]] = {}

    async def access(self, account: Account, provider: str) -> str:
        """A token that is good for two more minutes at least. Raises SignInFailed."""
        refresh_token = account.secrets.get("refresh_token", "")
        client = self._clients.get(provider)
        if client is None:
            name, variable = NAMES[provider], f"TUGI_{provider.upper()}_CLIENT_ID"
            raise SignInFailed("not_set_up", f"Signing in with {name} is not set up. The operator sets {variable}.")
        if not refresh_token:
            raise SignInFailed("sign_in_again", f"Sign in with {NAMES[provider]} once more.")
        token, until = self._known.get(refresh_token, ("", 0.0))
        if until > clock.monotonic() + EARLY:
            return token
        granted = await refresh(client, refresh_token)
        self._known = {key: value for key, value in self._known.items() if value[1] > clock.monotonic()}
        kept = granted.refresh_token or refresh_token
        self._known[kept] = self._known[refresh_token] = (
            granted.access_token,
            clock.monotonic() + granted.seconds,
        )
        if kept != refresh_token:
            await self._keep(account, refresh_token, kept)
        return granted.access_token

    def forget(self, account: Account) -> None:
        """The server refused the token: the next one is asked for anew."""
        self._known.pop(account.secrets.get("refresh_token", ""), None)

    async def _keep(self, account: Account, old: str, new: str) -> None:
        """Store a refresh token that took the place of another, unless somebody signed in meanwhile."""
        try:
            async with self._database.transaction(account.workspace_id) as tx:
                current = await accounts.get(tx, account.id, self._seal)
                if current.secrets.get("refresh_token") == old:
                    values = {**current.secrets, "refresh_token": new}
                    sealed = self._seal.close(accounts.purpose(account.workspace_id), values)
                    await accounts.update(tx, account.id, sealed=sealed)
        except TugiError as error:
            # Both providers let the old one live on for a while; the next renewal tries again.
            raise SignInFailed("unreachable", error.message) from error
