"""Who is asking: session cookies, roles, and requests that only our own pages may send."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from fastapi import Request, Response

from tugi.core.database import Database
from tugi.core.errors import Forbidden, Invalid, NotSignedIn
from tugi.core.events import Actor
from tugi.desk.people import sessions
from tugi.desk.people.agents import Role
from tugi.desk.people.checks import Language

COOKIE = "tugi_session"
SECURE_COOKIE = f"__Host-{COOKIE}"
_READS = ("GET", "HEAD", "OPTIONS")
# What a page of another site can send without asking the browser's leave first.
_FORM_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data", "text/plain")


@dataclass(frozen=True, slots=True)
class Viewer:
    """The signed-in agent of a request or socket."""

    workspace_id: int
    agent_id: int
    role: Role
    name: str
    language: Language

    @property
    def actor(self) -> Actor:
        """The viewer as the log names them."""
        return Actor("agent", self.agent_id)


def database_of(request: Any) -> Database:
    """The application's database; `request` is a request or a socket."""
    return request.app.state.database


def secret_of(request: Any) -> str:
    """The key by which this installation signs tokens."""
    return request.app.state.secret


def token_of(request: Any) -> str | None:
    """The session token a request or socket carries."""
    return request.cookies.get(SECURE_COOKIE) or request.cookies.get(COOKIE)


def check_same_origin(request: Any) -> None:
    """Raises Forbidden when the request comes from a page of another site.

    Browsers send Origin with every request that changes something; a program that is no browser
    carries nobody's cookies by accident.
    """
    origin = request.headers.get("origin")
    if origin is not None:
        if urlsplit(origin).netloc.lower() != request.headers.get("host", "").lower():
            raise Forbidden("This request came from another site's page. Use Tugi's own pages.")
    elif request.headers.get("sec-fetch-site", "none") not in ("same-origin", "none"):
        raise Forbidden("This request came from another site's page. Use Tugi's own pages.")


async def own_page(request: Request) -> None:
    """Dependency of every route: what changes state comes from our own page, as JSON or raw bytes."""
    if request.method in _READS:
        return
    check_same_origin(request)
    if "origin" in request.headers:
        return
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind in _FORM_TYPES:
        raise Invalid("Send JSON with Content-Type: application/json, or a file with its own type.")


async def find_viewer(request: Any) -> Viewer | None:
    """The signed-in agent of a request or a socket, or None."""
    token = token_of(request)
    if not token:
        return None
    async with database_of(request).everywhere() as tx:
        session = await sessions.find(tx, token)
    if session is None:
        return None
    return Viewer(session.workspace_id, session.agent_id, session.role, session.name, session.language)


async def viewer(request: Request) -> Viewer:
    """Dependency: the signed-in agent. Raises NotSignedIn, or Forbidden for another site's request."""
    await own_page(request)
    found = await find_viewer(request)
    if found is None:
        raise NotSignedIn("Sign in to go on.")
    return found


def require(viewer: Viewer, *roles: Role) -> None:
    """Raises Forbidden, naming who can help, unless the viewer has one of the roles."""
    if viewer.role not in roles:
        raise Forbidden(f"Only {' or '.join(roles)} may do this. Ask one of them.")


def set_session(request: Request, response: Response, token: str) -> None:
    """Put a new session's token into the browser."""
    secure = request.url.scheme == "https"
    response.set_cookie(
        SECURE_COOKIE if secure else COOKIE,
        token,
        max_age=int(sessions.LASTS.total_seconds()),
        path="/",
        secure=secure,
        httponly=True,
        samesite="lax",
    )


def clear_session(request: Request, response: Response) -> None:
    """Remove the session's token from the browser."""
    secure = request.url.scheme == "https"
    name = SECURE_COOKIE if secure else COOKIE
    response.delete_cookie(name, path="/", secure=secure, httponly=True, samesite="lax")


def address_of(request: Request) -> str:
    """The caller's network address, as the server was told by the connection or a trusted proxy."""
    return request.client.host if request.client else ""
