"""The HTML shells of our own pages, and the built files they load."""

from __future__ import annotations

import html
from collections.abc import Awaitable, Callable
from importlib import resources
from pathlib import Path
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from tugi.core.errors import NotFound
from tugi.web import wire

STATIC = Path(str(resources.files("tugi"))) / "static"
# Nothing inline, nothing from elsewhere; images may be blobs while they are being uploaded.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "font-src 'self'; connect-src 'self' ws: wss:; manifest-src 'self'; base-uri 'none'; form-action 'self'; "
)
# A formatted letter is shown in a frame with the policy of the page around it (HTML: srcdoc inherits it) and a
# stricter one of its own, which lets its pictures from elsewhere in only when the reader asks for them.
DESK_POLICY = POLICY.replace("img-src 'self' data: blob:", "img-src 'self' data: blob: https:")
NOT_BUILT = "The front end is not built. Run `make setup`, or install a released wheel."

# What may embed the widget, by widget key: origins, or None for an unknown key.
OriginsOf = Callable[[str], Awaitable[list[str] | None]]


def manifest() -> dict[str, str]:
    """Entry -> built file with its hash. Raises NotFound while nothing is built."""
    try:
        return msgspec.json.decode((STATIC / "manifest.json").read_bytes(), type=dict[str, str])
    except FileNotFoundError as error:
        raise NotFound(NOT_BUILT) from error


def shell(app: str, title: str, *, language: str = "en", attributes: dict[str, str] | None = None) -> str:
    """The page of a built app: an empty root and its two files."""
    files = manifest()
    if f"{app}/app.js" not in files:
        raise NotFound(NOT_BUILT)
    extra = "".join(f' data-{name}="{html.escape(value)}"' for name, value in (attributes or {}).items())
    style = files.get(f"{app}/app.css")
    link = f'<link rel="stylesheet" href="/static/{style}">' if style else ""
    return (
        f'<!doctype html><html lang="{html.escape(language)}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">'
        f'<meta name="color-scheme" content="light dark"><meta name="robots" content="noindex">'
        f'<title>{html.escape(title)}</title><link rel="icon" href="/favicon.svg" type="image/svg+xml">{link}'
        f'</head><body{extra}><div id="app"></div>'
        f'<script type="module" src="/static/{files[f"{app}/app.js"]}"></script></body></html>'
    )


def _headers(frame_ancestors: str, policy: str = POLICY) -> dict[str, str]:
    return {
        "content-security-policy": f"{policy}frame-ancestors {frame_ancestors}",
        "x-content-type-options": "nosniff",
        "referrer-policy": "strict-origin-when-cross-origin",
        "cross-origin-opener-policy": "same-origin",
        "permissions-policy": "camera=(), geolocation=(), microphone=()",
        "cache-control": "no-cache",
    }


FAVICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="8" fill="#2f6f5e"/>'
    '<path d="M8 10.5A2.5 2.5 0 0 1 10.5 8h11A2.5 2.5 0 0 1 24 10.5v7a2.5 2.5 0 0 1-2.5 2.5H16l-5 4v-4'
    'h-.5A2.5 2.5 0 0 1 8 17.5z" fill="#fff"/></svg>'
)


async def favicon(_request: Request) -> Response:
    """The mark of the tab."""
    return Response(FAVICON, media_type="image/svg+xml", headers={"cache-control": "max-age=86400"})


async def inbox(_request: Request) -> Response:
    """The agents' app; it finds its way by the path."""
    return HTMLResponse(shell("inbox", "Tugi"), headers=_headers("'none'", DESK_POLICY))


async def loader(_request: Request) -> Response:
    """widget.js, the one line a shop includes."""
    path = STATIC / manifest()["widget.js"]
    headers = {
        "cache-control": "public, max-age=300",
        "access-control-allow-origin": "*",
        "cross-origin-resource-policy": "cross-origin",
    }
    return FileResponse(path, media_type="text/javascript; charset=utf-8", headers=headers)


def _frame(origins_of: OriginsOf) -> Callable[[Request], Awaitable[Response]]:
    async def frame(request: Request) -> Response:
        """The widget's page, to be shown only inside the shop's own pages."""
        key = request.query_params.get("key", "")
        origins = await origins_of(key) if len(key) < 200 else None
        if origins is None:
            raise NotFound("There is no widget with this key.")
        ancestors = " ".join(["'self'", *origins]) if origins else "*"
        page = shell("widget", "Chat", language=request.query_params.get("language", "en")[:2])
        return HTMLResponse(page, headers=_headers(ancestors) | {"cross-origin-resource-policy": "cross-origin"})

    return frame


class BuiltFiles(StaticFiles):
    """Files named by their content: kept by browsers for ever."""

    async def get_response(self, path: str, scope: Any) -> Response:
        """A file with headers for ever."""
        response = await super().get_response(path, scope)
        response.headers["cache-control"] = "public, max-age=31536000, immutable"
        response.headers["x-content-type-options"] = "nosniff"
        response.headers["cross-origin-resource-policy"] = "cross-origin"
        return response


INBOX_PATHS = (
    "/",
    "/inbox",
    "/inbox/{rest:path}",
    "/case/{rest:path}",
    "/robot",
    "/robot/{rest:path}",
    "/knowledge",
    "/knowledge/{rest:path}",
    "/team",
    "/settings",
    "/channels",
    "/channels/{rest:path}",
    "/widget-settings",
    "/sign-in",
    "/setup",
    "/invite/{rest:path}",
)


def routes(origins_of: OriginsOf) -> list[BaseRoute]:
    """All pages and built files."""
    pages: list[BaseRoute] = [Route(path, wire.guarded(inbox)) for path in INBOX_PATHS]
    return [
        *pages,
        Route("/favicon.svg", favicon),
        Route("/favicon.ico", favicon),
        Route("/widget.js", wire.guarded(loader)),
        Route("/widget/frame", wire.guarded(_frame(origins_of))),
        Mount("/static", BuiltFiles(directory=STATIC, check_dir=False)),
    ]
