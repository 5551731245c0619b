"""The only file that names concrete plugs: which database, files, engine and channels an installation has."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncGenerator, Callable, Coroutine, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import structlog

from tugi.channels.email.channel import EmailChannel
from tugi.channels.email.connecting.setting_up import EmailSetup
from tugi.channels.email.oauth import Tokens, clients_of
from tugi.channels.email.receiving.door import Door
from tugi.channels.email.receiving.imap import Connection, context_of
from tugi.channels.email.receiving.mailboxes import Mailboxes
from tugi.channels.email.receiving.reader import opening_of
from tugi.channels.email.sending.postman import Postman
from tugi.channels.email.settings import mailbox_of
from tugi.channels.smtp import smtp_of
from tugi.core import migrations
from tugi.core.database import AWAY, Database
from tugi.core.embedded_postgres import EmbeddedPostgres
from tugi.core.errors import Invalid, TugiError, Unavailable
from tugi.core.events import Bell
from tugi.core.files import Bucket, Files, Folder
from tugi.core.jobs import Worker
from tugi.core.safe_addresses import Guard, private_hosts
from tugi.core.sealing import Seal
from tugi.demo import buying, seed
from tugi.desk import reactions
from tugi.desk.answering import training
from tugi.desk.answering.answers import Answering
from tugi.desk.answering.codes import Codes
from tugi.desk.answering.private import Private
from tugi.desk.answering.rehearsing import Decide
from tugi.desk.answering.replaying import Replaying
from tugi.desk.answering.wording import Wording
from tugi.desk.cases import accounts, doors
from tugi.desk.cases.intake import Intake
from tugi.desk.outreach import continuing
from tugi.desk.people import workspaces
from tugi.desk.work import alarms, queue
from tugi.engines import choice
from tugi.engines.choice import OpenedEmbedders
from tugi.engines.openai_compatible import ChatModel
from tugi.ports import Account, Channel, Embedder, EngineFailed, Mailer
from tugi.replayer import rehearse_in_children
from tugi.robot.facts import Entry, Labelled
from tugi.robot.rehearsal import Stage
from tugi.settings import Settings
from tugi.trainer import Report, train_in_child
from tugi.web import demo_shop, idempotency
from tugi.web.app import Parts, make_app
from tugi.web.demo_mail import CustomersPost
from tugi.web.live import Hub

log = structlog.get_logger("tugi")
SWEEP_SECONDS = 15.0
# What is counted anew once a day is counted first a minute after the start.
TURNS_A_MINUTE = int(60 / SWEEP_SECONDS)
TURNS_A_DAY = int(86_400 / SWEEP_SECONDS)
FIRST_DAY_TURN = 4
# With more shops than this on one machine, models are read when they are first asked for.
WARM_WORKSPACES = 20
# Cores for many texts at once; a question uses one.
BATCH_THREADS = 2


@dataclass(slots=True)
class Installation:
    """Everything a process needs, opened. `dsn` reaches the database; `engine` names the embedder's variant."""

    settings: Settings
    dsn: str
    database: Database
    files: Files
    secret: str
    engine: str
    embedders: OpenedEmbedders
    answering: Answering
    bell: Bell
    channels: Mapping[str, Channel]

    def worker(self) -> Worker:
        """A worker for all kinds of jobs."""

        codes = Codes(self.database, mailer_of(self.settings), self.secret)
        intake = self.intake(self.database)
        kinds = reactions.job_kinds(
            self.database, self.files, self.answering, self.train, self.engine, codes, self.rehearse, intake
        )
        return Worker(self.dsn, kinds)

    def intake(self, database: Database) -> Intake:
        """What takes deliveries in."""
        return Intake(database, self.files, self.channels, self.secret)

    async def train(
        self, known: Sequence[Entry], labelled: Sequence[Labelled], previous: bytes | None, report: Report
    ) -> bytes | None:
        """A model of this knowledge by the current engine, learned in a child process."""
        name = "" if self.embedders.current is None else self.settings.engine_name
        key = self.settings.engine_key
        return await train_in_child(known, name, previous, labelled=labelled, key=key, report=report)

    def rehearse(self, stage: Stage) -> AbstractAsyncContextManager[Decide]:
        """Robots that rehearse in child processes."""
        return rehearse_in_children(stage, self.settings.engine_key)

    def replaying(self) -> Replaying:
        """What runs replays."""
        return Replaying(self.database, self.files, self.rehearse, self.train)

    async def mail_connection(self, account: Account) -> Connection:
        """A connection to a mailbox, not opened yet. Raises Invalid, SignInFailed."""
        settings, seal = self.settings, Seal(self.secret)
        async with self.database.reading(account.workspace_id) as tx:
            opened = await accounts.get(tx, account.id, seal)
        mailbox = mailbox_of(opened)
        if mailbox.receiving.imap is None:
            raise Invalid(f"{account.address} is not read by IMAP. Connect it first, or import files.")
        secret = await opening_of(opened, mailbox, Tokens(self.database, seal, clients_of(settings)))
        return Connection(mailbox.receiving.imap, secret, guard_of(settings), context_of(settings.mail_ca))

    def mail_inlets(self) -> list[Callable[[], Coroutine[Any, Any, None]]]:
        """What brings mail in while it runs: mailboxes read by IMAP, our own doors. Raises Invalid."""
        settings, seal = self.settings, Seal(self.secret)
        tokens = Tokens(self.database, seal, clients_of(settings))
        guard = guard_of(settings)
        mailboxes = Mailboxes(self.database, self.files, seal, tokens, guard, ca_file=settings.mail_ca)
        door = Door(
            self.database,
            self.files,
            smtp=settings.smtp_listen,
            lmtp=settings.lmtp_listen,
            cert=settings.smtp_cert,
            key=settings.smtp_key,
            hostname=urlsplit(settings.base_url).hostname or "localhost",
        )
        return [mailboxes.run, door.run]

    def postman(self) -> Postman:
        """What carries letters out while it runs."""
        return Postman(self.database, self.files, Seal(self.secret), self.channels)

    def app(
        self,
        background: Sequence[Callable[[], Coroutine[Any, Any, None]]] = (),
        customers_post: CustomersPost | None = None,
    ) -> Any:
        """The web application; `background` runs as long as it does. customers_post: only the demo has one."""
        hub = Hub(self.database, self.dsn, self.secret)
        parts = Parts(
            database=self.database,
            files=self.files,
            hub=hub,
            answering=self.answering,
            secret=self.secret,
            base_url=self.settings.base_url,
            mail_setup=mail_setup_of(self.settings, self.database, self.secret),
            mailgun_key=self.settings.mailgun_key,
            ready=self.check_ready,
            background=[self.bell.run, *background],
            extra_routes=demo_shop.routes(self._demo_widget_key, self._demo_buyer, customers_post),
        )
        return make_app(parts)

    async def check_ready(self) -> None:
        """Raises Unavailable unless the database answers and is at this release's schema."""
        try:
            connection: Any = await asyncpg.connect(self.dsn, timeout=3)
            try:
                missing = await migrations.pending(connection)
            finally:
                await connection.close()
        except AWAY as error:
            raise Unavailable("The database does not answer.", retry_after=2) from error
        if missing:
            raise Unavailable("The database is not at this release's schema. Run `tugi migrate`.")

    async def _demo_widget_key(self) -> str:
        async with self.database.everywhere() as tx:
            return await seed.find_widget_key(tx) or ""

    async def _demo_buyer(self, order_number: str) -> dict[str, str]:
        async with self.database.everywhere() as tx:
            workspace = await workspaces.find_by_widget_key(tx, seed.WIDGET_KEY)
        if workspace is None:
            return {}
        async with self.database.reading(workspace.id) as tx:
            return await buying.sign(tx, order_number)

    async def warm(self) -> None:
        """Make the robot ready, a moment after the start so that the start itself stays quick."""
        await asyncio.sleep(1)
        async with self.database.everywhere() as tx:
            ids = await workspaces.all_ids(tx)
            outdated = await training.outdated_workspaces(tx, self.engine)
        for workspace_id in outdated:
            # Trained by another engine or release: what it has goes on serving until the new one is ready.
            async with self.database.transaction(workspace_id) as tx:
                training.want(tx)
        for workspace_id in ids[:WARM_WORKSPACES]:
            await self.answering.warm(workspace_id)

    async def sweep(self) -> None:
        """What time brings about, until cancelled: snoozed cases wake, old keys are forgotten."""
        turn = 0
        while True:
            try:
                async with self.database.everywhere() as tx:
                    ids = await workspaces.all_ids(tx)
                for workspace_id in ids:
                    async with self.database.transaction(workspace_id) as tx:
                        await queue.wake(tx)
                        if turn % TURNS_A_DAY == FIRST_DAY_TURN:
                            tx.happened("DayPassed")
                        if turn % TURNS_A_MINUTE == 0:
                            await alarms.look(tx)
                            await continuing.sweep(tx)
                if turn % 40 == 0:
                    await idempotency.forget_old(self.database)
                    async with self.database.everywhere() as tx:
                        await tx.execute("delete from pgqueuer_log where created < now() - interval '1 day'")
            except TugiError as error:
                log.warning("sweep was skipped", why=error.message)
            turn += 1
            await asyncio.sleep(SWEEP_SECONDS)


def files_of(settings: Settings) -> Files:
    """Where attachments and models are kept."""
    if settings.s3_bucket:
        return Bucket(settings.s3_bucket, settings.s3_endpoint)
    return Folder(settings.home / "files")


def mailer_of(settings: Settings) -> Mailer | None:
    """What sends the shop's own mails; None: no mail server is set. Raises Invalid for wrong settings."""
    return smtp_of(settings.smtp_url, settings.mail_from or "", settings.mail_ca) if settings.smtp_url else None


def guard_of(settings: Settings) -> Guard:
    """What says where people's settings may make us call. Raises Invalid for wrong settings."""
    return Guard(private_hosts(settings.private_hosts))


def mail_setup_of(settings: Settings, database: Database, secret: str) -> EmailSetup:
    """What connects mailboxes. Raises Invalid for wrong settings."""
    clients = clients_of(settings)
    return EmailSetup(
        guard=guard_of(settings),
        context=mail_context(settings),
        clients=clients,
        tokens=Tokens(database, Seal(secret), clients),
        collection=settings.mail_settings_url,
        smtp_door=settings.smtp_listen,
        lmtp_door=settings.lmtp_listen,
        http_door=partial(doors.door_path, secret),
    )


def email_of(settings: Settings, database: Database, secret: str) -> EmailChannel:
    """Mail, as the desk sees it. Raises Invalid for wrong settings."""
    tokens = Tokens(database, Seal(secret), clients_of(settings))
    return EmailChannel(guard_of(settings), mail_context(settings), tokens)


def mail_context(settings: Settings) -> ssl.SSLContext:
    """Whose word is taken for mail servers' certificates. Raises Invalid for a file that holds none."""
    try:
        return context_of(settings.mail_ca)
    except OSError as error:
        raise Invalid(f"TUGI_MAIL_CA: {settings.mail_ca} holds no certificates that can be read: {error}.") from error


def engine_of(settings: Settings) -> tuple[str, OpenedEmbedders]:
    """The embedders and the current one's variant; without one, character n-grams serve in suggestion mode.

    Raises Invalid for an engine that cannot be what is meant.
    """
    name = settings.engine_name
    if not choice.is_engine_name(name):
        raise Invalid(f"TUGI_ENGINE must be e5, e5-fast, ngrams, onnx:/folder or an https address, not {name!r}.")
    current: Embedder | None = None
    if name != choice.NGRAMS:
        try:
            current = choice.open_engine(name, settings.engine_key, BATCH_THREADS)
        except EngineFailed as error:
            # The engine we bring may be missing on a bare machine, and the robot then suggests. One that somebody
            # chose must not be missed in silence.
            if not name.startswith("e5"):
                raise Invalid(f"TUGI_ENGINE: {error}.") from error
    variant = current.variant if current else choice.NGRAMS
    return variant, OpenedEmbedders(current, name, settings.engine_key, BATCH_THREADS)


def wording_of(settings: Settings, database: Database) -> Wording:
    """What words a language model may put better, if there is one. Raises Invalid for wrong settings."""
    return Wording(database, language_model_of(settings), settings.language_model_daily_calls)


def language_model_of(settings: Settings) -> ChatModel | None:
    """The operator's language model; None: none is set. Raises Invalid for wrong settings."""
    if not settings.language_model_url:
        return None
    if not settings.language_model_name:
        raise Invalid("TUGI_LANGUAGE_MODEL_NAME must say which model TUGI_LANGUAGE_MODEL_URL is to use.")
    try:
        return ChatModel(settings.language_model_url, settings.language_model_name, settings.language_model_key)
    except ValueError as error:
        raise Invalid(f"TUGI_LANGUAGE_MODEL_URL: {error}.") from error


@asynccontextmanager
async def database_server(settings: Settings) -> AsyncGenerator[str]:
    """The database's address: the operator's own, or the embedded server kept running meanwhile."""
    if settings.database_url:
        yield settings.database_url
        return
    server = EmbeddedPostgres(settings.home / "postgres", settings.postgres_bin)
    try:
        yield await server.start()
    finally:
        await server.stop()


@asynccontextmanager
async def opened(settings: Settings, *, size: int = 8) -> AsyncGenerator[Installation]:
    """An installation at this release's schema. Raises Unavailable, Conflict."""
    async with database_server(settings) as dsn:
        for name in await _migrated(dsn):
            log.info("migration applied", name=name)
        database = await Database.open(dsn, reactions.REACTIONS, size=size)
        try:
            files = files_of(settings)
            engine, embedders = engine_of(settings)
            secret = await migrations.installation_secret(dsn)
            private = Private(secret, may_mail=mailer_of(settings) is not None)
            bell = Bell(database)
            database.after_commit = bell.ring
            with closing(email_of(settings, database, secret)) as email:
                yield Installation(
                    settings=settings,
                    dsn=dsn,
                    database=database,
                    files=files,
                    secret=secret,
                    engine=engine,
                    embedders=embedders,
                    answering=Answering(database, files, embedders, private, wording_of(settings, database)),
                    bell=bell,
                    channels={"email": email},
                )
        finally:
            await database.close()


async def secret_of(dsn: str) -> str:
    """The installation's secret, of a database at this release's schema. Raises Unavailable."""
    await _migrated(dsn)
    return await migrations.installation_secret(dsn)


async def _migrated(dsn: str) -> list[str]:
    try:
        return await migrations.migrate(dsn)
    except AWAY as error:
        raise Unavailable(f"The database does not answer: {error}", retry_after=2) from error
