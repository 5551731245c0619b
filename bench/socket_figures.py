"""Sockets: what five thousand idle visitors cost, and how they all come back after a server was killed."""

from __future__ import annotations

import asyncio
import json
import signal
import time
import uuid
from dataclasses import dataclass, field

from bench.house import House
from bench.http import connect, flood, request
from bench.message_figures import messages
from bench.report import report
from bench.websocket import Socket, open_socket

SOCKETS = 5000
MISSED = 500
AT_ONCE = 200


@dataclass(slots=True)
class Crowd:
    """Visitors with a socket each. cursors and seen: what each has been told, as a browser keeps it."""

    tokens: list[str]
    cursors: list[int] = field(default_factory=list)
    seen: list[set[int]] = field(default_factory=list)
    greeted: set[int] = field(default_factory=set)
    reset: set[int] = field(default_factory=set)
    sockets: list[Socket] = field(default_factory=list)

    async def come(self, port: int) -> None:
        """Everybody connects; returns when each has had its first answer."""
        self.greeted.clear()
        gate = asyncio.Semaphore(AT_ONCE)

        async def one(index: int) -> Socket:
            hello = {"type": "hello", "after": self.cursors[index], "token": self.tokens[index]}
            async with gate:
                return await open_socket(port, "/widget/live", hello, lambda text: self._heard(index, text))

        self.sockets = await asyncio.gather(*(one(index) for index in range(len(self.tokens))))
        give_up = time.monotonic() + 120
        while len(self.greeted) < len(self.tokens):
            assert time.monotonic() < give_up, f"{len(self.greeted)} of {len(self.tokens)} came"
            await asyncio.sleep(0.02)

    def _heard(self, index: int, text: bytes) -> None:
        told = json.loads(text)
        if told["type"] == "events":
            self.cursors[index] = told["cursor"]
            for event in told["events"]:
                self.seen[index].update(one["id"] for one in event["objects"].get("messages", ()))
            self.greeted.add(index)
        elif told["type"] == "reset":
            self.reset.add(index)


async def sockets(house: House) -> None:
    """Memory of 5,000 idle widget sockets, then a kill of the server and the storm that follows."""
    tokens = await house.visitors(SOCKETS)
    server = await house.start("web")
    await flood(server.port, messages(tokens, 20), 4)
    empty = server.usage().rss_mb
    cursor = await _cursor(server.port, tokens[0])
    crowd = Crowd(tokens, [cursor] * SOCKETS, [set() for _ in tokens])
    before = server.usage().cpu_s
    began = time.perf_counter()
    await crowd.come(server.port)
    seconds = time.perf_counter() - began
    used = server.usage()
    report(
        "connect_sockets_5000", SOCKETS / seconds, "sockets/s", cpu_ms=(used.cpu_s - before) * 1000 / SOCKETS,
        rss_mb=used.rss_mb,
    )  # fmt: skip
    await asyncio.sleep(5)
    full = server.usage().rss_mb
    report("idle_sockets_5000", full - empty, "MB", rss_mb=full, target="<= 200 MB")
    server.end(signal.SIGKILL)
    await asyncio.gather(*(socket.closed for socket in crowd.sockets))
    await _storm(house, crowd)


async def _storm(house: House, crowd: Crowd) -> None:
    """While everybody is away some get messages; then everybody comes back at once, and misses nothing."""
    server = await house.start("web")
    missed: dict[int, int] = {}
    line = await connect(server.port)
    for index in range(0, SOCKETS, SOCKETS // MISSED):
        body = {"client_id": str(uuid.uuid4()), "text": "Tere"}
        headers = {"authorization": f"Bearer {crowd.tokens[index]}"}
        stored = (await line.ask(request("POST", "/widget/messages", body, headers=headers))).json()
        missed[index] = stored["message"]["id"]
    before = server.usage()
    began = time.perf_counter()
    await crowd.come(server.port)
    seconds = time.perf_counter() - began
    await asyncio.sleep(1)
    lost = [index for index, message in missed.items() if message not in crowd.seen[index] and index not in crowd.reset]
    after = server.usage()
    report(
        "reconnect_storm_5000", seconds, "s", cpu_ms=(after.cpu_s - before.cpu_s) * 1000 / SOCKETS,
        rss_mb=after.rss_mb, target="<= 30 s",
    )  # fmt: skip
    report("reconnect_storm_lost", len(lost), "events", target="0")
    report("reconnect_storm_resets", len(crowd.reset), "sockets")
    for socket in crowd.sockets:
        socket.close()
    server.end(signal.SIGKILL)


async def _cursor(port: int, token: str) -> int:
    line = await connect(port)
    answer = await line.ask(request("GET", "/widget/state", headers={"authorization": f"Bearer {token}"}))
    line.close()
    return answer.json()["cursor"]
