"""Numbered SQL files, each applied once, in order, in one transaction of its own."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib import resources
from typing import Any

import asyncpg

from tugi.core import clock, secrets
from tugi.core.errors import Conflict

LOCK = 7_214_001
PREPARE = """
create table if not exists migrations (
    name text primary key, hash text not null, applied_at timestamptz not null);
create table if not exists installation (
    singleton boolean primary key default true check (singleton), secret text not null);
"""
GRANT = """
do $$ begin
    if exists (select from pg_roles where rolname = 'tugi_app') then
        grant usage on schema public to tugi_app;
        grant select, insert, update, delete on all tables in schema public to tugi_app;
        grant usage on all sequences in schema public to tugi_app;
        if not pg_has_role(current_user, 'tugi_app', 'member') then
            execute format('grant tugi_app to %I', current_user);
        end if;
    end if;
end $$
"""


@dataclass(frozen=True, slots=True)
class Migration:
    """One file: `name` is its file name without ending, `hash` the SHA-256 of its text."""

    name: str
    sql: str
    hash: str


def known() -> list[Migration]:
    """The migrations this release ships, in order."""
    folder = resources.files("tugi.migrations") / "versions"
    files = sorted((f for f in folder.iterdir() if f.name.endswith(".sql")), key=lambda f: f.name)
    texts = [(f.name.removesuffix(".sql"), f.read_text()) for f in files]
    return [Migration(name, sql, hashlib.sha256(sql.encode()).hexdigest()) for name, sql in texts]


async def pending(connection: Any) -> list[Migration]:
    """The migrations this database lacks.

    Raises Conflict when the database is newer than this release, or a file was changed after it was applied.
    """
    if not await connection.fetchval("select to_regclass('migrations')"):
        return known()
    applied = {row["name"]: row["hash"] for row in await connection.fetch("select name, hash from migrations")}
    mine = {migration.name: migration.hash for migration in known()}
    if newer := sorted(set(applied) - set(mine)):
        raise Conflict(f"The database has {newer[-1]}, which this release does not know. Install a newer Tugi.")
    if changed := sorted(name for name, digest in applied.items() if mine[name] != digest):
        raise Conflict(f"{changed[0]} was changed after it had been applied. Restore the released file.")
    return [migration for migration in known() if migration.name not in applied]


async def migrate(dsn: str) -> list[str]:
    """Bring the database to this release; returns the names applied now. Safe to run in many processes."""
    connection: Any = await asyncpg.connect(dsn, timeout=10)
    try:
        await connection.execute(f"select pg_advisory_lock({LOCK})")
        todo = await pending(connection)
        if not todo:
            return []
        await connection.execute(PREPARE)
        for migration in todo:
            async with connection.transaction():
                await connection.execute(migration.sql)
                await connection.execute(
                    "insert into migrations (name, hash, applied_at) values ($1, $2, $3)",
                    migration.name,
                    migration.hash,
                    clock.now(),
                )
        await connection.execute(
            "insert into installation (secret) values ($1) on conflict do nothing", secrets.new_token()
        )
        await connection.execute(GRANT)
        return [migration.name for migration in todo]
    finally:
        await connection.close()


async def installation_secret(dsn: str) -> str:
    """The key by which this installation signs tokens; the same for every process on one database."""
    connection: Any = await asyncpg.connect(dsn, timeout=10)
    try:
        return await connection.fetchval("select secret from installation")
    finally:
        await connection.close()
