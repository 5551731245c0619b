"""The demo's past letters: taken in by the real intake, answered by the desk's own acts, each at its time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from tugi.core import clock, i18n
from tugi.core.database import Database, Transaction
from tugi.core.events import ROBOT, Actor
from tugi.core.files import Files
from tugi.demo import letter_forms, mailing, seed
from tugi.demo.letter_forms import Form, Quoted
from tugi.demo.mailing import ADDRESS
from tugi.desk.cases import accounts, cases, contacts, deliveries, leaving, messages, posting, readings, tokens
from tugi.desk.cases.intake import Intake
from tugi.desk.cases.posting import PLAIN, Wish
from tugi.desk.outreach import continuing
from tugi.desk.people import agents, customers, identities
from tugi.desk.work import queue
from tugi.ports import Carried, Inbound

PREFIX = "demo:"
FROM_OUTSIDE = frozenset({"customer", "machine", "bounce"})

Turn = Mapping[str, Any]


class Thread(msgspec.Struct, frozen=True):
    """One correspondence. It began `days_ago`, at that time of the shop's day, on a working day; without `at`, so many
    days before now. chat: it began in the widget; end: what became of it."""

    key: str
    who: str
    language: str
    agent: str
    days_ago: float
    subject: str
    end: str
    turns: list[Turn]
    at: str = ""
    reason: str = "unsure"
    chat: bool = False

    def start(self, now: datetime) -> datetime:
        """When its first letter came."""
        if not self.at:
            return now - timedelta(days=self.days_ago)
        hour, _, minute = self.at.partition(":")
        day = (now - timedelta(days=self.days_ago)).astimezone(ZoneInfo(seed.shop()["time_zone"]))
        day = day.replace(hour=int(hour), minute=int(minute))
        return (day - timedelta(days=max(0, day.weekday() - 4))).astimezone(UTC)


class Texts(msgspec.Struct, frozen=True):
    """What `letters.json` holds."""

    people: dict[str, dict[str, str]]
    threads: list[Thread]


@dataclass(slots=True)
class _Course:
    """How far a thread has come. sent: our last letter in it."""

    thread: Thread
    agent_id: int
    case_id: int = 0
    heard: int = 0
    sent: Quoted | None = None
    pass_time: Callable[[timedelta], None] = field(default=lambda _by: None)


def texts() -> Texts:
    """The letters as they were written."""
    return msgspec.json.decode((seed.folder() / "letters.json").read_bytes(), type=Texts)


async def plant(database: Database, files: Files, intake: Intake, workspace_id: int, account_id: int) -> int:
    """Write the past letters unless they are all there; returns how many came in. Cut off, it goes on where it was.

    database, intake: such that nothing follows what happens.
    """
    known = texts()
    wanted = sum(turn["by"] in FROM_OUTSIDE for thread in known.threads for turn in thread.turns)
    chats = sum(thread.chat for thread in known.threads)
    async with database.reading(workspace_id) as tx:
        have = await tx.fetchval(
            "select count(*) from deliveries where workspace_id = $1 and starts_with(source, $2)",
            workspace_id,
            PREFIX,
        )
        by_email = {one.email: one.id for one in await agents.list_all(tx)}
    if have >= wanted - chats:
        return 0
    writing = _Writing(database, files, intake, workspace_id, account_id, known.people)
    now = clock.now()
    for thread in sorted(known.threads, key=lambda one: one.start(now)):
        with seed.moved(thread.start(now)) as pass_time:
            await writing.write(_Course(thread, by_email[thread.agent], pass_time=pass_time))
    return wanted - chats


class _Writing:
    """Carries the turns of threads out, each once."""

    def __init__(
        self,
        database: Database,
        files: Files,
        intake: Intake,
        workspace_id: int,
        account_id: int,
        people: Mapping[str, Mapping[str, str]],
    ) -> None:
        self._database = database
        self._files = files
        self._intake = intake
        self._workspace_id = workspace_id
        self._account_id = account_id
        self._people = people

    async def write(self, course: _Course) -> None:
        """A thread from its beginning to its end."""
        for place, turn in enumerate(course.thread.turns):
            course.pass_time(timedelta(minutes=turn.get("after", 0)))
            key = f"{course.thread.key}-{place}"
            if turn["by"] in FROM_OUTSIDE:
                if course.thread.chat and place == 0:
                    await self._chat(course, turn, key)
                else:
                    await self._receive(course, turn, key)
            elif turn["by"] == "continued":
                await self._continue(course)
            else:
                await self._answer(course, turn, key)
        await self._end(course)

    async def _receive(self, course: _Course, turn: Turn, key: str) -> None:
        """A letter from outside, raw, as the door keeps it."""
        raw = self._raw(course, turn, key)
        digest = await self._files.put(self._workspace_id, raw)
        envelope = {"from": self._person(course, turn)["address"], "to": [ADDRESS], "door": "lmtp"}
        async with self._database.transaction(self._workspace_id) as tx:
            delivery_id = await deliveries.store(
                tx, self._account_id, source=PREFIX + key, hash=digest, size=len(raw), envelope=envelope
            )
            if delivery_id is None:
                delivery_id = await tx.fetchval(
                    "select id from deliveries where workspace_id = $1 and channel_account_id = $2 and source = $3",
                    self._workspace_id,
                    self._account_id,
                    PREFIX + key,
                )
        await self._intake.take_in({"workspace_id": self._workspace_id, "delivery_id": delivery_id})
        async with self._database.reading(self._workspace_id) as tx:
            message_id = (await deliveries.get(tx, delivery_id)).message_id
            if message_id is not None and turn["by"] != "bounce":
                course.heard = message_id
                course.case_id = await tx.fetchval(
                    "select case_id from messages where workspace_id = $1 and id = $2", self._workspace_id, message_id
                )

    def _person(self, course: _Course, turn: Turn) -> Mapping[str, str]:
        return self._people[turn.get("who", course.thread.who)]

    def _raw(self, course: _Course, turn: Turn, key: str) -> bytes:
        sent, who = course.sent, self._person(course, turn)
        if turn["by"] == "bounce" and sent is not None:
            return letter_forms.bounce(sent, clock.now())
        form = Form(
            name=who["name"],
            address=who["address"],
            language=course.thread.language,
            letter_id=f"{key}.{self._workspace_id}@{who['address'].rpartition('@')[2]}",
            subject=turn.get("subject") or (sent.subject if sent else course.thread.subject),
            text=turn["text"],
            at=clock.now(),
            signature=who.get("signature", "") if turn["by"] == "customer" else "",
            html=turn.get("html", False),
            quote=turn.get("quote", ""),
            files=turn.get("files", ()),
            copies=[self._people[one] for one in turn.get("copies", ())],
            answers=sent,
            automatic=turn["by"] == "machine",
        )
        return mailing.vouched(letter_forms.written(form))

    async def _chat(self, course: _Course, turn: Turn, key: str) -> None:
        """A question in the widget, by somebody who leaves an address there."""
        who = self._people[course.thread.who]
        async with self._database.transaction(self._workspace_id) as tx:
            widget = await accounts.ensure_account(tx, "widget", "Widget")
            customer_id = await customers.recognise(
                tx, "widget", f"visitor:{PREFIX}{key}", name=who["name"], language=course.thread.language
            )
            await identities.link(tx, customer_id, "email", who["address"], "typed")
            tx.actor = Actor("customer", customer_id)
            inbound = Inbound(
                channel="widget",
                channel_account_id=widget,
                address="",
                external_id=f"customer:{customer_id}:{PREFIX}{key}",
                text=turn["text"],
                language=course.thread.language,
            )
            message, case = await messages.receive(tx, inbound, customer_id, robot_on=True)
        course.case_id, course.heard = case.id, message.id

    async def _answer(self, course: _Course, turn: Turn, key: str) -> None:
        """An agent's or the robot's words; where they leave by letter, the post has taken it."""
        robot = turn["by"] == "robot"
        actor = ROBOT if robot else Actor("agent", course.agent_id)
        async with self._database.transaction(self._workspace_id, actor) as tx:
            case = await cases.lock(tx, course.case_id)
            entry_id, text = await self._words(tx, course, turn)
            if not robot:
                await readings.note(tx, case.id, course.agent_id, course.heard)
                await queue.hand_over(tx, case, course.thread.reason)
                await queue.take(tx, await cases.get_case(tx, case.id), course.agent_id)
                case = await cases.get_case(tx, case.id)
            copies = [self._people[one]["address"] for one in turn.get("copies", ())]
            written = await messages.write(
                tx,
                case,
                external_id=f"{actor.kind}:{actor.id or 0}:{PREFIX}{key}",
                text=text,
                language=course.thread.language,
                entry_id=entry_id,
                letter=Wish(automatic=True) if robot else Wish(copies=copies) if copies else PLAIN,
            )
        course.pass_time(timedelta(seconds=20))
        await self._carry(course, text, written.id)

    async def _words(self, tx: Transaction, course: _Course, turn: Turn) -> tuple[int | None, str]:
        if turn["by"] != "robot":
            return None, turn["text"]
        language = course.thread.language
        row = await tx.fetchrow(
            "select e.id, t.answer from entries e join entry_texts t on t.workspace_id = e.workspace_id "
            "and t.entry_id = e.id and t.language = $3 where e.workspace_id = $1 and e.key = $2",
            self._workspace_id,
            turn["entry"],
            language,
        )
        if row is None:
            return None, i18n.text(language, "mail.acknowledge")
        disclosure = i18n.text(language, "mail.disclosure", shop=mailing.SHOP)
        return row["id"], f"{i18n.text(language, 'mail.hello')}\n\n{row['answer']}\n\n{disclosure}"

    async def _carry(self, course: _Course, text: str, message_id: int) -> None:
        """What waits in the outbox has left; the customers' post office is asked only for letters of today."""
        async with self._database.transaction(self._workspace_id) as tx:
            for item in await leaving.take(tx, self._account_id, 10):
                await leaving.sent(tx, item, Carried("250 2.0.0 Stored."))
            row = await tx.fetchrow(
                "select letter_id, recipients from outgoing where workspace_id = $1 and $2 = any(message_ids) "
                "order by id desc limit 1",
                self._workspace_id,
                message_id,
            )
            if row is None:
                return
            token = tokens.token(await posting.secret(tx), self._workspace_id, course.case_id)
            own = await tx.fetchval(
                "select subject from letters where workspace_id = $1 and message_id = $2",
                self._workspace_id,
                message_id,
            )
            local, _, domain = ADDRESS.partition("@")
            course.sent = Quoted(
                letter_id=row["letter_id"],
                subject=own or i18n.text(course.thread.language, "mail.continued.subject", shop=mailing.SHOP),
                text=text,
                at=clock.now(),
                to=row["recipients"]["to"][0]["email"],
                reply_to=f"{local}+{token}@{domain}",
            )

    async def _continue(self, course: _Course) -> None:
        """The customer is away: what we said in the chat leaves as a letter."""
        async with self._database.transaction(self._workspace_id) as tx:
            await continuing.sweep(tx)
            row = await tx.fetchrow(
                "select id, text from messages where workspace_id = $1 and case_id = $2 and author_kind = 'agent' "
                "order by id desc limit 1",
                self._workspace_id,
                course.case_id,
            )
        if row is not None:
            await self._carry(course, row["text"], row["id"])

    async def _end(self, course: _Course) -> None:
        end, agent = course.thread.end, Actor("agent", course.agent_id)
        async with self._database.transaction(self._workspace_id, ROBOT if end in ("robot", "queue") else agent) as tx:
            case = await cases.lock(tx, course.case_id)
            if end == "queue":
                await queue.hand_over(tx, case, course.thread.reason)
                return
            if course.thread.turns[-1]["by"] == "customer" and end:
                await readings.note(tx, case.id, course.agent_id, course.heard)
            if end in ("robot", "resolved") and case.status != "resolved":
                await queue.set_status(tx, case.id, "resolved", None)
            if end == "robot" and (contact_id := await contacts.find_current(tx, case.id)):
                await contacts.set_robot_outcome(tx, contact_id, "confirmed")
