"""The agents' side of the server by itself: its routers over a fresh database, without a network."""

from pathlib import Path

import httpx
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError

from tugi.core.database import Database
from tugi.core.errors import Invalid, TugiError
from tugi.core.files import Folder
from tugi.desk.answering.answers import Answering
from tugi.web import wire
from tugi.web.agent_api import entrance, knowledge, people, robot, workspace

# Nothing here keeps a file.
NO_FILES = Path("no-files")
SECRET = "a secret of this test installation"
HOST = "desk.example"
PASSWORD = "kolm kollast kassi"
OWNER = {"shop_name": "Põhjala Pood", "email": "anu@pohjala.example", "password": PASSWORD, "name": "Anu Kask"}


def app_of(database: Database) -> FastAPI:
    """The application as wiring builds it, with the agents' routers only."""
    app = FastAPI()
    app.state.database = database
    app.state.secret = SECRET
    app.state.answering = Answering(database, Folder(NO_FILES), None)
    for part in (entrance, people, knowledge, robot, workspace):
        app.include_router(part.router)

    async def refuse(request: Request, error: Exception) -> Response:
        assert isinstance(error, TugiError)
        return wire.refusal(error)

    async def misread(request: Request, error: Exception) -> Response:
        return wire.refusal(Invalid("The request does not have the right form."))

    app.add_exception_handler(TugiError, refuse)
    app.add_exception_handler(RequestValidationError, misread)
    return app


def browser(app: FastAPI, scheme: str = "http", address: str = "192.0.2.1") -> httpx.AsyncClient:
    """A browser without cookies; `scheme` https means that the page was loaded so."""
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app=app, client=(address, 4000)),
        base_url=f"{scheme}://{HOST}",
        headers={"origin": f"{scheme}://{HOST}"},
    )


async def owner_browser(app: FastAPI) -> httpx.AsyncClient:
    """The browser of the owner of a shop that was just set up."""
    client = browser(app)
    answer = await client.post("/api/setup", json=OWNER)
    assert answer.status_code == 200, answer.text
    return client


async def invited_browser(app: FastAPI, owner: httpx.AsyncClient, role: str, email: str) -> httpx.AsyncClient:
    """The browser of somebody who was invited in this role and chose a password."""
    form = {"name": email.partition("@")[0].title(), "email": email, "role": role, "language": "et"}
    invited = (await owner.post("/api/agents", json=form)).json()
    client = browser(app)
    answer = await client.post(invite_path(invited["invite_url"]), json={"password": PASSWORD})
    assert answer.status_code == 200, answer.text
    return client


def invite_path(invite_url: str) -> str:
    """Where the page behind an invite link sends the password."""
    return "/api/invites/" + invite_url.rsplit("/", 1)[1]
