"""A real Tugi in processes of its own, and people who use it over HTTP and sockets."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg
import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

TUGI = str(Path(sys.executable).with_name("tugi"))
PASSWORD = "kolm kollast kassi"
PAGE = {"url": "https://pood.example/villasokid", "title": "Villased sokid", "language": "et"}
# Two cores may be shared with much else: how long anything may take before it is called broken.
PATIENCE = 120.0


def free_port() -> int:
    """A port nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@dataclass
class Process:
    """A running `tugi` command."""

    command: str
    home: Path
    port: int
    settings: dict[str, str] = field(default_factory=dict)
    running: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Run it; `ready` says when it serves."""
        own = {"TUGI_HOME": str(self.home), "TUGI_PORT": str(self.port), "TUGI_LOG_LEVEL": "warning", **self.settings}
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("TUGI_")}
        self.home.mkdir(parents=True, exist_ok=True)
        with (self.home / f"{self.command}.log").open("ab") as log:
            self.running = subprocess.Popen([TUGI, self.command], env=inherited | own, stdout=log, stderr=log)

    def end(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End it and wait until it has ended."""
        if self.running is not None:
            self.running.send_signal(how)
            self.running.wait(PATIENCE)
            self.running = None

    def log(self) -> str:
        """What it wrote."""
        return (self.home / f"{self.command}.log").read_text()

    async def ready(self) -> None:
        """Wait until it serves."""

        async def serves() -> bool:
            assert self.running is not None
            assert self.running.poll() is None, self.log()[-3000:]
            return (await client.get("/readyz")).status_code == 200

        async with httpx.AsyncClient(base_url=self.address, verify=False) as client:
            await until(serves)

    @property
    def address(self) -> str:
        """Where it serves."""
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def running(command: str, home: Path, port: int, settings: dict[str, str]) -> Iterator[Process]:
    """A process for the length of a block."""
    process = Process(command, home, port, settings)
    process.start()
    try:
        yield process
    finally:
        process.end()


@contextmanager
def serving(command: str, server_dsn: str, folder: Path) -> Iterator[Process]:
    """A ready process on a migrated database of its own."""
    name = f"spine_{uuid.uuid4().hex}"
    head, _, query = server_dsn.partition("?")
    dsn = f"{head.rsplit('/', 1)[0]}/{name}?{query}"

    async def execute(statement: str) -> None:
        session = await asyncpg.connect(server_dsn)
        await session.execute(statement)
        await session.close()

    asyncio.run(execute(f"create database {name} template migrated"))
    with running(command, folder / "home", free_port(), {"TUGI_DATABASE_URL": dsn}) as process:
        asyncio.run(process.ready())
        yield process
    asyncio.run(execute(f"drop database {name} with (force)"))


async def until(holds: Callable[[], Awaitable[bool]], seconds: float = PATIENCE) -> None:
    """Ask again and again until it holds; the other side being away counts as not yet."""
    give_up = time.monotonic() + seconds
    while True:
        try:
            if await holds():
                return
        except (httpx.TransportError, OSError):
            pass
        assert time.monotonic() < give_up, "it did not come about in time"
        await asyncio.sleep(0.05)


@dataclass
class Agent:
    """A signed-in browser of somebody at the desk."""

    http: httpx.AsyncClient

    @classmethod
    async def found(cls, address: str, email: str = "anu@pood.example") -> "Agent":
        """The shop's owner, signed in; sets the shop up when nobody has yet."""
        http = browser(address)
        form = {"shop_name": "Põhjala Pood", "email": email, "password": PASSWORD, "name": "Anu Kask"}
        needed = (await http.get("/api/setup")).json()["needed"]
        (await http.post("/api/setup" if needed else "/api/sign-in", json=form)).raise_for_status()
        return cls(http)

    async def colleague(self, email: str) -> "Agent":
        """Somebody invited, who chose a password."""
        form = {"name": "Liis Tamm", "email": email, "role": "agent", "language": "et"}
        invited = await self.ask("POST", "/api/agents", form)
        http = browser(str(self.http.base_url))
        path = "/api/invites/" + invited["invite_url"].rsplit("/", 1)[1]
        (await http.post(path, json={"password": PASSWORD})).raise_for_status()
        return Agent(http)

    async def ask(self, method: str, path: str, body: object = None) -> Any:
        """The answer's JSON. Raises unless it is a success."""
        answer = await self.http.request(method, path, json=body, headers={"idempotency-key": str(uuid.uuid4())})
        assert answer.status_code == 200, (method, path, answer.status_code, answer.text)
        return answer.json()

    @property
    def cookie(self) -> str:
        """The session, for a socket."""
        return f"tugi_session={self.http.cookies['tugi_session']}"


@dataclass
class Visitor:
    """A customer's browser with the chat open."""

    http: httpx.AsyncClient
    token: str
    key: str

    @classmethod
    async def come(cls, address: str, key: str) -> "Visitor":
        """Open the chat."""
        http = browser(address)
        answer = await http.post("/widget/session", json={"key": key, "page": PAGE})
        answer.raise_for_status()
        token = answer.json()["token"]
        http.headers["authorization"] = f"Bearer {token}"
        return cls(http, token, key)

    async def ask(self, method: str, path: str, body: object = None) -> Any:
        """The answer's JSON. Raises unless it is a success."""
        answer = await self.http.request(method, path, json=body)
        assert answer.status_code == 200, (method, path, answer.status_code, answer.text)
        return answer.json()

    async def say(self, text: str, **more: object) -> dict[str, Any]:
        """Send a message; what is stored."""
        body = {"client_id": str(uuid.uuid4()), "text": text, "page": PAGE, **more}
        return (await self.ask("POST", "/widget/messages", body))["message"]


_browsers: list[httpx.AsyncClient] = []


def browser(address: str) -> httpx.AsyncClient:
    """A browser without cookies on Tugi's own pages; closed by `close_browsers`."""
    http = httpx.AsyncClient(base_url=address, headers={"origin": address}, timeout=30, verify=False)
    _browsers.append(http)
    return http


async def close_browsers() -> None:
    """Close every browser of this test."""
    while _browsers:
        await _browsers.pop().aclose()


@dataclass
class Feed:
    """A live feed as a browser keeps it: comes back with its cursor after every loss, and loads anew when told."""

    address: str
    path: str
    hello: dict[str, Any]
    cookie: str = ""
    cursor: int = 0
    events: list[dict[str, Any]] = field(default_factory=list)
    resets: int = 0
    losses: int = 0

    async def follow(self) -> None:
        """Until cancelled."""
        headers = {"cookie": self.cookie} if self.cookie else {}
        while True:
            try:
                where = self.address.replace("http", "ws", 1) + self.path
                async with connect(where, additional_headers=headers, ping_interval=None) as ws:
                    await ws.send(json.dumps({"type": "hello", "after": self.cursor, **self.hello}))
                    await self._hear(ws)
            except (OSError, WebSocketException, TimeoutError):
                self.losses += 1
            await asyncio.sleep(0.2)

    async def _hear(self, ws: ClientConnection) -> None:
        async for text in ws:
            told = json.loads(text)
            if told["type"] == "reset":
                self.resets += 1
            elif told["type"] == "events":
                self.events += [e for e in told["events"] if e["number"] > self.cursor]
                self.cursor = max(self.cursor, told["cursor"])

    def messages(self) -> list[dict[str, Any]]:
        """Every message object told, in the order of the events."""
        return [m for event in self.events for m in event["objects"].get("messages", ())]


@asynccontextmanager
async def following(feeds: Iterable[Feed]) -> AsyncIterator[None]:
    """Keep these feeds up for the length of a block."""
    tasks = [asyncio.ensure_future(feed.follow()) for feed in feeds]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
