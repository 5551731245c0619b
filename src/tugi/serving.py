"""Processes: web, worker or both in one, started, watched and ended in order."""

from __future__ import annotations

import asyncio
import logging
import signal
import socket
import sys
from collections.abc import Callable, Coroutine
from contextlib import ExitStack, closing
from dataclasses import replace
from importlib import import_module
from typing import Any

import structlog
import typer
import uvicorn
import uvloop

from tugi import wiring
from tugi.core.errors import Invalid
from tugi.core.jobs import Worker
from tugi.demo import seed
from tugi.settings import Settings

log = structlog.get_logger("tugi")
LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40}


def prepare_logs(level: str) -> None:
    """One line an event, readable on a terminal, JSON otherwise. Nobody's words and no secrets are logged."""
    terminal = sys.stderr.isatty()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.dev.ConsoleRenderer() if terminal else structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(LEVELS.get(level, 20)),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    logging.basicConfig(level=logging.WARNING, format="%(name)s: %(message)s")
    # pgqueuer reports each attempt; what finally fails is logged by our own worker.
    logging.getLogger("pgqueuer").setLevel(logging.CRITICAL)


def run(settings: Settings, *, web: bool, worker: bool, plant_demo: bool = False) -> None:
    """Run until SIGTERM or SIGINT. Raises Invalid when the port is taken."""
    prepare_logs(settings.log_level)
    if web:
        check_port(settings)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_run(settings, web=web, worker=worker, plant_demo=plant_demo))


def check_port(settings: Settings) -> None:
    """Raises Invalid with what to do when the port cannot be used."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            raise Invalid(
                f"Port {settings.port} cannot be used ({error.strerror}). Choose another with TUGI_PORT."
            ) from error


async def _run(settings: Settings, *, web: bool, worker: bool, plant_demo: bool) -> None:
    with ExitStack() as stack:
        office: Any = None
        if plant_demo:
            office = stack.enter_context(closing(_demo("post_office").PostOffice(settings.home / "post-office")))
            # Of the own network only this one port is opened, and only while the demo runs.
            opened = ",".join(filter(None, (settings.private_hosts, office.endpoint)))
            settings = replace(settings, private_hosts=opened)
        await _serve(settings, web=web, worker=worker, office=office)


async def _serve(settings: Settings, *, web: bool, worker: bool, office: Any) -> None:
    async with wiring.opened(settings) as installation:
        customers_post = None
        if office is not None:
            await _plant(installation, office)
            customers_post = _demo("letter_box").LetterBox(installation.database, installation.files, office)
        jobs = installation.worker() if worker else None
        background: list[Callable[[], Coroutine[Any, Any, None]]] = []
        if jobs:
            background = [jobs.run, installation.sweep, installation.warm, *_post(installation)]
        if office is not None:
            background += [office.run, lambda: _demo("judging").run(installation.database, installation.answering)]
        if not web:
            await _run_worker(installation, jobs or installation.worker())
            return
        config = uvicorn.Config(
            installation.app(background, customers_post),
            host=settings.host,
            port=settings.port,
            http="httptools",
            ws="websockets-sansio",
            ws_per_message_deflate=False,
            ws_max_size=65536,
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=5,
            timeout_keep_alive=65,
            proxy_headers=True,
            forwarded_allow_ips="127.0.0.1",
        )
        server = uvicorn.Server(config)
        typer.echo(f"Tugi is at {settings.base_url}/", err=False)
        if office is not None:
            _greet(settings, installation.secret)
        await server.serve()
        if jobs:
            jobs.stop()


def _post(installation: wiring.Installation) -> list[Callable[[], Coroutine[Any, Any, None]]]:
    """What brings mail in, and what carries it out."""
    return [*installation.mail_inlets(), installation.postman().run]


async def _run_worker(installation: wiring.Installation, jobs: Worker) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, jobs.stop)
    async with asyncio.TaskGroup() as group:
        beside = [installation.bell.run, installation.sweep, installation.warm, *_post(installation)]
        side = [group.create_task(work()) for work in beside]
        await jobs.run()
        for task in side:
            task.cancel()


def _demo(name: str) -> Any:
    """A part of the demo. Its pictures and its mail server take a tenth of a start that hardly ever needs them."""
    return import_module(f"tugi.demo.{name}")


async def _plant(installation: wiring.Installation, office: Any) -> None:
    def progress(what: str) -> None:
        typer.echo(f"  making the demo shop: {what}")

    database = installation.database
    await seed.plant(database, installation.secret, progress)
    workspace_id, lead_id = await seed.lead_of(database)
    account_id = await _demo("mailing").open_mailbox(database, workspace_id, lead_id, office.port)
    quiet = database.quietly()
    intake = installation.intake(quiet)
    if count := await _demo("letters").plant(quiet, installation.files, intake, workspace_id, account_id):
        progress(f"{count} past letters")


def _greet(settings: Settings, secret: str) -> None:
    typer.echo(f"  the demo shop, as a customer:  {settings.base_url}/demo")
    typer.echo(f"  the same customer's mailbox:     {settings.base_url}/demo/mail")
    typer.echo(f"  the inbox, as one of its people: {settings.base_url}/")
    for one in seed.credentials(secret):
        typer.echo(f"    {one.email:28} {one.password}   {one.role}")
    typer.echo("  The robot learns the knowledge in the background; it takes some seconds on the first start.")
