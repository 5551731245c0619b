"""Messages: how many a process takes, and how soon an agent sees one."""

from __future__ import annotations

import asyncio
import itertools
import json
import time
import uuid
from contextlib import suppress

from bench.house import House, Server
from bench.http import Load, flood, request, steady
from bench.report import report
from bench.websocket import open_socket

VISITORS = 400
PAGE = {"url": "https://pohjala.example/toode/villasokid", "title": "Villased sokid", "language": "et"}


def message(token: str, client_id: str, text: str = "Tere, kas see toode on laos olemas?") -> bytes:
    """The request by which the widget sends a message."""
    body = {"client_id": client_id, "text": text, "page": PAGE}
    return request("POST", "/widget/messages", body, headers={"authorization": f"Bearer {token}"})


def messages(tokens: list[str], count: int) -> list[bytes]:
    """That many new messages, the visitors taking turns."""
    return [message(token, str(uuid.uuid4())) for token in itertools.islice(itertools.cycle(tokens), count)]


async def add_message(house: House) -> None:
    """Throughput of one web process, CPU of a message, and latency at 200 a second."""
    tokens = await house.visitors(VISITORS)
    async with house.serving() as server:
        await flood(server.port, messages(tokens, 800), 16)
        before = server.usage()
        load = await flood(server.port, messages(tokens, 4000), 24)
        after = server.usage()
        cpu = (after.cpu_s - before.cpu_s) * 1000 / len(load.times_ms)
        report(
            "add_message_throughput", load.rate, "messages/s", times_ms=load.times_ms, cpu_ms=cpu,
            rss_mb=after.rss_mb, failures=len(load.failures), target=">= 400/s, <= 4 CPU ms",
        )  # fmt: skip
    tokens = await house.visitors(VISITORS)
    async with house.serving() as server:
        await steady(server.port, messages(tokens, 400), 200)
        load = await steady(server.port, messages(tokens, 4000), 200)
        report(
            "add_message_at_200", load.rate, "messages/s", times_ms=load.times_ms, failures=len(load.failures),
            target="p99 <= 60 ms",
        )  # fmt: skip


async def to_agent(house: House) -> None:
    """From a customer's sending to an agent's socket, at 200 messages a second."""
    tokens = await house.visitors(VISITORS)
    async with house.serving() as server:
        await _watched(house, server, tokens, 400)
        seen, load = await _watched(house, server, tokens, 3000)
        report(
            "customer_to_agent_at_200", load.rate, "messages/s", times_ms=seen, rss_mb=server.usage().rss_mb,
            failures=len(load.failures) + 3000 - len(seen),
            target="p50 <= 30 ms, p99 <= 150 ms",
        )  # fmt: skip


async def _watched(house: House, server: Server, tokens: list[str], count: int) -> tuple[list[float], Load]:
    """Send while an agent watches; milliseconds from sending to seeing, for each message."""
    ids = [str(uuid.uuid4()) for _ in range(count)]
    wanted = set(ids)
    sent: dict[str, float] = {}
    seen: dict[str, float] = {}
    greeted = asyncio.Event()
    all_seen = asyncio.Event()

    def heard(text: bytes) -> None:
        now = time.perf_counter()
        told = json.loads(text)
        if told["type"] == "reset" or told["type"] == "events":
            greeted.set()
        for event in told.get("events", ()):
            for one in event["objects"].get("messages", ()):
                if one["client_id"] in wanted:
                    seen.setdefault(one["client_id"], now)
        if len(seen) >= count:
            all_seen.set()

    socket = await open_socket(server.port, "/api/live", {"type": "hello", "after": 0}, heard, house.cookie)
    await asyncio.wait_for(greeted.wait(), 10)
    requests = [message(token, one) for token, one in zip(itertools.cycle(tokens), ids, strict=False)]

    def sending(index: int) -> None:
        sent[ids[index]] = time.perf_counter()

    load = await steady(server.port, requests, 200, sending)
    with suppress(TimeoutError):
        await asyncio.wait_for(all_seen.wait(), 10)
    socket.close()
    return [(seen[one] - sent[one]) * 1000 for one in ids if one in seen], load
