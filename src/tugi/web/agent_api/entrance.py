"""First run, signing in and out, oneself, and invites."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from tugi.core.errors import Invalid
from tugi.desk.people import agents, invites, passwords, sessions, setup
from tugi.desk.people import sign_in as signing_in
from tugi.desk.people.agents import AgentChange
from tugi.desk.people.checks import Checks, Language
from tugi.web import auth
from tugi.web.agent_api.me import Me, read_me
from tugi.web.auth import Viewer

router = APIRouter(prefix="/api", tags=["entrance"], dependencies=[Depends(auth.own_page)])
Signed = Annotated[Viewer, Depends(auth.viewer)]


@dataclass(frozen=True, slots=True)
class SetupState:
    """Whether nobody can sign in yet."""

    needed: bool


@dataclass(frozen=True, slots=True)
class FirstRun:
    """The three questions of a new installation, and the name the owner goes by."""

    shop_name: str
    email: str
    password: str
    name: str = ""
    language: Language = "en"


@dataclass(frozen=True, slots=True)
class SignIn:
    """What the sign-in form sends."""

    email: str
    password: str


@dataclass(frozen=True, slots=True)
class PasswordChange:
    """One's own password: the old one proves it."""

    old: str
    new: str


@dataclass(frozen=True, slots=True)
class MyChange:
    """What an agent changes of themselves; None leaves it."""

    name: str | None = None
    language: Language | None = None
    available: bool | None = None
    password: PasswordChange | None = None


@dataclass(frozen=True, slots=True)
class InviteView:
    """Whom an invite is for."""

    name: str
    email: str
    language: Language
    shop_name: str


@dataclass(frozen=True, slots=True)
class ChosenPassword:
    """The password somebody chose on an invite."""

    password: str


async def _enter(request: Request, response: Response, token: str) -> Me:
    """Give the browser its new session and end the one it had."""
    old = auth.token_of(request)
    auth.set_session(request, response, token)
    async with auth.database_of(request).everywhere() as tx:
        if old:
            await sessions.end(tx, old)
        session = await sessions.find(tx, token)
    if session is None:
        raise Invalid("This account is switched off. Ask the owner.")
    return await read_me(auth.database_of(request), session.workspace_id, session.agent_id)


@router.get("/setup")
async def get_setup(request: Request) -> SetupState:
    """Whether the first run is still to come."""
    return SetupState(await setup.is_needed(auth.database_of(request)))


@router.post("/setup")
async def post_setup(request: Request, response: Response, form: FirstRun) -> Me:
    """The first run: creates the workspace and its owner and signs in. 409 when it is over."""
    token = await setup.set_up(
        auth.database_of(request),
        shop_name=form.shop_name,
        email=form.email,
        password=form.password,
        name=form.name,
        language=form.language,
    )
    return await _enter(request, response, token)


@router.post("/sign-in")
async def post_sign_in(request: Request, response: Response, form: SignIn) -> Me:
    """Sign in. 401 for a wrong e-mail or password, 429 with Retry-After after 10 failures in 15 minutes."""
    database = auth.database_of(request)
    token = await signing_in.sign_in(database, form.email, form.password, auth.address_of(request))
    return await _enter(request, response, token)


@router.post("/sign-out")
async def post_sign_out(request: Request, response: Response) -> dict[str, str]:
    """End this browser's session; harmless when there is none."""
    token = auth.token_of(request)
    if token:
        async with auth.database_of(request).everywhere() as tx:
            await sessions.end(tx, token)
    auth.clear_session(request, response)
    return {}


@router.get("/me")
async def get_me(request: Request, viewer: Signed) -> Me:
    """The signed-in agent and what every screen needs. 401 when not signed in."""
    return await read_me(auth.database_of(request), viewer.workspace_id, viewer.agent_id)


@router.patch("/me")
async def patch_me(request: Request, viewer: Signed, change: MyChange) -> Me:
    """Change one's own name, language, availability or password; a new password ends other sessions."""
    database = auth.database_of(request)
    if change.password is not None:
        await _change_password(request, viewer, change.password)
    wanted = AgentChange(name=change.name, language=change.language, available=change.available)
    if wanted != AgentChange():
        async with database.transaction(viewer.workspace_id, viewer.actor) as tx:
            await agents.change(tx, viewer.agent_id, wanted)
    return await read_me(database, viewer.workspace_id, viewer.agent_id)


async def _change_password(request: Request, viewer: Viewer, change: PasswordChange) -> None:
    database = auth.database_of(request)
    checks = Checks()
    passwords.check(checks, "password.new", change.new)
    checks.done()
    async with database.reading(viewer.workspace_id) as tx:
        old = await agents.get_password_hash(tx, viewer.agent_id)
    await signing_in.check_password(database, viewer.agent_id, change.old, old, auth.address_of(request))
    new = await passwords.hashed(change.new)
    async with database.transaction(viewer.workspace_id, viewer.actor) as tx:
        await agents.set_password(tx, viewer.agent_id, new, instead_of=old)
        await sessions.end_all(tx, viewer.agent_id, but=auth.token_of(request))


@router.get("/invites/{token}")
async def get_invite(request: Request, token: str) -> InviteView:
    """Whom an invite is for. 404 when it is false, expired or used."""
    invite = await invites.get(auth.database_of(request), auth.secret_of(request), token)
    return InviteView(invite.name, invite.email, invite.language, invite.shop_name)


@router.post("/invites/{token}")
async def post_invite(request: Request, response: Response, token: str, form: ChosenPassword) -> Me:
    """Choose a password and sign in, once."""
    database = auth.database_of(request)
    session = await invites.accept(database, auth.secret_of(request), token, form.password)
    return await _enter(request, response, session)
