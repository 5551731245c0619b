"""`tugi import`: the commands; what they do is in `import_command`."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Annotated

import typer

from tugi import mail_files, wiring
from tugi.channels.email.oauth import SignInFailed
from tugi.channels.email.receiving.failing import ImapFailed
from tugi.core.errors import Invalid
from tugi.desk.people import setup
from tugi.import_command import Found, Import, account_for, from_files, from_imap, summary
from tugi.ports import Account
from tugi.settings import read_settings

app = typer.Typer(help="Take in the mails of earlier years: customers, cases, answers.", no_args_is_help=True)
Mailbox = Annotated[str, typer.Option("--mailbox", metavar="ADDRESS", help="The address the mails were sent to.")]
Own = Annotated[
    list[str] | None,
    typer.Option("--own", metavar="ADDRESS", help="A further address that we answered from; may be repeated."),
]


@app.command()
def mbox(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="As Thunderbird, Gmail or mutt write it.")],
    mailbox: Mailbox,
    own: Own = None,
) -> None:
    """Mails of an mbox file. Twice is once; stopped anywhere, the same command goes on."""
    _import_files(mail_files.mails_of_mbox(file), mailbox, own)


@app.command()
def eml(
    path: Annotated[Path, typer.Argument(exists=True, help="A mail, or a folder of *.eml files or Maildirs.")],
    mailbox: Mailbox,
    own: Own = None,
) -> None:
    """Mails in single files. Twice is once; stopped anywhere, the same command goes on."""
    _import_files(mail_files.mails_of_files(path), mailbox, own)


@app.command()
def imap(mailbox: Mailbox, own: Own = None) -> None:
    """All mails of a mailbox that is connected, however old. Its sent folder tells what was answered."""

    def mails(it: wiring.Installation, account: Account) -> AsyncIterator[Found]:
        return from_imap(account, it.mail_connection)

    try:
        _import(mails, mailbox, own)
    except (ImapFailed, SignInFailed) as error:
        raise Invalid(f"{error.said} Begin again: what is stored is passed over.") from error


def _import_files(found: Iterator[bytes], mailbox: str, own: list[str] | None) -> None:
    _import(lambda it, account: from_files(found), mailbox, own)


def _import(
    mails: Callable[[wiring.Installation, Account], AsyncIterator[Found]], mailbox: str, own: list[str] | None
) -> None:
    def tell(line: str) -> None:
        typer.echo(line, err=True)

    async def act() -> None:
        async with wiring.opened(read_settings()) as it:
            workspace_id = await setup.get_only_workspace_id(it.database)
            account = await account_for(it.database, workspace_id, mailbox)
            ours = frozenset(one.strip().lower() for one in [mailbox, *(own or [])])
            work = Import(it.database, it.files, it.intake, tell)
            task = asyncio.ensure_future(work.run(account, mails(it, account), ours))
            asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
            done = await task
        typer.echo("\n".join(summary(done)))

    try:
        asyncio.run(act())
    except (KeyboardInterrupt, asyncio.CancelledError) as error:
        tell("Stopped. What was read is kept; go on with the same command.")
        raise typer.Exit(130) from error
