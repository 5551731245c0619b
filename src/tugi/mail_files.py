"""Mails in files, one at a time: mbox (RFC 4155 and what is called so), single .eml files, Maildir."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from tugi.core.errors import Invalid

# "From sender Thu Nov 22 06:18:12 2026", with whatever Gmail and Thunderbird write for a sender.
_SEPARATOR = re.compile(rb"From (\S+ +|- +)?(\w{3},? +\w{3} +\d{1,2}|\w{3},? +\d{1,2} +\w{3}|\d)")
_QUOTED = re.compile(rb">+From ")
LARGEST = 110_000_000


def mails_of_mbox(path: Path) -> Iterator[bytes]:
    """Every mail of an mbox file, without its separators. Raises Invalid when it is none."""
    with path.open("rb") as lines:
        first = lines.readline(1000)
        if not _SEPARATOR.match(first):
            raise Invalid(f"{path} is no mbox file: its first line does not begin with “From ”.")
        yield from _split(lines)


def _split(lines: BinaryIO) -> Iterator[bytes]:
    """A separator begins a mail only after an empty line; other lines that look like one are part of the mail."""
    mail = bytearray()
    empty_before = False
    for line in lines:
        if empty_before and line.startswith(b"From ") and _SEPARATOR.match(line):
            yield _ended(mail)
            mail = bytearray()
        else:
            mail += line[1:] if _QUOTED.match(line) else line
        empty_before = line in (b"\n", b"\r\n")
    if mail:
        yield _ended(mail)


def _ended(mail: bytearray) -> bytes:
    """Without the empty line that stands before the next separator."""
    if mail.endswith(b"\r\n\r\n"):
        return bytes(mail[:-2])
    return bytes(mail[:-1] if mail.endswith(b"\n\n") else mail)


def files_of(path: Path) -> list[Path]:
    """Single mails: a file, or all *.eml below a folder and what lies in Maildirs there. Raises Invalid."""
    if path.is_file():
        return [path]
    found = sorted(one for one in path.rglob("*") if one.is_file() and _is_mail(one))
    if not found:
        raise Invalid(f"{path} holds no mails: neither *.eml files nor a Maildir.")
    return found


def _is_mail(path: Path) -> bool:
    return path.suffix.lower() == ".eml" or path.parent.name in ("cur", "new")


def mails_of_files(path: Path) -> Iterator[bytes]:
    """Every single mail. Raises Invalid for one that is too large."""
    for one in files_of(path):
        if one.stat().st_size > LARGEST:
            raise Invalid(f"{one} is larger than {LARGEST // 1_000_000} MB. Take it away and begin again.")
        yield one.read_bytes()
