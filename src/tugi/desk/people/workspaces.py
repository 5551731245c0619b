"""Workspaces: one shop's space, its settings and their defaults. Only this file writes `workspaces`."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal, TypeAlias

import msgspec

from tugi.core import clock, secrets
from tugi.core.database import Row, Transaction
from tugi.core.errors import NotFound
from tugi.desk.people import settings_checks
from tugi.desk.people.checks import LANGUAGES, Checks, Language

RobotMode: TypeAlias = Literal["answer", "suggest", "off"]
Span: TypeAlias = tuple[str, str]

# Clear on white and on black; a shop changes it to its own.
DEFAULT_ACCENT = "#2f6f5e"
_OFFICE: Span = ("09:00", "17:00")


@dataclass(frozen=True, slots=True)
class RobotSettings:
    """answer: replies by itself when certain; suggest: proposes replies to people; off: keeps out."""

    mode: RobotMode = "answer"


@dataclass(frozen=True, slots=True)
class Hours:
    """Opening hours in the workspace's time zone. days: "0" (Monday) to "6" -> spans "HH:MM" to "HH:MM",
    "24:00" is the end of a day; a missing day is closed. holidays: ISO dates, closed."""

    always_open: bool = False
    days: dict[str, list[Span]] = field(default_factory=lambda: {str(day): [_OFFICE] for day in range(5)})
    holidays: list[str] = field(default_factory=list[str])


@dataclass(frozen=True, slots=True)
class WidgetSettings:
    """How the widget looks and where it may be shown (no origins: anywhere). accent: "#rrggbb"."""

    key: str = ""
    accent: str = DEFAULT_ACCENT
    position: Literal["right", "left"] = "right"
    greeting: dict[Language, str] = field(default_factory=dict[Language, str])
    assistant_name: str | None = None
    dark: Literal["auto", "light", "dark"] = "auto"
    allowed_origins: list[str] = field(default_factory=list[str])
    ask_email: bool = True


@dataclass(frozen=True, slots=True)
class Workspace:
    """One shop's space as its agents see it; the identity secret is not part of it."""

    id: int
    name: str
    timezone: str
    languages: list[Language]
    robot: RobotSettings
    hours: Hours
    widget: WidgetSettings


@dataclass(frozen=True, slots=True)
class _Settings:
    """What the `settings` column holds; what is missing there has its default."""

    languages: list[Language] = field(default_factory=lambda: list(LANGUAGES))
    robot: RobotSettings = field(default_factory=RobotSettings)
    hours: Hours = field(default_factory=Hours)
    widget: WidgetSettings = field(default_factory=WidgetSettings)


@dataclass(frozen=True, slots=True)
class WidgetChange:
    """The widget's settings to change; None leaves one as it is, an empty assistant_name removes it."""

    accent: str | None = None
    position: Literal["right", "left"] | None = None
    greeting: dict[Language, str] | None = None
    assistant_name: str | None = None
    dark: Literal["auto", "light", "dark"] | None = None
    allowed_origins: list[str] | None = None
    ask_email: bool | None = None


@dataclass(frozen=True, slots=True)
class WorkspaceChange:
    """The settings to change; None leaves one as it is."""

    name: str | None = None
    timezone: str | None = None
    languages: list[Language] | None = None
    robot: RobotSettings | None = None
    hours: Hours | None = None
    widget: WidgetChange | None = None


def _from_row(row: Row) -> Workspace:
    settings = msgspec.convert(row["settings"], _Settings)
    return Workspace(
        id=row["id"],
        name=row["name"],
        timezone=row["timezone"],
        languages=settings.languages,
        robot=settings.robot,
        hours=settings.hours,
        widget=replace(settings.widget, key=row["widget_key"]),
    )


def _settings_of(workspace: Workspace) -> dict[str, Any]:
    kept = _Settings(
        languages=workspace.languages,
        robot=workspace.robot,
        hours=workspace.hours,
        widget=replace(workspace.widget, key=""),
    )
    return asdict(kept)


async def get(tx: Transaction) -> Workspace:
    """The transaction's workspace. Raises NotFound when it is gone."""
    row = await tx.fetchrow(
        "select id, name, timezone, widget_key, settings from workspaces where id = $1", tx.workspace_id
    )
    if row is None:
        raise NotFound("This workspace does not exist.")
    return _from_row(row)


async def find_by_widget_key(tx: Transaction, key: str) -> Workspace | None:
    """The workspace a widget belongs to, in a transaction that sees every workspace."""
    row = await tx.fetchrow(
        "select id, name, timezone, widget_key, settings from workspaces where widget_key = $1", key
    )
    return _from_row(row) if row else None


async def any_exists(tx: Transaction) -> bool:
    """Whether this installation has been set up, in a transaction that sees every workspace."""
    return await tx.fetchval("select exists (select from workspaces)")


async def find_only_id(tx: Transaction) -> int | None:
    """The id of the only workspace, in a transaction that sees every workspace; None if none or several."""
    rows = await tx.fetch("select id from workspaces limit 2")
    return rows[0]["id"] if len(rows) == 1 else None


async def create(
    tx: Transaction, name: str, *, robot_mode: RobotMode = "answer", widget_key: str | None = None
) -> Workspace:
    """A new workspace with its defaults, in a transaction that sees every workspace.

    Raises Invalid for a name that is empty or longer than 80 characters.
    """
    checks = Checks()
    name = checks.line("shop_name", name, 80)
    checks.done()
    row = await tx.fetchrow(
        "insert into workspaces (name, widget_key, identity_secret, settings, created_at) "
        "values ($1, $2, $3, $4, $5) returning id, name, timezone, widget_key, settings",
        name,
        widget_key or secrets.new_token(12),
        secrets.new_token(),
        asdict(_Settings(robot=RobotSettings(robot_mode))),
        clock.now(),
    )
    if row is None:
        raise NotFound("The workspace could not be created.")
    return _from_row(row)


async def update(tx: Transaction, change: WorkspaceChange) -> Workspace:
    """Change some settings. Raises Invalid with every problem by field, such as "hours.days.0"."""
    await tx.fetchrow("select id from workspaces where id = $1 for update", tx.workspace_id)
    old = await get(tx)
    checks = Checks()
    new = _changed(old, change, checks)
    checks.done()
    if new != old:
        await tx.execute(
            "update workspaces set name = $2, timezone = $3, settings = $4 where id = $1",
            tx.workspace_id,
            new.name,
            new.timezone,
            _settings_of(new),
        )
        tx.happened("WorkspaceChanged")
    return new


def _changed(old: Workspace, change: WorkspaceChange, checks: Checks) -> Workspace:
    new = old
    if change.name is not None:
        new = replace(new, name=checks.line("name", change.name, 80))
    if change.timezone is not None:
        new = replace(new, timezone=settings_checks.timezone(checks, change.timezone))
    if change.languages is not None:
        new = replace(new, languages=settings_checks.languages(checks, change.languages))
    if change.robot is not None:
        new = replace(new, robot=change.robot)
    if change.hours is not None:
        days = settings_checks.days(checks, change.hours.days)
        holidays = settings_checks.holidays(checks, change.hours.holidays)
        new = replace(new, hours=Hours(change.hours.always_open, days, holidays))
    if change.widget is not None:
        new = replace(new, widget=_changed_widget(old.widget, change.widget, checks))
    return new


def _changed_widget(old: WidgetSettings, change: WidgetChange, checks: Checks) -> WidgetSettings:
    new = old
    if change.accent is not None:
        new = replace(new, accent=settings_checks.accent(checks, change.accent))
    if change.greeting is not None:
        new = replace(new, greeting=settings_checks.greeting(checks, change.greeting))
    if change.assistant_name is not None:
        name = checks.line("widget.assistant_name", change.assistant_name, 40, required=False)
        new = replace(new, assistant_name=name or None)
    if change.allowed_origins is not None:
        new = replace(new, allowed_origins=settings_checks.origins(checks, change.allowed_origins))
    return replace(
        new,
        position=old.position if change.position is None else change.position,
        dark=old.dark if change.dark is None else change.dark,
        ask_email=old.ask_email if change.ask_email is None else change.ask_email,
    )


async def get_identity_secret(tx: Transaction) -> str:
    """The key by which the shop's server signs its visitors. Raises NotFound."""
    secret = await tx.fetchval("select identity_secret from workspaces where id = $1", tx.workspace_id)
    if secret is None:
        raise NotFound("This workspace does not exist.")
    return secret


async def replace_identity_secret(tx: Transaction) -> str:
    """A new identity secret; signatures made with the old one are refused from now on."""
    secret = secrets.new_token()
    await tx.execute("update workspaces set identity_secret = $2 where id = $1", tx.workspace_id, secret)
    tx.happened("WorkspaceChanged")
    return secret


async def get_mail_door(tx: Transaction) -> int:
    """How often the key of the door for mail over HTTP was made anew; 0 also for a workspace that does not exist."""
    return await tx.fetchval("select mail_door from workspaces where id = $1", tx.workspace_id) or 0


async def renew_mail_door(tx: Transaction) -> int:
    """Another key for that door: what is handed over with the one before is refused from now on."""
    turn = await tx.fetchval(
        "update workspaces set mail_door = mail_door + 1 where id = $1 returning mail_door", tx.workspace_id
    )
    tx.happened("WorkspaceChanged")
    return turn


async def all_ids(tx: Transaction) -> list[int]:
    """Every workspace, in a transaction that sees every workspace."""
    return [row["id"] for row in await tx.fetch("select id from workspaces order by id")]
