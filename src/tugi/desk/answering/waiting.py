"""How long a person will take, in the customer's language: what a verdict cannot know and the desk does."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from tugi.core import clock, i18n
from tugi.core.database import Transaction
from tugi.desk.people.workspaces import Workspace
from tugi.desk.work import hours

MINUTE = 60


async def wait_text(tx: Transaction, workspace: Workspace, language: str) -> str:
    """How long a person will take, as honestly as is known."""
    there = await hours.availability(tx, workspace, 0)
    if there.open:
        if there.expected_answer_seconds is None:
            return i18n.text(language, "wait.open_unknown")
        minutes = max(1, -(-there.expected_answer_seconds // MINUTE))
        if minutes > 60:
            return i18n.text(language, "wait.open_unknown")
        return i18n.text(language, "wait.open_known", count=minutes)
    email = " " + i18n.text(language, "wait.email") if workspace.widget.ask_email else ""
    if there.opens_at is None:
        return i18n.text(language, "wait.closed_unknown") + email
    when = i18n.weekday_and_time(language, there.opens_at, ZoneInfo(workspace.timezone), clock.now())
    return i18n.text(language, "wait.closed", when=when) + email
