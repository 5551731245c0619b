"""The web application: pages, the visitors' side, the agents' API, sockets and health."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route

from tugi import __version__
from tugi.core.database import Database
from tugi.core.errors import Invalid, NotFound, TugiError, Unavailable
from tugi.core.files import Files
from tugi.desk.answering.answers import Answering
from tugi.desk.answering.assist import Assist
from tugi.desk.people import workspaces
from tugi.mail_setup import MailSetup
from tugi.web import hooks, mail_hook, pages, presence, wire
from tugi.web.agent_api import (
    assist,
    cases,
    channels,
    consent,
    deliveries,
    entrance,
    knowledge,
    lessons,
    letters,
    people,
    replays,
    robot,
    sending,
    versions,
    workspace,
)
from tugi.web.idempotency import Idempotency
from tugi.web.live import Hub
from tugi.web.sockets import Sockets
from tugi.web.widget_api import WidgetApi

log = structlog.get_logger("tugi.web")


@dataclass(frozen=True, slots=True)
class Parts:
    """What the web application stands on. background: what must run as long as it does.

    base_url: the address that people use, without a trailing slash. mail_setup: what connects mailboxes, if anything.
    """

    database: Database
    files: Files
    hub: Hub
    answering: Answering
    secret: str
    ready: Callable[[], Coroutine[Any, Any, None]]
    base_url: str = ""
    mail_setup: MailSetup | None = None
    mailgun_key: str = ""
    background: Sequence[Callable[[], Coroutine[Any, Any, None]]] = ()
    extra_routes: Sequence[BaseRoute] = ()


def make_app(parts: Parts) -> Starlette:
    """The ASGI application."""
    api = agent_api(parts)
    widget = WidgetApi(parts.database, parts.files, parts.hub, parts.secret)

    async def origins_of(key: str) -> list[str] | None:
        async with parts.database.everywhere() as tx:
            found = await workspaces.find_by_widget_key(tx, key)
        return list(found.widget.allowed_origins) if found else None

    async def healthz(_request: Request) -> Response:
        return wire.reply({"status": "ok", "version": __version__})

    async def readyz(_request: Request) -> Response:
        await parts.ready()
        return wire.reply({"status": "ready"})

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncGenerator[None]:
        running = [parts.hub.spawn(work()) for work in (parts.hub.run, lambda: presence.run(parts.hub))]
        running += [parts.hub.spawn(work()) for work in parts.background]
        try:
            yield
        finally:
            await parts.hub.close()
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)

    app = Starlette(
        routes=[
            *widget.routes(),
            *Sockets(parts.hub, parts.secret).routes(),
            Route("/healthz", healthz),
            Route("/readyz", wire.guarded(readyz)),
            *hooks.routes(parts.database),
            *mail_hook.routes(parts.database, parts.files, parts.secret, parts.mailgun_key),
            *parts.extra_routes,
            *pages.routes(origins_of),
            Mount("/", api),
        ],
        lifespan=lifespan,
        exception_handlers={Exception: _broken, HTTPException: _refused},
    )
    _share(app, parts)
    return app


def agent_api(parts: Parts) -> FastAPI:
    """The agents' API, described at /openapi.json."""
    api = FastAPI(
        title="Tugi",
        version=__version__,
        description="Customer service for web shops. Every POST may carry an Idempotency-Key.",
        docs_url=None,
        redoc_url=None,
        exception_handlers={
            TugiError: _refused,
            RequestValidationError: _refused,
            HTTPException: _refused,
            Exception: _broken,
        },
    )
    for module in (
        entrance,
        people,
        workspace,
        knowledge,
        cases,
        letters,
        sending,
        robot,
        replays,
        lessons,
        versions,
        assist,
        consent,
        channels,
        deliveries,
    ):
        api.include_router(module.router)
    api.add_middleware(Idempotency, database=parts.database)
    _share(api, parts)
    return api


def _share(app: Any, parts: Parts) -> None:
    app.state.database = parts.database
    app.state.files = parts.files
    app.state.hub = parts.hub
    app.state.answering = parts.answering
    app.state.assist = Assist(parts.database, parts.answering)
    app.state.secret = parts.secret
    app.state.base_url = parts.base_url
    app.state.mail_setup = parts.mail_setup


async def _refused(_request: Any, error: Exception) -> Response:
    if isinstance(error, TugiError):
        return wire.refusal(error)
    if isinstance(error, RequestValidationError):
        fields = {".".join(str(p) for p in e["loc"] if p != "body"): str(e["msg"]) for e in error.errors()}
        return wire.refusal(Invalid("The request does not fit.", fields=fields))
    if isinstance(error, HTTPException) and error.status_code == 404:
        return wire.refusal(NotFound("There is nothing at this address."))
    status = error.status_code if isinstance(error, HTTPException) else 400
    refused = Invalid(f"The request was refused: {status}.")
    refused.status = status
    return wire.refusal(refused)


async def _broken(request: Any, error: Exception) -> Response:
    """A fault of ours: logged whole, told in one sentence."""
    log.error("request failed", path=request.url.path, exc_info=error)
    broken = Unavailable("Something went wrong on our side. Try again; if it stays, tell the operator.")
    broken.status, broken.code = 500, "broken"
    return wire.refusal(broken)
