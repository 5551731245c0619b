"""Lists: 50 of 100,000 and of 1,000,000 cases, every built-in list."""

from __future__ import annotations

from bench.house import House, Server
from bench.http import flood, request
from bench.report import report

LISTS = ("mine", "unassigned", "open", "robot", "snoozed", "resolved")
CONNECTIONS = 4

# Shares as a shop's desk has them: most cases are done, some are open, each with one to four messages.
FILL = (
    "insert into customers (workspace_id, name, created_at) "
    "select {workspace}, 'Klient ' || n, now() from generate_series({first}, {last}) n",
    "insert into cases (workspace_id, number, customer_id, channel, subject, status, handler, assignee_id, "
    "hand_over_reason, snoozed_until, preview, preview_from, active_at, created_at) "
    "select {workspace}, n, k.low + (n - {first}), 'widget', 'Kus mu pakk on? ' || n, "
    "(array['open','new','waiting_customer','snoozed','closed','resolved','resolved','resolved','resolved','resolved'])"
    "[1 + n % 10], (array['queue','robot','agent'])[1 + n / 10 % 3], "
    "case when n / 10 % 3 = 2 then (select min(id) from agents) end, null, "
    "case when n % 10 = 3 then now() + interval '1 day' end, 'Aitäh, sain paki kätte', 'customer', "
    "now() - n * interval '7 seconds', now() - n * interval '9 seconds' "
    "from generate_series({first}, {last}) n, "
    "(select max(id) - ({last} - {first}) as low from customers) k",
    "insert into messages (workspace_id, case_id, contact_id, channel_account_id, external_id, author_kind, text, "
    "status, created_at) select {workspace}, c.id, 1, 1, 'fill:' || c.id || ':' || m, 'customer', "
    "'Tere, tellisin nädal aega tagasi', 'delivered', c.created_at "
    "from cases c, generate_series(1, 1 + c.id % 3) m where c.number between {first} and {last}",
    "insert into case_counters (workspace_id, case_number) values ({workspace}, {last}) "
    "on conflict (workspace_id) do update set case_number = excluded.case_number",
)


async def lists(house: House) -> None:
    """Rate and latency of a page of 50, at both sizes."""
    await _fill(house, 1, 100_000)
    async with house.serving() as server:
        await _measure(house, server, "list_50_of_100000", ">= 300/s, p99 <= 40 ms")
    await _fill(house, 100_001, 1_000_000)
    async with house.serving() as server:
        await _measure(house, server, "list_50_of_1000000", "at most twice that of 100,000")


async def _fill(house: House, first: int, last: int) -> None:
    for begin in range(first, last + 1, 100_000):
        end = min(begin + 99_999, last)
        parts = [statement.format(workspace=house.workspace_id, first=begin, last=end) for statement in FILL]
        await house.execute(*parts)
    await house.execute("vacuum analyze cases, messages, customers, readings")


async def _measure(house: House, server: Server, name: str, target: str) -> None:
    headers = {"cookie": house.cookie}
    for one in LISTS:
        wish = request("GET", f"/api/cases?list={one}&limit=50", headers=headers)
        await flood(server.port, [wish] * 40, CONNECTIONS)
        before = server.usage().cpu_s
        load = await flood(server.port, [wish] * 400, CONNECTIONS)
        cpu = (server.usage().cpu_s - before) * 1000 / len(load.times_ms)
        report(
            f"{name}_{one}", load.rate, "pages/s", times_ms=load.times_ms, cpu_ms=cpu, failures=len(load.failures),
            target=target,
        )  # fmt: skip
    wish = request("GET", "/api/counts", headers=headers)
    load = await flood(server.port, [wish] * 100, CONNECTIONS)
    report(f"{name}_counts", load.rate, "answers/s", times_ms=load.times_ms, failures=len(load.failures))
    wish = request("GET", f"/api/cases?q={name}", headers=headers)
    load = await flood(server.port, [wish] * 3, 1)
    report(f"{name}_search", load.rate, "pages/s", times_ms=load.times_ms, failures=len(load.failures))
