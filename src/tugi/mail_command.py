"""`tugi mail read`: how mails are understood, without a database."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from tugi.channels.email.understanding import reading
from tugi.ports import Letter, Unreadable

app = typer.Typer(help="What Tugi makes of mails.", no_args_is_help=True)


@app.callback()
def mail() -> None:
    """What Tugi makes of mails."""


@app.command("read")
def read(
    files: Annotated[list[Path], typer.Argument(metavar="FILE.eml...", help="Mails as they came, one a file.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON line a file.")] = False,
    own: Annotated[list[str] | None, typer.Option(metavar="ADDRESS", help="Our own address; may be repeated.")] = None,
) -> None:
    """Read mails and print how they are understood: sender, new text, quote, attachments, whether automatic.

    Nothing is stored or sent. Ends with 1 when a file cannot be read; its line tells why.
    """
    failed = False
    for file in files:
        try:
            raw = file.read_bytes()
            letter = reading.read(raw, own_addresses=own or [], trusted_server="", envelope={})
        except (OSError, Unreadable) as error:
            failed = True
            why = str(error)
            typer.echo(
                json.dumps({"file": str(file), "error": why}, ensure_ascii=False) if as_json else f"{file}: {why}"
            )
            continue
        if as_json:
            typer.echo(json.dumps({"file": str(file), **as_fields(letter)}, ensure_ascii=False))
        else:
            typer.echo(as_page(str(file), letter))
    if failed:
        raise typer.Exit(1)


def as_fields(letter: Letter) -> dict[str, object]:
    """The letter as plain values. date: ISO 8601, or None; bounce: None or {message_id, recipient, permanent}."""
    known = letter.sender.email != reading.NOBODY
    bounce = letter.bounce
    return {
        "from_email": letter.sender.email if known else None,
        "from_name": letter.sender.name,
        "to": [address.email for address in letter.to],
        "subject": letter.subject,
        "date": None if letter.sent_at is None else letter.sent_at.isoformat(),
        "message_id": letter.letter_id,
        "references": list(letter.refers_to),
        "new_text": letter.new_text,
        "quoted_text": letter.quoted_text,
        "html": letter.html,
        "attachments": [
            {"name": part.name, "media_type": part.media_type, "size": len(part.content)} for part in letter.parts
        ],
        "automatic": letter.automatic is not None,
        "automatic_why": letter.automatic,
        "bounce": None
        if bounce is None
        else {"message_id": bounce.letter_id, "recipient": bounce.recipient, "permanent": bounce.permanent},
        "language": letter.language,
    }


def as_page(name: str, letter: Letter) -> str:
    """The letter as lines to read."""
    sender = f"{letter.sender.name} <{letter.sender.email}>" if letter.sender.name else letter.sender.email
    lines = [
        f"== {name}",
        f"From      {sender}",
        f"To        {', '.join(address.email for address in letter.to)}",
        f"Subject   {letter.subject}",
        f"Date      {'' if letter.sent_at is None else letter.sent_at.isoformat()}",
        f"Id        {letter.letter_id}",
        f"Language  {letter.language or 'not sure'}",
        *(f"File      {part.name} ({part.media_type}, {len(part.content):,} bytes)" for part in letter.parts),
        *([f"Automatic {letter.automatic}"] if letter.automatic else []),
        *([f"Bounce    {letter.bounce.recipient}: {letter.bounce.why}"] if letter.bounce else []),
        "",
        letter.new_text,
    ]
    if letter.quoted_text:
        lines += ["", "-- quoted --", letter.quoted_text]
    return "\n".join([*lines, ""])
