"""The commands. `tugi --help` and each command's own --help are meant to be read."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import msgspec
import typer

from tugi import __version__, doctor, evaluation, import_cli, mail_command, replay_command, serving, wiring
from tugi.core import clock
from tugi.core.errors import TugiError
from tugi.demo import seed
from tugi.desk.answering import policy
from tugi.desk.answering.replay import Replay
from tugi.desk.knowledge import imports
from tugi.desk.people import setup, workspaces
from tugi.robot import facts as robot
from tugi.robot.sentences import say_why
from tugi.settings import Settings, read_settings

app = typer.Typer(
    name="tugi",
    help="Customer service for web shops, with a robot team-mate that answers only what it can prove.\n\n"
    "Settings come from TUGI_* variables: TUGI_HOME (data), TUGI_PORT, TUGI_HOST, TUGI_DATABASE_URL "
    "(one's own PostgreSQL 15 or newer; else one is kept under TUGI_HOME, run by the programs in "
    "TUGI_POSTGRES_BIN), TUGI_PUBLIC_URL, TUGI_S3_BUCKET, TUGI_S3_ENDPOINT, TUGI_LOG_LEVEL; "
    "TUGI_ENGINE (e5, e5-fast, ngrams, onnx:/FOLDER, or an "
    "OpenAI-compatible https://ADDRESS with TUGI_ENGINE_MODEL and TUGI_ENGINE_KEY); TUGI_LANGUAGE_MODEL_URL, _NAME, "
    "_KEY, _DAILY_CALLS (none is needed); TUGI_SMTP_URL and TUGI_MAIL_FROM (one-time codes by mail); "
    "TUGI_SMTP_LISTEN and TUGI_LMTP_LISTEN (HOST:PORT of our own doors for mail), TUGI_SMTP_CERT, TUGI_SMTP_KEY, "
    "TUGI_MAIL_CA, TUGI_MAIL_SETTINGS_URL, TUGI_PRIVATE_HOSTS; "
    "TUGI_GOOGLE_CLIENT_ID, _SECRET, TUGI_MICROSOFT_CLIENT_ID, _SECRET; TUGI_MAILGUN_KEY; "
    "TUGI_CONFIG names a TOML file with the same settings.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
admin = typer.Typer(help="People who run this installation.", no_args_is_help=True)
knowledge = typer.Typer(help="What the robot and people answer from.", no_args_is_help=True)
app.add_typer(admin, name="admin")
app.add_typer(knowledge, name="knowledge")
app.add_typer(mail_command.app, name="mail")
app.add_typer(import_cli.app, name="import")


def _run(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(work)


@app.command()
def serve() -> None:
    """Serve everything in one process: web and worker. What a single shop needs."""
    serving.run(read_settings(), web=True, worker=True)


@app.command()
def web() -> None:
    """Serve the web side only. Any number of these may share one database, on any hosts."""
    serving.run(read_settings(), web=True, worker=False)


@app.command()
def worker() -> None:
    """Run the jobs only: the robot's answers, training. Any number of these may share one database."""
    serving.run(read_settings(), web=False, worker=True)


@app.command()
def migrate() -> None:
    """Bring the database to this release. `serve`, `web` and `worker` do it by themselves when they start."""

    async def act() -> None:
        async with wiring.opened(read_settings()):
            typer.echo("The database is at this release.")

    _run(act())


@app.command()
def demo(
    show_credentials: Annotated[
        bool, typer.Option("--credentials", help="Print the demo's sign-ins as JSON and end.")
    ] = False,
) -> None:
    """Serve a demo shop with people, knowledge and six weeks of past cases; made when missing."""
    settings = read_settings()
    if show_credentials:
        _run(_print_credentials(settings))
        return
    serving.run(settings, web=True, worker=True, plant_demo=True)


async def _print_credentials(settings: Settings) -> None:
    # Beside a running demo: nothing is opened but the database.
    async with wiring.database_server(settings) as dsn:
        people = seed.credentials(await wiring.secret_of(dsn))
    typer.echo(msgspec.json.format(msgspec.json.encode(people)).decode())


@admin.command("create")
def admin_create(
    email: Annotated[str, typer.Argument(help="The address to sign in with.")],
    name: Annotated[str, typer.Option(help="The name the team sees.")] = "",
    shop: Annotated[str, typer.Option(help="The shop's name, when this makes the workspace.")] = "My shop",
) -> None:
    """Make an owner, and the workspace if there is none. A known address gets the new password.

    The password is read from the terminal, or from standard input when that is not one.
    """
    if sys.stdin.isatty():
        password = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    else:
        password = sys.stdin.readline().rstrip("\n")

    async def act() -> None:
        async with wiring.opened(read_settings()) as it:
            made = await setup.create_admin(it.database, email=email, password=password, name=name, shop_name=shop)
            typer.echo(f"{made.name} <{made.email}> may sign in as {made.role}.")

    _run(act())


@knowledge.command("import")
def knowledge_import(
    file: Annotated[Path, typer.Argument(exists=True, help="CSV, JSON, JSON Lines, Markdown, ZIP, or a folder.")],
    partial: Annotated[bool, typer.Option(help="Store the good rows although others have problems.")] = False,
) -> None:
    """Take in knowledge entries. With any problem nothing is stored, unless --partial; twice is once.

    CSV columns: key, language, title, answer, policy, examples (separated by | or new lines).
    """

    async def act() -> None:
        async with wiring.opened(read_settings()) as it:
            workspace_id = await setup.get_only_workspace_id(it.database)
            done = await imports.import_files(it.database, workspace_id, imports.files_of(file), partial=partial)
        for problem in done.problems:
            typer.echo(f"row {problem.row}: {problem.message}", err=True)
        typer.echo(f"{done.created} new, {done.updated} changed, {done.unchanged} unchanged.")
        if done.problems and not partial:
            typer.echo("Nothing was stored. Mend the rows above, or use --partial.", err=True)
            raise typer.Exit(1)

    _run(act())


@app.command()
def ask(
    text: Annotated[str, typer.Argument(help="A message as a customer would write it.")],
    language: Annotated[str | None, typer.Option(help="The page's language, such as et.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the whole verdict as JSON.")] = False,
) -> None:
    """What would the robot do with this message, and why? Uses the running database; nothing is sent."""

    async def act() -> None:
        async with wiring.opened(read_settings()) as it:
            workspace_id = await setup.get_only_workspace_id(it.database)
            async with it.database.reading(workspace_id) as tx:
                workspace = await workspaces.get(tx)
                wishes = await policy.get(tx)
            facts = robot.Facts(
                burst=(text,),
                today=clock.now().astimezone(ZoneInfo(workspace.timezone)).date(),
                shop_name=workspace.name,
                language_hint=language,
                languages=tuple(workspace.languages),
                own_boundaries=tuple(wishes.own_boundaries),
            )
            decision = await it.answering.decide(workspace_id, facts)
        verdict = decision.verdict
        if as_json:
            typer.echo(json.dumps(verdict.to_json() | {"ms": round(decision.ms, 1)}, ensure_ascii=False, indent=1))
            return
        typer.echo(f"{decision.shown.kind}: {say_why(verdict.why, language or 'en')}")
        if not isinstance(verdict, robot.StaySilent):
            typer.echo(verdict.text)
        if isinstance(verdict, robot.Ask):
            for choice in verdict.choices:
                typer.echo(f"  - {choice.title}")
        for candidate in decision.shown.why.candidates[:3]:
            typer.echo(f"  {candidate.probability:5.1%}  {candidate.title}")

    _run(act())


@app.command()
def replay(
    last: Annotated[int, typer.Option(min=1, max=100_000, help="How many of the latest questions.")] = 1000,
    version: Annotated[int | None, typer.Option(help="A version of the robot instead of today's.")] = None,
    compare: Annotated[int | None, typer.Option(help="Another version to set beside it.")] = None,
    channel: Annotated[str | None, typer.Option(help="Only questions of this channel.")] = None,
    resume: Annotated[int | None, typer.Option(metavar="ID", help="Go on with a replay that was stopped.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
) -> None:
    """What would the robot have done with the last questions? Nothing is sent; Ctrl-C keeps what is done.

    Right is what people judged, sent or wrote in an entry's words. Topics come with the minutes they would save.
    """

    async def act() -> None:
        async with wiring.opened(read_settings()) as it:
            workspace_id = await setup.get_only_workspace_id(it.database)

            def tell(line: str) -> None:
                typer.echo(line, err=True)

            async def run(number: int | None, going_on: int | None) -> Replay:
                wish = replay_command.Wish(last, number, channel, going_on)
                return await replay_command.run(it.database, it.replaying(), workspace_id, wish, tell)

            done = [await run(version, resume)]
            found = None
            if compare is not None:
                done.append(await run(compare, None))
                found = await replay_command.compare(it.database, workspace_id, done[0], done[1])
        if as_json:
            typer.echo(msgspec.json.format(msgspec.json.encode(found or done[0])).decode())
            return
        for one in done:
            typer.echo("\n".join(replay_command.table(one)))
        if found is not None:
            typer.echo("\n".join(replay_command.differences(found)))

    _run(act())


@app.command("eval", help=evaluation.HELP)
def evaluate(
    kb: Annotated[Path, typer.Argument(exists=True, metavar="KB.jsonl", help="{id, title, examples} a line.")],
    messages: Annotated[Path, typer.Argument(exists=True, metavar="MESSAGES.jsonl", help="{id, text} a line.")],
    out: Annotated[Path, typer.Option(help="Where the predictions go.")],
    dev: Annotated[Path | None, typer.Option(exists=True, help="Labelled messages {id, text, gold}.")] = None,
    examples: Annotated[int | None, typer.Option(min=1, help="Use only the first K examples of an entry.")] = None,
    target: Annotated[float, typer.Option(min=0.5, max=0.999, help="Wanted precision of answers.")] = 0.95,
    dev_out: Annotated[Path | None, typer.Option(help="Cross-fitted predictions for --dev.")] = None,
) -> None:
    evaluation.run_eval(kb, messages, dev, examples, target, out, dev_out)


@app.command("doctor")
def examine() -> None:
    """Say what is wrong with this installation and how to mend it; exit 1 when something is."""
    if not asyncio.run(doctor.examine(read_settings(), typer.echo)):
        raise typer.Exit(1)


@app.command()
def version() -> None:
    """Print the version."""
    typer.echo(__version__)


def main() -> None:
    """The `tugi` command: expected refusals are one sentence and exit code 1."""
    try:
        app()
    except TugiError as error:
        typer.echo(f"tugi: {error.message}", err=True)
        for field, problem in (error.fields or {}).items():
            typer.echo(f"  {field}: {problem}", err=True)
        raise SystemExit(1) from error
