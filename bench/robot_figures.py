"""The robot: what a verdict costs in the worker, how soon a customer has the answer, how long learning takes."""

from __future__ import annotations

import asyncio
import json
import resource
import time
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any

from bench.house import TUGI, House, Server, free_port
from bench.http import connect, steady
from bench.message_figures import message
from bench.report import report
from tugi.demo.seed import folder
from tugi.robot.facts import Entry
from tugi.trainer import train_in_child

LANGUAGES = ("en", "et", "fi", "pl")
ASIDES = {"en": "Hello, {}, please", "et": "Tere, {}, palun", "fi": "Hei, {}, kiitos", "pl": "Witam, {}, proszę"}
QUESTIONS = 150
# A verdict's milliseconds are of interest, not how long a worker's queue gets: 10,000 contacts a day are 0.1 a second.
IDLE_SECONDS = 10
PER_SECOND = 6


def knowledge() -> Iterator[dict[str, Any]]:
    """The demo shop's entries as they are stored in the release."""
    for path in sorted((folder() / "knowledge").glob("*.json")):
        yield json.loads(path.read_text())


def questions() -> Iterator[str]:
    """Questions in four languages that the robot has not read in these words."""
    for entry in knowledge():
        for language in LANGUAGES:
            yield ASIDES[language].format(entry["examples"][language][0])


async def verdicts(house: House) -> None:
    """Milliseconds of a verdict in the worker, first and repeated, and from the question to the answer."""
    await learn(house)
    await house.execute(
        'insert into robot_policies (workspace_id, settings) select id, \'{"default_level": "audit"}\' from workspaces'
    )
    worker = await house.start("worker")
    async with house.serving() as server:
        asked = list(islice(questions(), QUESTIONS))
        await _ask(house, server, asked[:8])
        used = worker.usage().cpu_s
        await _ask(house, server, asked)
        cpu = (worker.usage().cpu_s - used) * 1000 / len(asked)
        first = await _times(house, len(asked))
        # Of the CPU time, so much is what a worker that waits uses in the time between two questions.
        also = {"idle_cpu_ms": await _idle_cpu_ms(worker) / PER_SECOND}
        report("verdict", first[len(first) // 2], "ms", times_ms=first, cpu_ms=cpu, target="p50 <= 15 ms", also=also)
        await _ask(house, server, asked)
        again = await _times(house, len(asked))
        report(
            "verdict_repeated", again[len(again) // 2], "ms", times_ms=again, rss_mb=worker.usage().rss_mb,
            target="p50 <= 2 ms",
        )  # fmt: skip
        connection = await house.connect()
        waits = await connection.fetch(
            "select extract(epoch from a.created_at - q.created_at)::float8 * 1000 as ms from messages q "
            "join lateral (select created_at from messages r where r.workspace_id = q.workspace_id "
            "and r.case_id = q.case_id and r.author_kind = 'robot' order by r.id limit 1) a on true "
            "where q.author_kind = 'customer'"
        )
        await connection.close()
        times = [row["ms"] for row in waits]
        report("question_to_answer", len(times), "answers", times_ms=times, target="p50 < 1000 ms")
    worker.end()


async def _idle_cpu_ms(worker: Server) -> float:
    """CPU milliseconds a second of a worker that has nothing to do."""
    used = worker.usage().cpu_s
    await asyncio.sleep(IDLE_SECONDS)
    return (worker.usage().cpu_s - used) * 1000 / IDLE_SECONDS


async def learn(house: House) -> None:
    """Import the demo's knowledge with the command, and wait until a worker has trained on it."""
    imported = await asyncio.create_subprocess_exec(
        TUGI, "knowledge", "import", str(folder() / "knowledge"), env=house.environment(free_port()),
        stdout=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    assert await imported.wait() == 0
    worker = await house.start("worker")
    connection = await house.connect()
    give_up = time.monotonic() + 180
    while not await connection.fetchval("select exists (select from models where status = 'ready')"):
        assert time.monotonic() < give_up, "the model was not trained in time"
        await asyncio.sleep(0.2)
    await connection.close()
    worker.end()


async def _ask(house: House, server: Server, asked: Sequence[str]) -> None:
    """Each question from a visitor of its own; returns when all have a verdict."""
    tokens = await house.visitors(len(asked))
    connection = await house.connect()
    before = await connection.fetchval("select count(*) from verdicts")
    wishes = [message(token, str(uuid.uuid4()), text) for token, text in zip(tokens, asked, strict=True)]
    load = await steady(server.port, wishes, PER_SECOND)
    assert not load.failures, load.failures[0]
    give_up = time.monotonic() + 60
    while await connection.fetchval("select count(*) from verdicts") < before + len(asked):
        assert time.monotonic() < give_up, "not every question got a verdict"
        await asyncio.sleep(0.1)
    await connection.close()


async def _times(house: House, count: int) -> list[float]:
    connection = await house.connect()
    rows = await connection.fetch("select ms from verdicts order by id desc limit $1", count)
    await connection.close()
    return sorted(row["ms"] for row in rows)


async def training(house: House) -> None:
    """The demo's knowledge; then 1,000 entries with an example in each of four languages, and after one change."""
    demo = [_entry(str(number), entry) for number, entry in enumerate(knowledge())]
    _, seconds, cpu = await _trained(demo, None)
    report("train_demo_knowledge", seconds, "s", cpu_ms=cpu, target="seconds")
    entries = list(islice(_many_entries(), 1000))
    model, seconds, cpu = await _trained(entries, None)
    report("train_1000_entries_4_languages", seconds, "s", cpu_ms=cpu, target="<= 10 s")
    changed = [replace(entries[0], examples={"en": ("a new way of asking",)}), *entries[1:]]
    _, seconds, cpu = await _trained(changed, model)
    report("train_after_one_change", seconds, "s", cpu_ms=cpu, target="seconds")


def _entry(key: str, stored: dict[str, Any]) -> Entry:
    examples = {code: tuple(texts) for code, texts in stored["examples"].items()}
    return Entry(key, "answer", dict(stored["titles"]), dict(stored["answers"]), examples)


def _many_entries() -> Iterator[Entry]:
    known = list(knowledge())
    for number in range(10_000):
        entry = known[number % len(known)]
        turn = number // len(known)
        titles = {code: f"{entry['titles'][code]} {number}" for code in LANGUAGES}
        examples = {
            code: (f"{entry['examples'][code][turn % len(entry['examples'][code])]} (toode {number})",)
            for code in LANGUAGES
        }
        yield Entry(str(number), "answer", titles, dict(entry["answers"]), examples)


async def _trained(entries: Sequence[Entry], previous: bytes | None) -> tuple[bytes | None, float, float]:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.perf_counter()
    model = await train_in_child(entries, "e5", previous)
    seconds = time.perf_counter() - began
    now = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = (now.ru_utime + now.ru_stime - used.ru_utime - used.ru_stime) * 1000
    return model, seconds, cpu


async def idle(house: House) -> None:
    """Memory of web and worker in one process, before any model is needed and after the first answer."""
    async with house.serving("serve") as server:
        await asyncio.sleep(5)
        report("idle_without_models", server.usage().rss_mb, "MB", rss_mb=server.usage().rss_mb, target="<= 250 MB")
    await learn(house)
    async with house.serving("serve") as server:
        tokens = await house.visitors(1)
        line = await connect(server.port)
        (await line.ask(message(tokens[0], str(uuid.uuid4()), "Kus mu pakk on?"))).json()
        await asyncio.sleep(6)
        report("idle_with_models", server.usage().rss_mb, "MB", rss_mb=server.usage().rss_mb, target="<= 600 MB")
