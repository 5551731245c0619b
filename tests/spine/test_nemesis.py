"""Nemesis: web, worker and PostgreSQL are killed at random moments under load; nothing is lost, doubled or swapped.

TUGI_NEMESIS_SECONDS keeps it going for longer, TUGI_NEMESIS_SEED begins elsewhere.
"""

import asyncio
import os
import random
import signal
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from spine.house import Agent, Feed, Process, Visitor, browser, close_browsers, following, free_port, running, until

KILLS = 10
SEED = int(os.environ.get("TUGI_NEMESIS_SEED", "20261121"))
SECONDS = float(os.environ.get("TUGI_NEMESIS_SECONDS", "0"))
# Sent again when nothing came back, as the widget's and the inbox's outbox do.
AGAIN = (500, 502, 503, 409, 429)


@dataclass
class Writer:
    """Sends numbered messages one after another, each until it is acknowledged; keeps what was acknowledged."""

    http: httpx.AsyncClient
    path: str
    name: str
    sent: list[tuple[str, str]] = field(default_factory=list)
    repeats: int = 0
    stopped: bool = False

    async def write(self, pause: random.Random) -> None:
        """Until stopped."""
        while not self.stopped:
            await self._send(str(uuid.UUID(int=pause.getrandbits(128))), f"{self.name} {len(self.sent)}")
            await asyncio.sleep(pause.uniform(0.02, 0.15))

    async def _send(self, client_id: str, text: str) -> None:
        while True:
            with suppress(httpx.TransportError):
                answer = await self.http.post(self.path, json={"client_id": client_id, "text": text}, timeout=20)
                if answer.status_code == 200:
                    self.sent.append((client_id, text))
                    return
                assert answer.status_code in AGAIN, (answer.status_code, answer.text)
                assert answer.status_code != 500, answer.text
            self.repeats += 1
            await asyncio.sleep(0.1)


@dataclass
class House:
    """Web and worker as separate processes on one home, which keeps its own PostgreSQL."""

    web: Process
    worker: Process

    def postmaster(self) -> int:
        """Process id of the embedded server, which must be running."""
        found = sorted((self.web.home / "postgres").glob("**/postmaster.pid"))
        assert len(found) == 1, found
        return int(found[0].read_text().splitlines()[0])

    async def kill(self, what: str) -> None:
        """SIGKILL. `supervise` starts a new one; PostgreSQL is started again by its keeper."""
        if what == "postgres":
            os.kill(self.postmaster(), signal.SIGKILL)
            return
        running = (self.web if what == "web" else self.worker).running
        if running is not None:
            running.kill()

    async def supervise(self) -> None:
        """Until cancelled: start again what has ended by itself, as systemd or a container's host does."""
        while True:
            for process in (self.web, self.worker):
                if process.running is not None and process.running.poll() is not None:
                    process.start()
            await asyncio.sleep(0.2)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """Both processes; the knowledge is empty, so that the robot hands every question over."""
    tmp_path.chmod(0o755)
    home = tmp_path / "home"
    settings = {"TUGI_ENGINE": "ngrams"}
    with running("web", home, free_port(), settings) as web:
        await web.ready()
        with running("worker", home, free_port(), settings) as worker:
            made = House(web, worker)
            watching = asyncio.ensure_future(made.supervise())
            yield made
            watching.cancel()
            await close_browsers()


async def torment(house: House, seed: random.Random) -> dict[str, int]:
    """Kill each kind at least ten times, in random order, at random moments."""
    kills = {"web": 0, "worker": 0, "postgres": 0}
    began = time.monotonic()
    serving = house_answers(house)
    todo = [what for what in kills for _ in range(KILLS)]
    seed.shuffle(todo)
    while todo or time.monotonic() - began < SECONDS:
        what = todo.pop() if todo else seed.choice(sorted(kills))
        await asyncio.sleep(seed.uniform(0.05, 1.2))
        if what != "worker":
            # One that is still starting cannot be hit under load.
            await until(serving)
            await asyncio.sleep(seed.uniform(0.05, 0.5))
        await house.kill(what)
        kills[what] += 1
    return kills


def house_answers(house: House) -> Any:
    """Whether somebody serves and the database answers him."""
    client = browser(house.web.address)

    async def answers() -> bool:
        return (await client.get("/readyz", timeout=5)).status_code == 200

    return answers


def numbered(texts: list[str], name: str) -> list[int]:
    """The numbers of one writer's messages, in the order in which they appear."""
    return [int(text.rsplit(" ", 1)[1]) for text in texts if text.startswith(f"{name} ")]


def check_once_in_order(writer: Writer, texts: list[str], where: str) -> None:
    """Every acknowledged message is there once, in the order of sending, and nothing else is."""
    found = numbered(texts, writer.name)
    assert found == list(range(len(writer.sent))), f"{where}: {writer.name} sent {len(writer.sent)}, found {found}"


def check_stream(writer: Writer, feed: Feed, where: str) -> None:
    """By its cursor a feed was told of every message, first tellings in order; none after a reset."""
    assert feed.resets == 0, where
    order: list[str] = []
    for message in feed.messages():
        if message["text"].startswith(f"{writer.name} ") and message["text"] not in order:
            order.append(message["text"])
    check_once_in_order(writer, order, where)


async def all_messages(visitor: Visitor) -> list[dict[str, Any]]:
    """The visitor's whole history, page by page."""
    found = (await visitor.ask("GET", "/widget/state"))["messages"]
    while found:
        older = (await visitor.ask("GET", f"/widget/messages?before={found[0]['id']}"))["messages"]
        if not older:
            break
        found = older + found
    return found


async def test_nothing_is_lost_doubled_or_swapped(house: House) -> None:
    seed = random.Random(SEED)
    owner = await Agent.found(house.web.address)
    me = await owner.ask("GET", "/api/me")
    await owner.ask("PATCH", "/api/workspace", {"robot": {"mode": "answer"}})
    visitors = [await Visitor.come(house.web.address, me["workspace"]["widget"]["key"]) for _ in range(4)]
    writers = [Writer(v.http, "/widget/messages", f"külaline-{n}") for n, v in enumerate(visitors)]
    first = await visitors[0].say("tere")
    agent = Writer(owner.http, f"/api/cases/{first['case_id']}/messages", "agent")
    feeds = [Feed(house.web.address, "/widget/live", {"token": v.token}, "", me["cursor"]) for v in visitors]
    desk = Feed(house.web.address, "/api/live", {}, owner.cookie, me["cursor"])
    async with following([desk, *feeds]):
        writing = [asyncio.ensure_future(w.write(random.Random(seed.random()))) for w in (*writers, agent)]
        kills = await torment(house, seed)
        for writer in (*writers, agent):
            writer.stopped = True
        await asyncio.wait_for(asyncio.gather(*writing), 60)
        told = [nothing_left(owner.http, "/api/events", desk)]
        told += [nothing_left(v.http, "/widget/events", feed) for v, feed in zip(visitors, feeds, strict=True)]
        for one in told:
            await until(one)
    assert min(kills.values()) >= KILLS, kills
    assert all(len(writer.sent) >= 10 for writer in writers), [len(w.sent) for w in writers]
    for writer, visitor, feed in zip(writers, visitors, feeds, strict=True):
        said = await all_messages(visitor)
        check_once_in_order(writer, [m["text"] for m in said], "the visitor's screen")
        assert len({m["id"] for m in said}) == len(said)
        case = await owner.ask("GET", f"/api/cases/{said[-1]['case_id']}")
        check_once_in_order(writer, [m["text"] for m in case["messages"]], "the agent's screen")
        check_stream(writer, feed, "the visitor's feed")
        check_stream(writer, desk, "the agent's feed")
    check_once_in_order(agent, [m["text"] for m in await all_messages(visitors[0])], "the visitor's screen")
    check_stream(agent, feeds[0], "the visitor's feed")
    await until(every_question_judged(owner, visitors[1:]), 60)


def nothing_left(http: httpx.AsyncClient, path: str, feed: Feed) -> Any:
    """Whether the feed was told of everything that its reader may see. Its cursor says less: a socket is not told how
    far the log went on with what concerns others."""

    async def told() -> bool:
        answer = await http.get(path, params={"after": feed.cursor})
        return answer.status_code == 200 and answer.json()["events"] == []

    return told


def every_question_judged(owner: Agent, visitors: list[Visitor]) -> Any:
    """Whether the robot gave every one of these visitors' questions up to a person, and told them: no job was lost."""

    async def judged() -> bool:
        for visitor in visitors:
            state = await visitor.ask("GET", "/widget/state")
            view = await owner.ask("GET", f"/api/cases/{state['cases'][-1]['id']}")
            last = max(m["id"] for m in view["messages"] if m["author"]["kind"] == "customer")
            if not view["verdicts"] or state["cases"][-1]["agent_read_id"] < last:
                return False
        return True

    return judged


async def test_while_the_database_is_away_the_api_says_so_and_loses_nothing(house: House) -> None:
    owner = await Agent.found(house.web.address)
    key = (await owner.ask("GET", "/api/me"))["workspace"]["widget"]["key"]
    visitor = await Visitor.come(house.web.address, key)
    await visitor.say("enne")
    pid = house.postmaster()
    body = {"client_id": str(uuid.uuid4()), "text": "vahepeal"}
    # A stopped server answers nobody and refuses nobody: the worst way of being away.
    os.kill(pid, signal.SIGSTOP)
    stopped = backends(pid)
    for backend in stopped:
        with suppress(ProcessLookupError):
            os.kill(backend, signal.SIGSTOP)
    try:
        answer = await visitor.http.post("/widget/messages", json=body, timeout=40)
        alive = await visitor.http.get("/healthz")
    finally:
        for backend in (*stopped, pid):
            with suppress(ProcessLookupError):
                os.kill(backend, signal.SIGCONT)
    assert alive.status_code == 200
    assert answer.status_code == 503, answer.text
    assert int(answer.headers["retry-after"]) >= 1
    assert answer.json()["error"]["code"] == "unavailable"

    async def stored() -> bool:
        return (await visitor.http.post("/widget/messages", json=body, timeout=20)).status_code == 200

    await until(stored)
    texts = [m["text"] for m in await all_messages(visitor) if m["author"]["kind"] == "customer"]
    assert texts == ["enne", "vahepeal"]


def backends(postmaster: int) -> list[int]:
    """The server's own child processes."""
    children: list[int] = []
    for task in Path(f"/proc/{postmaster}/task").iterdir():
        children += [int(pid) for pid in (task / "children").read_text().split()]
    return children
