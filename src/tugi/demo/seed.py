"""The demo shop: its people, knowledge and six weeks of past cases, made by the desk's own acts."""

from __future__ import annotations

import hashlib
import hmac
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import resources
from pathlib import Path
from typing import Any

import msgspec

from tugi.core import clock
from tugi.core.database import Database, Transaction
from tugi.core.events import ROBOT, Actor
from tugi.demo import buying
from tugi.desk.answering import policy
from tugi.desk.answering.policy import PolicyChange, RobotPolicy
from tugi.desk.cases import accounts, cases, contacts, messages, notes, readings
from tugi.desk.cases.cases import Case
from tugi.desk.cases.transcript import Message, MessageChoice
from tugi.desk.knowledge import imports
from tugi.desk.people import agents, customers, identities, passwords, teams, workspaces
from tugi.desk.people.agents import Role
from tugi.desk.people.workspaces import Hours, WidgetChange, WorkspaceChange
from tugi.desk.work import queue
from tugi.ports import Inbound

WIDGET_KEY = "demo"
CASES = 300
WEEKS = 6
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
FINISHED = ("robot_resolved", "agent_resolved")

Script = Mapping[str, Any]
Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Credential:
    """A demo sign-in."""

    name: str
    email: str
    password: str
    role: Role


def folder() -> Path:
    """Where the demo's texts are."""
    return Path(str(resources.files("tugi.demo")))


def shop() -> Mapping[str, Any]:
    """The shop: products, orders, people, greetings."""
    return msgspec.json.decode((folder() / "shop.json").read_bytes())


def credentials(secret: str) -> list[Credential]:
    """The demo's sign-ins. Passwords belong to this installation alone: they come from its secret."""

    def password(email: str) -> str:
        digest = hmac.new(secret.encode(), b"demo\0" + email.encode(), hashlib.sha256).hexdigest()
        return f"demo-{digest[:4]}-{digest[4:8]}-{digest[8:12]}"

    return [Credential(p["name"], p["email"], password(p["email"]), p["role"]) for p in shop()["people"]]


async def find_widget_key(tx: Transaction) -> str | None:
    """The demo's widget key, else that of the only workspace."""
    demo = await workspaces.find_by_widget_key(tx, WIDGET_KEY)
    if demo:
        return WIDGET_KEY
    only = await workspaces.find_only_id(tx)
    return await tx.fetchval("select widget_key from workspaces where id = $1", only) if only else None


async def lead_of(database: Database) -> tuple[int, int]:
    """The demo's workspace and its lead, once they are made."""
    email = next(person["email"] for person in shop()["people"] if person["role"] == "lead")
    async with database.everywhere() as tx:
        return tuple(
            await tx.fetchrow(
                "select w.id, a.id as agent_id from workspaces w join agents a on a.workspace_id = w.id "
                "where w.widget_key = $1 and a.email = $2",
                WIDGET_KEY,
                email,
            )
        )


async def plant(database: Database, secret: str, progress: Progress) -> bool:
    """Make the demo workspace, unless it is there. Returns whether it was made.

    A start that was cut off goes on where it ended: each case is one transaction and counted.
    """
    async with database.everywhere() as tx:
        workspace = await workspaces.find_by_widget_key(tx, WIDGET_KEY)
        made = workspace is None
        if workspace is None:
            workspace = await workspaces.create(tx, shop()["name"], widget_key=WIDGET_KEY)
    if made:
        progress("people and settings")
    people = await _people(database, workspace.id, secret)
    progress("knowledge")
    await imports.import_files(database, workspace.id, imports.files_of(folder() / "knowledge"))
    await buying.report(database, workspace.id, shop())
    async with database.reading(workspace.id) as tx:
        have = await tx.fetchval("select count(*) from cases where workspace_id = $1", workspace.id)
    if have < CASES:
        progress(f"{CASES - have} past cases")
        await _History(database.quietly(), workspace.id, people).write(have)
    return made


async def _people(database: Database, workspace_id: int, secret: str) -> dict[str, int]:
    """The agents by e-mail, with their teams and the shop's settings."""
    known = shop()
    async with database.reading(workspace_id) as tx:
        there = {agent.email: agent.id for agent in await agents.list_all(tx)}
    languages = {person["email"]: person["language"] for person in known["people"]}
    for one in credentials(secret):
        if one.email in there:
            continue
        hashed = await passwords.hashed(one.password)
        async with database.transaction(workspace_id) as tx:
            agent = await agents.create(
                tx,
                name=one.name,
                email=one.email,
                role=one.role,
                language=languages[one.email],
                password_hash=hashed,
            )
        there[one.email] = agent.id
    async with database.transaction(workspace_id) as tx:
        await _settle(tx, known, there)
    return there


async def _settle(tx: Transaction, known: Mapping[str, Any], there: Mapping[str, int]) -> None:
    hours = {str(i): [tuple(known["hours"][day])] for i, day in enumerate(DAYS) if known["hours"].get(day)}
    await workspaces.update(
        tx,
        WorkspaceChange(
            timezone=known["time_zone"],
            hours=Hours(days=hours),
            widget=WidgetChange(accent=known["accent"], greeting=dict(known["greetings"])),
        ),
    )
    # The demo's robot answers from the first minute; the one of a new shop suggests until its lead lets it.
    if await policy.get(tx) == RobotPolicy():
        await policy.update(tx, PolicyChange(default_level="audit"))
    have = {team.name for team in await teams.list_all(tx)}
    for team in known["teams"]:
        name = team["names"][known["default_language"]]
        if name in have:
            continue
        made = await teams.create(tx, name)
        members = [there[p["email"]] for p in known["people"] if team["key"] in p["teams"]]
        await teams.change(tx, made.id, agent_ids=members)


@contextmanager
def moved(to: datetime) -> Iterator[Callable[[timedelta], None]]:
    """Time as it was then; the given function lets some of it pass."""
    at = to

    def on(by: timedelta) -> None:
        nonlocal at
        at += by

    clock.set_source(lambda: at)
    try:
        yield on
    finally:
        clock.set_source(None)


class _History:
    """Past cases from scripts: the same words from different people at different times."""

    def __init__(self, database: Database, workspace_id: int, people: Mapping[str, int]) -> None:
        texts = msgspec.json.decode((folder() / "history.json").read_bytes())
        self._database = database
        self._workspace_id = workspace_id
        self._agents = [people[p["email"]] for p in shop()["people"] if p["role"] != "owner"]
        self._customers: Sequence[Mapping[str, Any]] = texts["customers"]
        self._scripts: Sequence[Script] = texts["scripts"]
        known = [msgspec.json.decode(path.read_bytes()) for path in (folder() / "knowledge").glob("*.json")]
        self._titles: dict[str, Mapping[str, str]] = {entry["key"]: entry["titles"] for entry in known}

    async def write(self, have: int) -> None:
        """All cases from number `have` on, oldest first."""
        # The same cases for everybody, so that pictures and tours agree with what one sees.
        chance = random.Random(1042)
        async with self._database.reading(self._workspace_id) as tx:
            entries = {
                row["key"]: row["id"]
                for row in await tx.fetch("select key, id from entries where workspace_id = $1", self._workspace_id)
            }
        for number, (start, script, draw) in enumerate(self._plan(chance)):
            if number >= have:
                await self._one(number, start, script, random.Random(draw), entries)

    def _plan(self, chance: random.Random) -> list[tuple[datetime, Script, float]]:
        """When each script happens: the unfinished ones lately, once each; the others over all the weeks."""
        end = clock.now() - timedelta(minutes=12)
        finished = [s for s in self._scripts if s["outcome"] in FINISHED]
        unfinished = [s for s in self._scripts if s["outcome"] not in FINISHED]
        past = [
            (end - timedelta(seconds=chance.uniform(20 * 3600, WEEKS * 7 * 86400)), chance.choice(finished))
            for _ in range(CASES - len(unfinished))
        ]
        late = [(end - timedelta(seconds=chance.uniform(0, 16 * 3600)), script) for script in unfinished]
        return [(at, script, chance.random()) for at, script in sorted(past + late, key=lambda one: one[0])]

    async def _one(
        self, number: int, start: datetime, script: Script, chance: random.Random, entries: Mapping[str, int]
    ) -> None:
        same = [c for c in self._customers if c["language"] == script["language"]]
        who = chance.choice(same)
        agent_id = chance.choice(self._agents)
        order = str(chance.randint(10400, 10499))
        with moved(start) as pass_time:
            async with self._database.transaction(self._workspace_id) as tx:
                customer_id = await self._customer(tx, number, who)
                account_id = await accounts.ensure_account(tx, "widget", "Widget")
                last: int | None = None
                for place, turn in enumerate(script["turns"]):
                    pass_time(timedelta(seconds=chance.uniform(8, 50 if turn["who"] != "agent" else 240)))
                    text = turn["text"].replace("{order}", order)
                    tx.actor = self._actor(turn["who"], agent_id, customer_id)
                    key = f"demo-{number}-{place}"
                    last = await self._turn(
                        tx, turn, text, key, script, customer_id, account_id, agent_id, entries, last
                    )
                if last is not None:
                    await self._end(tx, last, script, agent_id)

    async def _customer(self, tx: Transaction, number: int, who: Mapping[str, Any]) -> int:
        """The person of a script; while their last matter is still going on, a stranger instead."""
        address = f"visitor:demo-{who['email']}"
        customer_id = await customers.recognise(tx, "widget", address, name=who["name"], language=who["language"])
        await identities.link(tx, customer_id, "email", who["email"], "typed")
        if await cases.find_current(tx, customer_id, "widget") is None:
            return customer_id
        return await customers.recognise(tx, "widget", f"visitor:demo-{number}", language=who["language"])

    def _actor(self, who: str, agent_id: int, customer_id: int) -> Actor:
        if who == "robot":
            return ROBOT
        return Actor("customer", customer_id) if who == "customer" else Actor("agent", agent_id)

    async def _turn(
        self,
        tx: Transaction,
        turn: Mapping[str, Any],
        text: str,
        key: str,
        script: Script,
        customer_id: int,
        account_id: int,
        agent_id: int,
        entries: Mapping[str, int],
        case_id: int | None,
    ) -> int | None:
        """One turn of a script; returns the case."""
        if turn["who"] == "customer":
            inbound = Inbound(
                channel="widget",
                channel_account_id=account_id,
                address="",
                external_id=f"customer:{customer_id}:{key}",
                text=text,
                language=script["language"],
            )
            message, case = await messages.receive(tx, inbound, customer_id, robot_on=True)
            await readings.note(tx, case.id, agent_id, message.id)
            return case.id
        if case_id is None:
            return None
        case = await cases.lock(tx, case_id)
        if turn["who"] == "note":
            await notes.write(tx, case_id, agent_id, f"agent:{agent_id}:{key}", text)
        elif turn["who"] == "agent":
            await queue.hand_over(tx, case, _reason(script))
            await queue.take(tx, await cases.get_case(tx, case_id), agent_id)
            written = await messages.write(
                tx, case, external_id=f"agent:{agent_id}:{key}", text=text, language=script["language"]
            )
            await readings.note(tx, case_id, readings.CUSTOMER, written.id)
        else:
            written = await self._robot_turn(tx, case, turn, text, key, script["language"], entries)
            await readings.note(tx, case_id, readings.CUSTOMER, written.id)
        return case_id

    async def _robot_turn(
        self,
        tx: Transaction,
        case: Case,
        turn: Mapping[str, Any],
        text: str,
        key: str,
        language: str,
        entries: Mapping[str, int],
    ) -> Message:
        reason = turn.get("hand_over")
        if reason:
            await queue.hand_over(tx, case, reason)
        return await messages.write(
            tx,
            case,
            external_id=f"robot:{key}",
            text=text,
            language=language,
            entry_id=entries.get(turn.get("entry") or ""),
            choices=[MessageChoice(entries[c], self._titles[c][language]) for c in turn.get("choices") or ()],
            answers=not reason,
        )

    async def _end(self, tx: Transaction, case_id: int, script: Script, agent_id: int) -> None:
        outcome: str = script["outcome"]
        case = await cases.get_case(tx, case_id)
        tx.actor = ROBOT if outcome == "robot_resolved" else Actor("agent", agent_id)
        if outcome in ("robot_resolved", "agent_resolved"):
            await queue.set_status(tx, case_id, "resolved", None)
            if outcome == "robot_resolved" and (contact_id := await contacts.find_current(tx, case_id)):
                await contacts.set_robot_outcome(tx, contact_id, "confirmed")
        elif outcome.startswith("handed_over:"):
            tx.actor = ROBOT
            await queue.hand_over(tx, case, outcome.partition(":")[2])
        elif outcome == "snoozed":
            await queue.set_status(tx, case_id, "snoozed", clock.now() + timedelta(days=9))
        elif outcome == "waiting_customer" and case.status != "waiting_customer":
            await queue.set_status(tx, case_id, "waiting_customer", None)
        elif outcome == "open" and case.status not in ("open", "new"):
            await queue.set_status(tx, case_id, "open", None)


def _reason(script: Script) -> str:
    return script.get("reason") or "unsure"
