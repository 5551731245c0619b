"""The replay of many past questions: how many texts a second, how long for 100,000, in how much memory.

TUGI_BENCH_QUESTIONS sets another number of questions.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import time
from collections.abc import Iterator
from datetime import timedelta

from bench.house import TUGI, House, free_port
from bench.processes import usage
from bench.report import report
from bench.robot_figures import ASIDES, LANGUAGES, learn
from bench.robot_figures import knowledge as stored_knowledge
from tugi.core import clock

QUESTIONS = 100_000
TARGET_SECONDS = 600
# Customers repeat one another: this share of questions was asked in the very same words before.
REPEATED = 0.15


def noisy(text: str, chance: random.Random) -> str:
    """The text as somebody in a hurry types it: letters lost, doubled and swapped, an order number, no diacritics."""
    letters = list(text)
    for _ in range(chance.randint(1, 4)):
        place = chance.randrange(len(letters))
        letters[place] = chance.choice(("", letters[place] * 2, chance.choice("aeioustk")))
    out = "".join(letters)
    return f"{out} (nr {chance.randint(10_000, 99_999)})" if chance.random() < 0.3 else out


def questions(count: int) -> Iterator[tuple[str, str, str]]:
    """(language, question, an entry's answer), made from the demo's example questions."""
    chance = random.Random(3)
    known = list(stored_knowledge())
    asked: list[tuple[str, str, str]] = []
    for _ in range(count):
        if asked and chance.random() < REPEATED:
            yield chance.choice(asked)
            continue
        entry, language = chance.choice(known), chance.choice(LANGUAGES)
        text = " ".join(chance.sample(entry["examples"][language], chance.randint(1, 2)))
        text = ASIDES[language].format(noisy(text, chance)) if chance.random() < 0.5 else noisy(text, chance)
        asked.append((language, text, entry["answers"][language]))
        yield asked[-1]


async def replays(house: House) -> None:
    """`tugi replay` over the questions, twice: the second time their vectors are kept."""
    count = int(os.environ.get("TUGI_BENCH_QUESTIONS", QUESTIONS))
    await learn(house)
    await _fill(house, count)
    seconds, rss, cpu, found = await _replayed(house, count)
    figures = found["summary"]
    assert found["done"] == count, found
    report(
        f"replay_{count}", seconds, "s", rss_mb=rss, cpu_ms=cpu, target=f"<= {TARGET_SECONDS * count / QUESTIONS:g} s"
    )
    report("replay_questions_per_second", count / seconds, "texts/s", target=">= 200")
    report("replay_answered", 100 * figures["coverage"], "%")
    report("replay_precision", 100 * (figures["precision"] or 0), "%")
    seconds, rss, cpu, _ = await _replayed(house, count)
    report(f"replay_{count}_with_kept_vectors", seconds, "s", rss_mb=rss, cpu_ms=cpu)


async def _fill(house: House, count: int) -> None:
    """Cases with one question each; a person answered half of them with the entry's words."""
    connection = await house.connect()
    now = clock.now()
    workspace = house.workspace_id
    account = await connection.fetchval(
        "insert into channel_accounts (workspace_id, channel, name) values ($1, 'widget', 'W') returning id", workspace
    )
    await connection.execute(
        "insert into customers (workspace_id, created_at) select $1, now() from generate_series(1, $2)",
        workspace,
        count,
    )
    customers = [row["id"] for row in await connection.fetch("select id from customers order by id limit $1", count)]
    await connection.execute(
        "insert into cases (workspace_id, number, customer_id, channel, status, handler, active_at, created_at) "
        "select $1, 100000 + n, c, 'widget', 'resolved', 'agent', now(), now() "
        "from unnest($2::bigint[]) with ordinality as x(c, n)",
        workspace,
        customers,
    )
    cases = [row["id"] for row in await connection.fetch("select id from cases where number >= 100000 order by id")]
    rows: list[tuple[object, ...]] = []
    for number, (language, question, answer) in enumerate(questions(count)):
        at = now - timedelta(seconds=20 * (count - number))
        case, customer = cases[number], customers[number]
        rows.append((workspace, case, 1, account, f"q{number}", "customer", customer, question, language, "read", at))
        if number % 2:
            later = at + timedelta(seconds=5)
            said = f"Hello! {answer}"
            rows.append((workspace, case, 1, account, f"a{number}", "agent", 1, said, language, "sent", later))
    for start in range(0, len(rows), 10_000):
        some = list(zip(*rows[start : start + 10_000], strict=True))
        await connection.execute(
            "insert into messages (workspace_id, case_id, contact_id, channel_account_id, external_id, author_kind, "
            "author_id, text, language, status, created_at) select * from unnest($1::bigint[], $2::bigint[], "
            "$3::bigint[], $4::bigint[], $5::text[], $6::text[], $7::bigint[], $8::text[], $9::text[], $10::text[], "
            "$11::timestamptz[])",
            *some,
        )
    await connection.execute("analyze")
    await connection.close()


async def _replayed(house: House, count: int) -> tuple[float, float, float, dict[str, dict[str, float]]]:
    """Seconds, the largest memory of the command with its children in MB, CPU milliseconds a question without the
    database's, and what it printed."""
    began = time.perf_counter()
    with (house.home / "replay.log").open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            TUGI, "replay", "--last", str(count), "--json", env=house.environment(free_port()),
            stdout=asyncio.subprocess.PIPE, stderr=log,
        )  # fmt: skip
        largest = spent = 0.0

        async def watch() -> None:
            nonlocal largest, spent
            while True:
                now = usage(process.pid)
                largest, spent = max(largest, now.rss_mb), max(spent, now.cpu_s)
                await asyncio.sleep(1)

        watching = asyncio.ensure_future(watch())
        printed, _ = await process.communicate()
        watching.cancel()
    assert process.returncode == 0, (house.home / "replay.log").read_text()[-2000:]
    return time.perf_counter() - began, largest, 1000 * spent / count, json.loads(printed)
