"""Channels with accounts: connected, tried, changed, switched off; their health. Leads change, everybody sees.

Passwords and tokens come in and never go out again. Whoever names another server has to show the password anew, so that
a stored one cannot be sent to a server of their own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi import Path as InPath

from tugi.core.database import Transaction
from tugi.core.errors import Conflict, Invalid, NotFound, TooMany, Unavailable
from tugi.core.sealing import Seal
from tugi.desk.cases import accounts, deliveries
from tugi.desk.cases.accounts import Standing
from tugi.desk.people import workspaces
from tugi.desk.people.checks import Checks
from tugi.desk.work import alarms
from tugi.desk.work.alarms import Alarm
from tugi.mail_setup import CheckedMailbox, FoundMailbox, MailSetup
from tugi.ports import Account
from tugi.web import auth
from tugi.web.auth import Viewer

router = APIRouter(prefix="/api/channels", tags=["channels"])
Signed = Annotated[Viewer, Depends(auth.viewer)]
Id = Annotated[int, InPath(ge=1, lt=2**53)]
EMAIL = "email"
LONGEST_NAME, LONGEST_SECRET, LONGEST_KEY = 100, 1_000, 20_000
# What a health record holds for the desk alone.
_INNER = frozenset({"alarm", "usual"})
MOST_AT_ONCE = 3
_tried: Counter[int] = Counter()


@dataclass(frozen=True, slots=True)
class Channel:
    """One account. settings: of its kind, without secrets; secrets: names of those that are stored.

    waiting, quarantined: deliveries that are not taken in yet, and those that a person must look at.
    """

    id: int
    channel: str
    name: str
    address: str | None
    active: bool
    settings: dict[str, Any]
    health: dict[str, Any]
    waiting: int
    quarantined: int
    alarm: Alarm | None
    secrets: list[str]


@dataclass(frozen=True, slots=True)
class Doors:
    """Where mail may be handed over: host:port, or an address with its key in it; None: not open, or not for you."""

    smtp: str | None = None
    lmtp: str | None = None
    http: str | None = None


@dataclass(frozen=True, slots=True)
class ChannelList:
    """All accounts with an address; alarm: the first one, for a banner. providers: with whom one can sign in."""

    channels: list[Channel]
    quarantined: int
    alarm: Alarm | None
    doors: Doors
    providers: list[str]


@dataclass(frozen=True, slots=True)
class Asked:
    """The address whose servers are looked for."""

    email: str


@dataclass(frozen=True, slots=True)
class MailboxForm:
    """A mailbox to try or to store. account_id: of a stored one, whose secrets hold where none are given."""

    email: str
    name: str = ""
    settings: dict[str, Any] = field(default_factory=dict[str, Any])
    password: str | None = field(default=None, repr=False)
    smtp_password: str | None = field(default=None, repr=False)
    dkim_key: str | None = field(default=None, repr=False)
    account_id: int | None = None
    round_trip: bool = False


@dataclass(frozen=True, slots=True)
class ChannelChange:
    """What is to change; None leaves it. settings: all of them."""

    name: str | None = None
    active: bool | None = None
    settings: dict[str, Any] | None = None
    password: str | None = field(default=None, repr=False)
    smtp_password: str | None = field(default=None, repr=False)
    dkim_key: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Backfill:
    """How many days of older mail are to be taken in."""

    days: int


def setup_of(request: Request) -> MailSetup:
    """What connects mailboxes here."""
    setup: MailSetup | None = request.app.state.mail_setup
    if setup is None:
        raise NotFound("Mailboxes cannot be connected here.")
    return setup


@router.get("")
async def list_channels(request: Request, viewer: Signed) -> ChannelList:
    """All accounts with their health; leads and owners are told the doors too."""
    leads = viewer.role in ("owner", "lead")
    setup = setup_of(request)
    async with auth.database_of(request).reading(viewer.workspace_id) as tx:
        found = await _views(request, tx, await accounts.list_all(tx))
        quarantined = sum((await deliveries.count(tx, "quarantined")).values())
        turn = await workspaces.get_mail_door(tx)
    doors = Doors(**setup.doors(viewer.workspace_id, turn, request.app.state.base_url)) if leads else Doors()
    alarm = next((one.alarm for one in found if one.alarm), None)
    return ChannelList(found, quarantined, alarm, doors, list(setup.providers()))


@router.post("/door-key")
async def renew_door_key(request: Request, viewer: Signed) -> Doors:
    """Another key in the address for mail over HTTP (lead, owner). The one before is refused from then on."""
    auth.require(viewer, "owner", "lead")
    async with auth.database_of(request).transaction(viewer.workspace_id, viewer.actor) as tx:
        turn = await workspaces.renew_mail_door(tx)
    return Doors(**setup_of(request).doors(viewer.workspace_id, turn, request.app.state.base_url))


@router.get("/{account_id}/health")
async def get_health(request: Request, viewer: Signed, account_id: Id) -> Channel:
    """One account as it is now."""
    async with auth.database_of(request).reading(viewer.workspace_id) as tx:
        return await view_of(request, tx, account_id)


@router.post("/email/discover")
async def discover(request: Request, viewer: Signed, asked: Asked) -> FoundMailbox:
    """The servers of an address, found within 8 seconds (lead, owner)."""
    auth.require(viewer, "owner", "lead")
    async with _trying(viewer):
        return await setup_of(request).find(asked.email[:320])


@router.post("/email/test")
async def test(request: Request, viewer: Signed, form: MailboxForm) -> CheckedMailbox:
    """Try a mailbox both ways (lead, owner). No round trip for one that is read already: it would be taken in."""
    auth.require(viewer, "owner", "lead")
    settings = setup_of(request).settings(form.settings)
    known: Account | None = None
    if form.account_id is not None:
        async with auth.database_of(request).reading(viewer.workspace_id) as tx:
            known = await _addressed(request, tx, form.account_id)
    secrets = _secrets(request, known, settings, _given(form))
    account = Account(
        id=known.id if known else 0,
        workspace_id=viewer.workspace_id,
        channel=EMAIL,
        name=form.name,
        address=known.address if known else _address(form.email),
        active=False,
        settings=settings,
        secrets=secrets,
    )
    in_service = known is not None and known.active
    async with _trying(viewer):
        return await setup_of(request).check(account, round_trip=form.round_trip and not in_service)


@router.post("/email")
async def connect(request: Request, viewer: Signed, form: MailboxForm) -> Channel:
    """Store a mailbox and switch it on (lead, owner). One that was switched off goes on with its history."""
    auth.require(viewer, "owner", "lead")
    address, name = _address(form.email), _name(form.name or form.email)
    settings, given = setup_of(request).settings(form.settings), _given(form)
    async with auth.database_of(request).transaction(viewer.workspace_id, viewer.actor) as tx:
        known = await accounts.find_by_address(tx, EMAIL, address)
        sealed = sealed_secrets(request, viewer.workspace_id, given)
        if known is None:
            account_id = await accounts.create(tx, EMAIL, name, address, settings, sealed)
        elif known.active:
            raise Conflict(f"{address} is connected already.", fields={"email": "connected already"})
        else:
            account_id = known.id
            await accounts.update(tx, account_id, name=name, active=True, settings=settings, sealed=sealed)
        return await view_of(request, tx, account_id)


@router.patch("/{account_id}")
async def change(request: Request, viewer: Signed, account_id: Id, form: ChannelChange) -> Channel:
    """Change an account, switch it off or on (lead, owner). Switched off, it keeps its cases and its place."""
    auth.require(viewer, "owner", "lead")
    async with auth.database_of(request).transaction(viewer.workspace_id, viewer.actor) as tx:
        known = await _addressed(request, tx, account_id)
        settings = None if form.settings is None else setup_of(request).settings(form.settings)
        secrets = _secrets(request, known, settings or known.settings, _given(form))
        if form.active and not known.active:
            other = await accounts.find_by_address(tx, known.channel, known.address or "")
            if other is not None and other.active:
                raise Conflict(f"{known.address} is connected already.", fields={"active": "connected already"})
        await accounts.update(
            tx,
            account_id,
            name=None if form.name is None else _name(form.name),
            active=form.active,
            settings=settings,
            sealed=sealed_secrets(request, viewer.workspace_id, secrets) if secrets != known.secrets else None,
        )
        return await view_of(request, tx, account_id)


@router.post("/{account_id}/backfill")
async def backfill(request: Request, viewer: Signed, account_id: Id, wish: Backfill) -> Channel:
    """Take in older mail too, as history: no clocks, no robot (lead, owner)."""
    auth.require(viewer, "owner", "lead")
    async with auth.database_of(request).transaction(viewer.workspace_id, viewer.actor) as tx:
        known = await _addressed(request, tx, account_id)
        await accounts.update(tx, account_id, settings=setup_of(request).reaching_back(known.settings, wish.days))
        return await view_of(request, tx, account_id)


async def view_of(request: Request, tx: Transaction, account_id: int) -> Channel:
    """One account as the API shows it. Raises NotFound."""
    for one in await _views(request, tx, await accounts.list_all(tx)):
        if one.id == account_id:
            return one
    raise NotFound("There is no such channel.")


async def _views(request: Request, tx: Transaction, standings: list[Standing]) -> list[Channel]:
    waiting, quarantined = await deliveries.count(tx, "waiting"), await deliveries.count(tx, "quarantined")
    seal = _seal(request)
    return [
        Channel(
            id=one.account.id,
            channel=one.account.channel,
            name=one.account.name,
            address=one.account.address,
            active=one.account.active,
            settings=_shown(request, one.account),
            health={key: value for key, value in one.health.items() if key not in _INNER},
            waiting=waiting.get(one.account.id, 0),
            quarantined=quarantined.get(one.account.id, 0),
            alarm=alarms.alarm_of(one.health),
            secrets=await _names_of_secrets(tx, one.account.id, seal),
        )
        for one in standings
    ]


def _shown(request: Request, account: Account) -> dict[str, Any]:
    try:
        return setup_of(request).settings(account.settings)
    except Invalid:
        # Of another release: shown as they are, so that somebody can mend them.
        return dict(account.settings)


async def _names_of_secrets(tx: Transaction, account_id: int, seal: Seal) -> list[str]:
    try:
        return sorted((await accounts.get(tx, account_id, seal)).secrets)
    except Unavailable:
        # Sealed with another installation's key: as good as none, and its reader says so in the health.
        return []


async def _addressed(request: Request, tx: Transaction, account_id: int) -> Account:
    """An account that people connect, with its secrets. Raises NotFound, also for the widget's own."""
    known = await accounts.get(tx, account_id, _seal(request))
    if known.address is None:
        raise NotFound("There is no such channel.")
    return known


def _secrets(
    request: Request, known: Account | None, settings: Mapping[str, Any], given: Mapping[str, str]
) -> dict[str, str]:
    """The secrets that go with these settings. Raises Invalid when stored ones would go to a server new to them."""
    stored = known.secrets if known is not None else {}
    setup = setup_of(request)
    added = setup.hosts(settings) - setup.hosts(known.settings) if known is not None and stored else frozenset()
    if not added:
        return {key: value for key, value in {**stored, **given}.items() if value}
    if not given.get("password"):
        message = f"Enter the password anew: {', '.join(sorted(added))} has not been given it yet."
        raise Invalid(message, fields={"password": "needed for another server"})
    # What signs letters goes to no server.
    kept = {key: value for key, value in stored.items() if key == "dkim_key"}
    return {key: value for key, value in {**kept, **given}.items() if value}


def _given(form: MailboxForm | ChannelChange) -> dict[str, str]:
    """The secrets that came with a form; an empty one is taken away. Raises Invalid."""
    checks = Checks()
    found: dict[str, str] = {}
    for name, value, longest in (
        ("password", form.password, LONGEST_SECRET),
        ("smtp_password", form.smtp_password, LONGEST_SECRET),
        ("dkim_key", form.dkim_key, LONGEST_KEY),
    ):
        if value is None:
            continue
        if len(value) > longest or "\0" in value or (name != "dkim_key" and not value.isprintable()):
            checks.problem(name, "This cannot be a password. Copy it again.")
        found[name] = value
    checks.done()
    return found


def sealed_secrets(request: Request, workspace_id: int, values: Mapping[str, str]) -> bytes:
    """Secrets as an account keeps them; empty ones are left out."""
    return _seal(request).close(accounts.purpose(workspace_id), {key: value for key, value in values.items() if value})


def _seal(request: Request) -> Seal:
    return Seal(auth.secret_of(request))


def _address(email: str) -> str:
    checks = Checks()
    address = checks.email("email", email)
    checks.done()
    return address


def _name(name: str) -> str:
    checks = Checks()
    tidy = checks.line("name", name, LONGEST_NAME)
    checks.done()
    return tidy


@asynccontextmanager
async def _trying(viewer: Viewer) -> AsyncGenerator[None]:
    """A few look-ups or tests a workspace at once: each may hold connections for half a minute. Raises TooMany."""
    if _tried[viewer.workspace_id] >= MOST_AT_ONCE:
        raise TooMany("Other mailboxes are being tried just now. Wait until they are done.", retry_after=10)
    _tried[viewer.workspace_id] += 1
    try:
        yield
    finally:
        _tried[viewer.workspace_id] -= 1
        if not _tried[viewer.workspace_id]:
            del _tried[viewer.workspace_id]
