"""Starting: how soon a server is ready, and `make run` in a fresh checkout with a warm package cache."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import time
from pathlib import Path

from bench.house import House, free_port, new_folder, spawn, wait_ready
from bench.report import report

ROOT = Path(__file__).resolve().parent.parent


async def start(house: House) -> None:
    """From the command to ready: on a running PostgreSQL, and with the embedded one started along."""
    times: list[float] = []
    for _ in range(5):
        server = await house.start("serve")
        times.append(server.ready_seconds * 1000)
        server.end()
    report("ready_after_start", sorted(times)[2] / 1000, "s", times_ms=times, target="<= 2 s")
    own = House(house.home / "own", "")
    own.home.mkdir()
    (await own.start("serve")).end()
    times = []
    for _ in range(3):
        server = await own.start("serve")
        times.append(server.ready_seconds * 1000)
        server.end()
    report("ready_with_embedded_postgres", sorted(times)[1] / 1000, "s", times_ms=times, target="<= 2 s")


async def make_run(house: House) -> None:
    """`make run` in a fresh clone, packages cached, until the demo is served."""
    folder = new_folder()
    port = free_port()
    try:
        cloning = await asyncio.create_subprocess_exec("git", "clone", "-q", str(ROOT), str(folder / "tugi"))
        assert await cloning.wait() == 0
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("VIRTUAL", "MAKE"))}
        environment |= {"TUGI_HOME": str(folder / "home"), "TUGI_PORT": str(port)}
        began = time.perf_counter()
        process = spawn(["make", "run"], environment, folder / "log", folder / "tugi")
        try:
            await wait_ready(port, process, 300)
            report("make_run_warm", time.perf_counter() - began, "s", target="<= 60 s")
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            await asyncio.to_thread(process.wait, 30)
    finally:
        shutil.rmtree(folder)
