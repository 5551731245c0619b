"""Signing in to a mailbox with its provider: OAuth 2.0 with PKCE (RFC 6749, 7636), bound to the session that began it.

Nothing is stored in between: the state is signed and carries all that the way back needs, and the verifier is made from
it again with a key that never leaves the server. What is stored is that a state was used: it is good once
(RFC 9700 4.7). Both routes are pages that a browser is sent to, so refusals are told by where it is sent next.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import timedelta
from typing import Annotated, Any
from urllib.parse import urlencode

import structlog
from fastapi import APIRouter, Depends, Request
from starlette.responses import RedirectResponse

from tugi.core import clock, secrets
from tugi.core.errors import Conflict, Invalid, NotSignedIn, TugiError
from tugi.core.sealing import Seal
from tugi.desk.cases import accounts
from tugi.desk.people.checks import Checks
from tugi.mail_setup import Consent, ConsentFailed, MailServer
from tugi.ports import Account
from tugi.web import auth, idempotency
from tugi.web.agent_api.channels import EMAIL, sealed_secrets, setup_of
from tugi.web.auth import Viewer

log = structlog.get_logger("tugi.web")
router = APIRouter(prefix="/api/channels/oauth", tags=["channels"])
Signed = Annotated[Viewer, Depends(auth.viewer)]
PURPOSE = "mail consent"
LASTS = timedelta(minutes=15)


@router.get("/{provider}/start")
async def start(
    request: Request, viewer: Signed, provider: str, email: str = "", account_id: int | None = None
) -> RedirectResponse:
    """Go to the provider to agree (lead, owner). account_id: whose sign-in is to be renewed."""
    auth.require(viewer, "owner", "lead")
    address = ""
    if email:
        checks = Checks()
        address = checks.email("email", email)
        checks.done()
    if account_id is not None:
        async with auth.database_of(request).reading(viewer.workspace_id) as tx:
            address = (await accounts.get(tx, account_id)).address or ""
    claims = {
        "provider": provider,
        "session": secrets.token_hash(auth.token_of(request) or ""),
        "nonce": secrets.new_token(16),
        "email": address,
        "account": account_id or 0,
        "exp": (clock.now() + LASTS).timestamp(),
    }
    state = secrets.sign(auth.secret_of(request), PURPOSE, claims)
    url = setup_of(request).consent_url(
        provider, _redirect_uri(request, provider), state, _verifier(request, claims), address
    )
    return RedirectResponse(url, 303, headers={"cache-control": "no-store", "referrer-policy": "no-referrer"})


@router.get("/{provider}/callback")
async def callback(
    request: Request, provider: str, state: str = "", code: str = "", error: str = ""
) -> RedirectResponse:
    """Back from the provider: the mailbox has its permission; a new one is switched on by its page once it is tried."""
    viewer = await auth.find_viewer(request)
    if viewer is None:
        return _to("/sign-in")
    try:
        auth.require(viewer, "owner", "lead")
        claims = _claims(request, provider, state)
        await _spend(request, viewer, claims)
        if error or not code:
            return _to(_page(claims), sign_in="access_denied")
        consent = await setup_of(request).consented(
            provider, _redirect_uri(request, provider), code, _verifier(request, claims), str(claims["email"])
        )
        return _to(f"/channels/{await _keep(request, viewer, provider, claims, consent)}", sign_in="ok")
    except ConsentFailed as failed:
        log.info("a mailbox's provider gave no permission", provider=provider, why=failed.code)
        return _to("/channels/new", sign_in=failed.code)
    except TugiError as refused:
        return _to("/channels/new", sign_in=refused.code)


def _claims(request: Request, provider: str, state: str) -> dict[str, Any]:
    """What the state carries. Raises NotSignedIn unless it was made for this session and provider, a while ago."""
    claims = secrets.verify(auth.secret_of(request), PURPOSE, state)
    session = secrets.token_hash(auth.token_of(request) or "")
    if claims.get("provider") != provider or not secrets.same(str(claims.get("session")), session):
        raise NotSignedIn("This sign-in was begun elsewhere. Begin it again.")
    return claims


async def _spend(request: Request, viewer: Viewer, claims: dict[str, Any]) -> None:
    """Use the state up, whatever comes of it: of two that come with it one goes on. Raises Conflict for the other."""
    async with auth.database_of(request).transaction(viewer.workspace_id, viewer.actor) as tx:
        mine = secrets.new_token()
        if not await idempotency.is_first(tx, f"consent:{viewer.agent_id}", str(claims["nonce"]), mine):
            raise Conflict("This sign-in was used already. Begin it again.")


async def _keep(request: Request, viewer: Viewer, provider: str, claims: dict[str, Any], consent: Consent) -> int:
    """Store the permission with its account, which is made when there is none; its id. Raises TugiError."""
    address = (consent.email or str(claims["email"])).lower()
    if not address:
        raise Invalid("The provider did not say whose mailbox this is. Enter its address first.")
    seal = Seal(auth.secret_of(request))
    async with auth.database_of(request).transaction(viewer.workspace_id, viewer.actor) as tx:
        known: Account | None = None
        if claims["account"]:
            known = await accounts.get(tx, int(claims["account"]), seal)
        elif (found := await accounts.find_by_address(tx, EMAIL, address)) is not None:
            known = await accounts.get(tx, found.id, seal)
        settings = setup_of(request).settings(_settings(known, provider, consent))
        kept = {key: value for key, value in known.secrets.items() if key == "dkim_key"} if known else {}
        sealed = sealed_secrets(request, viewer.workspace_id, {**kept, "refresh_token": consent.refresh_token})
        if known is not None:
            await accounts.update(tx, known.id, settings=settings, sealed=sealed)
            return known.id
        account_id = await accounts.create(tx, EMAIL, address, address, settings, sealed)
        await accounts.update(tx, account_id, active=False)
        return account_id


def _settings(known: Account | None, provider: str, consent: Consent) -> dict[str, Any]:
    """The account's settings with the provider's servers: its tokens go nowhere else."""
    given: dict[str, Any] = dict(known.settings) if known is not None else {}
    receiving, sending = dict(given.get("receiving") or {}), dict(given.get("sending") or {})
    receiving["imap"], sending["smtp"] = _server(consent.imap), _server(consent.smtp)
    return {**given, "sign_in": provider, "receiving": receiving, "sending": sending}


def _server(server: MailServer) -> dict[str, Any]:
    return {"host": server.host, "port": server.port, "security": server.security, "user": server.user}


def _verifier(request: Request, claims: dict[str, Any]) -> str:
    """The PKCE verifier of this attempt: 43 characters that only we can make."""
    made = hmac.new(auth.secret_of(request).encode(), f"{PURPOSE}:{claims['nonce']}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(made).rstrip(b"=").decode()


def _redirect_uri(request: Request, provider: str) -> str:
    return f"{request.app.state.base_url}/api/channels/oauth/{provider}/callback"


def _page(claims: dict[str, Any]) -> str:
    return f"/channels/{int(claims['account'])}" if claims.get("account") else "/channels/new"


def _to(path: str, **query: str) -> RedirectResponse:
    where = f"{path}?{urlencode(query)}" if query else path
    return RedirectResponse(where, 303, headers={"cache-control": "no-store", "referrer-policy": "no-referrer"})
